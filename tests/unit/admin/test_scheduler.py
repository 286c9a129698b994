"""One scheduler acts at a time; another takes over when it falls silent; what a day missed is made up for."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from admin import jobs, scheduler
from admin.jobs import RUN_TERM, Job, Outcome, find_job, run_job
from admin.scheduler import BEAT_SECONDS, DUTY, TERM, Scheduler
from admin.system import System
from archive import leases
from archive.clock import FixedClock
from archive.models import JobRun, Lease
from tests.builders import SYSTEM
from tests.functional.processes import until
from tests.server_time import lease_has_left

CHINA = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 3, 2)


class Work:
    """A table of two daily jobs, of which the test sees each run; `fail` makes the named ones fail."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.fail: set[str] = set()
        self.happened = threading.Event()

    def job(self, key: str, hour: int) -> Job:
        def run(system: System, today: date) -> Outcome:
            self.ran.append(key)
            self.happened.set()
            if key in self.fail:
                raise ZeroDivisionError
            return Outcome({"n": 1})

        return Job(key, key, run, hour=hour)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """It is 10:00 in the archive's time zone: `early` is past its hour, `late` is not."""
    work = Work()
    table = (work.job("early", 8), work.job("late", 23))
    monkeypatch.setattr(jobs, "JOBS", table)
    monkeypatch.setattr(scheduler, "JOBS", table)
    return work


@pytest.fixture
def made(system: System) -> Iterator[list[Scheduler]]:
    made = [Scheduler(system), Scheduler(system)]
    yield made
    for each in made:
        each._rest()


def acting(made: list[Scheduler]) -> list[bool]:
    return [each._jobs is not None for each in made]


def beat(*schedulers: Scheduler) -> None:
    for each in schedulers:
        each._beat()


def at(clock: FixedClock, hour: int, minute: int = 0, day: date = TODAY) -> None:
    clock.instant = datetime(day.year, day.month, day.day, hour, minute, tzinfo=CHINA)


# -- one at a time -------------------------------------------------------------------------------------------------

def test_only_one_of_two_acts(made: list[Scheduler], work: Work) -> None:
    for _ in range(3):
        beat(*made)
        assert acting(made) == [True, False]
    assert Lease.objects(id=DUTY).get().holder == made[0].holder


def test_another_takes_over_when_the_first_falls_silent(made: list[Scheduler], work: Work, clock: FixedClock) -> None:
    beat(*made)
    assert until(lambda: JobRun.objects(outcome="done").count() == 2, 10), "nothing runs any more"
    lease_has_left(DUTY, timedelta(seconds=10))
    beat(made[1])
    assert acting(made) == [True, False]
    lease_has_left(DUTY)
    beat(made[1])
    assert Lease.objects(id=DUTY).get().holder == made[1].holder
    beat(made[0])
    assert acting(made) == [False, True], "who lost the lease stops as soon as it looks"


def test_it_beats_often_enough_to_miss_some() -> None:
    assert TERM.total_seconds() > 3 * BEAT_SECONDS


def test_stopping_gives_the_lease_back_at_once(system: System, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "BEAT_SECONDS", 0.02)
    one, two = Scheduler(system), Scheduler(system)
    one.start()
    assert work.happened.wait(10)
    one.stop()
    assert Lease.objects(id=DUTY).count() == 0
    assert one._jobs is None
    work.happened.clear()
    JobRun.objects.delete()
    two.start()
    assert work.happened.wait(10), "the next one acts without waiting for the lease to run out"
    two.stop()


def test_it_lives_through_a_database_that_is_away(
    system: System, work: Work, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(scheduler, "BEAT_SECONDS", 0.02)
    take, failures = leases.take, iter([ConnectionError("away")] * 2)

    def sometimes(*arguments: object) -> bool:
        for failure in failures:
            raise failure
        return take(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(leases, "take", sometimes)
    one = Scheduler(system)
    one.start()
    try:
        assert work.happened.wait(10)
    finally:
        one.stop()
    assert caplog.text.count("cannot reach the database") == 2


def test_one_that_never_started_stops_without_harm(system: System) -> None:
    Scheduler(system).stop()


# -- when ----------------------------------------------------------------------------------------------------------

def first(system: System, key: str) -> datetime:
    return Scheduler(system)._first(find_job(key))


def test_what_today_missed_runs_at_start_and_the_rest_at_its_hour(system: System, work: Work, clock: FixedClock) -> None:
    assert first(system, "early") == clock.now()
    assert first(system, "late") == datetime(2026, 3, 2, 23, 0, tzinfo=CHINA)


def test_what_today_has_done_waits_for_tomorrow(system: System, work: Work) -> None:
    run_job(system, SYSTEM, "early")
    assert first(system, "early") == datetime(2026, 3, 3, 8, 0, tzinfo=CHINA)


@pytest.mark.parametrize("outcome", ["failed", "yesterday"])
def test_a_failure_or_another_day_s_run_is_no_run_of_today(system: System, work: Work, clock: FixedClock,
                                                          outcome: str) -> None:
    if outcome == "failed":
        work.fail.add("early")
    run_job(system, SYSTEM, "early", TODAY if outcome == "failed" else TODAY - timedelta(days=1))
    assert first(system, "early") == clock.now()


def test_days_are_counted_in_the_archive_s_time_zone(system: System, work: Work, clock: FixedClock) -> None:
    clock.instant = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)  # 01:00 of the next day in Shanghai
    run_job(system, SYSTEM, "early")
    assert JobRun.objects.get().day == "2026-03-03"
    assert first(system, "early") == datetime(2026, 3, 3, 8, 0, tzinfo=CHINA)


def test_a_job_of_every_minute_starts_after_a_minute(system: System) -> None:
    from archive.clock import SystemClock

    planned = first(system, "notices.resend")
    assert timedelta(0) < planned - SystemClock().now() <= timedelta(seconds=60)


def test_missed_jobs_run_once_the_lease_is_won(made: list[Scheduler], work: Work) -> None:
    made[0]._beat()
    assert work.happened.wait(10)
    made[0]._rest()
    made[1]._catch_up()
    assert work.ran.count("early") == 1
    assert JobRun.objects(job="early", outcome="done").count() == 1


# -- again ---------------------------------------------------------------------------------------------------------

def test_a_daily_job_that_ran_by_hand_is_not_run_again(made: list[Scheduler], work: Work, system: System) -> None:
    run_job(system, SYSTEM, "early")
    made[0]._run(find_job("early"))
    assert work.ran == ["early"]


def test_a_failed_job_is_tried_again_the_same_day(made: list[Scheduler], work: Work, clock: FixedClock) -> None:
    work.fail.add("early")
    made[0]._run(find_job("early"))
    made[0]._catch_up()
    assert work.ran == ["early", "early"]
    work.fail.clear()
    made[0]._catch_up()
    made[0]._catch_up()
    assert work.ran == ["early"] * 3
    at(clock, 23)
    made[0]._catch_up()
    assert work.ran == ["early"] * 3 + ["late"]


def test_a_job_whose_place_was_taken_is_made_up_for(
    made: list[Scheduler], work: Work, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    assert leases.take("job:early", "somebody", clock, RUN_TERM)
    caplog.set_level("INFO")
    made[0]._run(find_job("early"))
    assert (work.ran, "early" in caplog.text) == ([], True)
    leases.give_back("job:early", "somebody")
    made[0]._catch_up()
    assert work.ran == ["early"]


def test_the_table_is_what_it_schedules(made: list[Scheduler]) -> None:
    made[0]._jobs = timetable = made[0]._make()
    assert {job.id for job in timetable.get_jobs()} == {job.id for job in jobs.JOBS} | {"catch-up"}
    timetable.start(paused=True)
