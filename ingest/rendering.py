"""A page of a file as a picture, drawn behind the same wall as text is read: a hostile file costs its own picture.

Owns what may be drawn and in which sizes. The drawing itself is `ingest.drawing`, in another process
(`ingest.rendering_worker`); Office files are first made into PDF (`ingest.office`).
"""

import base64
import binascii
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from archive.errors import ArchiveError, NotFound
from ingest import office
from ingest.drawing.base import LARGEST_SIDE, LONGEST_SIDE, Task
from ingest.extractors.base import Extraction, NoExtractor, UnreadableFile
from ingest.letters import Box, Letters, read_letters
from ingest.media_types import OFD
from ingest.office import NoRendition, Office
from ingest.sandbox import Kind, Limits, Sandbox, SandboxFailure

Size = Literal["thumb", "page", "large"]
SIDES: dict[Size, int] = {"thumb": 240, "page": LONGEST_SIDE, "large": LARGEST_SIDE}
PDF = "application/pdf"
IMAGES = frozenset({"image/png", "image/jpeg", "image/tiff", "image/bmp", "image/webp", "image/gif", "image/jp2"})
MEDIA_TYPES = frozenset({PDF, OFD}) | IMAGES | office.MEDIA_TYPES
REVISION = 1   # of the drawing itself: counted up where the same engines would draw another picture
PNG = b"\x89PNG\r\n\x1a\n"
# A page takes a fraction of a second; one that needs more than this is made to hurt.
LIMITS = Limits(cpu_seconds=15, wall_seconds=30.0, memory_mb=1024, output_mb=48, jobs=200, rss_mb=400)
_REASONS: dict[Kind, str] = {
    "timeout": "绘制这一页用时过长，已中止。", "cpu": "绘制这一页占用处理器过久，已中止。",
    "memory": "绘制这一页需要的内存过多，已中止。", "crash": "这一页无法绘制，文件可能已损坏。", "output": "这一页的图片过大。",
    "killed": "绘制这一页的程序被系统强行结束。",
}


class CannotRender(ArchiveError):
    """There is no picture of this page; the original is untouched."""

    code = "ingest.cannot-render"
    text = "{reason}"

    def __init__(self, reason: str, *, lasting: bool = False) -> None:
        super().__init__(reason=reason)
        self.lasting = lasting    # the file's own fault: trying again would end the same


@dataclass(frozen=True, slots=True)
class Overview:
    """How many pages there are to draw, and their texts where they were asked for."""

    count: int
    texts: tuple[str, ...] = ()


def can_convert() -> bool:
    """Whether this machine has what makes PDF of Office files."""
    return office.program() is not None


def is_office(media_type: str) -> bool:
    """Whether pages are those of a PDF made from the file, not the file's own."""
    return media_type in office.MEDIA_TYPES


def engine_of(media_type: str) -> str:
    """Name and version of everything that takes part in drawing this format: what is kept under it holds as long."""
    parts = [f"{REVISION}", f"pillow {version('pillow')}"]
    if media_type not in IMAGES:
        parts.append(f"pypdfium2 {version('pypdfium2')}")
    if media_type == OFD:
        parts.append(f"ofdkit {version('ofdkit')}")
    if is_office(media_type):
        parts.append(office.version())
    return ", ".join(parts)


class Renderer:
    """Draws pages in worker processes, started when first needed. Safe to share between threads; close it."""

    def __init__(self, workers: int = 1, limits: Limits = LIMITS, office: Office | None = None) -> None:
        self._sandbox = Sandbox(workers, limits, "ingest.rendering_worker")
        self._office = office or Office()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._office.close()
        self._sandbox.close()

    @contextmanager
    def rendition(self, path: Path, media_type: str) -> Iterator[Path]:
        """An Office file as PDF, there until the block ends. Raises CannotRender."""
        try:
            with self._office.pdf(path, media_type) as made:
                yield made
        except NoRendition as refusal:
            raise CannotRender(str(refusal), lasting=refusal.lasting) from None

    def page(self, path: Path, media_type: str, filename: str, number: int, size: Size = "page",
             marks: Sequence[Box] = ()) -> bytes:
        """Page `number` (from 1) as PNG, these boxes marked. An Office file is given as its rendition.

        Raises CannotRender for another format or a file that cannot be drawn, NotFound for a page it does not have.
        """
        answer = self._ask(path, media_type, filename, number, Task("picture", SIDES[size], tuple(marks)))
        return _picture(answer.pages[0])

    def letters(self, path: Path, media_type: str, filename: str, number: int) -> Letters:
        """The text of a page and where each character stands; empty for an image. Raises as `page`."""
        answer = self._ask(path, media_type, filename, number, Task("letters"))
        try:
            return read_letters(answer.pages[0])
        except (ValueError, TypeError) as error:
            raise CannotRender(_REASONS["crash"]) from error

    def overview(self, path: Path, media_type: str, filename: str, *, texts: bool = False) -> Overview:
        """Raises CannotRender."""
        answer = self._ask(path, media_type, filename, None, Task("overview", texts=texts))
        return Overview(answer.page_count, answer.pages)

    def _ask(self, path: Path, media_type: str, filename: str, number: int | None, task: Task) -> Extraction:
        if media_type not in MEDIA_TYPES or is_office(media_type):
            raise CannotRender("此格式没有页面图像。")
        try:
            answer = self._sandbox.extract(path, media_type, filename, max_pages=number, task=task.written())
        except UnreadableFile as error:
            raise CannotRender(str(error)) from None
        except SandboxFailure as error:
            raise CannotRender(_REASONS[error.kind]) from error
        except NoExtractor:
            raise CannotRender("此格式没有页面图像。") from None
        if number is not None and not answer.pages:
            raise NotFound(what="页", key=f"{filename} 第 {number} 页（共 {answer.page_count} 页）")
        return answer


def _picture(encoded: str) -> bytes:
    """What the worker says is not trusted: anything but a PNG is a failure."""
    try:
        picture = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        picture = b""
    if not picture.startswith(PNG):
        raise CannotRender(_REASONS["crash"])
    return picture
