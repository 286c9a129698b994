"""A full disk: the upload is refused in words, nothing of it is kept, and once there is room again the next one is taken."""

import os
import random
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from admin.settings import Settings
from admin.web import spooling
from archive.clock import FixedClock
from archive.events import AWAY
from archive.models import OutboxEvent
from ingest.sandbox import Sandbox
from tests.faults.degraded import CODE, Office, nothing_half_kept, office, refused
from tests.server_time import pass_time

pytestmark = pytest.mark.timeout(120)
ROOM = 24 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of some megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("not checked: a small file system needs the right to mount one")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def archive(small_disk: Path, settings: Settings, clock: FixedClock, sandbox: Sandbox,
            monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """The room that is looked for before a file is received is left to others here: it is gone while the file arrives."""
    monkeypatch.setattr(spooling, "ROOM_LEFT", -ROOM)
    with office(replace(settings, data_dir=small_disk / "var"), clock=clock, sandbox=sandbox) as made:
        yield made


def fill(folder: Path, leave: int) -> Path:
    """A file that takes all the room but `leave` bytes."""
    room = os.statvfs(folder)
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_frsize - leave)
    return ballast


def test_a_full_disk_refuses_uploads_until_there_is_room(archive: Office, small_disk: Path) -> None:
    before = archive.filed("a.txt", "接口网关联调纪要")
    ballast = fill(small_disk, 2 << 20)
    large = random.Random(7).randbytes(4 << 20)

    nothing_half_kept(archive, lambda: refused(archive.upload("b.bin", large), 507, "archive.disk-full", "磁盘空间"))
    assert archive.get(f"/api/v1/projects/{CODE}/documents").json["total"] == 1
    assert archive.get(f"/api/v1/documents/{before}/content").data.decode() == "接口网关联调纪要"

    ballast.unlink()
    answer = archive.upload("b.bin", large)
    assert answer.status_code == 201, answer.text
    assert archive.system.blobs.verify("sha256:" + answer.json["sha256"])


def test_a_disk_without_any_room_refuses_and_stays_usable(archive: Office, small_disk: Path) -> None:
    archive.filed("a.txt", "接口网关联调纪要")
    ballast = fill(small_disk, 0)
    nothing_half_kept(archive, lambda: refused(archive.upload("b.txt", "数据归集上线报告" * 3000), 507, "archive.disk-full"))
    assert archive.search("接口网关").json["total"] == 1
    ballast.unlink()
    archive.filed("b.txt", "数据归集上线报告" * 3000)
    assert archive.search("数据归集").json["total"] == 1


def test_an_index_without_room_catches_up_without_blaming_the_documents(archive: Office, small_disk: Path) -> None:
    answer = archive.upload("a.txt", "接口网关联调纪要" * 20_000)
    assert answer.status_code == 201
    ballast = fill(small_disk, 0)
    archive.worker.drain()
    assert archive.search("接口网关").json["total"] == 0
    waiting = list(OutboxEvent.objects(finished=False))
    assert waiting
    assert all(event.attempts == 0 and event.error.startswith("index: 检索索引") for event in waiting)
    ballast.unlink()
    pass_time(AWAY)
    archive.worker.drain()
    assert archive.search("接口网关").json["total"] == 1
