"""What only the folder store has: lock files, and what dead writers leave."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from archive.blobs.folder import FolderBlobs
from archive.blobs.port import Lock, LockMode
from archive.errors import Damaged, Locked, StoreUnfit

UNTIL = datetime(2100, 1, 1, tzinfo=UTC)
DIGEST = "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"  # of "x"


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    store = FolderBlobs(tmp_path / "objects")
    (tmp_path / "x").write_bytes(b"x")
    store.put(tmp_path / "x", DIGEST)
    return store


def test_a_lock_outlives_the_process_and_is_no_object(blobs: FolderBlobs) -> None:
    blobs.retain(DIGEST, LockMode.GOVERNANCE, UNTIL)
    blobs.hold(DIGEST, True)
    again = FolderBlobs(blobs.root)
    assert again.lock_of(DIGEST) == Lock(LockMode.GOVERNANCE, UNTIL, hold=True)
    assert list(again.digests()) == [DIGEST]


@pytest.mark.parametrize("written", ["", "{}", '{"mode": "firm", "until": null, "hold": false}', "[]"])
def test_a_broken_lock_file_lets_nothing_go(blobs: FolderBlobs, written: str) -> None:
    blobs.retain(DIGEST, LockMode.GOVERNANCE, UNTIL)
    [file] = (blobs.root / "locks").iterdir()
    file.write_text(written)
    for refused in (blobs.lock_of, blobs.delete, lambda d: blobs.delete_if_old(d, 4_000_000_000)):
        with pytest.raises(Damaged):
            refused(DIGEST)
    assert blobs.exists(DIGEST)


def test_a_lock_by_the_clock_of_a_machine_elsewhere_is_the_same_instant(blobs: FolderBlobs) -> None:
    blobs.retain(DIGEST, LockMode.COMPLIANCE, UNTIL.astimezone(ZoneInfo("Asia/Shanghai")))
    assert blobs.lock_of(DIGEST).until == UNTIL
    with pytest.raises(Locked, match="2100-01-01 00:00 UTC"):
        blobs.delete(DIGEST)


def test_an_instant_without_a_zone_is_a_mistake(blobs: FolderBlobs) -> None:
    with pytest.raises(ValueError, match="aware"):
        blobs.retain(DIGEST, LockMode.COMPLIANCE, UNTIL.replace(tzinfo=None))


def test_what_dead_writers_left_is_removed_when_it_is_old(blobs: FolderBlobs) -> None:
    (blobs.root / "locks").mkdir()
    left = [blobs.staging / "put-dead", blobs.root / "locks" / "new-dead"]
    others = blobs.staging / "in-somebody"  # of an upload that is being received
    for path in (*left, others):
        path.touch()
        os.utime(path, (1000, 1000))
    assert blobs.tidy(before=1000) == 0
    assert blobs.tidy(before=1001) == 2
    assert others.exists()
    assert blobs.verify(DIGEST)


def test_a_folder_nobody_may_write_is_unfit(blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs.prepare()
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write everywhere
    with pytest.raises(StoreUnfit, match="不能写入"):
        blobs.prepare()


def test_info_names_the_folder(blobs: FolderBlobs) -> None:
    info = blobs.info()
    assert (info.engine, info.place, info.locks, info.alarms) == ("folder", f"file://{blobs.root}", True, ())


def test_a_retention_ends_by_the_given_clock(blobs: FolderBlobs) -> None:
    later = FolderBlobs(blobs.root, now=lambda: (UNTIL + timedelta(seconds=1)).timestamp())
    blobs.retain(DIGEST, LockMode.COMPLIANCE, UNTIL)
    later.retain(DIGEST, LockMode.GOVERNANCE, UNTIL + timedelta(days=1))  # the firmer one is over
    assert later.lock_of(DIGEST).mode is LockMode.GOVERNANCE
