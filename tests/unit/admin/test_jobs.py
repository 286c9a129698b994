"""The table of jobs: each runs alone, every run is recorded, a failure is a record and no crash."""

import dataclasses
import os
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from admin import jobs
from admin.jobs import JOBS, RUN_TERM, Job, JobBusy, Outcome, done_on, find_job, last_runs, run_job
from admin.system import System
from archive import audit, leases
from archive.access import Actor
from archive.blobs.staging import STALE_SECONDS
from archive.clock import FixedClock
from archive.errors import EngineDown, NotFound
from archive.models import AuditEntry, JobRun, Lease
from archive.permissions import Permission
from retention.models import FindingRecord, Standing
from tests.builders import SYSTEM, a_project, file_text
from tests.conftest import snapshot
from tests.server_time import lease_has_left
from tests.unit.archive.refusals import refused, refused_without

TODAY = date(2026, 3, 2)


def with_job(monkeypatch: pytest.MonkeyPatch, run: Callable[[System, date], Outcome], **more: Any) -> Job:
    job = Job("test.job", "试", run, **more)
    monkeypatch.setattr(jobs, "JOBS", (job,))
    return job


def done(system: System, today: date) -> Outcome:
    return Outcome({"moved": 1})


# -- the table -----------------------------------------------------------------------------------------------------

def test_the_table_holds_what_the_contract_names() -> None:
    table = {job.id: job for job in JOBS}
    assert len(table) == len(JOBS)
    assert {"compliance.nightly", "notices.daily", "archive.fixity"} <= table.keys()
    nightly, daily = table["compliance.nightly"], table["notices.daily"]
    assert (nightly.hour, nightly.minute) < (daily.hour, daily.minute), "judged before it is told"
    assert (daily.when, table["notices.resend"].when) == ("每天 08:00", "每 60 秒")
    assert daily.lease == table["notices.resend"].lease != nightly.lease
    assert find_job("archive.fixity") is table["archive.fixity"]
    with pytest.raises(NotFound, match=r"no\.job"):
        find_job("no.job")


def test_only_who_runs_jobs_may(system: System, people: dict[str, Actor]) -> None:
    allowed = refused_without(Permission.JOB_RUN, people, lambda actor: run_job(system, actor, "compliance.nightly"))
    assert run_job(system, allowed[0], "compliance.nightly").by == allowed[0].id
    refused(NotFound, lambda: run_job(system, allowed[0], "no.job"))


# -- one run -------------------------------------------------------------------------------------------------------

def test_a_run_is_recorded_and_audited(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    with_job(monkeypatch, done)
    run = run_job(system, SYSTEM, "test.job", TODAY)
    stored = JobRun.objects.get()
    assert stored.to_mongo() == run.to_mongo()
    assert (stored.job, stored.day, stored.by, stored.outcome, stored.result, stored.error) == (
        "test.job", "2026-03-02", SYSTEM.id, "done", {"moved": 1}, "")
    assert stored.started_at == stored.ended_at == system.clock.now()
    assert AuditEntry.objects(action="job.ran", subject="job:test.job").count() == 1
    assert (done_on("test.job", TODAY), done_on("test.job", TODAY + timedelta(days=1))) == (True, False)
    assert Lease.objects.count() == 0


def test_what_needs_attention_is_done_nonetheless(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    with_job(monkeypatch, lambda s, d: Outcome({"rejected": 1}, attention=True))
    assert run_job(system, SYSTEM, "test.job").outcome == "attention"
    assert done_on("test.job", TODAY)


@pytest.mark.parametrize("error", [ZeroDivisionError("bug"), EngineDown(engine="S3", reason="away")])
def test_a_failure_is_in_the_record(system: System, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(system: System, today: date) -> Outcome:
        raise error

    with_job(monkeypatch, fail)
    run = run_job(system, SYSTEM, "test.job")
    assert (run.outcome, JobRun.objects.get().outcome) == ("failed", "failed")
    assert type(error).__name__ in run.error
    assert not done_on("test.job", TODAY)
    assert Lease.objects.count() == 0
    assert audit.verify()[1] == []


def test_a_job_runs_alone(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    def within(system: System, today: date) -> Outcome:
        refused(JobBusy, lambda: run_job(system, SYSTEM, "test.job"), "test.job")
        return Outcome({"tried": 1})

    with_job(monkeypatch, within)
    run = run_job(system, SYSTEM, "test.job")
    assert (run.outcome, run.error) == ("done", "")
    assert run_job(system, SYSTEM, "test.job").outcome == "done"


def test_a_killed_run_blocks_nobody_for_long_and_is_not_called_running_for_ever(
    system: System, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a killed process leaves: its lease and a record without an end."""
    with_job(monkeypatch, done)
    assert leases.take("job:test.job", "dead", clock, RUN_TERM)
    JobRun(job="test.job", day=TODAY.isoformat(), by="x", started_at=clock.now()).save()
    with pytest.raises(JobBusy):
        run_job(system, SYSTEM, "test.job")
    lease_has_left("job:test.job")
    assert timedelta(minutes=5) >= RUN_TERM
    assert run_job(system, SYSTEM, "test.job").outcome == "done"
    dead, alive = JobRun.objects.order_by("id")
    assert (dead.outcome, alive.outcome) == ("failed", "done")
    assert "中断" in dead.error
    assert dead.ended_at == clock.now()


def test_the_newest_run_of_each_job_is_known(system: System, clock: FixedClock) -> None:
    run_job(system, SYSTEM, "compliance.nightly")
    clock.advance(timedelta(hours=1))
    newest = run_job(system, SYSTEM, "compliance.nightly")
    run_job(system, SYSTEM, "archive.sweep")
    found = last_runs()
    assert found.keys() == {"compliance.nightly", "archive.sweep"}
    assert found["compliance.nightly"].id == newest.id


# -- the real jobs -------------------------------------------------------------------------------------------------

def test_a_minute_s_look_that_found_nothing_leaves_no_noise(system: System) -> None:
    before = snapshot()
    run = run_job(system, SYSTEM, "notices.resend")
    assert run.outcome == "done"
    assert snapshot() == before


def test_a_minute_s_look_that_failed_is_recorded(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(system: System, today: date) -> Outcome:
        raise ZeroDivisionError

    with_job(monkeypatch, fail, every=60)
    run_job(system, SYSTEM, "test.job")
    assert JobRun.objects.get().outcome == "failed"


def test_the_nightly_evaluation_counts_and_its_day_may_be_chosen(system: System) -> None:
    a_project(system, actual_completion=date(2026, 1, 5), trial_start=date(2026, 1, 10))
    run = run_job(system, SYSTEM, "compliance.nightly", date(2026, 7, 11))
    assert run.result["projects"] == 1
    assert run.result["opened"] == FindingRecord.objects(alert="open").count() > 0
    assert ({r.evaluated_on for r in FindingRecord.objects}, run.day) == ({date(2026, 7, 11)}, "2026-07-11")
    assert {s.evaluated_on for s in Standing.objects} == {date(2026, 7, 11)}
    again = run_job(system, SYSTEM, "compliance.nightly", date(2026, 7, 11))
    assert again.result == {"projects": 1, "opened": 0, "changed": 0, "cleared": 0}


def test_fixity_names_what_is_damaged(system: System) -> None:
    a_project(system)
    filed = file_text(system, "XM-2024-001", "会议纪要.txt", "会议纪要\n出席：张三\n")
    assert run_job(system, SYSTEM, "archive.fixity").result == {"checked": 1, "problems": []}
    system.blobs.delete(filed.version.sha256)
    run = run_job(system, SYSTEM, "archive.fixity")
    assert run.outcome == "attention"
    assert filed.document.id in run.result["problems"][0]


def test_the_sweep_removes_what_nothing_names_and_only_when_it_is_old(system: System, clock: FixedClock) -> None:
    a_project(system)
    filed = file_text(system, "XM-2024-001", "会议纪要.txt", "会议纪要\n出席：张三\n")
    objects = system.settings.data_dir / "objects"
    digest = filed.version.sha256.removeprefix("sha256:")
    named = objects / digest[:2] / digest[2:4] / digest
    orphan = objects / "ab" / "cd" / ("abcd" + "0" * 60)
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"x")
    staged = system.intake.staging / "in-x"
    staged.write_bytes(b"x")
    for age, swept in ((STALE_SECONDS - 60, 0), (STALE_SECONDS + 60, 1)):
        moment = clock.now().timestamp() - age
        for path in (named, orphan, staged):
            os.utime(path, (moment, moment))
        run = run_job(system, SYSTEM, "archive.sweep")
        assert run.result == {"staged": swept, "objects": swept, "locked": 0, "unfinished": 0, "derived": 0}
    assert named.exists()
    assert not orphan.exists()
    assert not staged.exists()


def test_the_notices_need_attention_where_a_mail_was_refused(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    from admin import digests

    for post, outcome in ((digests.Post(sent=1), "done"), (digests.Post(rejected=1), "attention"),
                          (digests.Post(uncertain=1), "attention")):
        monkeypatch.setattr(digests, "run", lambda system, today, post=post: post)
        run = run_job(system, SYSTEM, "notices.daily")
        assert run.outcome == outcome
        assert dataclasses.asdict(post).items() <= run.result.items(), "beside what else the job did"
