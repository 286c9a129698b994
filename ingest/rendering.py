"""A page of a file as a picture, drawn behind the same wall as text is read: a hostile file costs its own picture.

Owns the size of pictures and what may be drawn. The drawing itself is `ingest.rendering_worker`, in another process.
"""

import base64
import binascii
from pathlib import Path
from types import TracebackType
from typing import Self

from archive.errors import ArchiveError, NotFound
from ingest.extractors.base import NoExtractor, UnreadableFile
from ingest.sandbox import Kind, Limits, Sandbox, SandboxFailure

MEDIA_TYPES = frozenset({"application/pdf"})
PNG = b"\x89PNG\r\n\x1a\n"
# A page takes a fraction of a second; one that needs more than this is made to hurt.
LIMITS = Limits(cpu_seconds=15, wall_seconds=30.0, memory_mb=1024, output_mb=32, jobs=200)
_REASONS: dict[Kind, str] = {
    "timeout": "绘制这一页用时过长，已中止。", "cpu": "绘制这一页占用处理器过久，已中止。",
    "memory": "绘制这一页需要的内存过多，已中止。", "crash": "这一页无法绘制，文件可能已损坏。", "output": "这一页的图片过大。",
}


class CannotRender(ArchiveError):
    """There is no picture of this page; the original is untouched."""

    code = "ingest.cannot-render"
    text = "{reason}"


class Renderer:
    """Draws pages in worker processes, started when first needed. Safe to share between threads; close it."""

    def __init__(self, workers: int = 1, limits: Limits = LIMITS) -> None:
        self._sandbox = Sandbox(workers, limits, "ingest.rendering_worker")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._sandbox.close()

    def page(self, path: Path, media_type: str, filename: str, number: int) -> bytes:
        """Page `number` (from 1) as PNG, at most about 1,600 points on its longer side.

        Raises CannotRender for another format or a file that cannot be drawn, NotFound for a page it does not have.
        """
        if media_type not in MEDIA_TYPES:
            raise CannotRender(reason="目前只能显示 PDF 的页面。")
        try:
            answer = self._sandbox.extract(path, media_type, filename, max_pages=number)
        except UnreadableFile as error:
            raise CannotRender(reason=str(error)) from None
        except SandboxFailure as error:
            raise CannotRender(reason=_REASONS[error.kind]) from error
        except NoExtractor:
            raise CannotRender(reason="目前只能显示 PDF 的页面。") from None
        if not answer.pages:
            raise NotFound(what="页", key=f"{filename} 第 {number} 页（共 {answer.page_count} 页）")
        return _picture(answer.pages[0])


def _picture(encoded: str) -> bytes:
    """What the worker says is not trusted: anything but a PNG is a failure."""
    try:
        picture = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        picture = b""
    if not picture.startswith(PNG):
        raise CannotRender(reason=_REASONS["crash"])
    return picture
