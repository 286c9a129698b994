"""The lane of optical recognition: scanned pages become text, a few pages of a document at a time.

Every page is kept as soon as it is read, so an interrupted scan goes on where it was, and a long one lets others pass:
after each slice the text so far is published and the rest waits at the end of the queue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.blobs.port import BlobStore
from archive.claims import Event
from archive.clock import Clock
from archive.errors import EngineDown
from archive.models import Document, TextRecord, TextState, Version
from archive.operations.documents import TextRead
from archive.operations.layouts import Layout, layouts_of, record_layouts
from archive.queries import pages_by_version
from ingest.describe import describe
from ingest.extractors.base import UnreadableFile
from ingest.guard import keep_text
from ingest.ocr.composing import MOST_PAGES, with_recognised
from ingest.ocr.numbering import note_numbering
from ingest.ocr.port import Ocr
from ingest.one_by_one import one_by_one

SLICE, KEPT_TOGETHER = 12, 3   # pages: until others get their turn, and until what was read is kept


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

    def __call__(self, events: Sequence[Event]) -> dict[str, str | EngineDown]:
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

    def renew_document(self, key: str, since: datetime | None = None) -> None:
        """Read all pages again that another engine read, or that were read before `since`. The text so far stays until all
        of it is there; a page that is done is not done again after an interruption."""
        job = _job_of(key) if self.ocr.engine else None
        if job is None:
            return
        kept = {layout.page for layout in layouts_of(job.version.id, job.wanted)
                if layout.engine == self.ocr.engine and not (since and layout.made_at < since)}
        self._read_pages(job, [page for page in job.wanted if page not in kept])
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
        layouts = [each for each in layouts_of(job.version.id, job.wanted) if each.engine == self.ocr.engine]
        text = with_recognised(_native(job), layouts)
        kept = keep_text(self.clock, job.version, text, describe(job.document.filename, text.pages, text.headings,
                                                                 unit=job.document.unit))
        if kept and len(layouts) == len(job.wanted):
            note_numbering(self.clock, job.version.id, text.pages, layouts)


def _job_of(key: str) -> Job | None:
    document = Document.objects(id=key).first()
    record = TextRecord.objects(id=document.current).first() if document and document.current else None
    if record is None or not record.image_pages or document.text_state == TextState.PENDING:
        return None
    version = Version.objects(id=document.current).get()
    return Job(document, version, record, list(record.image_pages)[:MOST_PAGES], record.page_count)


def _native(job: Job) -> TextRead:
    """What was read without recognition; pages are empty where nothing was."""
    record = job.record
    pages = pages_by_version([job.version.id]).get(job.version.id, [])[:MOST_PAGES]
    pages += [""] * (max(job.page_count, max(job.wanted, default=0)) - len(pages))
    return TextRead(
        TextState(job.document.text_state), ["" if number in record.recognised else page for number, page in enumerate(pages, 1)],
        len(pages), record.engine.partition("；")[0], job.document.text_reason, record.truncated, list(record.warnings),
        dict(record.properties), job.wanted, remarks=None, reader=record.reader, headings=list(record.headings))
