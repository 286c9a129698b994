"""Rows of registers: by whom, at which revision, with which evidence; history, audit, event; what may name what."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from admin.system import System
from archive import audit
from archive.access import Actor
from archive.errors import AlreadyExists, Conflict, Invalid, NotFound
from archive.models import AuditEntry, Contract, OutboxEvent, RegisterEntry
from archive.operations.documents import catalogue_document
from archive.operations.projects import assign_dossier, update_project
from archive.operations.registers import MOST_EVIDENCE, add_entry, change_entry, withdraw_entry
from archive.permissions import Permission, Role
from archive.registers import register_of
from archive.registers.reading import (
    all_entries,
    counts_of,
    entries_of,
    evidence_of,
    find_entry,
    history_of,
    project_owner,
)
from tests.builders import SYSTEM, UNIT, UNIT_B, a_description, a_project
from tests.unit.archive.refusals import refused, refused_without

CODE, OTHER = "XM-2024-001", "XM-2024-B"
PAYMENT = {"number": "PZ-1", "paid_on": date(2024, 5, 1), "amount_fen": 5_000_000, "purpose": "build"}
SYSTEM_ROW = {"number": "XT-1", "name": "协同办公系统", "status": "in_use"}


def pay(system: System, actor: Actor = SYSTEM, owner: str = CODE, evidence: tuple[str, ...] = (), **changes: Any) -> RegisterEntry:
    return add_entry(actor, system.clock, "payment", owner, PAYMENT | changes, evidence)


def catalogue(system: System, actor: Actor = SYSTEM, unit: str = UNIT, **changes: Any) -> RegisterEntry:
    return add_entry(actor, system.clock, "system", unit, SYSTEM_ROW | changes)


def a_paper(system: System, code: str = CODE) -> str:
    return catalogue_document(SYSTEM, system.clock, code, a_description(title="支付凭证"), "档案室 3 柜").id


def kinds() -> list[tuple[str, str, str]]:
    return [(event.kind, event.subject, event.project) for event in OutboxEvent.objects.order_by("id")]


# -- who may -------------------------------------------------------------------------------------------------------

DEEDS: Mapping[str, Callable[[Actor, System, RegisterEntry], Any]] = {
    "add": lambda a, s, e: pay(s, a, number=f"BY-{a.id}"),
    "change": lambda a, s, e: change_entry(a, s.clock, e.id, find_entry(SYSTEM, e.id)[0].revision, {"payee": a.id}),
    "withdraw": lambda a, s, e: withdraw_entry(a, s.clock, pay(s, a, number=a.id).id, 1, "重复"),
    "add for a unit": lambda a, s, e: catalogue(s, a, number=f"BY-{a.id}"),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_each_operation_asks_for_its_permission(system: System, people: dict[str, Actor], deed: str) -> None:
    a_project(system)
    entry = pay(system)
    some = {name: actor for name, actor in people.items() if name != "unit_b"}  # of another unit: below
    allowed = refused_without(Permission.REGISTER_WRITE, some, lambda actor: DEEDS[deed](actor, system, entry))
    assert {actor.role for actor in allowed} == {Role.ARCHIVIST, Role.UNIT}
    for actor in allowed:
        before = AuditEntry.objects.count()
        DEEDS[deed](actor, system, entry)
        assert AuditEntry.objects(id__gt=before, actor=actor.id, action__startswith="register.").count() >= 1
    assert audit.verify()[1] == []


def test_another_units_rows_are_not_there(system: System, people: dict[str, Actor]) -> None:
    a_project(system)
    stranger, entry, unit_row = people["unit_b"], pay(system), catalogue(system)
    for row in (entry, unit_row):
        refused(NotFound, lambda row=row: find_entry(stranger, row.id))  # type: ignore[misc]
        refused(NotFound, lambda row=row: history_of(stranger, row.id))  # type: ignore[misc]
        refused(NotFound, lambda row=row: change_entry(stranger, system.clock, row.id, 1, {"number": "X"}))  # type: ignore[misc]
        refused(NotFound, lambda row=row: withdraw_entry(stranger, system.clock, row.id, 1, "x"))  # type: ignore[misc]
    refused(NotFound, lambda: pay(system, stranger))
    refused(NotFound, lambda: catalogue(system, stranger))
    refused(NotFound, lambda: entries_of(stranger, register_of("payment"), CODE))
    refused(NotFound, lambda: entries_of(stranger, register_of("system"), UNIT))
    assert all_entries(stranger, register_of("payment")).total == all_entries(stranger, register_of("system")).total == 0
    assert all_entries(people["unit_a"], register_of("payment")).total == all_entries(people["auditor"], register_of("system")).total == 1


def test_an_assignment_opens_the_dossiers_rows_but_not_the_units(system: System, people: dict[str, Actor]) -> None:
    a_project(system)
    guest, entry, unit_row = people["unit_b"], pay(system), catalogue(system)
    assign_dossier(SYSTEM, system.clock, CODE, [guest.id])
    assert find_entry(guest, entry.id)[0].id == entry.id
    refused(NotFound, lambda: find_entry(guest, unit_row.id))


# -- adding --------------------------------------------------------------------------------------------------------

def test_a_row_is_kept_with_history_audit_and_event(system: System) -> None:
    a_project(system)
    before, paper = OutboxEvent.objects.count(), a_paper(system)
    OutboxEvent.objects(id__in=[event.id for event in list(OutboxEvent.objects)[before:]]).delete()
    entry = pay(system, evidence=(paper, paper))
    assert entry.values == {"number": "PZ-1", "paid_on": "2024-05-01", "amount_fen": 5_000_000, "purpose": "build"}
    assert (entry.owner, entry.scope, entry.revision, entry.evidence) == (CODE, "project", 1, [paper])
    assert kinds()[-1] == ("project.changed", CODE, CODE)
    last = AuditEntry.objects.order_by("-id").first()
    assert (last.action, last.subject) == ("register.added", f"register:{entry.id}")
    assert last.detail["changes"]["amount_fen"] == [None, 5_000_000]
    (step,) = history_of(SYSTEM, entry.id)
    assert (step.what, step.revision, step.changes["evidence"]) == ("added", 1, [[], [paper]])
    assert counts_of(project_owner(SYSTEM, CODE)) == {"payment": 1}
    assert evidence_of(SYSTEM, entry.evidence)[paper].title == "支付凭证"


def test_a_units_row_lets_all_its_projects_be_judged(system: System) -> None:
    a_project(system)
    catalogue(system)
    assert kinds()[-1] == ("unit.changed", UNIT, "")


def test_two_rows_cannot_say_they_are_the_same(system: System) -> None:
    a_project(system)
    a_project(system, OTHER, unit=UNIT_B)
    entry = pay(system)
    pay(system, owner=OTHER)  # another project has numbers of its own
    refused(AlreadyExists, lambda: pay(system), "PZ-1")
    second = pay(system, number="PZ-2")
    refused(AlreadyExists, lambda: change_entry(SYSTEM, system.clock, second.id, 1, {"number": "PZ-1"}))
    withdraw_entry(SYSTEM, system.clock, entry.id, 1, "登错项目")
    assert change_entry(SYSTEM, system.clock, second.id, 1, {"number": "PZ-1"}).revision == 2


def test_there_is_one_profile_a_project(system: System) -> None:
    a_project(system)
    add_entry(SYSTEM, system.clock, "profile", CODE, {"hardware": True})
    refused(AlreadyExists, lambda: add_entry(SYSTEM, system.clock, "profile", CODE, {"hardware": False}), "项目特征")


@pytest.mark.parametrize(("key", "owner", "error"), [
    ("payment", "NOWHERE", NotFound), ("system", "没有的单位", NotFound), ("nothing", CODE, NotFound), ("system", CODE, NotFound)])
def test_a_row_needs_an_owner_that_is_there(system: System, key: str, owner: str, error: Any) -> None:
    a_project(system)
    refused(error, lambda: add_entry(SYSTEM, system.clock, key, owner, PAYMENT))


# -- evidence and references ---------------------------------------------------------------------------------------

def test_evidence_is_of_the_owners_dossiers(system: System) -> None:
    a_project(system)
    a_project(system, OTHER, unit=UNIT_B)
    own, foreign = a_paper(system), a_paper(system, OTHER)
    refused(Invalid, lambda: pay(system, evidence=(foreign,)), "佐证文件")
    refused(Invalid, lambda: pay(system, evidence=("nothing",)))
    refused(Invalid, lambda: pay(system, evidence=tuple(f"d{n}" for n in range(MOST_EVIDENCE + 1))), "最多")
    refused(Invalid, lambda: add_entry(SYSTEM, system.clock, "system", UNIT, SYSTEM_ROW, (foreign,)))
    entry = add_entry(SYSTEM, system.clock, "system", UNIT, SYSTEM_ROW, (own,))
    refused(Invalid, lambda: change_entry(SYSTEM, system.clock, entry.id, 1, {}, [own, foreign]))
    # What went away later does not stand in the way of other changes.
    RegisterEntry.objects(id=entry.id).update_one(set__evidence=["gone"])
    assert change_entry(SYSTEM, system.clock, entry.id, 1, {"name": "新名"}, ["gone", own]).evidence == ["gone", own]


def test_what_a_row_names_must_be_the_owners(system: System) -> None:
    a_project(system)
    a_project(system, OTHER, unit=UNIT_B)
    Contract(number="HT-B", project=OTHER, type="build").save()
    Contract(number="HT-A", project=CODE, type="build").save()
    refused(Invalid, lambda: pay(system, contract="HT-B"), "合同编号")
    assert pay(system, contract="HT-A").values["contract"] == "HT-A"
    refused(Invalid, lambda: catalogue(system, project=OTHER), "项目编号")
    catalogue(system, project=CODE)
    resource = {"number": "ZY-1", "name": "库", "sharing": "unconditional"}
    refused(Invalid, lambda: add_entry(SYSTEM, system.clock, "resource", CODE, resource | {"system": "XT-9"}), "系统目录编号")
    refused(Invalid, lambda: add_entry(SYSTEM, system.clock, "resource", OTHER, resource | {"system": "XT-1"}), "系统目录编号")
    add_entry(SYSTEM, system.clock, "resource", CODE, resource | {"system": "XT-1"})


def test_a_system_that_is_named_keeps_its_number(system: System) -> None:
    a_project(system)
    entry = catalogue(system)
    named = add_entry(SYSTEM, system.clock, "resource", CODE, {"number": "ZY-1", "name": "库", "sharing": "unconditional", "system": "XT-1"})
    refused(Invalid, lambda: change_entry(SYSTEM, system.clock, entry.id, 1, {"number": "XT-2"}), CODE)
    refused(Invalid, lambda: withdraw_entry(SYSTEM, system.clock, entry.id, 1, "停用"), CODE)
    changed = change_entry(SYSTEM, system.clock, entry.id, 1, {"status": "decommissioned", "changed_on": date(2025, 1, 1)})
    withdraw_entry(SYSTEM, system.clock, named.id, 1, "重复")
    assert withdraw_entry(SYSTEM, system.clock, entry.id, changed.revision, "登错").withdrawn


def test_a_name_that_went_wrong_later_does_not_stop_other_changes(system: System) -> None:
    a_project(system)
    Contract(number="HT-A", project=CODE, type="build").save()
    entry = pay(system, contract="HT-A")
    Contract.objects(number="HT-A").update_one(set__project=OTHER)
    assert change_entry(SYSTEM, system.clock, entry.id, 1, {"payee": "公司"}).values["contract"] == "HT-A"


# -- changing and withdrawing --------------------------------------------------------------------------------------

def test_a_change_says_what_was_and_what_is(system: System) -> None:
    a_project(system)
    entry = pay(system, payee="甲公司")
    OutboxEvent.objects.delete()
    changed = change_entry(SYSTEM, system.clock, entry.id, 1, {"amount_fen": 6_000_000, "payee": None, "paid_on": date(2024, 5, 1)})
    assert (changed.revision, changed.values["amount_fen"], "payee" in changed.values) == (2, 6_000_000, False)
    wanted = {"amount_fen": [5_000_000, 6_000_000], "payee": ["甲公司", None]}
    assert history_of(SYSTEM, entry.id)[0].changes == wanted
    assert AuditEntry.objects.order_by("-id").first().detail["changes"] == wanted
    assert kinds() == [("project.changed", CODE, CODE)]


def test_saying_the_same_again_writes_nothing(system: System) -> None:
    a_project(system)
    entry = pay(system)
    before = AuditEntry.objects.count()
    assert change_entry(SYSTEM, system.clock, entry.id, 1, PAYMENT).revision == 1
    assert AuditEntry.objects.count() == before


def test_a_change_starts_from_what_is_there(system: System) -> None:
    a_project(system)
    entry = pay(system)
    change_entry(SYSTEM, system.clock, entry.id, 1, {"payee": "甲公司"})
    refused(Conflict, lambda: change_entry(SYSTEM, system.clock, entry.id, 1, {"payee": "乙公司"}))
    refused(Conflict, lambda: withdraw_entry(SYSTEM, system.clock, entry.id, 1, "重复"))
    refused(Invalid, lambda: change_entry(SYSTEM, system.clock, entry.id, 2, {"amount_fen": None}), "支付金额")
    refused(NotFound, lambda: change_entry(SYSTEM, system.clock, "nothing", 1, {}))


def test_a_withdrawn_row_stays_readable_and_is_closed(system: System) -> None:
    a_project(system)
    entry = pay(system)
    refused(Invalid, lambda: withdraw_entry(SYSTEM, system.clock, entry.id, 1, " "), "理由")
    withdraw_entry(SYSTEM, system.clock, entry.id, 1, "登错项目")
    refused(Invalid, lambda: change_entry(SYSTEM, system.clock, entry.id, 2, {"payee": "x"}), "已撤销")
    refused(Invalid, lambda: withdraw_entry(SYSTEM, system.clock, entry.id, 2, "再来"), "已撤销")
    assert entries_of(SYSTEM, register_of("payment"), CODE).total == 0
    (shown,) = entries_of(SYSTEM, register_of("payment"), CODE, withdrawn=True).items
    assert (shown.withdrawn, shown.reason) == (True, "登错项目")
    assert [step.what for step in history_of(SYSTEM, entry.id)] == ["withdrawn", "added"]
    assert pay(system).id != entry.id


def test_rows_follow_the_dossier_to_another_unit(system: System, people: dict[str, Actor]) -> None:
    a_project(system)
    a_project(system, OTHER, unit=UNIT_B)
    entry = pay(system)
    update_project(SYSTEM, system.clock, CODE, 1, {"unit": UNIT_B})
    assert find_entry(people["unit_b"], entry.id)[0].id == entry.id
    refused(NotFound, lambda: find_entry(people["unit_a"], entry.id))
