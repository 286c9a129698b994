"""A move between real stores: S3 to S3 and back to the folder, with the locks that each server keeps."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from admin.bootstrap import build
from admin.settings import Settings
from admin.storage.mover import Mover
from admin.storage.places import place_of
from admin.storage.routes import moving_blobs
from admin.system import System
from admin.verify import verify_files
from archive.blobs.port import Lock, LockMode
from archive.blobs.s3 import S3Blobs
from archive.blobs.s3_address import S3Address
from archive.blobs.s3_bucket import Bucket
from archive.clock import SystemClock
from archive.errors import Locked, StoreUnfit
from archive.models import MoveState, StorageMove
from ingest.sandbox import Sandbox
from tests.builders import SYSTEM, a_project, file_text
from tests.conftest import empty_archive
from tests.peers.s3_servers import SERVERS, bucket_url, need_locks

CODE = "XM-2024-001"
PEERS = ["moto", "ceph", "rclone"]


@pytest.fixture(params=PEERS)
def server(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def on_s3(server: str, settings: Settings, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """An archive whose settings name a bucket. Servers keep the time themselves, so the clock is the real one."""
    url = a_bucket(tmp_path_factory, server)
    built = build(dataclasses.replace(settings, s3_url=url), work=True, clock=SystemClock(), sandbox=sandbox)
    empty_archive()
    built.blobs.prepare()
    built.index.prepare()
    yield built
    empty_archive()
    built.close()


def a_bucket(factory: pytest.TempPathFactory, server: str) -> str:
    """Made with locks where the server has them, and without a default retention."""
    url = bucket_url(factory, server)
    if SERVERS[server].locks:
        Bucket(S3Address.parse(url)).make(lock=True)
    return url


@pytest.fixture
def filed(on_s3: System) -> list[Any]:
    a_project(on_s3)
    return [file_text(on_s3, CODE, f"纪要{n}.txt", f"会议纪要第{n}号\n出席：张三\n") for n in range(4)]


def mover(system: System) -> Mover:
    return Mover(system.settings, system.clock, SYSTEM, pause=lambda seconds: None)


def now(system: System) -> System:
    """As a process that starts now sees it."""
    return dataclasses.replace(system, blobs=moving_blobs(system.settings, system.clock))


def test_from_bucket_to_bucket_to_folder(
    on_s3: System, filed: list[Any], server: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = a_bucket(tmp_path_factory, server)
    assert mover(on_s3).run(place_of(other)).move.ended_at
    assert set(S3Blobs(S3Address.parse(other)).digests()) == {f.version.sha256 for f in filed}
    late = file_text(dataclasses.replace(on_s3, intake=intake_of(now(on_s3))), CODE, "后到.txt", "切换之后到的文件\n")
    assert mover(on_s3).run(place_of("")).move.ended_at
    verdict = verify_files(now(on_s3), 99)
    assert (verdict.problems, verdict.checked["files"]) == ([], 5)
    objects = on_s3.settings.data_dir / "objects"
    assert len(list(objects.glob("??/??/*"))) == 5
    assert late.version.sha256 not in set(S3Blobs(S3Address.parse(on_s3.settings.s3_url)).digests())
    moving_blobs(dataclasses.replace(on_s3.settings, s3_url=""), on_s3.clock)
    assert StorageMove.objects.order_by("-started_at").first().state == MoveState.RETIRED


def intake_of(system: System) -> Any:
    import copy

    intake = copy.copy(system.intake)
    intake.blobs = system.blobs
    return intake


def test_locks_are_carried_and_hold_in_the_target(
    on_s3: System, filed: list[Any], server: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    need_locks(server)
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
    governed, firm, held, free = (f.version.sha256 for f in filed)
    on_s3.blobs.retain(governed, LockMode.GOVERNANCE, until)
    on_s3.blobs.retain(firm, LockMode.COMPLIANCE, until)
    on_s3.blobs.hold(held, True)
    wanted = {governed: Lock(LockMode.GOVERNANCE, until), firm: Lock(LockMode.COMPLIANCE, until), held: Lock(hold=True),
              free: Lock()}
    for place in (a_bucket(tmp_path_factory, server), ""):
        assert mover(on_s3).run(place_of(place)).move.ended_at
        assert {digest: now(on_s3).blobs.lock_of(digest) for digest in wanted} == wanted
        for digest in (governed, firm, held):
            with pytest.raises(Locked):
                now(on_s3).blobs.delete(digest)


def test_a_bucket_without_locks_is_refused_for_what_is_locked(
    on_s3: System, filed: list[Any], server: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    need_locks(server)
    on_s3.blobs.hold(filed[3].version.sha256, True)
    with pytest.raises(StoreUnfit, match="受保护"):
        mover(on_s3).run(place_of(bucket_url(tmp_path_factory, "rclone")))
    assert StorageMove.objects.count() == 0
