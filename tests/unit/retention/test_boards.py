"""Boards: standings kept with findings, ranking, trend, materials by stage; each number only of what the reader may see."""

from datetime import date, timedelta
from typing import Any

import pytest

from admin.papers.boards import gaps_paper, units_paper
from admin.system import System
from archive.access import Actor
from archive.errors import NotPermitted
from archive.models import Project
from archive.operations.people import NewPerson, add_person
from archive.operations.projects import assign_dossier, waive_material
from archive.permissions import Role
from archive.transaction import collection
from retention import boards
from retention.alerts import refresh
from retention.models import FindingRecord, Standing
from tests.builders import SYSTEM, UNIT, UNIT_B, a_project, file_text
from tests.conftest import snapshot

TODAY = date(2026, 3, 2)
OVERDUE: dict[str, Any] = {"actual_completion": date(2025, 1, 10), "trial_start": date(2025, 1, 13)}  # due 2025-07-14


@pytest.fixture
def judged(system: System) -> System:
    """Two of unit A, one of them overdue, and one of unit B; all judged today."""
    a_project(system, "XM-A1", **OVERDUE)
    a_project(system, "XM-A2", mode="service_purchase")
    a_project(system, "XM-B", unit=UNIT_B)
    refresh(system.judge, None, TODAY)
    return system


@pytest.fixture
def unit_b(judged: System) -> Actor:
    return add_person(SYSTEM, judged.clock, NewPerson("b", Role.UNIT, UNIT_B)).actor()


def standing(code: str) -> Standing:
    found: Standing = Standing.objects(project=code).get()
    return found


def test_a_standing_is_kept_with_the_findings_and_follows_what_is_filed(judged: System) -> None:
    before = standing("XM-A1")
    assert before.settled == 0
    assert len(before.lacks) == before.needed > 10
    assert before.late_since is not None
    document = file_text(judged, "XM-A1", "项目建设总结.txt", "项目建设总结").document
    assert document.type == "construction_summary"
    waive_material(SYSTEM, judged.clock, "XM-A1", "financial_report", "按规定免予提交")
    refresh(judged.judge, ["XM-A1"], TODAY)
    after = standing("XM-A1")
    assert (after.settled, after.needed) == (2, before.needed)
    assert set(before.lacks) - set(after.lacks) == {"construction_summary", "financial_report"}


def test_judging_again_with_nothing_new_writes_nothing(judged: System) -> None:
    before = snapshot()
    refresh(judged.judge, None, TODAY)
    assert {name: rows for name, rows in snapshot().items() if name != "judgements"} == {
        name: rows for name, rows in before.items() if name != "judgements"}


def test_the_standing_of_a_renamed_unit_moves_with_the_project(judged: System) -> None:
    collection(Project).update_one({"code": "XM-A1"}, {"$set": {"unit": UNIT_B}})
    refresh(judged.judge, ["XM-A1"], TODAY)
    assert {unit.unit: unit.projects for unit in boards.units(SYSTEM, TODAY)} == {UNIT: 1, UNIT_B: 2}


def test_units_are_ranked_by_days_overdue_or_by_completeness(judged: System) -> None:
    by_days = boards.units(SYSTEM, TODAY)
    for unit in by_days:
        kept = list(Standing.objects(unit=unit.unit))
        late = [(TODAY - row.late_since).days for row in kept if row.late_since]
        assert (unit.projects, unit.overdue_days, unit.longest, unit.overdue_projects) == (
            len(kept), sum(late), max(late, default=0), len(late))
        assert (unit.needed, unit.settled) == (sum(row.needed for row in kept), sum(row.settled for row in kept))
        assert unit.failed == FindingRecord.objects(unit=unit.unit, outcome="failed").count()
    assert [unit.overdue_days for unit in by_days] == sorted((unit.overdue_days for unit in by_days), reverse=True)
    file_text(judged, "XM-B", "项目建设总结.txt", "项目建设总结")
    refresh(judged.judge, ["XM-B"], TODAY)
    assert [unit.unit for unit in boards.units(SYSTEM, TODAY, boards.COMPLETENESS)] == [UNIT, UNIT_B]


def test_days_overdue_grow_without_judging_again(judged: System) -> None:
    today, later = (boards.units(SYSTEM, day)[0].overdue_days for day in (TODAY, TODAY + timedelta(days=10)))
    late = sum(unit.overdue_projects for unit in boards.units(SYSTEM, TODAY)[:1])
    assert later == today + 10 * late


def test_gaps_say_what_is_missing_and_what_comes_next_the_longest_overdue_first(judged: System) -> None:
    page = boards.gaps(SYSTEM, TODAY)
    assert page.total == 3
    days = [gap.overdue_days for gap in page.items]
    assert days == sorted(days, reverse=True)
    first = next(gap for gap in page.items if gap.project == "XM-A1")
    assert "项目建设总结" in first.lacks
    assert first.percent == 0
    lacking = boards.gaps(SYSTEM, TODAY, material="budget_estimate")
    assert {gap.project for gap in lacking.items} == {row.project for row in Standing.objects(lacks="budget_estimate")} != set()
    assert [len(boards.gaps(SYSTEM, TODAY, page=number, size=2).items) for number in (1, 2, 3)] == [2, 1, 0]


def test_materials_by_stage_count_who_needs_and_who_lacks(judged: System) -> None:
    counts = {material.type: material for stage in boards.materials(SYSTEM) for material in stage.materials}
    for key, count in counts.items():
        assert count.missing == Standing.objects(lacks=key).count(), key
    assert sum(count.needed for count in counts.values()) == sum(row.needed for row in Standing.objects)
    assert counts["construction_summary"].needed == 2  # of a purchase it is only recommended
    assert [stage.code for stage in boards.materials(SYSTEM)][:2] == ["APP", "APR"]


def test_the_trend_is_reckoned_back_from_the_history(judged: System) -> None:
    opened = FindingRecord.objects(alert="open").count()
    assert opened > 0
    yesterday, today = boards.trend(SYSTEM, TODAY)[-2:]
    assert (today.open, today.opened, yesterday.open) == (opened, opened, 0)
    tomorrow = TODAY + timedelta(days=1)
    file_text(judged, "XM-A1", "项目建设总结.txt", "项目建设总结")
    refresh(judged.judge, None, tomorrow)
    before, after = boards.trend(SYSTEM, tomorrow)[-2:]
    assert before.open == opened
    assert after.open == FindingRecord.objects(alert="open").count() == before.open + after.opened - after.cleared
    assert after.cleared >= 1
    assert boards.trend(SYSTEM, TODAY)[-1].open == opened  # as of a day before the last turns


def test_a_person_sees_numbers_only_of_what_she_may_see(judged: System, unit_b: Actor) -> None:
    assert [unit.unit for unit in boards.units(unit_b, TODAY)] == [UNIT_B]
    assert [gap.project for gap in boards.gaps(unit_b, TODAY).items] == ["XM-B"]
    assert boards.gaps(unit_b, TODAY, unit=UNIT).total == 0
    assert boards.materials(unit_b, UNIT) == []
    assert boards.trend(unit_b, TODAY)[-1].open == FindingRecord.objects(unit=UNIT_B, alert="open").count()
    needed = {m.type: m.needed for stage in boards.materials(unit_b) for m in stage.materials}
    assert set(needed.values()) == {1}


def test_an_assigned_dossier_counts_for_whom_it_was_assigned_to(judged: System, unit_b: Actor) -> None:
    assign_dossier(SYSTEM, judged.clock, "XM-A2", [unit_b.id])
    assert {gap.project for gap in boards.gaps(unit_b, TODAY).items} == {"XM-B", "XM-A2"}
    assert [unit.projects for unit in boards.units(unit_b, TODAY)] == [1, 1]


@pytest.mark.parametrize("role", [Role.SYSADMIN, Role.SECADMIN, Role.AUDITADMIN])
def test_who_reads_no_records_gets_no_numbers(judged: System, role: Role) -> None:
    nobody = add_person(SYSTEM, judged.clock, NewPerson("n", role)).actor()
    for ask in (lambda: boards.units(nobody, TODAY), lambda: boards.gaps(nobody, TODAY), lambda: boards.materials(nobody),
                lambda: boards.trend(nobody, TODAY), lambda: boards.evaluated_on(nobody)):
        with pytest.raises(NotPermitted):
            ask()


def test_before_the_first_evaluation_there_are_no_numbers(system: System) -> None:
    a_project(system, "XM-1")
    assert boards.evaluated_on(SYSTEM) is None
    assert boards.units(SYSTEM, TODAY) == []
    assert boards.trend(SYSTEM, TODAY)[-1].open == 0


def test_papers_hold_what_the_board_shows(judged: System) -> None:
    page = boards.gaps(SYSTEM, TODAY)
    paper = gaps_paper(page.items, page.total, TODAY, "")
    assert [row[0] for row in paper.blocks[0].rows] == [gap.project for gap in page.items]  # type: ignore[union-attr]
    ranking = units_paper(boards.units(SYSTEM, TODAY), boards.trend(SYSTEM, TODAY), boards.materials(SYSTEM), TODAY)
    assert len(ranking.blocks) == 3
