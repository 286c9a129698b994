"""When jobs run. One scheduler acts at a time, guarded by a lease; whatever a day missed is caught up.

The lease is by the database server's clock, the day by this machine's. Where this one jumps, the timetable is made
anew: a day run ahead of its time is not run again, one that was passed over is made up for once it is that day again.
"""

import logging
import threading
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from admin.jobs import JOBS, Job, JobBusy, done_between, run_job
from admin.system import System
from archive import leases
from archive.access import system_actor
from archive.models import new_id

log = logging.getLogger("dangan.scheduler")
DUTY = "scheduler"
CATCH_UP = "catch-up"
TERM = timedelta(seconds=45)
BEAT_SECONDS = 10
CATCH_UP_SECONDS = 600
STOP_SECONDS = 5.0  # for a job that runs when the scheduler is told to stop
JUMP_SECONDS = 30.0  # by which a clock must be off from one beat to the next; it is set by less all the time


class Scheduler:
    """Waits for the lease, then runs the table of jobs until stopped or until the lease is lost."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.holder = new_id()
        self.zone = ZoneInfo(system.settings.timezone)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="scheduler", daemon=True)
        self._jobs: BackgroundScheduler | None = None
        self._offset = self._clock_offset()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> bool:
        """Let running jobs end, give the lease back; False where one runs on for longer than a few seconds.

        Then the process has to end: the job counts as interrupted, the lease is free one term later.
        """
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)
        return not self._thread.is_alive()

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                self._beat()
            except Exception:  # the database is away: without the lease nothing may run here
                log.exception("scheduler cannot reach the database; trying again")
                self._rest()
            self._stop.wait(BEAT_SECONDS)
        self._rest()
        leases.give_back(DUTY, self.holder)

    def _beat(self) -> None:
        if not leases.take(DUTY, self.holder, self.system.clock, TERM):
            self._rest()
        elif self._jobs is None:
            self._offset = self._clock_offset()
            self._jobs = self._make()
            self._jobs.start()
        elif abs(self._clock_offset() - self._offset) > JUMP_SECONDS:
            self._retime(self._jobs)

    def _rest(self) -> None:
        if self._jobs is not None:
            self._jobs.shutdown(wait=True)
            self._jobs = None

    def _make(self) -> BackgroundScheduler:
        # One thread: jobs wait for each other, so the mails of a day are written after its evaluation. What may take
        # hours has its own.
        scheduler = BackgroundScheduler(
            timezone=self.zone, executors={"default": ThreadPoolExecutor(1), "slow": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})
        for job in JOBS:
            scheduler.add_job(self._run, self._trigger(job), args=[job], id=job.id, next_run_time=self._first(job),
                              executor="slow" if job.slow else "default")
        scheduler.add_job(self._catch_up, IntervalTrigger(seconds=CATCH_UP_SECONDS, timezone=self.zone), id=CATCH_UP)
        return scheduler

    def _retime(self, timetable: BackgroundScheduler) -> None:
        """The clock jumped: what was planned by the old time would come too early, or a day late."""
        log.warning("the clock jumped by %.0f s; planning anew", self._clock_offset() - self._offset)
        self._offset = self._clock_offset()
        for job in JOBS:
            timetable.modify_job(job.id, next_run_time=self._first(job))
        timetable.modify_job(CATCH_UP, next_run_time=self._now())

    def _clock_offset(self) -> float:
        """What the clock shows beyond the seconds that really pass; changes only where it is set."""
        return self.system.clock.now().timestamp() - time.clock_gettime(time.CLOCK_BOOTTIME)

    def _trigger(self, job: Job) -> CronTrigger | IntervalTrigger:
        if job.daily:
            return CronTrigger(day_of_week=job.weekday, hour=job.hour, minute=job.minute, timezone=self.zone)
        return IntervalTrigger(seconds=job.every, timezone=self.zone)

    def _first(self, job: Job) -> datetime:
        """Now, where the run of today (of the week) is past its hour and did not happen; else the trigger's own time."""
        now = self._now()
        if self._missed(job, now):
            return now
        return self._trigger(job).get_next_fire_time(None, now)  # type: ignore[no-any-return]

    def _missed(self, job: Job, now: datetime) -> bool:
        since = job.due_since(now)
        return since is not None and not done_between(job.id, since, now.date())

    def _now(self) -> datetime:
        return self.system.clock.now().astimezone(self.zone)

    def _catch_up(self) -> None:
        """A day's job that failed, or found its place taken, is tried again instead of being left for tomorrow."""
        for job in JOBS:
            if not self._missed(job, self._now()):
                continue
            if job.slow and self._jobs is not None:
                self._jobs.modify_job(job.id, next_run_time=self._now())
            else:
                self._run(job)

    def _run(self, job: Job) -> None:
        """Daily jobs run once a day, weekly ones once a week, whoever else ran them by hand before."""
        today = self._now().date()
        if job.daily and done_between(job.id, job.due_since(self._now()) or today, today):
            return
        if not leases.take(DUTY, self.holder, self.system.clock, TERM):
            return  # another one acts by now: this process was frozen, or cut off from the database
        try:
            run = run_job(self.system, system_actor(job.id), job.id)
        except JobBusy as busy:
            log.info("%s", busy)
            return
        if run.outcome == "failed":
            log.error("job %s failed: %s", job.id, run.error)
