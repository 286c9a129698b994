"""What is inside a filed bundle becomes documents of its own, linked to it; the bundle stays as it was received."""

from collections.abc import Callable
from pathlib import Path

import pytest

from admin.system import System
from admin.worker import Worker
from archive.access import Actor
from archive.models import AuditEntry, Document, Member, Unpacking, Version
from tests import samples
from tests.builders import SYSTEM, a_project, file_text
from tests.unit.ingest.unpacking.bundles import tarred, zipped

CODE = "XM-2024-001"


MINUTES = {"04 验收/会议纪要.txt": "第一次例会纪要，讨论竣工图纸。".encode(), "合同/采购合同.txt": "采购合同，合同金额壹佰万元整。".encode()}


def file(system: System, name: str, data: bytes, actor: Actor = SYSTEM) -> Document:
    document: Document = system.intake.file(actor, CODE, name, [data]).document
    return document


def stored(system: System, document: Document) -> bytes:
    return system.blobs.read(Version.objects(id=document.current).get().sha256, 0, 1 << 24)


def children(parent: Document) -> dict[str, Document]:
    return {child.parent_path: child for child in Document.objects(parent=parent.id)}


def outcomes(parent: Document) -> dict[str, str]:
    return {member.path: member.outcome for member in Member.objects(document=parent.id).order_by("number")}


@pytest.mark.parametrize(("name", "pack"), [
    ("材料.zip", zipped), ("材料.tar", tarred), ("材料.tar.gz", lambda members: tarred(members, "w:gz")),
    ("材料.tar.bz2", lambda members: tarred(members, "w:bz2")), ("材料.tar.xz", lambda members: tarred(members, "w:xz"))])
def test_members_are_filed_linked_and_found(system: System, worker: Worker, name: str,
                                            pack: Callable[[dict[str, bytes]], bytes]) -> None:
    a_project(system)
    data = pack(MINUTES)
    parent = file(system, name, data)
    worker.drain()
    found = children(parent)
    assert found.keys() == MINUTES.keys()
    assert {path: stored(system, child)
            for path, child in found.items()} == MINUTES
    assert found["04 验收/会议纪要.txt"].filename == "会议纪要.txt"
    assert all(system.index.version_of(child.id) == child.revision for child in found.values())
    assert Unpacking.objects(id=parent.current).get().state == "done"
    assert stored(system, parent) == data


def test_whoever_filed_the_bundle_filed_what_is_in_it_and_the_audit_names_both(system: System, worker: Worker,
                                                                               people: dict[str, Actor]) -> None:
    a_project(system)
    parent = file(system, "材料.zip", zipped(MINUTES), people["unit_a"])
    worker.drain()
    for child in children(parent).values():
        assert child.created_by == Version.objects(id=child.current).get().received_by == people["unit_a"].id
        entry = AuditEntry.objects(action="document.filed", subject=f"document:{child.id}").get()
        assert (entry.actor, entry.detail["parent"], entry.detail["on_behalf_of"]) == (
            "system:unpack", parent.id, people["unit_a"].id)


def test_taking_apart_again_changes_nothing(system: System, worker: Worker) -> None:
    a_project(system)
    parent = file(system, "材料.zip", zipped(MINUTES))
    worker.drain()
    before = sorted(Document.objects.scalar("id")), outcomes(parent)
    system.unpacker.unpack_document(parent.id, again=True)
    worker.drain()
    assert (sorted(Document.objects.scalar("id")), outcomes(parent)) == before


def test_what_the_dossier_already_holds_is_named_not_doubled(system: System, worker: Worker) -> None:
    a_project(system)
    known = file_text(system, CODE, "纪要.txt", "第一次例会纪要，讨论竣工图纸。").document
    parent = file(system, "材料.zip", zipped(MINUTES))
    worker.drain()
    assert outcomes(parent) == {"04 验收/会议纪要.txt": "duplicate", "合同/采购合同.txt": "filed"}
    assert Member.objects(document=parent.id, outcome="duplicate").get().child == known.id
    assert Document.objects(id=known.id).get().parent == ""


def test_an_office_file_is_one_document(system: System, worker: Worker, tmp_path: Path) -> None:
    a_project(system)
    documents = [file(system, path.name, path.read_bytes()) for path in (
        samples.word(tmp_path / "a.docx", title="纪要"), samples.ofd(tmp_path / "b.ofd"),
        samples.archive(tmp_path / "图.vsdx", {"[Content_Types].xml": b"<Types/>", "visio/document.xml": b"<x/>"}),
        samples.archive(tmp_path / "程序.jar", {"META-INF/MANIFEST.MF": b"x", "a.class": b"y"}))]
    worker.drain()
    assert Document.objects.count() == len(documents)
    assert Member.objects.count() == 0


def test_bundles_in_bundles_go_on_to_a_depth(system: System, worker: Worker) -> None:
    a_project(system)
    data = "最里面的会议纪要".encode()
    for level in range(6):
        data = zipped({f"{level}.zip" if level else "纪要.txt": data, f"说明{level}.txt": f"第 {level} 层".encode()})
    parent = file(system, "外.zip", data)
    worker.drain()
    depths = {member.path: member.depth for member in Member.objects}
    assert max(depths.values()) == system.settings.unpack_depth == 4
    assert {member.root for member in Member.objects} == {parent.current}
    deepest = Unpacking.objects(state="refused").get()
    assert "嵌套超过上限 4 层" in deepest.reason
    assert "DANGAN_UNPACK_DEPTH" in deepest.reason
