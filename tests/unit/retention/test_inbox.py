"""The inbox: everything told or to be told, by person; one's own alone; read once."""

from datetime import date, timedelta
from typing import Any

import pytest

from admin import digests
from admin.jobs import run_job
from admin.system import System
from archive import audit
from archive.access import Actor
from archive.errors import Invalid
from archive.models import AuditEntry, Person
from archive.operations.people import NewPerson, add_person, disable_person
from archive.permissions import Permission, Role
from archive.transaction import database
from retention.alerts import refresh
from retention.inbox import fill, inbox_of, mail_states, mark_read, unread
from retention.models import InboxLine, Mention
from retention.open_alerts import line_parts
from retention.substitutes import name_substitute
from tests.builders import SYSTEM, UNIT, UNIT_B, a_project
from tests.conftest import snapshot
from tests.unit.archive.refusals import refused, refused_without

TODAY = date(2026, 3, 2)
TOMORROW = TODAY + timedelta(days=1)
DATES: dict[str, Any] = {"actual_completion": date(2025, 9, 8), "trial_start": date(2025, 9, 12)}  # due 2026-03-12


@pytest.fixture
def told(system: System, people: dict[str, Actor]) -> dict[str, Actor]:
    """Two units' alerts, told today; one clerk of unit A has no address."""
    add_person(SYSTEM, system.clock, NewPerson("mute", Role.UNIT, UNIT))
    a_project(system, "XM-A", contact_email="Unit_B@example.com", **DATES)
    a_project(system, "XM-B", unit=UNIT_B, **DATES)
    refresh(system.judge, None, TODAY)
    assert run_job(system, SYSTEM, "notices.daily", TODAY).result["inbox"] > 0
    return {**people, "mute": Person.objects(name="mute").get().actor()}


def keys_of(actor: Actor) -> set[str]:
    return {key for line in InboxLine.objects(person=actor.id) for key in line.keys}


def test_the_inbox_holds_what_the_mails_say_and_who_has_no_address_misses_nothing(system: System, told: dict[str, Actor]) -> None:
    for name in ("archivist", "auditor", "supervisor", "unit_a", "unit_b"):
        mailed = {row.key for row in Mention.objects if row.address.casefold() == f"{name}@example.com"}
        assert keys_of(told[name]) == mailed, name
        assert mailed
    assert keys_of(told["mute"]) == keys_of(told["unit_a"])
    assert {line.person for line in InboxLine.objects} == {
        told[name].id for name in ("archivist", "auditor", "supervisor", "unit_a", "unit_b", "mute")}
    assert audit.verify()[1] == []


def test_a_second_run_adds_nothing_a_new_day_only_what_is_new(system: System, told: dict[str, Actor]) -> None:
    before = snapshot()
    assert fill(digests.ACTOR, system.clock, line_parts(TODAY), TODAY) == 0
    assert snapshot() == before
    a_project(system, "XM-C", **DATES)
    refresh(system.judge, None, TOMORROW)
    run_job(system, SYSTEM, "notices.daily", TOMORROW)
    assert {line.project for line in InboxLine.objects(day=TOMORROW)} == {"XM-C"}


def test_the_state_of_the_mail_is_beside_each_line(system: System, told: dict[str, Actor]) -> None:
    lines = inbox_of(told["unit_a"], size=200).items
    assert {mail_states(told["unit_a"], lines)[line.id].state for line in lines} == {"sent"}
    assert mail_states(told["mute"], inbox_of(told["mute"]).items) == {}


def test_one_reads_ones_own_alone(system: System, told: dict[str, Actor]) -> None:
    foreign = [line.id for line in InboxLine.objects(person=told["archivist"].id)]
    before = snapshot()
    assert mark_read(told["unit_a"], system.clock, foreign[:200]) == 0
    assert mark_read(told["unit_a"], system.clock, ["nothing"]) == 0
    assert snapshot() == before
    first = inbox_of(told["unit_a"]).items[0]
    count = unread(told["unit_a"])
    assert mark_read(told["unit_a"], system.clock, [first.id]) == 1
    assert unread(told["unit_a"]) == count - 1 == inbox_of(told["unit_a"], only_unread=True).total
    assert mark_read(told["unit_a"], system.clock, None) == count - 1
    assert unread(told["unit_a"]) == 0
    assert unread(told["archivist"]) == len(foreign)
    assert AuditEntry.objects(action="inbox.read").count() == 2
    refused(Invalid, lambda: mark_read(told["unit_a"], system.clock, [str(n) for n in range(201)]))


def test_who_reads_no_records_has_none(system: System, told: dict[str, Actor]) -> None:
    refused_without(Permission.PROJECT_READ, told, inbox_of)
    refused_without(Permission.PROJECT_READ, told, lambda actor: mark_read(actor, system.clock, None))
    assert unread(told["sysadmin"]) == 0


def test_what_one_may_no_longer_see_is_gone_from_list_and_count(system: System, told: dict[str, Actor]) -> None:
    assert {line.project for line in inbox_of(told["unit_b"], size=200).items} == {"XM-B", "XM-A"} - {"XM-A"}
    assert "XM-A" in {line.project for line in InboxLine.objects(person=told["unit_b"].id)}, "told as a contact by mail"
    database()["projects"].update_one({"code": "XM-B"}, {"$set": {"unit": UNIT}})
    assert inbox_of(told["unit_b"]).total == unread(told["unit_b"]) == 0


def test_the_substitute_finds_it_too_and_reads_in_whose_place(system: System, told: dict[str, Actor]) -> None:
    add_person(SYSTEM, system.clock, NewPerson("li", Role.ARCHIVIST))
    database()["people"].update_one({"name": "li"}, {"$set": {"email": "li@example.com"}})
    name_substitute(told["unit_a"], system.clock, "li", TOMORROW, TOMORROW)
    run_job(system, SYSTEM, "notices.daily", TOMORROW)
    li = Person.objects(name="li").get().actor()
    marked = {line.project for line in inbox_of(li, size=200).items if line.on_behalf == ["unit_a"]}
    assert marked == {"XM-A"}


def test_a_closed_account_is_told_nothing(system: System, told: dict[str, Actor]) -> None:
    disable_person(SYSTEM, system.clock, "mute")
    count = InboxLine.objects(person=told["mute"].id).count()
    a_project(system, "XM-C", **DATES)
    refresh(system.judge, None, TOMORROW)
    run_job(system, SYSTEM, "notices.daily", TOMORROW)
    assert InboxLine.objects(person=told["mute"].id).count() == count
