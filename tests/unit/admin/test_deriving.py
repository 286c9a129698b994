"""Derived things made anew: what is old is found, made by the engines of now, and what persons said stays."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from admin.bootstrap import build
from admin.deriving import kinds
from admin.deriving.run import DUTY, TERM, DeriveBusy, Run, Wanted, count
from admin.previews import drawn_by, picture_of
from admin.settings import Settings
from admin.system import System
from admin.worker import Worker
from archive import leases
from archive.access import Actor
from archive.clock import FixedClock
from archive.errors import NotFound
from archive.models import (
    AuditEntry,
    Derivation,
    Document,
    DocumentFields,
    Member,
    OutboxEvent,
    PageLayout,
    Remarks,
    TextRecord,
    TextState,
    Unpacking,
    Version,
)
from archive.operations.documents import confirm_document
from archive.operations.fields import confirm_field
from archive.permissions import Permission
from archive.transaction import collection
from ingest.describe import recogniser
from ingest.sandbox import Sandbox, SandboxClosed
from ingest.unpack import Unpacker
from tests.builders import SYSTEM, a_project
from tests.conftest import empty_archive
from tests.unit.archive.refusals import refused_without
from tests.unit.ingest.ocr.scans import scan_pdf
from tests.unit.ingest.ocr.test_lane import CODE, Reads, filed
from tests.unit.ingest.unpacking.bundles import zipped

LETTER = "关于同意一体化协同办公平台项目立项的批复\n川数发〔2024〕12号\n省数字政务厅：\n经研究，同意立项。\n2024年3月1日\n"


@pytest.fixture
def reads() -> Reads:
    return Reads(2)


@pytest.fixture
def system(settings: Settings, clock: FixedClock, sandbox: Sandbox, reads: Reads) -> Iterator[System]:
    built = build(settings, work=True, clock=clock, sandbox=sandbox, ocr=reads)
    empty_archive()
    built.index.prepare()
    a_project(built, CODE)
    yield built
    empty_archive()
    built.close()


def derive(system: System, *chosen: str, patience: float = 0.0, **asked: Any) -> Run:
    run = Run(system, SYSTEM, Wanted(chosen, **asked), lambda _, __: None, patience)
    run.run()
    return run


def old(system: System, **asked: Any) -> dict[str, int]:
    return {each.kind.key: each.old for each in count(system, SYSTEM, Wanted(**asked)) if each.old}


def aged(model: type[Any], **values: Any) -> None:
    """As an engine of before left it."""
    assert collection(model).update_many({}, {"$set": values}).matched_count


def now(document: Document) -> Document:
    return Document.objects(id=document.id).get()


def test_nothing_is_old_after_filing_whatever_the_format(system: System, worker: Worker) -> None:
    filed(system, "批复.txt", LETTER.encode())
    filed(system, "扫描件.pdf", scan_pdf(2))
    filed(system, "坏.docx", zipped({"[Content_Types].xml": b"wordprocessingml.document.main"}))
    filed(system, "包.zip", zipped({"纪要.txt": "第一次例会纪要".encode()}))
    filed(system, "程序.bin", bytes(range(256)))
    worker.drain()
    assert old(system) == {}
    assert {each.kind.key: each.there for each in count(system, SYSTEM, Wanted())} == {
        "unpack": 1, "text": 6, "quality": 1, "ocr": 1, "types": 6, "fields": 3, "pictures": 0}
    assert derive(system).troubles == []
    assert Derivation.objects.get().done == {}


def test_a_text_of_an_older_reader_is_read_again_and_the_original_is_untouched(system: System, worker: Worker) -> None:
    letter = filed(system, "批复.txt", LETTER.encode())
    worker.drain()
    before = Version.objects.get().as_mongo()
    aged(TextRecord, reader="python 3.6.1", chars=1)
    [text] = count(system, SYSTEM, Wanted(("text",)))
    assert (text.there, text.old, text.by) == (1, 1, {"python 3.6.1": 1})
    assert AuditEntry.objects(action__startswith="derivation").count() == 0
    derive(system, "text")
    assert TextRecord.objects.get().chars == len(LETTER)
    assert old(system) == {}
    assert Version.objects.get().as_mongo() == before
    assert list(AuditEntry.objects(action__startswith="derivation").order_by("seq").scalar("action")) == [
        "derivation.begun", "derivation.ended"]
    assert {event.kind for event in OutboxEvent.objects(subject=letter.id, finished=False)} == {"document.text-read"}


def test_a_text_kept_before_readers_were_noted_is_judged_by_its_engine(system: System, worker: Worker) -> None:
    filed(system, "批复.txt", LETTER.encode())
    worker.drain()
    aged(TextRecord, reader="")
    assert "text" not in old(system)
    aged(TextRecord, engine="python 3.6.1 (gb18030)")
    assert old(system)["text"] == 1


def test_only_what_is_asked_for(system: System, worker: Worker) -> None:
    filed(system, "批复.txt", LETTER.encode())
    filed(system, "扫描件.pdf", scan_pdf(2))
    worker.drain()
    aged(TextRecord, reader="old 1")
    for asked, found in (({"format": "pdf"}, 1), ({"format": ".TXT"}, 1), ({"format": "docx"}, 0), ({"project": CODE}, 2),
                         ({"engine": "old"}, 2), ({"engine": "older"}, 0), ({"format": "application/pdf"}, 1),
                         ({"format": Version.objects(media_type="application/pdf").get().puid}, 1)):
        assert old(system, **asked).get("text", 0) == found, asked
    with pytest.raises(NotFound):
        count(system, SYSTEM, Wanted(project="XM-0"))
    derive(system, "text", format="pdf")
    assert old(system) == {"text": 1}


def test_reading_anew_keeps_what_was_recognised(system: System, worker: Worker, reads: Reads) -> None:
    scan = filed(system, "扫描件.pdf", scan_pdf(2))
    worker.drain()
    before = TextRecord.objects.get()
    aged(TextRecord, reader="pypdfium2 1")
    reads.asked.clear()
    derive(system, "text")
    record = TextRecord.objects.get()
    assert (now(scan).text_state, record.recognised, record.chars) == (TextState.OCR, [1, 2], before.chars)
    assert record.reader != "pypdfium2 1"
    worker.drain()
    assert reads.asked == []


def test_scans_are_recognised_by_the_new_engine_and_a_stopped_run_goes_on(system: System, worker: Worker, reads: Reads) -> None:
    scans = [filed(system, f"扫描件{n}.pdf", scan_pdf(2, text=f"scan {n}")) for n in (1, 2)]
    worker.drain()
    reads.engine, reads.asked, reads.closes_at = "test 2", [], 2
    with pytest.raises(SandboxClosed):
        derive(system, "ocr")
    assert TextRecord.objects(ocr_engine="test 1").count() == 2, "the old text stays until the new one is whole"
    assert Derivation.objects.get().state == "running"
    reads.asked, reads.closes_at = [], 0
    derive(system, "ocr")
    assert reads.asked == [2, 1, 2], "the page that was done is not done again"
    assert set(PageLayout.objects.scalar("engine")) == {"test 2"}
    assert Derivation.objects.get().done == {"ocr": 2}
    assert AuditEntry.objects(action="derivation.resumed").count() == 1
    worker.drain()
    assert reads.asked == [2, 1, 2]
    assert {now(scan).text_state for scan in scans} == {TextState.OCR}


def test_everything_goes_on_behind_the_document_that_is_through(system: System, worker: Worker, reads: Reads,
                                                               clock: FixedClock) -> None:
    for n in (1, 2):
        filed(system, f"扫描件{n}.pdf", scan_pdf(2, text=f"scan {n}"))
    worker.drain()
    clock.advance(timedelta(hours=1))
    reads.asked.clear()
    derive(system, "ocr", everything=True)
    assert reads.asked == [1, 2, 1, 2]
    reads.asked, reads.closes_at = [], 2
    clock.advance(timedelta(hours=1))
    first = min(Document.objects.scalar("id"))
    with pytest.raises(SandboxClosed):
        derive(system, "ocr", everything=True)
    collection(Derivation).update_one({}, {"$set": {"kind": "ocr", "after": first}})
    reads.asked, reads.closes_at = [], 0
    derive(system, "ocr", everything=True)
    assert reads.asked == [1, 2], "only the document behind the mark"


def test_recognition_anew_changes_proposals_but_not_what_was_confirmed(system: System, worker: Worker) -> None:
    one = filed(system, "竣工验收报告.txt", "竣工验收报告\n项目已通过验收。\n".encode())
    other = filed(system, "批复.txt", LETTER.encode())
    worker.drain()
    confirmed = confirm_document(SYSTEM, system.clock, other.id, now(other).revision, {"type": "other", "title": "人工题名"})
    aged(Document, recogniser="recogniser 0/old", candidates=[], issuer="")
    collection(Document).update_one({"_id": one.id}, {"$set": {"type": "other", "type_source": "unrecognised"}})
    derive(system, "types")
    assert (now(one).type_source, now(one).recogniser) == ("recognised", recogniser())
    assert now(one).type != "other"
    assert now(one).candidates
    assert (now(other).type, now(other).type_source, now(other).title) == ("other", "confirmed", "人工题名")
    assert now(other).recogniser == recogniser()
    assert {event.subject for event in OutboxEvent.objects(kind="document.changed", finished=False)} >= {one.id}
    aged(Document, recogniser="recogniser 0/old")
    revision = now(one).revision
    derive(system, "types")
    assert now(one).revision == revision, "where nothing is said otherwise, nobody's form is out of date"
    assert confirmed.id == other.id


def test_values_are_read_again_and_a_confirmed_one_stays(system: System, worker: Worker) -> None:
    letter = filed(system, "批复.txt", LETTER.encode())
    worker.drain()
    fields = DocumentFields.objects.get()
    key = fields.found[0].key
    confirm_field(SYSTEM, system.clock, letter.id, key, fields.revision, None)
    aged(DocumentFields, extractor="fields 0")
    derive(system, "fields")
    assert DocumentFields.objects.get().extractor != "fields 0"
    assert DocumentFields.objects.get().get(key).confirmed
    assert old(system) == {}


def test_scans_are_judged_again_also_where_there_was_nothing_to_say(system: System, worker: Worker) -> None:
    filed(system, "扫描件.pdf", scan_pdf(2))
    worker.drain()
    assert {row.source: len(row.items) for row in Remarks.objects(source__not__startswith="reading")} == {
        "scan-quality 1": 0, "page-numbers 1": 0}
    collection(Remarks).update_many({"source": {"$regex": "^scan-quality"}}, {"$set": {"source": "scan-quality 0"}})
    assert old(system) == {"quality": 1}
    derive(system)
    assert old(system) == {}


def test_pictures_of_older_engines_leave_the_cache(system: System) -> None:
    filed(system, "扫描件.pdf", scan_pdf(2))
    version = Version.objects.get()
    picture_of(system, version, 1)
    assert old(system, kinds=("pictures",)) == {}
    system.derived.write(version.sha256, "2-page-0123456789ab.png", b"x")
    assert old(system, kinds=("pictures",)) == {"pictures": 1}
    derive(system, "pictures")
    assert [drawn_by(version) in name for name in system.derived.names(version.sha256)] == [True]


def raised(system: System, max_bytes: int, **limits: int) -> System:
    system.intake.max_bytes = max_bytes
    unpacker = Unpacker(system.blobs, system.intake, system.clock, replace(system.unpacker.limits, **limits))
    return replace(system, unpacker=unpacker)


def test_a_raised_limit_brings_in_what_it_kept_out(system: System) -> None:
    tight = raised(system, 900, members=2, bytes=1 << 30)
    worker = Worker(tight)
    bundle = filed(tight, "包.zip", zipped({f"{n}.txt": f"第{n}次会议纪要".encode() for n in range(4)}))
    large = filed(tight, "大.zip", zipped({"小.txt": "短短的会议纪要".encode(), "大.txt": "会议纪要，内容很长。".encode() * 60}))
    worker.drain()
    assert {row.document: row.limit for row in Unpacking.objects} == {bundle.id: "members", large.id: ""}
    assert Member.objects(limit="file").get().outcome == "refused"
    assert old(tight) == {}
    wide = raised(system, 50 << 20, members=10)
    assert old(wide) == {"unpack": 2}
    derive(wide, "unpack")
    worker.drain()
    assert old(wide) == {}
    assert {row.state for row in Unpacking.objects} == {"done"}
    assert Member.objects(outcome="filed").count() == Document.objects(parent__ne="").count() == 6
    assert Remarks.objects(source__startswith="unpack").count() == 0
    worker.stop()


def test_a_file_whose_bytes_are_gone_costs_only_itself(system: System, worker: Worker) -> None:
    lost, kept = (filed(system, f"{n}.txt", f"第{n}次会议纪要".encode()) for n in (1, 2))
    worker.drain()
    aged(TextRecord, reader="old 1")
    system.blobs.delete_if_old(Version.objects(document=lost.id).get().sha256, float("inf"))
    run = derive(system, "text")
    assert [(each.kind, each.document) for each in run.troubles] == [("text", lost.id)]
    assert Derivation.objects.get().failed == {"text": 1}
    assert old(system) == {"text": 1}
    assert TextRecord.objects(reader="old 1").get().document == lost.id
    assert now(kept).text_state == TextState.READ


def test_two_runs_at_once_are_refused(system: System) -> None:
    assert leases.take(DUTY, "somebody", system.clock, TERM)
    with pytest.raises(DeriveBusy):
        derive(system)


def test_only_who_looks_after_the_machine_may(system: System, people: dict[str, Actor]) -> None:
    filed(system, "批复.txt", LETTER.encode())
    aged(TextRecord, reader="old 1")
    refused_without(Permission.DERIVED_RENEW, people, lambda actor: count(system, actor, Wanted()))
    refused_without(Permission.DERIVED_RENEW, people, lambda actor: Run(system, actor, Wanted(), lambda _, __: None).run())
    assert [kind.key for kind in kinds.KINDS] == ["unpack", "text", "quality", "ocr", "types", "fields", "pictures"]
