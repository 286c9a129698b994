"""Who is told: people by role of what they may see, a project's contacts of that project, nobody of anything else."""

from admin.system import System
from archive.access import Actor
from archive.operations.people import NewPerson, add_person, disable_person
from archive.operations.projects import assign_dossier
from archive.permissions import Role
from retention.notices import Recipient
from retention.recipients import CONTACT_TARGETS, HEAD_TARGETS, recipients
from tests.builders import SYSTEM, UNIT_B, a_project

A, B = "XM-A", "XM-B"


def by_address() -> dict[str, Recipient]:
    found = recipients()
    assert len({r.address for r in found}) == len(found)
    return {r.address: r for r in found}


def test_people_are_told_by_role_of_what_they_may_see(system: System, people: dict[str, Actor]) -> None:
    a_project(system, A)
    a_project(system, B, unit=UNIT_B)
    found = by_address()
    assert {address: (sorted(r.targets), sorted(r.sees)) for address, r in found.items()  # type: ignore[arg-type]
            } == {
        "archivist@example.com": (["ARCH"], [A, B]), "auditor@example.com": (["AUD"], [A, B]),
        "supervisor@example.com": (["HEAD"], [A, B]), "unit_a@example.com": (["FIN", "PM", "PROC", "SEC"], [A]),
        "unit_b@example.com": (["FIN", "PM", "PROC", "SEC"], [B])}


def test_an_assigned_dossier_is_told_of_too(system: System, people: dict[str, Actor]) -> None:
    a_project(system, B, unit=UNIT_B)
    assert by_address()["unit_a@example.com"].sees == frozenset()
    assign_dossier(SYSTEM, system.clock, B, [people["unit_a"].id])
    assert by_address()["unit_a@example.com"].sees == frozenset({B})


def test_disabled_people_and_people_without_address_are_not_told(system: System) -> None:
    add_person(SYSTEM, system.clock, NewPerson("silent", Role.ARCHIVIST))
    add_person(SYSTEM, system.clock, NewPerson("gone", Role.ARCHIVIST, email="gone@example.com"))
    disable_person(SYSTEM, system.clock, "gone")
    assert recipients() == []


def test_a_project_s_contacts_are_told_of_that_project_alone(system: System) -> None:
    a_project(system, A, contact="张", contact_email="zhang@example.com", supervisor="李", supervisor_email="li@example.com")
    a_project(system, B)
    assert by_address() == {
        "zhang@example.com": Recipient("zhang@example.com", "张", CONTACT_TARGETS, frozenset({A})),
        "li@example.com": Recipient("li@example.com", "李", HEAD_TARGETS, frozenset({A}), level="head")}
