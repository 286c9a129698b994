"""Declining optional mails: for oneself alone, nothing that is not optional, and it is written down."""

import pytest

from admin.system import System
from archive import audit
from archive.access import Actor
from archive.errors import Invalid
from archive.models import AuditEntry
from archive.permissions import Permission
from retention.choices import choices_of, decline
from retention.models import NoticeChoices
from retention.recipients import recipients, supervisors
from tests.builders import a_project
from tests.unit.archive.refusals import refused, refused_without


def test_only_who_is_told_anything_may_choose(system: System, people: dict[str, Actor]) -> None:
    for actor in refused_without(Permission.PROJECT_READ, people, lambda actor: decline(actor, system.clock, ["weekly"])):
        decline(actor, system.clock, ["weekly"])
        assert NoticeChoices.objects(id=actor.id).get().declines == ["weekly"]
    refused_without(Permission.PROJECT_READ, people, choices_of)


def test_one_chooses_for_oneself_and_can_go_back(system: System, people: dict[str, Actor]) -> None:
    decline(people["supervisor"], system.clock, ["reminders", "weekly"])
    assert choices_of(people["supervisor"]).declines == ["weekly", "reminders"]
    assert choices_of(people["archivist"]).declines == []
    assert {r.address: r.declines for r in supervisors()} == {"supervisor@example.com": frozenset({"weekly", "reminders"})}
    decline(people["supervisor"], system.clock, [])
    assert choices_of(people["supervisor"]).declines == []
    entries = AuditEntry.objects(action="notices.declined").order_by("id")
    assert [(e.subject, e.actor_name, e.detail["declines"]) for e in entries] == [
        ("person:supervisor", "supervisor", ["weekly", "reminders"]), ("person:supervisor", "supervisor", [])]
    assert audit.verify()[1] == []


@pytest.mark.parametrize("kind", ["critical", "overdue", "digest", ""])
def test_what_is_not_optional_cannot_be_declined(system: System, people: dict[str, Actor], kind: str) -> None:
    refused(Invalid, lambda: decline(people["unit_a"], system.clock, ["reminders", kind]), match="一律提醒")


def test_a_mailbox_that_is_a_contact_too_keeps_its_owners_choice(system: System, people: dict[str, Actor]) -> None:
    a_project(system, "XM-A", contact_email="Unit_A@example.com", supervisor_email="li@example.com")
    decline(people["unit_a"], system.clock, ["reminders"])
    assert {r.address.casefold(): r.declines for r in recipients() if r.address[:1] in "uUl"} == {
        "unit_a@example.com": frozenset({"reminders"}), "unit_b@example.com": frozenset(), "li@example.com": frozenset()}
