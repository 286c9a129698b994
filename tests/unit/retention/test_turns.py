"""Two processes judge one project: what was read last is what is kept, whichever of them writes first."""

from datetime import date, timedelta
from typing import Any

import pytest

from admin.system import System
from archive.models import AuditEntry, Project
from archive.operations.projects import update_project
from archive.transaction import Transaction, write
from retention import alerts
from retention.alerts import refresh
from retention.keeping import Kept
from retention.models import FindingRecord
from retention.turns import Overtaken, Turn
from tests.builders import SYSTEM, a_project

CODE = "XM-2024-001"
TODAY = date(2026, 3, 2)


def keep(system: System, turn: Turn) -> set[str]:
    kept: set[str] = set()

    def work(tx: Transaction) -> None:
        kept.update(turn.keep(tx, [CODE, "another"]))
        tx.audit("test.kept", CODE)

    write(SYSTEM, system.clock, work)
    return kept


def test_only_the_last_turn_keeps_what_it_found(system: System) -> None:
    first, second = Turn(), Turn()
    first.begin([CODE])
    second.begin([CODE, "another"])
    with pytest.raises(Overtaken):
        keep(system, first)
    assert keep(system, second) == keep(system, second) == {CODE, "another"}
    first.begin(["another"])
    assert keep(system, second) == {CODE}
    assert keep(system, first) == {"another"}


def test_nobody_keeps_without_a_turn(system: System) -> None:
    with pytest.raises(Overtaken):
        keep(system, Turn())


def other_process(monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """`act` happens once between this judgement's reading and its writing."""
    keep, acts = alerts.keep, iter([act])

    def after_another(*arguments: Any) -> Kept:
        for each in acts:
            each()
        return keep(*arguments)

    monkeypatch.setattr(alerts, "keep", after_another)


def findings() -> dict[str, tuple[str, str]]:
    return {row.rule: (row.outcome, row.reason) for row in FindingRecord.objects(project=CODE)}


def test_a_judgement_from_old_facts_does_not_replace_a_newer_one(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    project = a_project(system, CODE)

    def another() -> None:
        changes = {"construction_start": TODAY - timedelta(days=90), "planned_completion": TODAY - timedelta(days=1)}
        update_project(SYSTEM, system.clock, CODE, Project.objects(code=CODE).get().revision, changes)
        monkeypatch.setattr(alerts, "_TURN", alerts.threading.Lock())  # another process has its own
        refresh(system.judge, [CODE], TODAY)
        newest.update(findings())

    newest: dict[str, tuple[str, str]] = {}
    other_process(monkeypatch, another)
    assert project.code == CODE
    refresh(system.judge, [CODE], TODAY)
    assert newest
    assert findings() == newest


def test_the_proof_that_no_day_was_left_out_is_written_all_the_same(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    a_project(system, CODE)
    other_process(monkeypatch, lambda: Turn().begin([CODE]))
    sweep = refresh(system.judge, [CODE], TODAY, record_sweep=True)
    assert sweep.projects == 1
    assert [entry.detail["projects"] for entry in AuditEntry.objects(action="compliance.swept")] == [[CODE]]


def test_of_a_batch_only_what_was_overtaken_is_judged_again(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    a_project(system, CODE)
    a_project(system, "another")
    other_process(monkeypatch, lambda: Turn().begin([CODE]))
    assert refresh(system.judge, None, TODAY, record_sweep=True).projects == 2
    assert [entry.detail["projects"] for entry in AuditEntry.objects(action="compliance.swept")] == [["another"], [CODE]]
