"""A folder's lock names its holder and dies with it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from admin.locks import FolderBusy, FolderLock

HOLDING = """
import sys
from pathlib import Path
from admin.locks import FolderLock
lock = FolderLock(Path(sys.argv[1]))
lock.require("另一个进程")
print("held", flush=True)
sys.stdin.read()
"""
ROOT = Path(__file__).resolve().parents[3]


def test_one_at_a_time_even_within_a_process(tmp_path: Path) -> None:
    one, two = FolderLock(tmp_path / "new" / "a.lock"), FolderLock(tmp_path / "new" / "a.lock")
    assert one.acquire("dangan serve")
    assert not two.acquire("dangan worker")
    assert two.holder() == {"pid": os.getpid(), "what": "dangan serve"}, "who came too late leaves the name alone"
    one.release()
    assert two.acquire("x")
    assert one.holder() == {"pid": os.getpid(), "what": "x"}


def test_the_refusal_names_holder_and_folder(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path / "a.lock")
    lock.require("dangan serve，http://127.0.0.1:8000")
    with pytest.raises(FolderBusy) as caught:
        FolderLock(tmp_path / "a.lock").require("x")
    assert caught.value.facts == {
        "folder": tmp_path, "pid": os.getpid(), "what": "dangan serve，http://127.0.0.1:8000"}
    assert all(text in str(caught.value) for text in (str(tmp_path), str(os.getpid()), "DANGAN_DATA_DIR"))


@pytest.mark.parametrize("content", ["", "no json", "[1, 2"])
def test_a_holder_nobody_can_read_is_still_a_holder(tmp_path: Path, content: str) -> None:
    lock = FolderLock(tmp_path / "a.lock")
    assert lock.holder() == {}
    lock.require("x")
    (tmp_path / "a.lock").write_text(content)
    with pytest.raises(FolderBusy, match=r"进程 \?"):
        FolderLock(tmp_path / "a.lock").require("y")


def test_releasing_twice_or_never_taken_is_harmless(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path / "a.lock")
    lock.release()
    lock.require("x")
    lock.release()
    lock.release()
    assert FolderLock(tmp_path / "a.lock").acquire("y")


def test_another_process_is_named_and_its_death_frees_the_folder(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path / "a.lock")
    with subprocess.Popen([sys.executable, "-c", HOLDING, str(lock.path)], cwd=ROOT, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "held\n"
            with pytest.raises(FolderBusy, match=f"进程 {other.pid} 使用（另一个进程）"):
                lock.require("x")
        finally:
            other.kill()
    assert lock.acquire("x")
