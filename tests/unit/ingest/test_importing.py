"""Importing by manifest: what is right is filed, what is wrong is said row by row, and whoever goes on doubles nothing."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from admin.system import System
from admin.verify import verify
from admin.worker import Worker
from archive import audit
from archive.access import Actor
from archive.errors import NotFound
from archive.models import AuditEntry, Document, ImportReject, ImportRun, Project, Receipt, ReceiptEntry, Version
from archive.operations import imports
from archive.operations.imports import ImportTaken
from archive.operations.receipt_seals import broken_seals
from archive.operations.receipts import close_batch
from archive.permissions import Permission
from archive.transaction import collection
from ingest.importing import FolderGone, Importer
from ingest.manifest import open_manifest, rows_of
from tests.builders import SYSTEM, UNIT_B, a_project, file_text
from tests.conftest import snapshot
from tests.unit.archive.refusals import refused, refused_without

CODE = "XM-2024-001"


def manifest(folder: Path, rows: list[dict[str, str]], files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    path = folder / "清单.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, ["path", "project", "type", "title", "doc_date", "sha256", "sm3"])
        writer.writeheader()
        writer.writerows(rows)
    return path


def plain(folder: Path, count: int, code: str = CODE) -> Path:
    return manifest(folder, [{"path": f"{n}.txt", "project": code} for n in range(count)],
                    {f"{n}.txt": f"第 {n} 次例会会议纪要" for n in range(count)})


def imported(system: System, path: Path, actor: Actor = SYSTEM, **options: Any) -> ImportRun:
    listed = open_manifest(path)
    total = sum(1 for _ in rows_of(listed))
    run = imports.begin_import(actor, system.clock, listed.digest, path.name, total, **options)
    if run.state == "done":
        return run
    run = Importer(system.intake, actor, system.clock, path).run(run, rows_of(listed, run.done), lambda _: None)
    return imports.end_import(actor, system.clock, run)


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    return run.done, run.filed, run.duplicates, run.rejected


def test_rows_are_filed_with_what_the_manifest_says(system: System, worker: Worker, tmp_path: Path) -> None:
    a_project(system)
    path = manifest(tmp_path, [{"path": "甲/a.txt", "project": CODE, "type": "build_contract", "title": "承建合同",
                                "doc_date": "2024-03-01"}, {"path": "会议纪要.txt", "project": CODE}],
                    {"甲/a.txt": "合同正文", "会议纪要.txt": "会议纪要正文"})
    assert counts(imported(system, path)) == (2, 2, 0, 0)
    given, recognised = Document.objects.order_by("filename")
    assert (given.type, given.type_source, given.title, str(given.doc_date)) == ("build_contract", "given", "承建合同", "2024-03-01")
    assert (recognised.filename, recognised.type_source) == ("会议纪要.txt", "recognised")
    assert [e.action for e in AuditEntry.objects.order_by("id")][-6:] == [
        "import.begun", "document.filed", "document.filed", "receipt.opened", "receipt.added", "import.ended"]
    worker.drain()
    assert verify(system).problems == []
    assert audit.verify()[1] == []


def test_every_row_that_is_not_taken_says_why_and_the_others_are(system: System, tmp_path: Path) -> None:
    a_project(system)
    a_project(system, "XM-C", classified=True)
    file_text(system, CODE, "old.txt", "早已归档的内容")
    outside = tmp_path / "outside.txt"
    outside.write_text("外面的文件")
    folder = tmp_path / "交接"
    names = ["new.txt", "twice.txt", "known.txt", "missing.txt", "changed.txt", "empty.txt", "secret-landing-site.txt", "link.txt"]
    rows = [{"path": name, "project": CODE} for name in names]
    rows[4]["sm3"] = "0" * 64
    rows += [{"path": "new.txt", "project": "XM-无"}, {"path": "new.txt", "project": "XM-C"}, {"path": "", "project": CODE}]
    path = manifest(folder, rows, {
        "new.txt": "新的内容", "twice.txt": "新的内容", "known.txt": "早已归档的内容", "changed.txt": "被改动", "empty.txt": b"",
        "secret-landing-site.txt": "机密★10年\n\n关于着陆点的报告\n"})
    (folder / "link.txt").symlink_to(outside)
    assert counts(imported(system, path)) == (11, 1, 2, 8)
    found = {each.row: (each.column, each.reason) for each in ImportReject.objects}
    wanted = {4: ("文件路径", "没有文件“missing.txt”"), 5: ("SM3", "文件内容与清单不符"), 6: ("文件路径", "0 字节"),
              7: ("文件路径", "密级标志"), 8: ("文件路径", "文件夹之外"), 9: ("项目编号", "没有找到项目“XM-无”"),
              10: ("项目编号", "涉密项目"), 11: ("文件路径", "必填")}
    assert found.keys() == wanted.keys()
    for row, (column, says) in wanted.items():
        assert found[row][0] == column
        assert says in found[row][1]
    assert "landing-site" not in repr(snapshot()), "of a secret file not even the name is kept"
    assert Document.objects.count() == 2


def test_a_second_run_of_the_same_manifest_changes_nothing_and_again_finds_what_was_added(system: System,
                                                                                          tmp_path: Path) -> None:
    a_project(system)
    path = plain(tmp_path, 5)
    (tmp_path / "3.txt").rename(tmp_path / "later")
    assert counts(imported(system, path)) == (5, 4, 0, 1)
    before = snapshot()
    assert counts(imported(system, path)) == (5, 4, 0, 1)
    assert snapshot() == before
    (tmp_path / "later").rename(tmp_path / "3.txt")
    assert counts(imported(system, path, again=True)) == (5, 1, 4, 0)
    assert not ImportReject.objects.count()


def test_who_may_not_file_imports_nothing(system: System, people: dict[str, Actor], tmp_path: Path) -> None:
    a_project(system)
    path = plain(tmp_path, 2)
    allowed = refused_without(Permission.DOCUMENT_FILE, people, lambda actor: imported(system, path, actor, again=True))
    assert {actor.role.value for actor in allowed} == {"archivist", "unit"}
    run = imports.begin_import(SYSTEM, system.clock, "k", "k", 1)
    refused_without(Permission.DOCUMENT_FILE, people, lambda actor: imports.take_on(actor, system.clock, run, [imports.Row(1)])
                    if not actor.may(Permission.DOCUMENT_FILE) else None)
    refused_without(Permission.DOCUMENT_FILE, people, lambda actor: imports.end_import(actor, system.clock, run)
                    if not actor.may(Permission.DOCUMENT_FILE) else None)


def test_another_units_dossier_is_as_unknown_as_one_that_is_not_there(system: System, people: dict[str, Actor],
                                                                      tmp_path: Path) -> None:
    a_project(system)
    a_project(system, "XM-B", unit=UNIT_B)
    path = manifest(tmp_path, [{"path": "a.txt", "project": CODE}, {"path": "b.txt", "project": "XM-B"}],
                    {"a.txt": "一", "b.txt": "二"})
    assert counts(imported(system, path, people["unit_b"])) == (2, 1, 0, 1)
    assert [each.project for each in Document.objects] == ["XM-B"]
    assert ImportReject.objects.get().reason == str(NotFound(what="项目", key=CODE))


def test_a_dossier_that_closes_on_the_way_takes_nothing_of_the_batch(system: System, tmp_path: Path) -> None:
    a_project(system)
    a_project(system, "XM-2")
    path = manifest(tmp_path, [{"path": "a.txt", "project": CODE}, {"path": "b.txt", "project": "XM-2"}],
                    {"a.txt": "一", "b.txt": "二"})
    listed = open_manifest(path)
    run = imports.begin_import(SYSTEM, system.clock, listed.digest, "m", 2)
    rows = [Importer(system.intake, SYSTEM, system.clock, path)._prepare(row) for row in rows_of(listed)]
    assert all(row.intake for row in rows)
    collection(Project).update_one({"code": CODE}, {"$set": {"classified": True}})
    assert counts(imports.take_on(SYSTEM, system.clock, run, rows)) == (2, 1, 0, 1)
    assert [each.project for each in Document.objects] == ["XM-2"]
    assert "涉密项目" in ImportReject.objects.get().reason


def test_who_comes_second_with_the_same_rows_leaves_nothing(system: System, tmp_path: Path) -> None:
    a_project(system)
    path = plain(tmp_path, 3)
    listed = open_manifest(path)
    run = imports.begin_import(SYSTEM, system.clock, listed.digest, "m", 3)
    importer = Importer(system.intake, SYSTEM, system.clock, path)
    rows = [importer._prepare(row) for row in rows_of(listed)]
    assert imports.take_on(SYSTEM, system.clock, run, rows[:2]).done == 2
    refused(ImportTaken, lambda: imports.take_on(SYSTEM, system.clock, run, rows[:1]))
    refused(ImportTaken, lambda: imports.take_on(SYSTEM, system.clock, run, [imports.Row(1)]))
    with pytest.raises(ValueError, match="does not follow"):
        imports.take_on(SYSTEM, system.clock, run, rows[1:])
    assert counts(imported(system, path)) == (3, 3, 0, 0)
    assert Version.objects.count() == Document.objects.count() == 3


def test_a_row_that_cannot_be_stored_does_not_take_the_batch_with_it(system: System, tmp_path: Path) -> None:
    a_project(system)
    path = manifest(tmp_path, [{"path": f"{n}.txt", "project": CODE, "title": f"题名{n}"} for n in range(3)],
                    {f"{n}.txt": f"内容 {n}" for n in range(3)})
    listed = open_manifest(path)
    run = imports.begin_import(SYSTEM, system.clock, listed.digest, "m", 3)
    importer = Importer(system.intake, SYSTEM, system.clock, path)
    rows = [importer._prepare(row) for row in rows_of(listed)]
    assert rows[1].intake is not None
    object.__setattr__(rows[1].intake, "media_type", None)  # required: the record is refused by its model
    assert counts(imports.take_on(SYSTEM, system.clock, run, rows)) == (3, 2, 0, 1)
    assert sorted(Document.objects.scalar("title")) == ["题名0", "题名2"]


def test_a_dry_run_says_the_same_and_leaves_nothing(system: System, tmp_path: Path) -> None:
    a_project(system)
    path = manifest(tmp_path, [{"path": name, "project": CODE} for name in ("a.txt", "b.txt", "c.txt", "d.txt")],
                    {"a.txt": "一", "b.txt": "一", "d.txt": "秘密★5年\n报告\n"})
    before, objects = snapshot(), set(system.blobs.digests())
    tried = list(Importer(system.intake, SYSTEM, system.clock, path).try_out(rows_of(open_manifest(path))))
    assert [(each.row.place, each.status, each.column) for each in tried] == [
        ("第 2 行", "new", ""), ("第 3 行", "duplicate", ""), ("第 4 行", "rejected", "文件路径"), ("第 5 行", "rejected", "文件路径")]
    assert "密级标志" in tried[3].reason
    assert snapshot() == before
    assert set(system.blobs.digests()) == objects
    assert not list(system.intake.staging.glob("in-*"))


def test_a_folder_that_vanishes_stops_the_import_instead_of_rejecting_what_is_left(system: System, tmp_path: Path) -> None:
    a_project(system)
    path = plain(tmp_path / "drive", 6)
    listed = open_manifest(path)
    rows = list(rows_of(listed))
    run = imports.begin_import(SYSTEM, system.clock, listed.digest, "m", 6)
    (tmp_path / "drive").rename(tmp_path / "gone")
    with pytest.raises(FolderGone, match="从停下处继续"):
        Importer(system.intake, SYSTEM, system.clock, path).run(run, rows, lambda _: None)
    (tmp_path / "gone").rename(tmp_path / "drive")
    assert counts(imported(system, path)) == (6, 6, 0, 0)


def lines(code: str) -> list[tuple[str, str, int | None]]:
    receipt = Receipt.objects(project=code).get()
    return [(line.path, line.result, line.pages) for line in ReceiptEntry.objects(receipt=receipt.id).order_by("line")]


def test_every_project_gets_a_receipt_of_what_became_of_its_files(system: System, tmp_path: Path) -> None:
    a_project(system)
    a_project(system, "XM-2024-002", unit=UNIT_B)
    file_text(system, CODE, "早先.txt", "早先归档的会议纪要")
    path = manifest(tmp_path, [
        {"path": "a.txt", "project": CODE, "title": "甲"}, {"path": "b.txt", "project": "XM-2024-002"},
        {"path": "早先.txt", "project": CODE}, {"path": "副本.txt", "project": CODE}, {"path": "没有.txt", "project": CODE},
        {"path": "秘密.txt", "project": CODE}, {"path": "c.txt", "project": "XM-9"}],
        {"a.txt": "第一次例会会议纪要\f第二页", "b.txt": "第二次例会会议纪要", "早先.txt": "早先归档的会议纪要",
         "副本.txt": "第一次例会会议纪要\f第二页", "秘密.txt": "机密★10年\n关于某事的报告\n", "c.txt": "第三次"})
    run = imported(system, path)
    assert counts(run) == (7, 2, 2, 3)
    assert lines(CODE) == [("a.txt", "filed", 2), ("早先.txt", "duplicate", None), ("副本.txt", "duplicate", None),
                           ("没有.txt", "refused", None), ("", "refused", None)]
    assert lines("XM-2024-002") == [("b.txt", "filed", 1)]
    assert Receipt.objects.distinct("channel") == ["manifest"]
    first = ReceiptEntry.objects(path="a.txt").get()
    version = Version.objects(document=first.document).get()
    assert (first.title, first.sha256, first.sm3, first.size) == ("甲", version.sha256, version.sm3, version.size)
    assert "没有文件“没有.txt”" in ReceiptEntry.objects(path="没有.txt").get().reason
    assert "秘密" not in str([entry.detail for entry in AuditEntry.objects(action__startswith="receipt")])
    receipts = close_batch(SYSTEM, system.clock, imports.receipts_of(run))
    assert [(receipt.project, receipt.filed, receipt.duplicates, receipt.refused) for receipt in receipts] == [
        (CODE, 1, 2, 2), ("XM-2024-002", 1, 0, 0)]
    assert [receipt.number for receipt in receipts] == ["YJ-2026-000001", "YJ-2026-000002"]
    assert broken_seals() == (2, [])
    assert close_batch(SYSTEM, system.clock, imports.receipts_of(run)) == receipts, "closing again changes nothing"
    assert ReceiptEntry.objects(path="早先.txt").get().pages == 1, "what was read earlier is counted when it is closed"


def test_a_batch_that_fails_leaves_no_line_and_a_stopped_import_lists_every_file_once(
        system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_project(system)
    path = plain(tmp_path, 5)
    listed = open_manifest(path)
    run = imports.begin_import(SYSTEM, system.clock, listed.digest, path.name, 5)
    importer = Importer(system.intake, SYSTEM, system.clock, path)
    rows = [importer._prepare(row) for row in rows_of(listed)]
    before = snapshot()
    with monkeypatch.context() as patched:
        patched.setattr(imports, "_rejects", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            imports.take_on(SYSTEM, system.clock, run, rows)
    assert snapshot() == before
    run = imports.take_on(SYSTEM, system.clock, run, rows[:3])
    run = imports.take_on(SYSTEM, system.clock, run, rows[3:])
    assert [line.line for line in ReceiptEntry.objects.order_by("line")] == [1, 2, 3, 4, 5]
    assert (Receipt.objects.get().filed, Receipt.objects.get().total) == (5, 5)
    close_batch(SYSTEM, system.clock, imports.receipts_of(run))
    assert [receipt.state for receipt in Receipt.objects] == ["closed"]


def test_an_import_that_goes_on_after_its_receipt_was_closed_opens_another(system: System, tmp_path: Path) -> None:
    a_project(system)
    path = plain(tmp_path, 2)
    listed = open_manifest(path)
    run = imports.begin_import(SYSTEM, system.clock, listed.digest, path.name, 2)
    rows = [Importer(system.intake, SYSTEM, system.clock, path)._prepare(row) for row in rows_of(listed)]
    run = imports.take_on(SYSTEM, system.clock, run, rows[:1])
    close_batch(SYSTEM, system.clock, imports.receipts_of(run))
    run = imports.take_on(SYSTEM, system.clock, run, rows[1:])
    assert [receipt.total for receipt in close_batch(SYSTEM, system.clock, imports.receipts_of(run))] == [1, 1]
