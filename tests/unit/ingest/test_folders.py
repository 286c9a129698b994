"""Watched folders: what lies still is filed and moved, what may not stay says why beside it, nothing is lost or doubled."""

import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from admin.sources import SourceThread, source_keys, source_threads
from admin.system import System
from archive import audit
from archive.errors import EngineDown
from archive.models import AuditEntry, Document, Receipt, ReceiptEntry, Version
from archive.operations.sources import sources
from ingest import folders
from ingest.folders import DONE, REFUSED, UNCLEAR, WatchedFolder
from tests.builders import a_project
from tests.conftest import snapshot

CODE = "XM-2024-001"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "投递" / CODE).mkdir(parents=True)
    return tmp_path / "投递"


@pytest.fixture
def folder(system: System, root: Path) -> WatchedFolder:
    a_project(system)
    return WatchedFolder(system.intake, system.clock, root, still=0)


def put(root: Path, name: str, content: str = "") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content or f"内容：{name}", encoding="utf-8")
    return path


def below(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir() or path.is_symlink()}


def test_files_are_filed_by_a_named_actor_moved_aside_and_receipted(folder: WatchedFolder, root: Path) -> None:
    put(root, f"{CODE}/会议纪要.txt")
    put(root, f"{CODE}/验收/专家/名单.txt")
    put(root, f"{CODE}/副本.txt", f"内容：{CODE}/会议纪要.txt")
    looked = folder.look()
    assert looked.counts == {"filed": 2, "duplicates": 1, "refused": 0, "unclear": 0}
    assert below(root) == {f"{DONE}/{CODE}/{name}" for name in ("会议纪要.txt", "副本.txt", "验收/专家/名单.txt")}
    assert {each.created_by for each in Document.objects} == {"system:watch-folder"}
    receipt = Receipt.objects.get()
    assert (receipt.channel, receipt.project, receipt.total) == ("folder", CODE, 3)
    assert sorted(ReceiptEntry.objects.scalar("path")) == ["会议纪要.txt", "副本.txt", "验收/专家/名单.txt"]
    assert folder.look().taken == 0
    assert audit.verify()[1] == []


def test_what_still_changes_waits(system: System, folder: WatchedFolder, root: Path) -> None:
    slow = WatchedFolder(system.intake, system.clock, root, still=0.3)
    path = put(root, f"{CODE}/大文件.txt", "第一段")
    assert (slow.look().taken, slow.look().waiting) == (0, 1)
    time.sleep(0.35)
    path.write_text("第一段，第二段", encoding="utf-8")
    assert slow.look().taken == 0
    time.sleep(0.35)
    assert slow.look().counts["filed"] == 1
    assert Version.objects.get().size == len("第一段，第二段".encode())


def test_what_changes_while_it_is_read_is_not_filed(folder: WatchedFolder, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(root, f"{CODE}/a.txt", "开头")

    def growing(source: Path) -> Any:
        yield source.read_bytes()
        with source.open("a") as stream:
            stream.write("还在写")

    before = snapshot()
    monkeypatch.setattr(folders, "file_chunks", growing)
    assert folder.look().taken == 0
    assert snapshot() == before
    monkeypatch.undo()
    assert folder.look().counts["filed"] == 1
    assert not path.exists()


@pytest.mark.parametrize("name", [".a.txt.swp", "~$纪要.docx", "a.pdf.part", "a.TMP", "Thumbs.db", ".hidden/a.txt", "b.crdownload"])
def test_what_programs_leave_is_not_taken(folder: WatchedFolder, root: Path, name: str) -> None:
    put(root, f"{CODE}/{name}")
    looked = folder.look()
    assert (looked.taken, looked.waiting) == (0, 0)
    assert below(root) == {f"{CODE}/{name}"}


def test_what_may_not_stay_lies_beside_its_reason(system: System, folder: WatchedFolder, root: Path) -> None:
    a_project(system, "XM-C", classified=True)
    put(root, f"{CODE}/secret-site.txt", "秘密★5年\n\n关于着陆点\n")
    (root / CODE / "empty.txt").touch()
    put(root, "XM-C/a.txt")
    put(root, "XM-无/深/b.txt")
    put(root, "c.txt")
    (root / CODE / "link.txt").symlink_to("/etc/hostname")
    os.mkfifo(root / CODE / "pipe")
    assert folder.look().counts == {"filed": 0, "duplicates": 0, "refused": 3, "unclear": 4}
    reasons = {f"{REFUSED}/{CODE}/secret-site.txt": "密级标志", f"{REFUSED}/{CODE}/empty.txt": "0 字节",
               f"{REFUSED}/XM-C/a.txt": "涉密项目", f"{UNCLEAR}/XM-无/深/b.txt": "没有编号为“XM-无”的项目",
               f"{UNCLEAR}/c.txt": "不在项目文件夹里", f"{UNCLEAR}/{CODE}/link.txt": "链接", f"{UNCLEAR}/{CODE}/pipe": "特殊文件"}
    assert below(root) == {*reasons, *(f"{name}{folders.REASON}" for name in reasons)}
    for name, says in reasons.items():
        assert says in (root / (name + folders.REASON)).read_text(encoding="utf-8")
    assert not Document.objects.count()
    assert "secret-site" not in repr(snapshot())
    assert AuditEntry.objects(action="document.refused").count() == 1


def test_a_name_that_is_taken_is_not_overwritten(folder: WatchedFolder, root: Path) -> None:
    for content in ("一", "二", "三"):
        put(root, f"{CODE}/a.txt", content)
        folder.look()
    assert {path.read_text() for path in (root / DONE / CODE).iterdir()} == {"一", "二", "三"}
    assert Document.objects.count() == 3


@pytest.mark.parametrize("step", ["_filed", "_list", "_move"])
def test_cut_off_after_any_step_the_next_look_ends_with_one_document(
        folder: WatchedFolder, root: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    put(root, f"{CODE}/a.txt")
    whole = getattr(WatchedFolder, step)

    def cut(self: WatchedFolder, *arguments: Any) -> None:
        if step != "_move":
            whole(self, *arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(WatchedFolder, step, cut)
    with pytest.raises(KeyboardInterrupt):
        folder.look()
    assert (root / CODE / "a.txt").exists()
    monkeypatch.undo()
    folder.look()
    assert below(root) == {f"{DONE}/{CODE}/a.txt"}
    assert (Document.objects.count(), Version.objects.count(), ReceiptEntry.objects.count()) == (1, 1, 1)


def test_a_name_in_gbk_is_read_as_people_wrote_it(folder: WatchedFolder, root: Path) -> None:
    place = os.fsencode(root / CODE) + b"/" + "会议纪要.txt".encode("gbk")
    with open(place, "wb") as stream:  # noqa: PTH123 - a name that is no text
        stream.write("内容".encode())
    assert folder.look().counts["filed"] == 1
    assert Document.objects.get().filename == "会议纪要.txt"


def test_a_drive_that_vanishes_is_told_and_comes_back(system: System, folder: WatchedFolder, root: Path) -> None:
    thread = SourceThread(system, folder, 60)
    put(root, f"{CODE}/a.txt")
    root.rename(root.with_name("weg"))
    assert not thread._look()
    told = sources([folder.key])[0]
    assert (told.looked_at, told.error, told.failing_since) == (None, "No such file or directory", system.clock.now())
    root.with_name("weg").rename(root)
    assert thread._look()
    told = sources([folder.key])[0]
    assert (told.looked_at, told.error, told.filed) == (system.clock.now(), "", 1)


def test_an_engine_that_is_away_is_not_the_files_fault(system: System, folder: WatchedFolder, root: Path,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    put(root, f"{CODE}/a.txt")

    def away(*_: Any) -> None:
        raise EngineDown(engine="clamd", reason="拒绝连接")

    monkeypatch.setattr(system.intake, "stages", (away,))
    thread = SourceThread(system, folder, 60)
    assert not thread._look()
    assert below(root) == {f"{CODE}/a.txt"}
    assert "clamd" in sources([folder.key])[0].error


def test_one_worker_looks_at_a_folder_at_a_time(system: System, folder: WatchedFolder, root: Path) -> None:
    inside, go_on = threading.Event(), threading.Event()

    class Slow:
        key = folder.key

        def look(self, stopped: Any) -> Any:
            inside.set()
            go_on.wait(10)
            return folder.look(stopped)

    put(root, f"{CODE}/a.txt")
    first = threading.Thread(target=SourceThread(system, Slow(), 60)._look)
    first.start()
    assert inside.wait(10)
    assert SourceThread(system, folder, 60)._look()
    assert below(root) == {f"{CODE}/a.txt"}, "the second left it to the first"
    go_on.set()
    first.join()
    assert below(root) == {f"{DONE}/{CODE}/a.txt"}


def test_threads_are_those_of_the_settings(system: System) -> None:
    assert source_threads(system) == []
    assert source_keys(system) == []
