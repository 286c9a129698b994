"""Pages as people see them: pictures with what was searched for marked, kept once made. For the API and the pages.

Who may see a version was decided by the caller. Drawing is the renderer's; no PDF library is loaded here. Which engines
made a file is part of the name it is kept under, so a newer engine draws anew.
"""

import hashlib
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from admin.system import System
from archive.errors import Damaged
from archive.models import Version
from archive.operations.layouts import layouts_of
from ingest.letters import Box, Letters, of_lines, read_letters
from ingest.rendering import MEDIA_TYPES, PDF, CannotRender, Overview, Size, can_convert, engine_of, is_office
from search.marks import find

__all__ = ["can_show", "drawn_by", "hits_on", "letters_of", "must_convert", "overview_of", "picture_of", "tag_of"]

# One rendition of a file at a time: whoever waits finds it made.
_making = tuple(threading.Lock() for _ in range(16))


def can_show(media_type: str) -> bool:
    """Whether pages of this format have pictures."""
    return media_type in MEDIA_TYPES


def tag_of(version: Version, number: int, size: Size = "page", marks: Sequence[Box] = ()) -> str:
    """Names one picture for good: file, page, size, marks and engines. For caches, ours and the browsers'."""
    marked = f"-{_short(json.dumps(marks))}" if marks else ""
    return f"{number}-{size}-{_engines(version)}{marked}"


def picture_of(system: System, version: Version, number: int, size: Size = "page", marks: Sequence[Box] = ()) -> bytes:
    """Page `number` (from 1) of a version as PNG. Raises CannotRender, NotFound for no such page, Damaged for lost bytes."""
    name = f"{tag_of(version, number, size, marks)}.png"
    if (kept := system.derived.read(version.sha256, name)) is not None:
        return kept
    with _drawable(system, version) as (path, media_type):
        picture = system.renderer.page(path, media_type, version.filename, number, size, marks)
    system.derived.write(version.sha256, name, picture)
    return picture


def hits_on(system: System, version: Version, number: int, terms: Sequence[str]) -> tuple[Box, ...]:
    """Where these words stand on a page, as fractions of its picture. Raises as `picture_of`."""
    if not terms:
        return ()
    letters = letters_of(system, version, number)
    return letters.marks((span.start, span.end) for span in find(letters.text, terms))


def letters_of(system: System, version: Version, number: int) -> Letters:
    """What recognition read of the page's picture where there is such, else what the file itself says."""
    for layout in layouts_of(version.id, {number}):
        if layout.lines:
            upright = of_lines((line.text, line.box) for line in layout.lines)
            return upright.turned_back(layout.rotation, layout.skew, layout.width, layout.height)
    name = f"{number}-{_engines(version)}.letters"
    if (kept := system.derived.read(version.sha256, name)) is not None:
        return read_letters(kept.decode("utf-8", "surrogatepass"))
    with _drawable(system, version) as (path, media_type):
        letters = system.renderer.letters(path, media_type, version.filename, number)
    system.derived.write(version.sha256, name, letters.written().encode("utf-8", "surrogatepass"))
    return letters


def overview_of(system: System, version: Version) -> Overview:
    """How many pictures there are; of an Office file the text of each as well. Raises as `picture_of`."""
    name = f"{_engines(version)}.overview"
    if (kept := system.derived.read(version.sha256, name)) is not None:
        count, texts = json.loads(kept)
        return Overview(count, tuple(texts))
    with _drawable(system, version) as (path, media_type):
        overview = system.renderer.overview(path, media_type, version.filename, texts=is_office(version.media_type))
    system.derived.write(version.sha256, name, json.dumps([overview.count, overview.texts]).encode())
    return overview


def must_convert(system: System, version: Version) -> bool:
    """Whether showing a page needs a conversion first, which takes seconds."""
    if not is_office(version.media_type) or not can_convert():
        return False
    return not any(system.derived.path(version.sha256, f"{_engines(version)}.{kind}") for kind in ("pdf", "refused"))


def drawn_by(version: Version) -> str:
    """What stands in the name of everything that the engines of now make of a version's pages."""
    return _engines(version)


@contextmanager
def _drawable(system: System, version: Version) -> Iterator[tuple[Path, str]]:
    """What the renderer can draw: the original, or the PDF made of it."""
    if not can_show(version.media_type):
        raise CannotRender("此格式没有页面图像，文字见“本页文字”。")
    if not is_office(version.media_type):
        with _original(system, version) as path:
            yield path, version.media_type
        return
    with _making[int(_short(version.sha256), 16) % len(_making)]:
        path = system.derived.path(version.sha256, _rendition(version)) or _make_rendition(system, version)
    yield path, PDF


def _make_rendition(system: System, version: Version) -> Path:
    """That a file cannot be converted is kept as well: finding it out may take minutes."""
    refused = f"{_engines(version)}.refused"
    if (reason := system.derived.read(version.sha256, refused)) is not None:
        raise CannotRender(reason.decode())
    try:
        with _original(system, version) as path, system.renderer.rendition(path, version.media_type) as made:
            system.derived.write(version.sha256, _rendition(version), made)
    except CannotRender as refusal:
        if refusal.lasting:
            system.derived.write(version.sha256, refused, str(refusal).encode())
        raise
    kept = system.derived.path(version.sha256, _rendition(version))
    if kept is None:
        raise CannotRender("转换结果无法保存，服务器磁盘可能已满；请通知系统管理员。")
    return kept


@contextmanager
def _original(system: System, version: Version) -> Iterator[Path]:
    if not system.blobs.exists(version.sha256):
        raise Damaged(digest=version.sha256)
    with system.blobs.local(version.sha256) as path:
        yield path


def _rendition(version: Version) -> str:
    return f"{_engines(version)}.pdf"


def _engines(version: Version) -> str:
    return _short(f"{engine_of(version.media_type)} {version.media_type}")


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
