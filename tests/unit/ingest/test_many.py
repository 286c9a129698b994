"""A heap of files: read several at once, filed batch by batch in their order, whatever some of them hold."""

from pathlib import Path

import pytest

from admin.system import System
from admin.worker import Worker
from archive.access import Actor
from archive.errors import Refused, Secret
from archive.fields import fields_of
from archive.models import AuditEntry, Document, OutboxEvent
from archive.models.similarity import Likeness, TextSignature
from archive.operations.documents import Filed
from archive.permissions import Permission
from ingest import many
from ingest.describe import Given
from ingest.guard import Guard
from ingest.many import Heap, Told
from search.port import SearchRequest
from search.query import parse
from tests.builders import SYSTEM, a_project
from tests.unit.archive.refusals import refused_without
from tests.unit.archive.test_likenesses import DRAFT, TEXT

CODE = "XM-2024-001"
BODY = "例会纪要\n密级：内部\n联系人电话：13812345678\n合同编号：HT-2024-{n}\n"


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Twelve papers, and among them the same bytes twice, a secret, an empty one and one that is not there."""
    for n in range(12):
        (tmp_path / f"{n:02}.txt").write_text(BODY.format(n=n), "utf-8")
    (tmp_path / "03.txt").write_bytes((tmp_path / "01.txt").read_bytes())
    (tmp_path / "05.txt").write_text("机密★10年\n凤凰计划\n", "utf-8")
    (tmp_path / "07.txt").write_bytes(b"")
    (tmp_path / "09.txt").unlink()
    return [tmp_path / f"{n:02}.txt" for n in range(12)]


def heap(system: System, actor: Actor = SYSTEM) -> Heap:
    return Heap(system.intake, actor, system.clock, CODE, Given())


def filed(told: list[Told]) -> list[str]:
    return [f"{one.path.stem}{' again' if one.answer.duplicate else ''}" for one in told if isinstance(one.answer, Filed)]


def test_each_file_is_told_in_order_and_costs_only_itself(
        system: System, files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "BATCH", 4)
    monkeypatch.setattr(many, "GATHER_SECONDS", 60.0)
    a_project(system, CODE)
    batches = list(heap(system).file(files))
    assert [len(batch) for batch in batches] == [4, 4, 4]
    told = [one for batch in batches for one in batch]
    assert [one.path for one in told] == files
    assert filed(told) == ["00", "01", "02", "03 again", "04", "06", "08", "10", "11"]
    assert [type(told[n].answer) for n in (5, 7, 9)] == [Secret, Refused, FileNotFoundError]
    assert Document.objects.count() == AuditEntry.objects(action="document.filed").count() == 8
    assert AuditEntry.objects(action="document.refused").count() == 1


def test_nobody_sees_a_document_whose_labels_numbers_and_values_are_not_known(system: System, files: list[Path]) -> None:
    a_project(system, CODE)
    list(heap(system).file(files[:1]))
    document = Document.objects.get()
    assert (document.labels, document.personal, document.guarded) == (["内部"], {"mobile": 1}, document.current)
    assert [(field.key, field.value) for field in fields_of(SYSTEM, document.id).found] == [("contract_no", "HT-2024-0")]
    assert set(OutboxEvent.objects(subject=document.id).get().due) == {"index", "judge", "guard"}


def test_drafts_in_one_heap_find_each_other_and_all_are_found(system: System, worker: Worker, tmp_path: Path) -> None:
    a_project(system, CODE)
    for name, text in (("一稿", TEXT), ("二稿", DRAFT), ("别的", TEXT[::-1])):
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
    list(heap(system).file(sorted(tmp_path.glob("*.txt"))))
    assert TextSignature.objects.count() == 3
    worker.drain()
    assert Likeness.objects.count() == 1
    assert system.index.search(SearchRequest(query=parse("会议纪要"), dossiers=None)).total == 2
    assert OutboxEvent.objects(finished=False).count() == 0
    entries = AuditEntry.objects.count()
    Guard(system.clock)(list(OutboxEvent.objects(kind="document.filed-whole")))
    assert (Likeness.objects.count(), AuditEntry.objects.count()) == (1, entries + 1)  # that nothing new was found


def test_who_may_not_file_is_refused_before_anything_is_kept(system: System, files: list[Path], people: dict[str, Actor]) -> None:
    a_project(system, CODE)
    refused_without(Permission.DOCUMENT_FILE, people, lambda actor: list(heap(system, actor).file(files[:2])))
    assert not list(system.intake.staging.glob("in-*"))
