"""The lane of optical recognition: scanned pages become text, a few pages of a document at a time.

Every page is kept as soon as it is read, so an interrupted scan goes on where it was, and a long one lets others pass:
after each slice the text so far is published and the rest waits at the end of the queue.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archive.blobs.port import BlobStore
from archive.clock import Clock
from archive.errors import EngineDown
from archive.models import Document, OutboxEvent, PageLayout, TextRecord, TextState, Version
from archive.operations.documents import TextRead
from archive.operations.layouts import Layout, layouts_of, record_layouts
from archive.queries import pages_by_version
from ingest.describe import describe
from ingest.extractors.base import UnreadableFile
from ingest.guard import keep_text
from ingest.ocr.headings import headings_of
from ingest.ocr.port import Ocr
from ingest.one_by_one import one_by_one

SLICE, KEPT_TOGETHER = 12, 3   # pages: until others get their turn, and until what was read is kept
MOST_PAGES = 10_000


@dataclass(slots=True)
class Job:
    """The current version of a document, the pages that are wanted, and how many it has."""

    document: Document
    version: Version
    record: TextRecord
    wanted: list[int]
    page_count: int


class Recogniser:
    """The outbox handler. Many threads may use it, each on its own document."""

    def __init__(self, blobs: BlobStore, ocr: Ocr, clock: Clock) -> None:
        self.blobs, self.ocr, self.clock = blobs, ocr, clock

    def __call__(self, events: Sequence[OutboxEvent]) -> dict[str, str | EngineDown]:
        """Raises NotNow where the engine is closed meanwhile: the rest is to be read later, or by another worker."""
        return one_by_one(events, self.recognise_document)

    def interrupt(self) -> None:
        self.ocr.close()

    def recognise_document(self, key: str) -> None:
        """Read the next slice of pages of the current version. Without an engine they go on waiting."""
        job = _job_of(key) if self.ocr.engine else None
        if job is None:
            return
        kept = {layout.page for layout in layouts_of(job.version.id, job.wanted) if layout.engine == self.ocr.engine}
        todo = [page for page in job.wanted if page not in kept][:SLICE]
        if todo:
            self._read_pages(job, todo)
        self._publish(job)

    def _read_pages(self, job: Job, todo: Sequence[int]) -> None:
        """What was read is kept even where the next page ends it all."""
        fresh: list[Layout] = []
        with self.blobs.local(job.version.sha256) as path:
            try:
                for page in todo:
                    try:
                        read = self.ocr.page(path, job.version.media_type, job.version.filename, page)
                    except UnreadableFile as error:
                        fresh.append(Layout(page, self.ocr.engine, flagged=True, reason=str(error)))
                        continue
                    job.page_count = min(max(job.page_count, read.page_count), MOST_PAGES)
                    fresh.append(read.layout or Layout(page, self.ocr.engine, flagged=True, reason="文件里没有这一页。"))
                    if len(fresh) == KEPT_TOGETHER:
                        record_layouts(self.clock, job.version.id, fresh)
                        fresh = []
            finally:
                record_layouts(self.clock, job.version.id, fresh)

    def _publish(self, job: Job) -> None:
        """The text of the document as far as it is known now: read pages as they are, recognised ones in their place."""
        if job.version.media_type.startswith("image/"):
            job.wanted = list(range(1, job.page_count + 1))    # known only once the first was decoded
        layouts = {each.page: each for each in layouts_of(job.version.id, job.wanted) if each.engine == self.ocr.engine}
        text = _text_of(job, layouts)
        headings = headings_of(layouts[1]) if 1 in layouts else ()
        keep_text(self.clock, job.version, text, describe(job.document.filename, text.pages, headings,
                                                             unit=job.document.unit))


def _job_of(key: str) -> Job | None:
    document = Document.objects(id=key).first()
    record = TextRecord.objects(id=document.current).first() if document and document.current else None
    if record is None or not record.image_pages or document.text_state == TextState.PENDING:
        return None
    version = Version.objects(id=document.current).get()
    return Job(document, version, record, list(record.image_pages)[:MOST_PAGES], record.page_count)


def _text_of(job: Job, layouts: Mapping[int, PageLayout]) -> TextRead:
    pages = _native_pages(job)
    for number, layout in layouts.items():
        pages[number - 1] = layout.text
    doubtful = [number for number, layout in sorted(layouts.items()) if layout.flagged]
    state = _state(pages, layouts)
    return TextRead(
        state, pages if any(page.strip() for page in pages) else (), len(pages), _engines(job, layouts),
        _reason(job, len(layouts), doubtful, state), job.record.truncated, list(job.record.warnings),
        dict(job.record.properties), job.wanted, recognised=sorted(layouts), doubtful=doubtful,
        confidence=_confidence(layouts), ocr_engine=next((each.engine for each in layouts.values()), ""))


def _native_pages(job: Job) -> list[str]:
    """What was read without recognition, by page; empty where nothing was."""
    pages = pages_by_version([job.version.id]).get(job.version.id, [])[:MOST_PAGES]
    pages += [""] * (max(job.page_count, max(job.wanted, default=0)) - len(pages))
    return ["" if number in job.record.recognised else page for number, page in enumerate(pages, 1)]


def _state(pages: Sequence[str], layouts: Mapping[int, PageLayout]) -> TextState:
    if any(layout.lines for layout in layouts.values()):
        return TextState.OCR
    return TextState.READ if any(page.strip() for page in pages) else TextState.NO_TEXT


def _engines(job: Job, layouts: Mapping[int, PageLayout]) -> str:
    native = job.record.engine.partition("；")[0]
    native = native if set(job.wanted) != set(range(1, job.page_count + 1)) else ""
    return "；".join(dict.fromkeys(filter(None, (native, *(each.engine for each in layouts.values())))))


def _reason(job: Job, done: int, doubtful: Sequence[int], state: TextState) -> str:
    if done < len(job.wanted):
        return f"光学识别已完成 {done} / {len(job.wanted)} 页，其余各页正在排队识别。"
    if state is TextState.NO_TEXT:
        return "已作光学识别，没有认出文字；可能是空白页、图片或手写，请查看原件。"
    if doubtful:
        shown = "、".join(map(str, doubtful[:10])) + ("等" if len(doubtful) > 10 else "")
        return f"第 {shown} 页的光学识别把握不足，请对照原件核对。"
    return ""


def _confidence(layouts: Mapping[int, PageLayout]) -> float:
    """Mean over the characters of all recognised pages."""
    weights = [(sum(len(line.text) for line in layout.lines), layout.confidence) for layout in layouts.values()]
    chars = sum(weight for weight, _ in weights)
    return round(sum(weight * value for weight, value in weights) / chars, 4) if chars else 0.0
