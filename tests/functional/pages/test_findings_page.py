"""The board of findings: groups, explanations, acknowledging, and waivers that need two people."""

import re
from collections.abc import Callable
from datetime import date

import pytest

from admin.system import System
from retention.alerts import refresh
from retention.findings import view_finding
from retention.models import FindingRecord
from tests.builders import SYSTEM, UNIT_B, a_project
from tests.conftest import snapshot
from tests.functional.pages.conftest import Browser

UNTIL = "2026-06-30"


@pytest.fixture
def late(system: System) -> FindingRecord:
    """An overdue acceptance with an open alert, besides a project of another unit that is not late."""
    a_project(system, "XM-L", name="逾期项目", construction_start=date(2024, 4, 1), planned_completion=date(2025, 1, 31),
              actual_completion=date(2025, 1, 31), trial_start=date(2025, 2, 5))
    a_project(system, "XM-F", name="在建项目", unit=UNIT_B, construction_start=date(2025, 12, 1),
              planned_completion=date(2027, 1, 31))
    refresh(system.judge)
    found: FindingRecord = FindingRecord.objects(project="XM-L", rule="R31-3").get()
    assert (found.outcome, found.alert) == ("failed", "open")
    return found


def test_every_row_explains_itself_in_place(late: FindingRecord, system: System, signed_in: Callable[[str], Browser]) -> None:
    page = signed_in("auditor").page("/findings?group=overdue&rule=R31-3")
    assert f'id="finding-{late.id}"' in page
    view = view_finding(SYSTEM, late.id, system.clock.today())
    assert re.match(r"验收逾期 \d+ 天：", view.reason)
    assert view.reason in page
    assert all(step in page for step in view.steps)
    assert late.clears_when in page
    assert "#clause-31" in page
    assert 'href="/projects/XM-L#finding-' in page


def test_the_groups_hold_what_their_names_say_and_count_exactly(late: FindingRecord,
                                                               signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("auditor")
    board = browser.page("/findings")
    counts = dict(re.findall(r'group=(\w+)"[^>]*><b>(\d+)</b>', board))
    stored = FindingRecord.objects
    assert int(counts["overdue"]) == stored(outcome="failed").count() > 0
    assert int(counts["missing"]) == stored(outcome="unknown").count()
    assert int(counts["soon"]) + int(counts["later"]) == stored(outcome="due").count() > 0
    overdue = browser.page("/findings?group=overdue")
    assert overdue.count('<details class="finding"') == min(int(counts["overdue"]), 50)
    assert "逾期 " in overdue


@pytest.mark.parametrize(("query", "holds"), [
    ("severity=C", True), ("severity=L", False), ("status=open", True), ("status=acknowledged", False),
    ("status=waived", False), ("unit=省水文局", False), ("rule=R31-3", True), ("rule=R42-3", False)])
def test_filters_narrow_the_board(query: str, holds: bool, late: FindingRecord, signed_in: Callable[[str], Browser]) -> None:
    page = signed_in("auditor").page(f"/findings?group=overdue&{query}")
    assert (f'id="finding-{late.id}"' in page) is holds


def test_acknowledging_is_recorded_and_the_alert_stays_open(late: FindingRecord, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("unit_a")
    page = browser.follow(f"/findings/{late.id}/acknowledge", {"note": "正在办理", "next": "/findings?group=overdue"})
    assert "有人跟进" in page
    assert "已知悉" in page
    stored = FindingRecord.objects(id=late.id).get()
    assert (stored.alert, stored.history[-1].what, stored.history[-1].note) == ("open", "acknowledged", "正在办理")


@pytest.mark.parametrize("form", [
    {"reason": "", "until": UNTIL}, {"reason": "省里要求", "until": ""}, {"reason": "省里要求", "until": "2026-03-02"},
    {"reason": "省里要求", "until": "2030-01-01"}, {"reason": "省里要求", "until": "明年"}])
def test_a_waiver_needs_a_reason_and_an_end(form: dict[str, str], late: FindingRecord,
                                            signed_in: Callable[[str], Browser]) -> None:
    browser, before = signed_in("archivist"), snapshot()
    assert 'class="note danger"' in browser.follow(f"/findings/{late.id}/waive", form)
    assert snapshot() == before


def test_a_waiver_needs_a_second_person(late: FindingRecord, signed_in: Callable[[str], Browser]) -> None:
    asker, second = signed_in("archivist"), signed_in("supervisor")
    assert "须由另一位有权人员批准" in asker.follow(f"/findings/{late.id}/waive", {"reason": "省里要求", "until": UNTIL})
    assert "申请人不能批准自己的申请" in asker.follow(f"/findings/{late.id}/approve")
    assert "批准豁免" not in asker.page(f"/findings/{late.id}")
    assert f"批准豁免（至 {UNTIL}）" in second.page(f"/findings/{late.id}")
    assert "豁免已批准" in second.follow(f"/findings/{late.id}/approve")
    stored = FindingRecord.objects(id=late.id).get()
    assert stored.waiver.approved_by
    assert f'id="finding-{late.id}"' in second.page("/findings?group=overdue&status=waived")


def test_only_those_who_may_are_offered_what_they_may(late: FindingRecord, signed_in: Callable[[str], Browser]) -> None:
    offers = {role: signed_in(role).page(f"/findings/{late.id}") for role in ("auditor", "unit_a", "archivist")}
    assert "确认知悉" not in offers["auditor"]
    assert "确认知悉" in offers["unit_a"]
    assert "申请豁免" not in offers["unit_a"]
    assert "申请豁免" in offers["archivist"]


def test_a_form_never_leads_to_another_site(late: FindingRecord, signed_in: Callable[[str], Browser]) -> None:
    answer = signed_in("unit_a").post(f"/findings/{late.id}/acknowledge", {"next": "https://example.com/"})
    assert answer.headers["Location"] == f"/findings/{late.id}"


def test_rules_and_clauses_lead_to_each_other(signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("sysadmin")
    rules, clauses = browser.page("/rules"), browser.page("/clauses")
    assert 'id="rule-R31-3"' in rules
    assert 'href="/clauses#clause-31.2"' in rules
    assert 'id="clause-31.2"' in clauses
    assert 'href="/rules#rule-R31-3"' in clauses
    assert "待核实" in clauses
    assert "grace_months" in rules
