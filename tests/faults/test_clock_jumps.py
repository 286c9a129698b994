"""The machine's clock jumps a day forward and back: one scheduler acts, each day's jobs run once, nobody is told twice or never."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from admin.jobs import JOBS
from admin.scheduler import BEAT_SECONDS, CATCH_UP, Scheduler
from admin.system import System
from archive.clock import FixedClock
from archive.models import JobRun
from archive.operations.people import NewPerson, add_person
from archive.permissions import Role
from retention.models import Mail, Mention
from tests.builders import SYSTEM, a_project
from tests.conftest import empty_archive

CHINA = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)
# Deadlines on six days in a row, so that each day has something of its own to tell.
TRIALS = [date(2025, 9, 8) + DAY * number for number in range(6)]


@pytest.fixture
def office(system: System) -> System:
    furnish(system)
    return system


def furnish(system: System) -> None:
    for number, trial in enumerate(TRIALS):
        values: dict[str, Any] = {"actual_completion": trial - DAY, "trial_start": trial}
        a_project(system, f"XM-{number}", **values)
    add_person(SYSTEM, system.clock, NewPerson("archivist", Role.ARCHIVIST, email="archivist@example.com"))


def at(clock: FixedClock, day: int, hour: int, minute: int = 0) -> None:
    """`day` counts from Monday."""
    there = MONDAY + DAY * day
    clock.instant = datetime(there.year, there.month, there.day, hour, minute, tzinfo=CHINA)


def live(system: System, clock: FixedClock, moments: list[tuple[int, int]]) -> dict[str, Any]:
    """A scheduler looks at what is due at each of these (day, hour); what came of it in the end."""
    acting = Scheduler(system)
    for day, hour in moments:
        at(clock, day, hour)
        acting._catch_up()
    return {"mentions": Counter(Mention.objects.scalar("address", "key")), "runs": Counter(JobRun.objects(
        job="notices.daily", outcome__in=("done", "attention")).scalar("day"))}


HOURS = [(day, hour) for day in range(4) for hour in (7, 9, 15, 23)]


@pytest.mark.parametrize("jump_at", [(1, 7), (1, 9), (1, 23)], ids=["before the mails", "after the mails", "at night"])
@pytest.mark.parametrize("jump", [1, -1], ids=["forward", "back"])
def test_a_day_forward_and_back_loses_and_doubles_no_mail(office: System, clock: FixedClock, jump: int, jump_at: tuple[int, int]) -> None:
    steady = live(office, clock, HOURS)
    assert len(steady["runs"]) == 4
    assert steady["mentions"], "there was something to tell"
    empty_archive()
    at(clock, 0, 6)
    furnish(office)

    day, hour = jump_at
    split = HOURS.index(jump_at) + 1
    wrong = [(day + jump, hour), (day + jump, hour)]
    jumped = live(office, clock, [*HOURS[:split], *wrong, *HOURS[split - 1:]])
    assert jumped["mentions"] == steady["mentions"]
    assert set(jumped["mentions"].values()) == {1}
    assert jumped["runs"] == steady["runs"], "each day once"
    assert max(Counter(Mail.objects.scalar("address", "day")).values()) == 1
    assert Mail.objects(state__ne="sent").count() == 0


@pytest.mark.parametrize("jump", [DAY, -DAY])
def test_the_timetable_follows_the_clock_and_the_lease_does_not(office: System, clock: FixedClock, jump: timedelta) -> None:
    acting, other = Scheduler(office), Scheduler(office)
    acting._beat()
    assert acting._jobs is not None
    acting._jobs.pause()
    try:
        def planned() -> dict[str, datetime]:
            assert acting._jobs is not None
            return {job.id: job.next_run_time for job in acting._jobs.get_jobs()}

        clock.advance(timedelta(seconds=BEAT_SECONDS))
        before = planned()
        acting._beat()
        assert planned() == before, "time that passes is no jump"
        for moved in (jump, -jump):
            clock.advance(moved)
            other._beat()
            assert other._jobs is None, "a jump lets nobody else in"
            acting._beat()
            now = clock.now()
            assert all(now <= planned()[job.id] <= now + timedelta(days=8) for job in JOBS if job.daily)
            assert planned()[CATCH_UP] == now
    finally:
        acting._rest()
