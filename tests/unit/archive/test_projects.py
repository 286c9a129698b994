"""Registering and changing projects: by whom, at which revision; waivers, assignments, and a ledger all or nothing."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from admin.system import System
from archive import audit
from archive.access import Actor
from archive.errors import AlreadyExists, Conflict, Invalid, NotFound
from archive.models import AuditEntry, Contract, OutboxEvent, Person, Project, Unit
from archive.operations.projects import (
    LedgerRow,
    assign_dossier,
    create_project,
    import_ledger,
    update_project,
    waive_material,
)
from archive.permissions import Permission, Role
from archive.queries import find_project
from archive.taxonomy import UnknownDocumentType
from tests.builders import SYSTEM, UNIT, UNIT_B, a_project
from tests.conftest import snapshot
from tests.unit.archive.refusals import refused, refused_without

CODE = "XM-2024-001"
VALUES = {"name": "平台", "unit": UNIT, "mode": "self_build"}
ARCHIVIST_OF_A = Actor("a1", "甲单位档案员", Role.ARCHIVIST, UNIT)


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").scalar("action"))


# -- who may -------------------------------------------------------------------------------------------------------

DEEDS: Mapping[str, tuple[Permission, Callable[[Actor, System], Any]]] = {
    "create": (Permission.PROJECT_CREATE, lambda a, s: create_project(a, s.clock, f"BY-{a.role}", VALUES)),
    "update": (Permission.PROJECT_UPDATE, lambda a, s: update_project(a, s.clock, CODE, 1, {"name": f"由{a.role}"})),
    "waive": (Permission.PROJECT_UPDATE, lambda a, s: waive_material(a, s.clock, CODE, "meeting_minutes", "不适用")),
    "assign": (Permission.DOSSIER_ASSIGN, lambda a, s: assign_dossier(a, s.clock, CODE, [a.id])),
    "import": (Permission.PROJECT_CREATE, lambda a, s: import_ledger(a, s.clock, [row("NEW")], [])),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_each_operation_asks_for_its_permission(system: System, people: dict[str, Actor], deed: str) -> None:
    a_project(system)
    permission, attempt = DEEDS[deed]
    allowed = refused_without(permission, people, lambda actor: attempt(actor, system))
    before = AuditEntry.objects.count()
    attempt(allowed[-1], system)
    assert AuditEntry.objects(id__gt=before, actor=allowed[-1].id).count() >= 1
    assert audit.verify()[1] == []


@pytest.mark.parametrize("deed", ["update", "waive", "assign"])
def test_the_dossier_of_another_unit_does_not_exist(system: System, deed: str) -> None:
    a_project(system, unit=UNIT_B)
    _, attempt = DEEDS[deed]
    system_person = Person(name="x", role="auditor", created_at=system.clock.now()).id
    actor = replace(ARCHIVIST_OF_A, id=system_person)
    if deed == "assign":
        refused(NotFound, lambda: assign_dossier(actor, system.clock, CODE, []), CODE)
    else:
        refused(NotFound, lambda: attempt(actor, system), CODE)


def test_the_secadmin_assigns_dossiers_she_cannot_read(system: System, people: dict[str, Actor]) -> None:
    a_project(system)
    stranger = people["unit_b"]
    with pytest.raises(NotFound):
        find_project(stranger, CODE)
    assign_dossier(people["secadmin"], system.clock, CODE, [stranger.id, stranger.id])
    assert find_project(stranger, CODE).assigned == [stranger.id]
    assign_dossier(people["secadmin"], system.clock, CODE, [])
    with pytest.raises(NotFound):
        find_project(stranger, CODE)


def test_nobody_unknown_is_assigned_and_no_unknown_dossier(system: System, people: dict[str, Actor]) -> None:
    a_project(system)
    refused(Invalid, lambda: assign_dossier(SYSTEM, system.clock, CODE, ["nobody"]), "nobody")
    refused(NotFound, lambda: assign_dossier(SYSTEM, system.clock, "XM-0", []), "XM-0")


# -- one project ---------------------------------------------------------------------------------------------------

def test_a_new_project_opens_its_dossier_and_says_so(system: System) -> None:
    project = a_project(system, total_investment_fen=1_234_567_800)
    stored = find_project(SYSTEM, CODE)
    assert (stored.id, stored.revision, stored.kind, stored.classified) == (project.id, 1, "new", False)
    assert stored.label() == {"audience": ["all-units"], "unit": [UNIT], "assigned": []}
    assert stored.total_investment_fen == 1_234_567_800
    assert set(actions()) == {"project.created", "unit.added"}
    event = OutboxEvent.objects.get()
    assert (event.kind, event.subject, event.project) == ("project.changed", CODE, CODE)


@pytest.mark.parametrize(("code", "changes", "field"), [
    ("", {}, "项目编号"), ("  ", {}, "项目编号"), ("a/b", {}, "项目编号"), ("X", {"name": None}, "name"),
    ("X", {"unit": None}, "unit"), ("X", {"mode": "gift"}, "mode"), ("X", {"kind": "?"}, "kind"),
    ("X", {"total_investment_fen": -1}, "total_investment_fen"), ("X" * 101, {}, "code"),
    ("X", {"name": "名" * 301}, "name")])
def test_a_bad_project_is_refused_by_field(system: System, code: str, changes: dict[str, Any], field: str) -> None:
    assert refused(Invalid, lambda: create_project(SYSTEM, system.clock, code, VALUES | changes)).facts["field"] == field


def test_a_code_is_taken_once(system: System) -> None:
    a_project(system)
    refused(AlreadyExists, lambda: a_project(system, unit=UNIT_B), CODE)


def test_who_belongs_to_a_unit_registers_and_moves_projects_of_that_unit_only(system: System) -> None:
    create_project(ARCHIVIST_OF_A, system.clock, CODE, VALUES)
    refused(Invalid, lambda: create_project(ARCHIVIST_OF_A, system.clock, "X", VALUES | {"unit": UNIT_B}), UNIT)
    refused(Invalid, lambda: update_project(ARCHIVIST_OF_A, system.clock, CODE, 1, {"unit": UNIT_B}), UNIT)


def test_an_update_says_what_changed_and_nothing_where_nothing_did(system: System) -> None:
    a_project(system)
    updated = update_project(SYSTEM, system.clock, CODE, 1, {"name": "新名", "approved_on": None, "mode": "self_build"})
    assert (updated.name, updated.approved_on, updated.revision) == ("新名", None, 2)
    entry = AuditEntry.objects(action="project.updated").get()
    assert entry.detail == {"changes": {"name": ["一体化协同办公平台建设项目", "新名"], "approved_on": ["2024-03-01", ""]}}


def test_an_update_that_changes_nothing_is_no_write(system: System) -> None:
    a_project(system)
    before = snapshot()
    assert update_project(SYSTEM, system.clock, CODE, 1, {"mode": "self_build"}).revision == 1
    assert snapshot() == before


def test_a_stale_revision_conflicts(system: System) -> None:
    a_project(system)
    update_project(SYSTEM, system.clock, CODE, 1, {"name": "先"})
    refused(Conflict, lambda: update_project(SYSTEM, system.clock, CODE, 1, {"name": "后"}), CODE)


@pytest.mark.parametrize("changes", [{"code": "X"}, {"audience": []}, {"assigned": ["me"]}, {"revision": 9}, {"nmae": 1}])
def test_what_is_no_fact_of_the_ledger_cannot_be_set(system: System, changes: dict[str, Any]) -> None:
    a_project(system)
    refused(Invalid, lambda: update_project(SYSTEM, system.clock, CODE, 1, changes), next(iter(changes)))


@pytest.mark.parametrize("changes", [{"mode": "gift"}, {"name": None}, {"trial_abnormal_days": -1}])
def test_a_value_that_cannot_be_kept_is_refused(system: System, changes: dict[str, Any]) -> None:
    a_project(system)
    refused(Invalid, lambda: update_project(SYSTEM, system.clock, CODE, 1, changes), next(iter(changes)))


def test_moving_a_dossier_makes_the_new_unit_known_and_is_a_change_of_the_project_alone(system: System) -> None:
    a_project(system)
    update_project(SYSTEM, system.clock, CODE, 1, {"unit": UNIT_B})
    assert Unit.objects(id=UNIT_B).count() == 1
    assert set(OutboxEvent.objects.scalar("kind")) == {"project.changed"}


def test_a_waived_material_carries_reason_and_person_and_is_waived_once(system: System) -> None:
    a_project(system)
    waive_material(SYSTEM, system.clock, CODE, "meeting_minutes", "第一次")
    project = waive_material(SYSTEM, system.clock, CODE, "meeting_minutes", " 补充说明 ")
    assert [(w.type, w.reason, w.by) for w in project.waivers] == [("meeting_minutes", "补充说明", SYSTEM.id)]
    refused(Invalid, lambda: waive_material(SYSTEM, system.clock, CODE, "meeting_minutes", "  "), "理由")
    refused(UnknownDocumentType, lambda: waive_material(SYSTEM, system.clock, CODE, "meeting_minuets", "理由"))


# -- a ledger ------------------------------------------------------------------------------------------------------

def row(key: str, number: int = 2, **values: Any) -> LedgerRow:
    return LedgerRow(key, "项目", number, VALUES | values)


def contract(key: str, project: str, number: int = 2, **values: Any) -> LedgerRow:
    return LedgerRow(key, "合同", number, {"project": project, "type": "om"} | values)


LEDGER = [row("P-1"), row("P-2", 3, unit=UNIT_B, approved_on=date(2025, 1, 2), total_investment_fen=99)]
CONTRACTS = [contract("HT-1", "P-1", end_on=date(2026, 12, 31)), contract("HT-2", "P-2", 3)]


def counts(result: Any) -> list[tuple[int, int, int]]:
    return [(c.created, c.updated, c.unchanged) for c in (result.projects, result.contracts)]


def test_a_ledger_is_imported_and_the_second_time_changes_nothing(system: System) -> None:
    assert counts(import_ledger(SYSTEM, system.clock, LEDGER, CONTRACTS)) == [(2, 0, 0), (2, 0, 0)]
    assert find_project(SYSTEM, "P-2").approved_on == date(2025, 1, 2)
    assert actions().count("ledger.imported") == 1
    before = {k: v for k, v in snapshot().items() if k not in ("audit", "chain_heads")}
    assert counts(import_ledger(SYSTEM, system.clock, LEDGER, CONTRACTS)) == [(0, 0, 2), (0, 0, 2)]
    assert {k: v for k, v in snapshot().items() if k not in ("audit", "chain_heads")} == before


def test_a_later_ledger_updates_what_differs_and_tells_every_project_concerned(system: System) -> None:
    import_ledger(SYSTEM, system.clock, LEDGER, CONTRACTS)
    OutboxEvent.objects.delete()
    result = import_ledger(SYSTEM, system.clock, [row("P-1", name="改名")], [contract("HT-2", "P-1")])
    assert counts(result) == [(0, 1, 0), (0, 1, 0)]
    assert (find_project(SYSTEM, "P-1").name, Contract.objects(number="HT-2").get().project) == ("改名", "P-1")
    assert set(OutboxEvent.objects.scalar("subject")) == {"P-1", "P-2"}, "the project that lost the contract as well"


def test_columns_the_file_does_not_have_leave_what_is_stored(system: System) -> None:
    import_ledger(SYSTEM, system.clock, LEDGER, CONTRACTS)
    update_project(SYSTEM, system.clock, "P-2", 1, {"trial_abnormal_days": 4, "contact": "李"})
    thin = LedgerRow("P-2", "项目", 2, {"name": "改名", "approved_on": None})
    assert counts(import_ledger(SYSTEM, system.clock, [thin], []))[0] == (0, 1, 0)
    stored = find_project(SYSTEM, "P-2")
    assert (stored.name, stored.approved_on) == ("改名", None), "a column that is there and empty clears the value"
    assert (stored.unit, stored.contact, stored.total_investment_fen, stored.trial_abnormal_days) == (UNIT_B, "李", 99, 4)


@pytest.mark.parametrize(("projects", "contracts", "where"), [
    ([row("P-1"), row("a/b", 7)], [], ("项目", 7, "项目编号")),
    ([row("P-1"), row("P-2", 8, name="名" * 301)], [], ("项目", 8, "name")),
    ([row("P-1")], [contract("HT-1", "P-9", 5)], ("合同", 5, "项目编号")),
    ([row("P-1")], [contract("HT-1", "P-1", 6, type="gift")], ("合同", 6, "type")),
])
def test_one_bad_row_keeps_every_row_out_and_is_named(
    system: System, projects: list[LedgerRow], contracts: list[LedgerRow], where: tuple[str, int, str]
) -> None:
    before = snapshot()
    result = import_ledger(SYSTEM, system.clock, projects, contracts)
    assert [(e.sheet, e.row, e.column) for e in result.errors] == [where]
    assert snapshot() == before


def test_every_bad_row_is_named_at_once(system: System) -> None:
    result = import_ledger(SYSTEM, system.clock, [row("a/b", 2), row("P-1", 3), row("c/d", 4)],
                           [contract("HT-1", "nowhere", 2), contract("HT-2", "P-1", 3, type="gift")])
    assert [(e.sheet, e.row) for e in result.errors] == [("项目", 2), ("项目", 4), ("合同", 2), ("合同", 3)]
    assert Project.objects.count() == 0


def test_a_rehearsal_counts_and_writes_nothing(system: System) -> None:
    import_ledger(SYSTEM, system.clock, LEDGER[:1], [])
    before = snapshot()
    assert counts(import_ledger(SYSTEM, system.clock, LEDGER, CONTRACTS, dry_run=True)) == [(1, 0, 1), (2, 0, 0)]
    assert snapshot() == before
    bad = import_ledger(SYSTEM, system.clock, [row("a/b")], [], dry_run=True)
    assert [e.row for e in bad.errors] == [2]
    assert snapshot() == before


def test_who_belongs_to_a_unit_imports_rows_of_that_unit_only(system: System) -> None:
    import_ledger(SYSTEM, system.clock, LEDGER, CONTRACTS)
    before = snapshot()
    for projects, contracts in (
        ([row("NEW", unit=UNIT_B)], []), ([row("P-2")], []), ([row("P-1", unit=UNIT_B)], []),
        ([], [contract("HT-9", "P-2")]), ([], [contract("HT-2", "P-1")]),
    ):
        result = import_ledger(ARCHIVIST_OF_A, system.clock, projects, contracts)
        assert [e.row for e in result.errors] == [2], (projects, contracts)
        assert snapshot() == before
    assert counts(import_ledger(ARCHIVIST_OF_A, system.clock, [row("P-1", name="改名")], [])) == [(0, 1, 0), (0, 0, 0)]


def test_a_project_that_is_registered_in_the_middle_of_its_trial_keeps_the_days_that_do_not_count(system: System) -> None:
    assert a_project(system, "XM-9", trial_abnormal_days=8).trial_abnormal_days == 8
    assert find_project(SYSTEM, "XM-9").trial_abnormal_days == 8
