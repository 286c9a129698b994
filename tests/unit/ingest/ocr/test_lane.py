"""The lane: a scan becomes searchable text page by page, goes on where it was stopped, and leaves native pages alone."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from admin import recognition
from admin.bootstrap import build
from admin.previews import hits_on, picture_of
from admin.settings import Settings
from admin.system import System
from admin.worker import Worker
from archive.clock import FixedClock
from archive.effects import READ
from archive.events import deliver
from archive.models import AuditEntry, Document, OutboxEvent, PageLayout, Remarks, TextRecord, TextState, Version
from archive.operations.layouts import Layout, Line
from archive.queries import pages_by_version
from ingest.extractors.base import UnreadableFile
from ingest.ocr.lane import KEPT_TOGETHER, SLICE
from ingest.ocr.none import NoOcr
from ingest.ocr.port import Recognised
from ingest.sandbox import Sandbox, SandboxClosed
from search.port import SearchRequest
from search.query import parse
from tests.builders import SYSTEM, a_project
from tests.conftest import empty_archive
from tests.unit.ingest.ocr.scans import scan_ofd, scan_pdf, scan_tiff

CODE = "XM-2024-001"


class Reads:
    """An engine that reads at once what a page's number says, and can be made to fail; the port's contract otherwise."""

    def __init__(self, count: int, engine: str = "test 1") -> None:
        self.engine, self.count, self.asked = engine, count, list[int]()
        self.broken, self.closes_at, self.doubted = frozenset[int](), 0, frozenset[int]()

    def page(self, path: Path, media_type: str, filename: str, number: int) -> Recognised:
        assert path.read_bytes()
        self.asked.append(number)
        if number == self.closes_at:
            raise SandboxClosed(filename=filename)
        if number in self.broken:
            raise UnreadableFile("这一页损坏，无法绘制。")
        lines = [Line(f"关于第{number}页的验收意见", (0.1, 0.1, 0.9, 0.15), 0.9)]
        flagged = number in self.doubted
        return Recognised(Layout(number, self.engine, 2480, 3508, confidence=0.9, lines=lines, flagged=flagged,
                                 reason="字迹模糊" if flagged else ""), self.count)

    def close(self) -> None:
        return None


@pytest.fixture
def reads() -> Reads:
    return Reads(3)


@pytest.fixture
def system(settings: Settings, clock: FixedClock, sandbox: Sandbox, reads: Reads) -> Iterator[System]:
    built = build(settings, work=True, clock=clock, sandbox=sandbox, ocr=reads)
    empty_archive()
    built.index.prepare()
    a_project(built, CODE)
    yield built
    empty_archive()
    built.close()


def filed(system: System, name: str, data: bytes) -> Document:
    found: Document = system.intake.file(SYSTEM, CODE, name, [data]).document
    return found


def read_only(worker: Worker) -> None:
    """What was not complete when it was filed is read; nothing is recognised."""
    for subscription in worker.subscriptions:
        while subscription.lane == READ and deliver(subscription).done:
            pass


def found(system: System, words: str) -> list[str]:
    return [item.document for item in system.search.find(SearchRequest(query=parse(words), dossiers=None)).items]


def now(document: Document) -> tuple[Document, TextRecord, list[str]]:
    document = Document.objects(id=document.id).get()
    record = TextRecord.objects(id=document.current).get()
    return document, record, pages_by_version([document.current]).get(document.current, [])


def test_a_scan_waits_without_text_and_is_found_once_it_was_recognised(system: System, worker: Worker, reads: Reads) -> None:
    reads.doubted = frozenset({2})
    scan = filed(system, "扫描件.pdf", scan_pdf(3))
    assert scan.text_state == TextState.NO_TEXT
    worker.drain()
    document, record, pages = now(scan)
    assert document.text_state == TextState.OCR
    assert pages == [f"关于第{n}页的验收意见" for n in (1, 2, 3)]
    assert (record.image_pages, record.recognised, record.doubtful) == ([1, 2, 3], [1, 2, 3], [2])
    assert (record.ocr_engine, record.engine, record.confidence) == ("test 1", "test 1", pytest.approx(0.9))
    assert document.text_reason == "第 2 页的光学识别把握不足，请对照原件核对。"
    assert found(system, "第3页的验收意见") == [scan.id]
    assert PageLayout.objects(version=document.current).count() == 3
    entry = AuditEntry.objects(action="document.text-read").order_by("-id").first()
    assert (entry.detail["state"], entry.detail["ocr_engine"], entry.detail["recognised"]) == ("ocr", "test 1", 3)


def test_only_the_pictures_of_a_mixed_file_are_recognised(system: System, worker: Worker, reads: Reads) -> None:
    mixed = filed(system, "混合.pdf", scan_pdf(3, native={2: "This page carries its own text layer and stays exactly as it is."}))
    assert mixed.text_state == TextState.READ
    worker.drain()
    document, record, pages = now(mixed)
    assert reads.asked == [1, 3]
    assert document.text_state == TextState.OCR
    assert "stays exactly as it is" in pages[1]
    assert (pages[0], pages[2]) == ("关于第1页的验收意见", "关于第3页的验收意见")
    assert record.engine.startswith("pypdfium2")
    assert record.engine.endswith("；test 1")


def test_every_frame_of_a_tiff_is_a_page(system: System, worker: Worker, reads: Reads) -> None:
    scan = filed(system, "多页.tiff", scan_tiff(3))
    worker.drain()
    document, record, pages = now(scan)
    assert document.text_state == TextState.OCR
    assert (record.page_count, len(pages), record.image_pages) == (3, 3, [1, 2, 3])


def test_pages_of_an_ofd_that_are_pictures_are_recognised_and_hits_stand_on_them(
        system: System, worker: Worker, reads: Reads) -> None:
    native = "这一页自带文字层，" * 8
    scan = filed(system, "扫描件.ofd", scan_ofd(3, native={2: native}, stamp="第 1 页"))
    assert TextRecord.objects(id=scan.current).get().image_pages == [1, 3]
    worker.drain()
    document, record, pages = now(scan)
    assert reads.asked == [1, 3]
    assert (document.text_state, record.recognised) == (TextState.OCR, [1, 3])
    assert (pages[0], pages[1].strip(), pages[2]) == ("关于第1页的验收意见", native, "关于第3页的验收意见")
    assert record.engine.startswith("ofdkit")
    assert found(system, "第3页的验收意见") == [scan.id]
    version = Version.objects(id=document.current).get()
    [mark] = hits_on(system, version, 3, ["验收意见"])
    assert 0.1 < mark[0] < mark[2] <= 0.9
    assert picture_of(system, version, 3, "page", [mark]) != picture_of(system, version, 3)
    said = {item.code: list(item.pages) for row in Remarks.objects(document=scan.id) for item in row.items}
    assert "low_resolution" not in said
    assert "blank_page" not in said


def test_a_long_scan_is_published_slice_by_slice_and_lets_others_pass(system: System, worker: Worker, reads: Reads) -> None:
    count = SLICE + 2
    reads.count = count
    long = filed(system, "长.pdf", scan_pdf(count))
    short = filed(system, "短.pdf", scan_pdf(1, text="short"))
    read_only(worker)
    worker.recogniser.recognise_document(long.id)
    document, record, pages = now(long)
    assert document.text_reason == f"光学识别已完成 {SLICE} / {count} 页，其余各页正在排队识别。"
    assert [bool(page) for page in pages] == [True] * SLICE + [False] * 2
    assert {e.kind for e in OutboxEvent.objects(subject=long.id, finished=False)} >= {"document.half-recognised"}
    reads.asked.clear()
    OutboxEvent.objects(subject=long.id, kind="document.scanned").delete()
    worker.drain()
    assert reads.asked == [1, SLICE + 1, SLICE + 2], "the short one was first, and nothing was read twice"
    document, record, pages = now(long)
    assert (document.text_reason, len(record.recognised), all(pages)) == ("", count, True)
    assert now(short)[0].text_state == TextState.OCR


def test_what_was_read_before_a_stop_is_not_read_again(system: System, worker: Worker, reads: Reads) -> None:
    reads.count, reads.closes_at = 6, KEPT_TOGETHER + 2
    scan = filed(system, "扫描件.pdf", scan_pdf(6))
    read_only(worker)
    with pytest.raises(SandboxClosed):
        worker.recogniser.recognise_document(scan.id)
    assert sorted(PageLayout.objects(version=scan.current).scalar("page")) == [1, 2, 3, 4]
    assert Document.objects(id=scan.id).get().text_state == TextState.NO_TEXT
    reads.asked, reads.closes_at = [], 0
    worker.drain()
    assert reads.asked == [5, 6]
    assert now(scan)[1].recognised == [1, 2, 3, 4, 5, 6]


def test_a_page_that_cannot_be_read_costs_that_page_and_says_why(system: System, worker: Worker, reads: Reads) -> None:
    reads.broken = frozenset({2})
    scan = filed(system, "扫描件.pdf", scan_pdf(3))
    worker.drain()
    document, record, pages = now(scan)
    assert document.text_state == TextState.OCR
    assert [bool(page) for page in pages] == [True, False, True]
    assert record.doubtful == [2]
    assert PageLayout.objects(version=document.current, page=2).get().reason == "这一页损坏，无法绘制。"


def test_without_an_engine_scans_wait_and_are_judged_all_the_same(settings: Settings, clock: FixedClock, sandbox: Sandbox) -> None:
    built = build(replace(settings, ocr="none"), work=True, clock=clock, sandbox=sandbox)
    try:
        empty_archive()
        built.index.prepare()
        a_project(built, CODE)
        scan = filed(built, "扫描件.pdf", scan_pdf(2, dpi=100, blank={2}))
        worker = Worker(built)
        worker.drain()
        worker.stop()
        document = Document.objects(id=scan.id).get()
        assert document.text_state == TextState.NO_TEXT
        assert PageLayout.objects.count() == 0
        assert OutboxEvent.objects(finished=False).count() == 0
        said = {item.code: list(item.pages) for item in Remarks.objects(document=scan.id, source="scan-quality 1").get().items}
        assert said == {"low_resolution": [1], "blank_page": [2]}
    finally:
        empty_archive()
        built.close()


def test_a_new_engine_reads_again_and_the_old_text_stays_until_then(system: System, worker: Worker, reads: Reads) -> None:
    scan = filed(system, "扫描件.pdf", scan_pdf(3))
    worker.drain()
    reads.engine, reads.asked, reads.closes_at = "test 2", [], 2
    with pytest.raises(SandboxClosed):
        worker.recogniser.recognise_document(scan.id)
    assert now(scan)[1].ocr_engine == "test 1"
    reads.closes_at = 0
    worker.recogniser.recognise_document(scan.id)
    assert reads.asked == [1, 2, 2, 3]
    assert now(scan)[1].ocr_engine == "test 2"


def test_operators_see_the_engine_and_how_many_documents_wait(system: System, worker: Worker, reads: Reads) -> None:
    reads.doubted = frozenset({1})
    filed(system, "扫描件.pdf", scan_pdf(1))
    assert recognition.standing(system) == recognition.Standing("test 1", 1, 0)
    worker.drain()
    assert recognition.standing(system) == recognition.Standing("test 1", 0, 1)
    assert recognition.check(system).detail == "test 1，排队 0 件，待人核对 1 件"
    silent = replace(system, ocr=NoOcr(), settings=replace(system.settings, ocr="rapidocr"))
    assert recognition.check(silent).state == "missing"
    assert recognition.check(replace(silent, settings=replace(system.settings, ocr="none"))).state == "ok"
