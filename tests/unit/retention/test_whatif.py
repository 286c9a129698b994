"""What-if: only what would differ, by the real rules, with every kind of supposition; and nothing is ever written."""

from datetime import date, timedelta
from typing import Any

import pytest

from admin.system import System
from archive.access import Actor
from archive.errors import Invalid, NotFound
from archive.operations.people import NewPerson, add_person
from archive.permissions import Role
from retention.alerts import refresh
from retention.findings import live_findings
from retention.supposing import PROJECT_FACTS, Paper, Supposed
from retention.whatif import WhatIf, what_if
from tests.builders import SYSTEM, UNIT_B, a_project, file_text
from tests.conftest import snapshot

CODE = "XM-A"
OVERDUE: dict[str, Any] = {"actual_completion": date(2025, 1, 10), "trial_start": date(2025, 1, 13)}  # due 2025-07-14
TODAY = date(2026, 3, 2)


@pytest.fixture
def late(system: System) -> System:
    a_project(system, CODE, **OVERDUE)
    file_text(system, CODE, "项目建设总结.txt", "项目建设总结")
    return system


def of(found: WhatIf, rule: str, subject: str = "") -> Any:
    return next(change for change in found.changes if (change.rule, change.subject) == (rule, subject))


def test_nothing_supposed_changes_nothing(late: System) -> None:
    found = what_if(late.judge, SYSTEM, CODE, Supposed())
    assert (found.changes, found.settings, found.day) == ((), {}, TODAY)
    assert found.same == len(live_findings(late.judge, SYSTEM, CODE))
    assert found.failed_before == found.failed_after > 0


def test_accepted_on_a_day_ahead_is_judged_on_that_day(late: System) -> None:
    day = TODAY + timedelta(days=30)
    found = what_if(late.judge, SYSTEM, CODE, Supposed(accepted_on=day))
    change = of(found, "R31-3")
    assert (change.before.outcome, change.after.outcome, change.alert) == ("failed", "passed", "vanishes")
    assert found.day == day
    assert any("2025-07-14" in step for step in change.before.steps)
    assert of(found, "R31-6").alert in ("appears", "")  # the opinion is asked for from that day


def test_another_setting_moves_the_term_and_says_the_arithmetic(late: System) -> None:
    found = what_if(late.judge, SYSTEM, CODE, Supposed(settings={"grace_months": 12}))
    change = of(found, "R31-3")
    assert (change.before.outcome, change.after.outcome, change.after.due_on) == ("failed", "due", date(2026, 4, 13))
    assert found.settings == {"grace_months": (3, 12)}
    assert change.after.settings_version == found.settings_version != change.before.settings_version
    assert any("12 个月宽限" in step for step in change.after.steps)


def test_another_fact_of_the_project_and_of_a_contract(late: System) -> None:
    found = what_if(late.judge, SYSTEM, CODE, Supposed(project={"extension_until": "2026-12-31"}))
    assert of(found, "R31-3").after.due_on == date(2026, 12, 31)
    contract = {"type": "om", "start_on": "2026-01-01", "end_on": "2026-03-20", "signed_on": "2026-01-01"}
    contracts = what_if(late.judge, SYSTEM, CODE, Supposed(project={"kind": "om"}, contracts={"HT-1": contract}))
    assert any(change.subject == "HT-1" or "HT-1" in str(change.after.inputs) for change in contracts.changes if change.after)


def test_a_material_there_and_one_not_there(late: System) -> None:
    there = what_if(late.judge, SYSTEM, CODE, Supposed(present=(Paper("financial_report", date(2025, 2, 1)),)))
    change = of(there, "R31-5b", "financial_report")
    assert (change.before.outcome, change.after.outcome) == ("failed", "passed")
    gone = what_if(late.judge, SYSTEM, CODE, Supposed(absent=("construction_summary",)))
    assert of(gone, "R31-5a", "construction_summary").after.outcome == "failed"


def test_an_earlier_day_is_judged_as_it_stood(late: System) -> None:
    found = what_if(late.judge, SYSTEM, CODE, Supposed(day=date(2025, 7, 14)))
    assert of(found, "R31-3").after.outcome == "due"


def test_a_project_that_is_late_blocks_its_unit_and_no_more_once_it_is_accepted(late: System) -> None:
    a_project(late, "XM-NEW", approved_on=date(2026, 1, 5))
    before = {view.rule: view for view in live_findings(late.judge, SYSTEM, "XM-NEW")}["R32-3"]
    assert before.outcome == "failed"
    made = what_if(late.judge, SYSTEM, "XM-NEW", Supposed(project={"approved_on": "2025-01-05"}))
    assert of(made, "R32-3").after.outcome != "failed"


@pytest.mark.parametrize("supposed", [
    Supposed(day=date(2027, 1, 1)), Supposed(accepted_on=date(2026, 4, 1)), Supposed(project={"total_investment_fen": 5}),
    Supposed(settings={"grace_months": 0}), Supposed(present=(Paper("financial_report"),)), Supposed(absent=("meeting_minutes",))])
def test_asking_writes_nothing(late: System, supposed: Supposed) -> None:
    refresh(late.judge, None, TODAY)
    before = snapshot()
    what_if(late.judge, SYSTEM, CODE, supposed)
    assert snapshot() == before


@pytest.mark.parametrize("supposed", [
    Supposed(project={"name": "别的"}), Supposed(project={"mode": "不存在"}), Supposed(project={"approved_on": "昨天"}), Supposed(project={"mode": None}),
    Supposed(project={"total_investment_fen": -1}), Supposed(settings={"grace_month": 1}), Supposed(settings={"grace_months": -1}),
    Supposed(contracts={"X": {"end_on": 5}}), Supposed(project={"classified": "maybe"})])
def test_what_cannot_be_is_refused_by_name(late: System, supposed: Supposed) -> None:
    with pytest.raises(Invalid):
        what_if(late.judge, SYSTEM, CODE, supposed)


def test_every_fact_may_be_emptied(late: System) -> None:
    for name in PROJECT_FACTS:
        if name not in ("mode", "kind"):
            what_if(late.judge, SYSTEM, CODE, Supposed(project={name: None}))


def test_a_foreign_project_is_not_there(late: System) -> None:
    foreign: Actor = add_person(SYSTEM, late.clock, NewPerson("b", Role.UNIT, UNIT_B)).actor()
    with pytest.raises(NotFound):
        what_if(late.judge, foreign, CODE, Supposed(accepted_on=TODAY))
