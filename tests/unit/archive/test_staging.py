"""What arrives lies in a private file, is measured on the way, and is gone at the end unless it was moved."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.blobs.staging import STALE_SECONDS, file_chunks, stage, sweep
from archive.errors import Refused


def test_the_bytes_are_there_and_measured(tmp_path: Path) -> None:
    with stage(tmp_path / "new" / "folder", "a.txt", [b"ab", b"", b"c"], limit=3) as staged:
        assert staged.path.read_bytes() == b"abc"
        assert staged.path.stat().st_mode & 0o077 == 0, "nobody else reads what is not accepted"
        assert (staged.filename, staged.digests.size) == ("a.txt", 3)
        assert staged.digests.sha256 == f"sha256:{hashlib.sha256(b'abc').hexdigest()}"
    assert not staged.path.exists()


def test_what_was_moved_stays(tmp_path: Path) -> None:
    with stage(tmp_path, "a.txt", [b"abc"], limit=9) as staged:
        staged.path.rename(tmp_path / "kept")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize(("chunks", "limit", "why"), [
    ([b"a" * (1 << 20), b"b"], 1 << 20, "上限 1 MiB"), ([], 9, "空"), ([b""], 9, "空")])
def test_too_large_and_empty_are_refused_and_leave_nothing(
    tmp_path: Path, chunks: list[bytes], limit: int, why: str
) -> None:
    with pytest.raises(Refused, match=why), stage(tmp_path, "a.txt", chunks, limit=limit):
        pytest.fail("accepted")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_read_beyond_the_limit(tmp_path: Path) -> None:
    def endless() -> Iterator[bytes]:
        for n in range(100):
            assert n < 4, "read on although the limit was reached"
            yield b"aaaa"

    with pytest.raises(Refused), stage(tmp_path, "a.txt", endless(), limit=9):
        pass


@pytest.mark.parametrize("error", [OSError("cut off"), KeyboardInterrupt()])
def test_a_transfer_that_breaks_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise error

    with pytest.raises(type(error)), stage(tmp_path, "a.txt", broken(), limit=9):
        pass
    assert list(tmp_path.iterdir()) == []


def test_only_what_a_dead_process_left_long_ago_is_swept(tmp_path: Path) -> None:
    now = 1_800_000_000.0
    for name, age in (("in-old", STALE_SECONDS + 1), ("in-new", STALE_SECONDS - 1), ("other", STALE_SECONDS * 9)):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (now - age, now - age))
    assert sweep(tmp_path, now) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"in-new", "other"}
    assert sweep(tmp_path / "nowhere", now) == 0


def test_a_file_in_chunks_is_the_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abcdefg")
    assert list(file_chunks(tmp_path / "a", 3)) == [b"abc", b"def", b"g"]
