"""A clean archive is clean; every kind of damage is named; what is still on its way is not held against anybody."""

import dataclasses
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from admin import verify as module
from admin.system import System
from admin.verify import verify, verify_files
from admin.worker import Worker
from archive.models import AuditEntry, Document, OutboxEvent, TextRecord, Version
from archive.operations.documents import catalogue_document, confirm_document
from archive.transaction import collection
from tests.builders import SYSTEM, a_description, a_project, file_text

CODE = "XM-2024-001"


@pytest.fixture
def filed(system: System, worker: Worker) -> list[Any]:
    """Three documents and a catalogue entry, all effects made."""
    a_project(system)
    made = [file_text(system, CODE, f"纪要{n}.txt", f"会议纪要第{n}号\n出席：张三\n") for n in range(3)]
    catalogue_document(SYSTEM, system.clock, CODE, a_description(), "柜 3")
    worker.drain()
    return made


def path_of(system: System, digest: str) -> Path:
    name = digest.removeprefix("sha256:")
    return system.settings.data_dir / "objects" / name[:2] / name[2:4] / name


def flip(path: Path) -> None:
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[0] ^= 1
    path.write_bytes(content)


# -- clean ---------------------------------------------------------------------------------------------------------

def test_an_empty_archive_is_clean(system: System) -> None:
    verdict = verify(system)
    assert (verdict.problems, verdict.not_checked) == ([], [])
    assert set(verdict.checked.values()) == {0}


def test_a_sound_archive_is_clean_and_says_what_was_checked(system: System, filed: list[Any]) -> None:
    seen: list[int] = []
    verdict = verify(system, progress=seen.append)
    assert (verdict.problems, verdict.not_checked) == ([], [])
    assert verdict.checked == {"audit_entries": AuditEntry.objects.count(), "files": 3, "objects": 3, "documents": 4,
                               "versions": 3, "receipts": 0, "indexed": 4}
    assert seen == [1, 2, 3]


# -- damage --------------------------------------------------------------------------------------------------------

def remove_from_index(system: System, filed: list[Any]) -> None:
    system.index.remove([filed[0].document.id])
    system.index.commit()


def index_a_stranger(system: System, filed: list[Any]) -> None:
    from search.projection import documents_by_id

    Document(id="f" * 24, dossier="d", project="p", unit="u", type="meeting_minutes", type_source="given", stage="APP",
             title="t", filename="f", created_at=system.clock.now(), created_by="x").save()
    system.index.put(documents_by_id(["f" * 24]))
    system.index.commit()
    collection(Document).delete_one({"_id": "f" * 24})


def age_the_index(system: System, filed: list[Any]) -> None:
    confirm_document(SYSTEM, system.clock, filed[0].document.id, Document.objects.get(
        id=filed[0].document.id).revision, {"title": "改过"})
    OutboxEvent.objects.update(finished=True)


DAMAGE: dict[str, tuple[Callable[[System, list[Any]], object], str]] = {
    "a flipped byte": (lambda s, f: flip(path_of(s, f[0].version.sha256)), "{document} 的对象 {sha256} 内容与摘要不符"),
    "a cut file": (lambda s, f: os.truncate(path_of(s, f[0].version.sha256), 1), "{sha256} 内容与摘要不符"),
    "a missing object": (lambda s, f: path_of(s, f[0].version.sha256).unlink(), "{document} 的对象 {sha256} 缺失"),
    "a missing version": (lambda s, f: collection(Version).delete_one({"_id": f[0].version.id}),
                          "文件 {document} 没有对应的当前版本"),
    "a version of another document": (lambda s, f: collection(Document).update_one(
        {"_id": f[0].document.id}, {"$set": {"current": f[1].version.id}}), "文件 {document} 没有对应的当前版本"),
    "a missing document": (lambda s, f: collection(Document).delete_one({"_id": f[0].document.id}),
                           "版本 {version} 所属的文件 {document} 不存在"),
    "text of nothing": (lambda s, f: collection(TextRecord).insert_one({"_id": "stray", "document": "x"}),
                        "文字记录 stray 没有对应的版本"),
    "missing in the index": (remove_from_index, "文件 {document} 不在检索索引中"),
    "a stranger in the index": (index_a_stranger, f"检索索引中的 {'f' * 24} 在数据库中不存在"),
    "an old state in the index": (age_the_index, "文件 {document} 在检索索引中的版本已过时"),
    "an edited trail": (lambda s, f: collection(AuditEntry).update_one({"_id": 2}, {"$set": {"actor": "x"}}),
                        "审计链第 2 条内容与其摘要不符"),
    "a cut trail": (lambda s, f: collection(AuditEntry).delete_one({"_id": AuditEntry.objects.count()}), "审计链尾部"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_each_kind_of_damage_is_named(system: System, filed: list[Any], kind: str) -> None:
    damage, named = DAMAGE[kind]
    damage(system, filed)
    expected = named.format(document=filed[0].document.id, version=filed[0].version.id, sha256=filed[0].version.sha256)
    problems = verify(system).problems
    assert any(expected in problem for problem in problems), problems
    if kind not in ("a missing document", "a missing version"):  # which others miss as well
        assert len(problems) == 1, "one damage, one problem"


def test_an_index_that_cannot_be_used_is_a_problem_beside_the_others(system: System, filed: list[Any]) -> None:
    shutil.rmtree(system.settings.data_dir / "index")
    verdict = verify(system)
    assert "dangan reindex" in verdict.problems[-1]
    assert verdict.checked["files"] == 3


def test_damage_to_several_things_is_named_several_times(system: System, filed: list[Any]) -> None:
    for each in filed:
        flip(path_of(system, each.version.sha256))
    assert len(verify(system).problems) == 3


# -- what is not damage --------------------------------------------------------------------------------------------

def test_what_is_on_its_way_to_the_index_is_not_checked(system: System, filed: list[Any], worker: Worker) -> None:
    file_text(system, CODE, "新.txt", "新到的文件\n")
    waiting = verify(system)
    assert waiting.problems == []
    assert any("1 件未处理" in text for text in waiting.not_checked)
    worker.drain()
    assert verify(system).not_checked == []


def test_objects_nothing_names_are_told_but_no_problem(system: System, filed: list[Any]) -> None:
    stray = system.settings.data_dir / "objects" / "ab" / "cd" / ("abcd" + "0" * 60)
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"x")
    verdict = verify(system)
    assert verdict.problems == []
    assert any("1 个对象没有被任何文件引用" in text for text in verdict.not_checked)
    assert verdict.checked["objects"] == 4


def test_a_document_that_arrives_while_we_look_is_no_damage(
    system: System, filed: list[Any], worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its version, its index entry and its audit entries are there at one moment and were not at another."""
    arrived = iter(range(100))

    def another() -> None:
        n = next(arrived)
        file_text(system, CODE, f"途中{n}.txt", f"途中到的第{n}件\n")
        worker.drain()

    class Arriving:
        def __init__(self, index: Any) -> None:
            self.index = index

        def ids(self) -> Any:
            another()
            return self.index.ids()

        def __getattr__(self, name: str) -> Any:
            return getattr(self.index, name)

    def slow(model: Any) -> Any:
        if model in (Document, TextRecord):
            another()
        return collection(model)

    monkeypatch.setattr(module, "collection", slow)
    verdict = verify(dataclasses.replace(system, index=Arriving(system.index)))
    assert next(arrived) > 2
    assert verdict.problems == []
    monkeypatch.undo()
    assert verify(system).problems == []


# -- samples -------------------------------------------------------------------------------------------------------

def test_a_sample_reads_so_many_files_and_says_what_it_left_out(system: System, filed: list[Any]) -> None:
    verdict = verify(system, sample=2)
    assert verdict.checked["files"] == 2
    assert verdict.not_checked == ["抽查：其余 1 个文件的摘要未重算"]
    assert verify(system, sample=99).not_checked == []


def test_the_fixity_sample_finds_what_it_reads(system: System, filed: list[Any]) -> None:
    for each in filed:
        flip(path_of(system, each.version.sha256))
    assert len(verify_files(system, 2).problems) == 2
    assert verify_files(system, 0).problems == []
