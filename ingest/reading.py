"""From bytes to text: one file through the sandbox, whatever happens answered as a state with a reason."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from archive.blobs.port import BlobStore
from archive.claims import Event
from archive.clock import Clock
from archive.errors import EngineDown
from archive.models import Document, TextState, Version
from archive.operations.documents import TextRead
from archive.operations.layouts import layouts_of
from archive.remarks import Remark, Severity
from ingest.describe import describe
from ingest.examination import Examination
from ingest.examination_message import examination_of
from ingest.extractors import engine_of
from ingest.extractors.base import Extraction, NoExtractor, UnreadableFile
from ingest.guard import keep_text
from ingest.media_types import disagreement
from ingest.ocr.composing import with_recognised
from ingest.ocr.port import MEDIA_TYPES
from ingest.one_by_one import one_by_one
from ingest.sandbox import Sandbox, SandboxFailure
from ingest.unpacking.readers import READERS

log = logging.getLogger("dangan.reading")
HEAD_PAGES = 20  # most documents as a whole: they are read once, and refused or recognised by all they say
_UNSUPPORTED = "此格式暂不读取文字，文件已原样保存，可下载查看。"
_STACK = "整叠扫描件：已按分隔页拆成各件，文字在各件里识别，见“包内文件”。"
_BUNDLE = "压缩包自己没有文字；包里的文件各自归档，列在它的页面上。"


@dataclass(frozen=True, slots=True)
class Reading:
    """The text as the archive keeps it; `headings` help recognition; `complete` is False for a head only."""

    text: TextRead
    headings: tuple[str, ...] = ()
    complete: bool = True
    examination: Examination | None = None


def read(sandbox: Sandbox, path: Path, media_type: str, filename: str, max_pages: int | None = None, task: str = "") -> Reading:
    """Read a file's text. Never raises for what is in the file: the state says what became of it.

    With the task EXAMINE a text that is there comes with its examination.
    """
    doubts, reader = _doubts(media_type, filename), engine_of(media_type)
    try:
        extraction = sandbox.extract(path, media_type, filename, max_pages=max_pages, task=task)
    except NoExtractor:
        return Reading(TextRead(TextState.UNSUPPORTED, reason=_BUNDLE if media_type in READERS else _UNSUPPORTED, remarks=doubts))
    except (UnreadableFile, SandboxFailure) as error:
        return Reading(TextRead(TextState.UNREADABLE, reason=str(error), remarks=doubts, reader=reader))
    text = replace(_as_text(extraction, media_type), remarks=(*doubts, *extraction.remarks), reader=reader,
                   headings=extraction.headings)
    return Reading(text, tuple(extraction.headings), extraction.complete, _examination(extraction))


def _examination(extraction: Extraction) -> Examination | None:
    """None also where the worker told nonsense: the archive then looks at the text itself."""
    if extraction.examination is None:
        return None
    try:
        return examination_of(extraction.examination)
    except (KeyError, TypeError, ValueError, AttributeError):
        log.warning("a reading worker gave an examination that is none")
        return None


def as_stack(text: TextRead) -> TextRead:
    """The text of a scan that is parted: its pages are recognised in the parts, not twice."""
    return replace(text, image_pages=(), reason=_STACK if text.image_pages else text.reason)


def _as_text(extraction: Extraction, media_type: str) -> TextRead:
    state, pages, reason = TextState.READ, extraction.pages, "".join(extraction.warnings)
    if extraction.garbled:
        state, pages, reason = TextState.GARBLED, (), "文字层是乱码，未作为文字收录；原文可下载查看，待光学识别。"
    elif not any(page.strip() for page in pages):
        state, pages, reason = TextState.NO_TEXT, (), _why_no_text(extraction, media_type)
    elif extraction.damaged:
        state = TextState.UNREADABLE  # what could be salvaged is kept and found, but the file needs a person
    return TextRead(state, pages, extraction.page_count or len(extraction.pages), extraction.engine, reason,
                    extraction.truncated, extraction.warnings, extraction.properties,
                    extraction.image_pages if media_type in MEDIA_TYPES else ())


def _doubts(media_type: str, filename: str) -> tuple[Remark, ...]:
    """What the file is called and what it is may be two things; found here, because it concerns unread formats too."""
    doubt = disagreement(media_type, filename)
    return (Remark("format.extension-disagrees", Severity.WARNING, doubt),) if doubt else ()


def _why_no_text(extraction: Extraction, media_type: str) -> str:
    if media_type.startswith("image/"):
        return "图像文件没有文字层，原件已保存，待光学识别。"
    if media_type.startswith(("audio/", "video/")):
        return "音像文件没有文字，已登记其时长等属性；原件可下载播放。"
    if extraction.image_pages:
        return "文件里没有文字层，多半是扫描件；原文可下载查看，待光学识别。"
    return "文件里没有文字。请核对是否传错了文件。"


class PendingReader:
    """The outbox handler that reads documents whose text was not complete when they were filed. Many threads may use it."""

    def __init__(self, blobs: BlobStore, sandbox: Sandbox, clock: Clock) -> None:
        self.blobs, self.sandbox, self.clock = blobs, sandbox, clock

    def __call__(self, events: Sequence[Event]) -> dict[str, str | EngineDown]:
        """Raises NotNow where the sandbox is closed meanwhile: the file is to be read later, or by another worker."""
        return one_by_one(events, self.read_document)

    def interrupt(self) -> None:
        """End what is being read: whoever reads it later begins anew."""
        self.sandbox.close()

    def read_document(self, key: str, *, again: bool = False) -> None:
        """Read the current version of a document where that is still to be done, or `again`: what was recognised of its
        pages then stays in its place."""
        document = Document.objects(id=key).first()
        if document is None or not document.current:
            return
        if document.text_state != TextState.PENDING and not again:
            return
        version = Version.objects(id=document.current).get()
        with self.blobs.local(version.sha256) as path:
            reading = read(self.sandbox, path, version.media_type, version.filename)
        if version.split:
            reading = replace(reading, text=as_stack(reading.text))
        text = with_recognised(reading.text, layouts_of(version.id, reading.text.image_pages) if again else ())
        description = describe(document.filename, text.pages, text.headings, unit=document.unit)
        keep_text(self.clock, version, text, description)
