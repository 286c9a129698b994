"""Working days that people keep: read from files, checked, put right, and counted by from the next judgement on."""

import json
from datetime import date

import pytest

from admin.jobs import run_job
from admin.system import System
from archive.access import Actor
from archive.clock import FixedClock
from archive.errors import Invalid
from archive.models import AuditEntry
from archive.permissions import Permission
from retention.alerts import refresh
from retention.models import FindingRecord, WorkYear
from retention.work_year_files import read_year
from retention.work_years import Arrangement, Turned, import_year, in_use, lacking, set_day, years
from retention.workdays import WorkCalendar
from tests.builders import SYSTEM, a_project
from tests.unit.archive.refusals import refused, refused_without

BASE = WorkCalendar()
OFF = tuple(sorted(WorkCalendar.statutory(2027) | {date(2027, 2, 11), date(2027, 2, 12), date(2027, 10, 6), date(2027, 10, 7)}))
MADE_UP = (date(2027, 2, 20), date(2027, 10, 9))
YEAR = Arrangement(2027, OFF, MADE_UP, "国办发明电〔2026〕9号")
AS_JSON = json.dumps({"year": 2027, "rest": list(map(str, OFF)), "work": list(map(str, MADE_UP)), "source": YEAR.source})
AS_TOML = (f'year = 2027\nsource = "{YEAR.source}"\nrest = [{", ".join(map(str, OFF))}]\nwork = [{", ".join(map(str, MADE_UP))}]')
AS_CSV = "日期,类型\n" + "".join(f"{day},休\n" for day in OFF) + "".join(f"{day},班\n" for day in MADE_UP)


@pytest.mark.parametrize(("name", "text", "source"), [
    ("2027.json", AS_JSON, YEAR.source), ("2027.TOML", AS_TOML, YEAR.source), ("2027.csv", "\ufeff" + AS_CSV, "")])
def test_a_year_is_read_from_three_kinds_of_file(name: str, text: str, source: str) -> None:
    assert read_year(name, text.encode()) == Arrangement(2027, OFF, MADE_UP, source)


@pytest.mark.parametrize(("name", "content", "said"), [
    ("a.txt", b"x", ".json"), ("a.json", b"{", "JSON"), ("a.json", b"[]", "year"), ("a.json", b'{"year": "2027"}', "year"),
    ("a.json", b'{"year": 2027, "days": []}', "days"), ("a.json", b'{"year": 2027, "rest": ["2027-13-01"]}', "rest 第 1 项"),
    ("a.json", b'{"year": 2027, "rest": "2027-01-01"}', "列表"), ("a.json", b'{"year": 2027, "work": [7]}', "work 第 1 项"),
    ("a.json", b'{"year": 2027, "rest": ["2027-01-01", "2027-01-01"]}', "两次"), ("a.toml", b"year = ", "TOML"),
    ("a.csv", b"a,b\n", "第 1 行"), ("a.csv", "日期,类型\n2027-01-01,假\n".encode(), "第 2 行"),
    ("a.csv", "日期,类型\n2027-1-1,休\n".encode(), "第 2 行"), ("a.csv", "日期,类型\n".encode(), "没有任何日期"),
    ("a.json", b"\xff\xfe", "UTF-8"), ("a.json", b"[" * 100_000, "JSON"), ("a.json", b" " * 300_000, "KiB")])
def test_what_is_wrong_in_a_file_is_said_with_its_place(name: str, content: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        read_year(name, content)


@pytest.mark.parametrize(("year", "said"), [
    (Arrangement(1999, (), ()), "年份"), (Arrangement(2027, OFF[:-1], MADE_UP), "2027-10-07|法定"),
    (Arrangement(2027, OFF[1:], ()), "缺少法定节假日 2027-01-01"), (Arrangement(2027, OFF, (date(2027, 3, 1),)), "不是周末"),
    (Arrangement(2027, (*OFF, date(2028, 1, 3)), ()), "不在 2027 年内"), (Arrangement(2027, OFF, OFF[:1]), "既列为")])
def test_an_arrangement_that_cannot_be_one_is_refused(system: System, year: Arrangement, said: str) -> None:
    if year.rest == OFF[:-1]:  # one day less of a holiday is an arrangement like any other
        import_year(SYSTEM, system.clock, BASE, year, dry_run=True)
        return
    with pytest.raises(Invalid, match=said):
        import_year(SYSTEM, system.clock, BASE, year)
    assert WorkYear.objects.count() == 0


def test_an_imported_year_is_no_longer_provisional_and_its_days_count(system: System, people: dict[str, Actor]) -> None:
    turned = [Turned(day, True, False) for day in (date(2027, 2, 11), date(2027, 2, 12), date(2027, 10, 6), date(2027, 10, 7))]
    turned = sorted([*turned, *(Turned(day, False, True) for day in MADE_UP)], key=lambda one: one.day)
    assert import_year(people["sysadmin"], system.clock, BASE, YEAR, dry_run=True) == turned
    assert in_use(BASE) is BASE
    assert import_year(people["sysadmin"], system.clock, BASE, YEAR) == turned
    calendar = in_use(BASE)
    assert not calendar.provisional(2027)
    assert (calendar.is_workday(MADE_UP[0]), calendar.is_workday(date(2027, 2, 12)), calendar.is_workday(date(2027, 3, 1))) == (
        True, False, True)
    assert calendar.provisional(2028)
    entry = AuditEntry.objects.get(action="workdays.imported")
    assert (entry.actor_name, entry.detail["note"]) == ("sysadmin", YEAR.source)
    state = next(state for state in years(BASE, date(2026, 11, 1)) if state.year == 2027)
    assert (state.known, state.kept is not None) == (True, True)


def test_an_announced_year_that_is_imported_anew_holds_nothing_of_the_package(system: System) -> None:
    """2026 as the package has it works on 10 October; an arrangement that does not say so does not."""
    assert BASE.is_workday(date(2026, 10, 10))
    import_year(SYSTEM, system.clock, BASE, Arrangement(2026, tuple(WorkCalendar.statutory(2026)), ()))
    assert not in_use(BASE).is_workday(date(2026, 10, 10))


def test_one_day_is_put_right_and_back_with_its_history(system: System, people: dict[str, Actor], clock: FixedClock) -> None:
    day, admin = date(2026, 3, 6), people["sysadmin"]
    assert set_day(admin, clock, BASE, day, "rest", "省政府通知") == [Turned(day, True, False)]
    assert not in_use(BASE).is_workday(day)
    assert in_use(BASE).provisional(2027)
    assert set_day(admin, clock, BASE, day, "usual", "通知撤销") == [Turned(day, False, True)]
    assert in_use(BASE).is_workday(day)
    row = WorkYear.objects.get()
    assert [(step.what, step.by_name, step.note, step.now_rest, step.now_work) for step in row.history] == [
        ("edited", "sysadmin", "省政府通知", ["2026-03-06"], []), ("edited", "sysadmin", "通知撤销", [], ["2026-03-06"])]
    for kind, why, said in (("holiday", "通知", "安排"), ("rest", " ", "理由")):
        refused(Invalid, lambda kind=kind, why=why: set_day(admin, clock, BASE, day, kind, why))
        with pytest.raises(Invalid, match=said):
            set_day(admin, clock, BASE, day, kind, why)


def test_nobody_without_the_right_changes_working_days(system: System, people: dict[str, Actor]) -> None:
    refused_without(Permission.WORKDAYS_EDIT, people, lambda actor: import_year(actor, system.clock, BASE, YEAR))
    refused_without(Permission.WORKDAYS_EDIT, people, lambda actor: set_day(actor, system.clock, BASE, date(2026, 3, 6), "rest", "通知"))


def test_a_change_has_everything_judged_again_and_results_say_what_was_provisional(system: System, clock: FixedClock) -> None:
    held = date(2027, 1, 29)  # ten working days over the Spring Festival of 2027
    clock.instant = clock.instant.replace(year=2027, month=2, day=1)
    a_project(system, actual_completion=date(2026, 8, 1), trial_start=date(2026, 8, 1), acceptance_date=held, acceptance_result="合格")
    refresh(system.judge)
    before = FindingRecord.objects.get(rule="R31-4")
    assert (before.due_on, before.provisional) == (date(2027, 2, 18), True)
    assert "2027 年的放假调休安排尚未公布，此日期为暂定" in before.steps
    assert run_job(system, SYSTEM, "compliance.recalculate").result == {}
    import_year(SYSTEM, clock, system.settings.workdays, YEAR)
    assert run_job(system, SYSTEM, "compliance.recalculate").result["projects"] == 1
    after = FindingRecord.objects.get(rule="R31-4")
    assert (after.due_on, after.provisional) == (date(2027, 2, 20), False)  # a Saturday that is worked
    assert not any("暂定" in step for step in after.steps)


@pytest.mark.parametrize(("day", "years"), [
    (date(2026, 9, 30), []), (date(2026, 10, 1), [2027]), (date(2026, 12, 31), [2027]), (date(2027, 1, 1), [2027]),
    (date(2027, 10, 1), [2027, 2028])])
def test_from_the_first_of_october_the_next_year_is_missed(system: System, day: date, years: list[int]) -> None:
    assert lacking(BASE, day) == years
    import_year(SYSTEM, system.clock, BASE, YEAR)
    assert lacking(BASE, day) == [year for year in years if year != 2027]
