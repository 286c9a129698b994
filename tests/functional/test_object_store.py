"""An archive on a bucket, as the operator meets it: init, doctor, and the nightly look at the locks."""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest

from admin import protection
from admin.backends import blob_store
from admin.jobs import run_job
from admin.settings import Settings
from admin.system import System
from admin.web.health import engines
from archive.blobs import s3_protection
from archive.blobs.s3 import S3Blobs
from archive.blobs.s3_address import S3Address
from archive.blobs.s3_bucket import Bucket
from archive.clock import FixedClock
from tests.conftest import SECRET, SYSTEM
from tests.contracts.blob_stores import put
from tests.functional.shell import Shell
from tests.peers.clamd import free_port
from tests.peers.s3_servers import bucket_url


@pytest.fixture
def dangan(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "var")


def on(url: str) -> dict[str, str]:
    return {"DANGAN_S3_URL": url, "DANGAN_SECRET_KEY": SECRET}


@pytest.fixture
def locked_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return bucket_url(tmp_path_factory, "moto", lock="governance", days=2)


@pytest.fixture
def guarded(system: System, settings: Settings, locked_url: str) -> System:
    """The system on a bucket whose objects a default retention protects."""
    blobs = blob_store(dataclasses.replace(settings, s3_url=locked_url))
    assert isinstance(blobs, S3Blobs)
    blobs.prepare()
    return dataclasses.replace(system, blobs=blobs)


def weaken(system: System) -> None:
    """Somebody with the key changes the bucket behind our back."""
    assert isinstance(system.blobs, S3Blobs)
    system.blobs.bucket.tell("object-lock", s3_protection.retention("GOVERNANCE", 1))


def test_init_makes_the_bucket_and_doctor_tells_of_it(dangan: Shell, locked_url: str) -> None:
    dangan("init", **on(locked_url))
    dangan("init", **on(locked_url))
    found = s3_protection.read(Bucket(S3Address.parse(locked_url)))
    assert (found.lock, found.days) == (True, 2)
    [check] = [c for c in dangan("doctor", "--json", status=None, **on(locked_url)).json["checks"] if c["name"] == "对象存储"]
    assert check["state"] == "ok"
    assert S3Address.parse(locked_url).place in check["detail"]


def test_init_refuses_a_bucket_without_lock_where_retention_is_asked(
        dangan: Shell, tmp_path_factory: pytest.TempPathFactory) -> None:
    url = bucket_url(tmp_path_factory, "moto")
    Bucket(S3Address.parse(url)).make(lock=False)
    ran = dangan("init", status=2, **on(f"{url}?lock=compliance&days=7"))
    assert "没有启用对象锁定" in ran.err
    assert ran.err.count("\n") == 1


def test_doctor_names_the_store_that_is_down(dangan: Shell) -> None:
    ran = dangan("doctor", status=3, **on(f"http://AK:hunter2@127.0.0.1:{free_port()}/dangan"))
    assert "S3 存储暂时连接不上（连接不上服务器）" in ran.out
    assert "hunter2" not in ran.out + ran.err


def test_a_bad_address_is_one_sentence(dangan: Shell) -> None:
    ran = dangan("init", status=2, **on("http://AK:hunter2@127.0.0.1/dangan?lok=governance"))
    assert "DANGAN_S3_URL" in ran.err
    assert "lock" in ran.err
    assert "hunter2" not in ran.err


def test_the_nightly_look_raises_the_alarm(guarded: System) -> None:
    assert run_job(guarded, SYSTEM, "storage.locks").outcome == "done"
    weaken(guarded)
    run = run_job(guarded, SYSTEM, "storage.locks")
    assert run.outcome == "attention"
    assert "governance 2 天" in run.result["alarms"][0]


def test_health_and_start_tell_of_the_alarm(guarded: System, caplog: pytest.LogCaptureFixture) -> None:
    protection.report(guarded)
    assert caplog.records == []
    weaken(guarded)
    protection.report(guarded)
    assert "governance 2 天" in caplog.text
    objects = engines(guarded).look()["objects"]
    assert objects.ready
    assert "governance 2 天" in objects.detail


def test_the_sweep_leaves_what_a_retention_guards(guarded: System, tmp_path: Path) -> None:
    digest = put(guarded.blobs, tmp_path, b"deed")
    later = dataclasses.replace(guarded, clock=FixedClock(datetime(2090, 1, 1, tzinfo=UTC)))
    run = run_job(later, SYSTEM, "archive.sweep")
    assert (run.outcome, run.result["objects"], run.result["locked"]) == ("done", 0, 1)
    assert guarded.blobs.exists(digest)
