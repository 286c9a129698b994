"""A project that ended unfinished with consent, through the whole of the archive: alerts, the unit's other projects, pages."""

from datetime import date
from typing import Any

from admin.system import System
from archive.operations.registers import add_entry
from retention.alerts import refresh
from retention.models import FindingRecord
from retention.readiness import readiness_of
from retention.timeline import timeline_of
from tests.builders import SYSTEM, a_project

DAY, END = date(2025, 6, 2), date(2025, 6, 1)
OVERDUE: dict[str, Any] = {"construction_start": date(2024, 4, 15), "planned_completion": date(2024, 8, 1),
                           "actual_completion": date(2024, 8, 20), "trial_start": date(2024, 9, 1)}


def open_rules(code: str) -> set[str]:
    return {row.rule for row in FindingRecord.objects(project=code, alert="open")}


def end(system: System, code: str, *, consent: bool) -> None:
    add_entry(SYSTEM, system.clock, "profile", code, {"terminated_on": END})
    if consent:
        add_entry(SYSTEM, system.clock, "approval", code, {
            "kind": "termination", "issuer": "leading_group", "number": "云数领〔2025〕9号", "approved_on": END})


def test_its_alerts_go_and_the_unit_may_begin_something_new(system: System) -> None:
    a_project(system, "XM-OLD", **OVERDUE)
    a_project(system, "XM-NEW", approved_on=date(2025, 5, 20))
    refresh(system.judge, None, DAY)
    assert {"R31-3", "R31-7", "R31-5a"} <= open_rules("XM-OLD")
    assert "R32-3" in open_rules("XM-NEW")
    end(system, "XM-OLD", consent=True)
    refresh(system.judge, None, DAY)
    assert open_rules("XM-OLD").isdisjoint({"R31-1", "R31-3", "R31-7", "R31-5a"})
    assert "R30-3" in open_rules("XM-OLD")  # nobody filed the application
    assert "R32-3" not in open_rules("XM-NEW")


def test_without_consent_all_stays_as_it_is(system: System) -> None:
    a_project(system, "XM-OLD", **OVERDUE)
    a_project(system, "XM-NEW", approved_on=date(2025, 5, 20))
    end(system, "XM-OLD", consent=False)
    refresh(system.judge, None, DAY)
    assert {"R31-3", "R30-3"} <= open_rules("XM-OLD")
    assert "R32-3" in open_rules("XM-NEW")
    assert readiness_of(system.judge, SYSTEM, "XM-OLD", DAY) is not None


def test_pages_say_that_it_ended_and_ask_for_no_papers(system: System) -> None:
    a_project(system, "XM-OLD", **OVERDUE | {"actual_completion": None, "trial_start": None, "planned_acceptance": date(2026, 1, 1)})
    end(system, "XM-OLD", consent=True)
    assert readiness_of(system.judge, SYSTEM, "XM-OLD", DAY) is None
    line = timeline_of(system.judge, SYSTEM, "XM-OLD", DAY)
    marks = {mark.key: mark for mark in line.marks}
    assert (line.status, marks["ended_on"].day, marks["ended_on"].clause) == ("已终止", END, "30.2")
    assert (marks["planned_completion"].note, marks["planned_completion"].state) == ("至终止晚 304 天", "late")
    assert not {"acceptance_due", "trial_until"} & marks.keys()
    assert [(span.label, span.start, span.end) for span in line.spans] == [
        ("建设", date(2024, 4, 15), date(2024, 8, 1)), ("超出计划工期", date(2024, 8, 1), END)]
