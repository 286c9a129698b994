"""A worker process with a watched folder, killed while it files: the next one ends with every file once."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from admin.bootstrap import build
from admin.settings import load
from archive.models import Document, Version
from archive.mongo.embedded import EmbeddedMongo
from ingest.folders import DONE
from tests.faults.test_kill_during_ingest import children_of
from tests.functional.processes import until
from tests.functional.shell import Shell

COUNT = 60


@pytest.fixture
def dangan(tmp_path: Path) -> Iterator[Shell]:
    shell = Shell(tmp_path / "var")
    ledger = tmp_path / "台账.csv"
    ledger.write_text("项目编号,项目名称,项目单位,建设方式\nXM-1,平台,省数字政务厅,自行建设\n", encoding="utf-8")
    with EmbeddedMongo.attach(shell.data):
        shell("project", "import", ledger)
        yield shell


def test_files_dropped_are_filed_across_kills_of_the_worker(dangan: Shell, tmp_path: Path) -> None:
    drop = tmp_path / "投递"
    (drop / "XM-1").mkdir(parents=True)
    for number in range(COUNT):
        (drop / "XM-1" / f"会议纪要{number:03}.txt").write_text(f"第 {number} 次例会", encoding="utf-8")

    def done() -> int:
        return sum(1 for _ in (drop / DONE).rglob("*.txt")) if (drop / DONE).exists() else 0

    for turn in (1, 2):
        worker = dangan.start("worker", DANGAN_WATCH_DIR=str(drop), DANGAN_WATCH_SECONDS="1")
        assert until(lambda turn=turn: done() >= turn * COUNT // 3, 120)
        for pid in (worker.pid, *children_of(worker.pid)):
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                continue
        worker.communicate()
        assert done() < COUNT, "too quick to be killed: the test proved nothing"
    worker = dangan.start("worker", DANGAN_WATCH_DIR=str(drop), DANGAN_WATCH_SECONDS="1")
    assert until(lambda: done() == COUNT, 120)
    time.sleep(1)
    worker.terminate()
    worker.communicate(timeout=30)
    system = build(load({"DANGAN_DATA_DIR": str(dangan.data)}))
    try:
        assert len(set(Version.objects.scalar("sha256"))) == Version.objects.count() == Document.objects.count() == COUNT
    finally:
        system.close()


@pytest.mark.parametrize(("value", "says"), [
    ("relative/folder", "完整路径"), ("/a:/a/b", "包含另一个投递文件夹"), ("/a:/a", "重复")])
def test_folders_that_cannot_be_watched_are_named_in_one_sentence(tmp_path: Path, value: str, says: str) -> None:
    ran = Shell(tmp_path / "var")("jobs", "list", status=2, DANGAN_WATCH_DIR=value)
    assert "DANGAN_WATCH_DIR" in ran.err
    assert says in ran.err
    assert ran.err.count("\n") == 1


def test_the_archives_own_folder_is_not_watched(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "var")
    assert "重叠" in shell("jobs", "list", status=2, DANGAN_WATCH_DIR=str(tmp_path / "var" / "objects")).err
    assert "重叠" in shell("jobs", "list", status=2, DANGAN_WATCH_DIR=str(tmp_path)).err
