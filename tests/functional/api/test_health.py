"""Liveness, readiness engine by engine, and numbers for Prometheus."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from admin.jobs import run_job
from admin.scheduler import DUTY, TERM
from admin.system import System
from archive import leases
from archive.clock import FixedClock
from archive.models import Project
from retention.alerts import refresh
from tests.builders import SYSTEM, file_text
from tests.functional.api.conftest import CODE, Everybody
from tests.server_time import lease_has_left


@pytest.fixture
def client(app: Flask) -> Any:
    return app.test_client()


@pytest.fixture
def scheduler(system: System, clock: FixedClock) -> None:
    assert leases.take(DUTY, "somebody", clock, TERM)


def numbers(client: Any, token: str = "") -> dict[tuple[str, str], float]:
    """Every sample by name and its one label's value."""
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"} if token else {})
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")

    def samples() -> Iterator[tuple[tuple[str, str], float]]:
        for family in text_string_to_metric_families(answer.get_data(as_text=True)):
            for sample in family.samples:
                yield (sample.name, "".join(sample.labels.values())), sample.value

    return dict(samples())


def test_a_process_that_answers_is_alive(client: Any) -> None:
    assert client.get("/healthz").json == {"status": "ok"}


def test_it_is_ready_when_every_engine_is(client: Any, scheduler: None) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "ready")
    checks = answer.json["checks"]
    assert checks.keys() == {"mongodb", "objects", "index", "scanner", "scheduler", "outbox"}
    assert checks["scheduler"]["tick_age_s"] == 0
    assert (checks["outbox"]["waiting"], checks["outbox"]["lag_s"]) == (0, 0)


def test_without_a_scheduler_it_is_not_ready(client: Any) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (503, "not_ready")
    assert {name for name, check in answer.json["checks"].items() if not check["ready"]} == {"scheduler"}


def test_a_scheduler_that_fell_silent_makes_it_unready(client: Any, scheduler: None, clock: FixedClock) -> None:
    clock.advance(TERM + timedelta(seconds=15))
    lease_has_left(DUTY)
    check = client.get("/readyz").json["checks"]["scheduler"]
    assert (check["ready"], check["tick_age_s"]) == (False, 60.0)
    assert check["detail"]


def test_a_missing_object_folder_makes_it_unready(client: Any, scheduler: None, system: System) -> None:
    system.intake.staging.rename(system.intake.staging.with_name("gone"))
    assert not client.get("/readyz").json["checks"]["objects"]["ready"]


def test_a_broken_engine_is_named_without_its_error(app: Flask, scheduler: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object, digest: str) -> bool:
        raise OSError("secret address 10.0.0.1")

    monkeypatch.setattr("archive.blobs.folder.FolderBlobs.exists", broken)
    client: Any = app.test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert not answer.json["checks"]["objects"]["ready"]
    assert "10.0.0.1" not in answer.get_data(as_text=True)


def test_work_that_waits_is_told_and_makes_nothing_unready(client: Any, scheduler: None, system: System,
                                                           project: Project, clock: FixedClock) -> None:
    file_text(system, CODE, "a.txt", "text")
    clock.advance(timedelta(seconds=30))
    answer = client.get("/readyz")
    outbox = answer.json["checks"]["outbox"]
    assert answer.status_code == 200
    assert (outbox["ready"], outbox["lag_s"]) == (True, 30.0)
    assert outbox["waiting"] == 2


def test_metrics_count_the_archive(client: Any, scheduler: None, system: System, project: Project, clock: FixedClock,
                                   everybody: Everybody) -> None:
    file_text(system, CODE, "a.txt", "text")
    refresh(system.judge)
    clock.advance(timedelta(seconds=9))
    found = numbers(client, everybody.token("sysadmin"))
    assert found["dangan_projects", ""] == 1
    assert found["dangan_documents", "read"] == 1
    assert (found["dangan_outbox_waiting", ""], found["dangan_outbox_lag_seconds", ""]) == (2, 9)
    assert found["dangan_outbox_failing", ""] == 0
    assert found["dangan_scheduler_last_tick_timestamp_seconds", ""] == clock.now().timestamp() - 9
    assert sum(value for (name, _), value in found.items() if name == "dangan_alerts_open") > 0


@pytest.mark.parametrize("name", ["", "unit_b", "archivist", "auditadmin"])
def test_only_who_reads_operations_learns_how_much_there_is(client: Any, project: Project, everybody: Everybody,
                                                            name: str) -> None:
    shown = {metric for metric, _ in numbers(client, everybody.token(name) if name else "wrong")}
    assert "dangan_outbox_waiting" in shown
    assert not shown & {"dangan_projects", "dangan_documents", "dangan_alerts_open", "dangan_mails"}


def test_metrics_tell_of_failed_jobs(client: Any, system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_job(system, SYSTEM, "compliance.nightly").outcome == "done"
    assert numbers(client)["dangan_job_failed", "compliance.nightly"] == 0

    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr("admin.jobs.verify_files", fail)
    run_job(system, SYSTEM, "archive.fixity")
    found = numbers(client)
    assert found["dangan_job_failed", "archive.fixity"] == 1
    assert found["dangan_job_last_start_timestamp_seconds", "archive.fixity"] == system.clock.now().timestamp()


def test_metrics_name_no_project(client: Any, project: Project) -> None:
    text = client.get("/metrics").get_data(as_text=True)
    assert CODE not in text
    assert project.name not in text
