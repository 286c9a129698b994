"""The timeline: which marks there are, what each rests on, and what of it is late."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.compliance.facts import ContractFacts, DocumentFacts, Facts, ProjectFacts
from retention.findings import FindingView
from retention.timeline import Mark, Span, draw_up

TODAY = date(2025, 6, 16)
LATE_PROJECT: dict[str, Any] = {
    "approved_on": date(2024, 3, 1), "construction_start": date(2024, 4, 15), "planned_completion": date(2024, 10, 10),
    "actual_completion": date(2024, 10, 20), "trial_start": date(2024, 11, 1)}  # due 2025-05-01, rolled to 2025-05-06


def marks(today: date = TODAY, findings: list[FindingView] | None = None, documents: tuple[DocumentFacts, ...] = (),
          contracts: tuple[ContractFacts, ...] = (), **project: Any) -> dict[str, Mark]:
    return {mark.key: mark for mark in draw_up(_facts(today, documents, contracts, **project), findings or []).marks}


def _facts(today: date, documents: tuple[DocumentFacts, ...] = (), contracts: tuple[ContractFacts, ...] = (), **project: Any) -> Facts:
    return Facts(ProjectFacts("XM", **project), today, contracts, documents)


def finding(due_on: date, outcome: str = "failed", rule: str = "R45-1", clause: str = "45", title: str = "年度绩效") -> FindingView:
    return FindingView(f"{rule}{due_on}{title}", "XM", "", "", rule, 1, title, clause, "", outcome, "H", due_on, None, "", {}, (), "",
                       False, (), "none", None, TODAY)


def test_every_mark_says_what_it_rests_on() -> None:
    found = marks(**LATE_PROJECT)
    assert (found["approved_on"].kind, found["approved_on"].state, found["approved_on"].basis) == ("actual", "done", "台账：批复日期")
    assert all(mark.basis for mark in found.values())
    assert (found["trial_until"].day, found["trial_until"].clause) == (date(2025, 2, 1), "31.1")


def test_what_is_due_in_many_years_does_not_press_the_line_together() -> None:
    found = [finding(date(2030, 6, 16), "due"), finding(date(2045, 6, 16), "due", "X-16", "archr.20", "移交")]
    assert [mark.day for mark in marks(findings=found, **LATE_PROJECT).values() if mark.key.startswith("finding:")] == [date(2030, 6, 16)]


def test_what_was_finished_after_its_plan_is_late_by_so_many_days() -> None:
    plan = marks(**LATE_PROJECT)["planned_completion"]
    assert (plan.state, plan.days_late, plan.note) == ("late", 10, "实际 2024-10-20，晚 10 天")
    spans = draw_up(_facts(TODAY, **LATE_PROJECT), []).spans
    assert Span("超出计划工期", date(2024, 10, 10), date(2024, 10, 20), late=True) in spans


@pytest.mark.parametrize(("today", "state", "days"), [
    (date(2025, 5, 6), "ahead", 0), (date(2025, 5, 7), "late", 1), (TODAY, "late", 41)])
def test_acceptance_is_late_from_the_day_after_its_term(today: date, state: str, days: int) -> None:
    due = marks(today, **LATE_PROJECT)["acceptance_due"]
    assert (due.day, due.state, due.days_late) == (date(2025, 5, 6), state, days)
    late = [span for span in draw_up(_facts(today, **LATE_PROJECT), []).spans if span.label == "验收逾期"]
    assert late == ([Span("验收逾期", date(2025, 5, 6), today, late=True)] if days else [])


def test_accepted_in_time_is_done_and_accepted_late_says_how_late() -> None:
    def accepted(day: date) -> Mark:
        opinion = DocumentFacts("D1", "acceptance_opinion", day, "省发展改革委", "通过")
        return marks(TODAY, documents=(opinion,), **LATE_PROJECT, acceptance_date=day)["acceptance_due"]

    assert accepted(date(2025, 5, 6)).state == "done"
    assert (accepted(date(2025, 5, 8)).state, accepted(date(2025, 5, 8)).note) == ("late", "2025-05-08 才验收，晚 2 天")


def test_a_plan_of_which_the_day_is_over_and_nothing_happened_is_late() -> None:
    plan = marks(planned_completion=date(2025, 6, 15))["planned_completion"]
    assert (plan.state, plan.note) == ("late", "已过 1 天，未完成")
    assert marks(planned_completion=TODAY)["planned_completion"].state == "ahead"


def test_a_ledger_date_that_lies_ahead_is_a_plan() -> None:
    ahead = marks(warranty_end=TODAY + timedelta(days=1))["warranty_end"]
    assert (ahead.kind, ahead.state) == ("planned", "ahead")


def test_completion_told_by_a_document_names_the_document() -> None:
    paper = DocumentFacts("D1", "completion_confirmation", date(2025, 1, 8))
    assert marks(documents=(paper,))["completed_on"].basis == "归档文件：建设内容完成确认书"


def test_obligations_of_a_day_are_told_once_and_those_of_acceptance_are_the_term_itself() -> None:
    day, term = date(2025, 7, 31), date(2025, 5, 6)
    found = marks(findings=[finding(day, "due"), finding(day, "due", title="共享目录"), finding(term, clause="31.2"),
                            finding(TODAY - timedelta(days=3))], **LATE_PROJECT)
    told = [mark for key, mark in found.items() if key.startswith("finding:")]
    assert [(mark.day, mark.label, mark.state) for mark in told] == [
        (TODAY - timedelta(days=3), "年度绩效", "late"), (day, "共享目录等 2 项" if told[1].label[0] == "共" else "年度绩效等 2 项", "ahead")]
    assert told[0].note == "逾期 3 天"
    assert set(told[1].also) == {"年度绩效", "共享目录"}


def test_an_om_project_has_contracts_and_no_acceptance() -> None:
    found = draw_up(_facts(TODAY, (), (ContractFacts("HT-1", "om", None, date(2025, 1, 1), date(2025, 12, 31)),), kind="om",
                           trial_start=date(2024, 1, 1)), [])
    assert [(mark.key, mark.state) for mark in found.marks if mark.kind == "planned"] == [("contract:HT-1", "ahead")]
    assert not [mark for mark in found.marks if mark.kind == "due"]
    assert not found.status
    assert Span("运维", date(2025, 1, 1), date(2025, 12, 31)) in found.spans


DAYS = st.none() | st.dates(date(2019, 1, 1), date(2030, 12, 31))


@settings(max_examples=60, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(
    ("construction_start", "planned_completion", "actual_completion", "trial_start", "trial_end_actual", "planned_acceptance",
     "acceptance_date", "extension_until"), DAYS)))
def test_no_dates_make_a_line_that_runs_backwards(project: dict[str, Any]) -> None:
    line = draw_up(_facts(TODAY, **project), [])
    assert [mark.day for mark in line.marks] == sorted(mark.day for mark in line.marks)
    assert all(span.start <= span.end for span in line.spans)
    assert all(mark.days_late == 0 or mark.state == "late" for mark in line.marks)
