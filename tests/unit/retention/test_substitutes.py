"""Who takes somebody's place: who may say so, who fits, and what she is told."""

from datetime import date, timedelta

import pytest

from admin.system import System
from archive import audit
from archive.access import Actor
from archive.errors import Invalid, NotFound, NotPermitted
from archive.models import AuditEntry
from archive.operations.people import NewPerson, add_person, disable_person
from archive.permissions import Role
from retention.models import NoticeChoices
from retention.recipients import CONTACT_TARGETS, TARGETS_OF_ROLE, recipients
from retention.substitutes import all_substitutes, drop_substitute, name_substitute, places_taken, substitutes_of
from tests.builders import SYSTEM, UNIT, UNIT_B, a_project
from tests.unit.archive.refusals import refused

TODAY = date(2026, 3, 2)
FRIDAY = TODAY + timedelta(days=4)


@pytest.fixture
def li(system: System, people: dict[str, Actor]) -> Actor:
    """A colleague of `unit_a`; each unit has a project."""
    a_project(system, "XM-A", contact_email="unit_a@example.com")
    a_project(system, "XM-B", unit=UNIT_B)
    return add_person(SYSTEM, system.clock, NewPerson("li", Role.UNIT, UNIT, "li@example.com", "李四")).actor()


def test_a_colleague_takes_the_place_for_the_days_that_were_named(system: System, people: dict[str, Actor], li: Actor) -> None:
    name_substitute(people["unit_a"], system.clock, "li", TODAY + timedelta(1), FRIDAY)
    for day in (TODAY, FRIDAY + timedelta(1)):
        assert not any(r.on_behalf for r in recipients(day))
    for day in (TODAY + timedelta(1), FRIDAY):
        found = [r for r in recipients(day) if r.on_behalf]
        assert {(r.address, r.name, r.on_behalf, r.targets, frozenset(r.sees)) for r in found} == {  # type: ignore[arg-type]
            ("li@example.com", "李四", "unit_a", TARGETS_OF_ROLE[Role.UNIT], frozenset({"XM-A"})),
            ("li@example.com", "李四", "unit_a", CONTACT_TARGETS, frozenset({"XM-A"}))}
        assert [r for r in recipients(day) if r.address == "unit_a@example.com"], "both are told"
    (place,) = substitutes_of(people["unit_a"], TODAY)
    assert (place.substitute_name, place.first, place.last) == ("李四", TODAY + timedelta(1), FRIDAY)
    assert places_taken(li, TODAY) == []
    assert places_taken(li, FRIDAY) == [place]
    entry = AuditEntry.objects.get(action="notices.substitute-named")
    assert (entry.subject, entry.detail["substitute"]) == ("person:unit_a", "li")
    assert audit.verify()[1] == []


@pytest.mark.parametrize("name", ["unit_b", "sysadmin", "unit_a", "gone", "mute", "nobody", ""])
def test_who_does_not_fit_is_refused_with_one_answer_for_all(system: System, people: dict[str, Actor], li: Actor, name: str) -> None:
    add_person(SYSTEM, system.clock, NewPerson("gone", Role.UNIT, UNIT, "gone@example.com"))
    disable_person(SYSTEM, system.clock, "gone")
    add_person(SYSTEM, system.clock, NewPerson("mute", Role.UNIT, UNIT))
    refused(Invalid, lambda: name_substitute(people["unit_a"], system.clock, name, TODAY, FRIDAY), match="不能代为接收。代收人须是")


def test_the_substitute_must_see_everything_and_is_told_nothing_else_later(system: System, people: dict[str, Actor], li: Actor) -> None:
    refused(Invalid, lambda: name_substitute(people["archivist"], system.clock, "li", TODAY, FRIDAY))
    name_substitute(li, system.clock, "archivist", TODAY, FRIDAY)
    name_substitute(people["unit_a"], system.clock, "li", TODAY, FRIDAY)
    from archive.operations.projects import assign_dossier
    assign_dossier(SYSTEM, system.clock, "XM-B", [people["unit_a"].id])
    assert {r.address: r.sees for r in recipients(TODAY) if r.on_behalf == "unit_a"} == {"li@example.com": frozenset({"XM-A"})}


@pytest.mark.parametrize(("first", "last"), [(FRIDAY, TODAY), (TODAY - timedelta(9), TODAY - timedelta(1)), (TODAY, TODAY + timedelta(400))])
def test_days_that_are_none_are_refused(system: System, people: dict[str, Actor], li: Actor, first: date, last: date) -> None:
    refused(Invalid, lambda: name_substitute(people["unit_a"], system.clock, "li", first, last))


def test_for_somebody_else_only_who_manages_people_may_say_so(system: System, people: dict[str, Actor], li: Actor) -> None:
    for name, actor in people.items():
        if name != "secadmin":
            refused(NotPermitted, lambda actor=actor: name_substitute(actor, system.clock, "li", TODAY, FRIDAY, of="unit_a"))  # type: ignore[misc]
            refused(NotPermitted, lambda actor=actor: all_substitutes(actor, TODAY))  # type: ignore[misc]
    refused(NotPermitted, lambda: name_substitute(people["secadmin"], system.clock, "li", TODAY, FRIDAY))
    refused(NotFound, lambda: name_substitute(people["secadmin"], system.clock, "li", TODAY, FRIDAY, of="nobody"))
    name_substitute(people["secadmin"], system.clock, "li", TODAY, FRIDAY, of="unit_a")
    assert [place.substitute for place in all_substitutes(people["secadmin"], TODAY)["unit_a"]] == ["li"]


def test_it_can_be_ended_and_named_again(system: System, people: dict[str, Actor], li: Actor) -> None:
    actor = people["unit_a"]
    refused(NotFound, lambda: drop_substitute(actor, system.clock, "li"))
    for last in (FRIDAY, FRIDAY + timedelta(7)):
        name_substitute(actor, system.clock, "li", TODAY, last)
    assert [place.last for place in substitutes_of(actor, TODAY)] == [FRIDAY + timedelta(7)], "named again: one arrangement"
    drop_substitute(actor, system.clock, "li")
    assert NoticeChoices.objects.get().substitutes == []
    assert not any(r.on_behalf for r in recipients(TODAY))
