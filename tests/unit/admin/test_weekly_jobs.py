"""Weekly jobs: planned on their day, made up for all week, once; slow ones keep nobody waiting."""

import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from admin import jobs, scheduler
from admin.jobs import Job, Outcome, done_between, find_job, run_job
from admin.scheduler import Scheduler
from admin.system import System
from archive.clock import FixedClock
from tests.builders import SYSTEM

CHINA = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 3, 2)
SUNDAY = MONDAY - timedelta(days=1)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=CHINA)


def nothing(system: System, today: date) -> Outcome:
    return Outcome({"n": 1})


WEEKLY = Job("weekly", "试", nothing, hour=10, minute=30, weekday=6)


@pytest.fixture
def made(system: System, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scheduler]:
    for module in (jobs, scheduler):
        monkeypatch.setattr(module, "JOBS", (WEEKLY,))
    made = Scheduler(system)
    yield made
    made._rest()


def test_the_drill_is_weekly_and_the_backup_daily() -> None:
    backup, drill = find_job("backup.daily"), find_job("backup.drill")
    assert (backup.when, drill.when) == ("每天 22:30", "每周日 10:00")
    assert backup.lease == drill.lease, "a backup and the drill do not run at once"
    assert backup.slow
    assert drill.slow


@pytest.mark.parametrize(("now", "since"), [
    (at(SUNDAY, 10, 29), SUNDAY - timedelta(days=7)), (at(SUNDAY, 10, 30), SUNDAY), (at(MONDAY, 0), SUNDAY),
    (at(MONDAY + timedelta(days=5), 23, 59), SUNDAY), (at(MONDAY + timedelta(days=6), 10, 31), MONDAY + timedelta(days=6))])
def test_a_weekly_run_is_owed_from_its_day_to_the_next(now: datetime, since: date) -> None:
    assert WEEKLY.due_since(now) == since


def test_a_daily_run_is_owed_from_its_hour_and_others_never() -> None:
    daily = Job("d", "试", nothing, hour=8)
    assert (daily.due_since(at(MONDAY, 7, 59)), daily.due_since(at(MONDAY, 8))) == (None, MONDAY)
    assert Job("e", "试", nothing, every=60).due_since(at(MONDAY, 8)) is None


def test_a_week_that_was_missed_is_made_up_for_once(made: Scheduler, system: System, clock: FixedClock) -> None:
    clock.instant = at(MONDAY, 10)
    assert made._first(WEEKLY) == clock.now()
    made._catch_up()
    made._catch_up()
    assert jobs.JobRun.objects(job="weekly").count() == 1
    assert made._first(WEEKLY) == at(MONDAY + timedelta(days=6), 10, 30)
    clock.instant = at(MONDAY + timedelta(days=6), 10, 30)
    made._run(WEEKLY)
    made._run(WEEKLY)
    assert jobs.JobRun.objects(job="weekly").count() == 2


def test_a_run_by_hand_in_the_week_counts_and_one_of_a_later_day_does_not(
    made: Scheduler, system: System, clock: FixedClock
) -> None:
    clock.instant = at(MONDAY, 10)
    run_job(system, SYSTEM, "weekly", MONDAY + timedelta(days=2))  # the clock was ahead
    assert not done_between("weekly", SUNDAY, MONDAY)
    assert made._first(WEEKLY) == clock.now()
    run_job(system, SYSTEM, "weekly")
    assert made._first(WEEKLY) > clock.now()


def test_a_slow_job_keeps_nobody_waiting(system: System, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    slow_began, quick_done, order = threading.Event(), threading.Event(), []

    def slow(system: System, today: date) -> Outcome:
        slow_began.set()
        assert quick_done.wait(20), "the quick job waited for the slow one"
        order.append("slow")
        return Outcome({"n": 1})

    def quick(system: System, today: date) -> Outcome:
        assert slow_began.wait(20)
        order.append("quick")
        quick_done.set()
        return Outcome({"n": 1})

    clock.instant = at(MONDAY, 12)
    table = (Job("slow", "试", slow, hour=9, slow=True), Job("quick", "试", quick, hour=10))
    for module in (jobs, scheduler):
        monkeypatch.setattr(module, "JOBS", table)
    made = Scheduler(system)
    made._beat()
    assert quick_done.wait(30)
    made._rest()
    assert order == ["quick", "slow"]
