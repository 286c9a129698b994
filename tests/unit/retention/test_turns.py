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
from retention.models import FindingRecord
from retention.turns import Overtaken, Turn
from tests.builders import SYSTEM, a_project

CODE = "XM-2024-001"
TODAY = date(2026, 3, 2)


def keep(system: System, turn: Turn) -> None:
    def work(tx: Transaction) -> None:
        turn.keep(tx, CODE)
        tx.audit("test.kept", CODE)

    write(SYSTEM, system.clock, work)


def test_only_the_last_turn_keeps_what_it_found(system: System) -> None:
    first, second = Turn(), Turn()
    first.begin([CODE])
    second.begin([CODE, "another"])
    with pytest.raises(Overtaken):
        keep(system, first)
    keep(system, second)
    keep(system, second)
    first.begin(["another"])
    keep(system, second)


def test_nobody_keeps_without_a_turn(system: System) -> None:
    with pytest.raises(Overtaken):
        keep(system, Turn())


def other_process(monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """`act` happens once between this judgement's reading and its writing."""
    keep, acts = alerts._keep, iter([act])

    def after_another(*arguments: Any) -> None:
        for each in acts:
            each()
        keep(*arguments)

    monkeypatch.setattr(alerts, "_keep", after_another)


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
    assert AuditEntry.objects(action="compliance.evaluated", subject=f"project:{CODE}").count() == 1
