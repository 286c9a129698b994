"""Text of PowerPoint 97–2003 presentations and Kingsoft's .dps, slide by slide with their notes (MS-PPT).

A presentation saved many times holds old slides too: which ones count is in the directory of the last save.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ingest.extractors._ole import compound, damaged, stream, summary
from ingest.extractors._ole import engine as engine
from ingest.extractors.base import Extraction, Source, UnreadableFile, collect

MEDIA_TYPES = frozenset({"application/vnd.ms-powerpoint"})

_DOCUMENT, _SLIDE, _SLIDE_ATOM, _LIST, _PLACE = 0x03E8, 0x03EE, 0x03EF, 0x0FF0, 0x03F3
_WIDE, _NARROW, _OUTLINE, _HEADER = 0x0FA0, 0x0FA8, 0x0F9E, 0x0F9F
_EDIT, _DIRECTORY = 0x0FF5, 0x1772
_ENCRYPTED_MARK = 0xF3D1C4DF
_TITLES = frozenset({0, 6})      # kinds of text: title, centred title
_SLIDES, _NOTES = 0, 2           # which list of the document
_MOST_SAVES, _MOST_RECORDS, _DEEPEST = 1000, 2_000_000, 40


class _Record(NamedTuple):
    kind: int
    instance: int
    start: int
    end: int
    is_container: bool


@dataclass(slots=True)
class _Entry:
    """A slide as the document's list has it: where it is stored, its number, and the texts of its outline."""

    place: int
    number: int
    outline: list[str] = field(default_factory=list)


def extract(source: Source) -> Extraction:
    """Raises UnreadableFile where the presentation is damaged or protected."""
    with compound(source) as opened:
        user = stream(opened, "Current User")
        if len(user) < 20:
            raise damaged()
        if struct.unpack_from("<I", user, 12)[0] == _ENCRYPTED_MARK:
            raise UnreadableFile("文件设有打开密码，无法读取文字。请去除密码后上传新版本。")
        show = stream(opened, "PowerPoint Document")
        described = summary(opened)
    headings: list[str] = []
    try:
        places, root = _places(show, struct.unpack_from("<I", user, 16)[0])
        lists = _lists(show, places, root)
        slides = lists.get(_SLIDES, [])
        pages = collect(_pages(show, places, slides, lists.get(_NOTES, []), headings), len(slides), source)
    except struct.error as error:
        raise damaged() from error
    return Extraction(pages.texts, len(slides), engine(), tuple(headings)[:60], (), pages.truncated,
                      complete=pages.complete, properties=described)


def _records(data: bytes, start: int, end: int) -> Iterator[_Record]:
    """The records from `start` on, one after another."""
    for _ in range(_MOST_RECORDS):
        if start + 8 > min(end, len(data)):
            return
        marks, kind, size = struct.unpack_from("<HHI", data, start)
        after = min(start + 8 + size, end)
        yield _Record(kind, marks >> 4, start + 8, after, marks & 0xF == 0xF)
        start = after


def _inside(data: bytes, record: _Record, depth: int = 0) -> Iterator[_Record]:
    """All records in a container, however deep."""
    for inner in _records(data, record.start, record.end):
        yield inner
        if inner.is_container and depth < _DEEPEST:
            yield from _inside(data, inner, depth + 1)


def _places(show: bytes, edit: int) -> tuple[dict[int, int], int]:
    """Where each stored object lies after the last save, and the document's own number (MS-PPT 2.3.3, 2.3.4)."""
    places: dict[int, int] = {}
    root = 0
    for _ in range(_MOST_SAVES):
        if not edit or edit + 36 > len(show) or struct.unpack_from("<2xH", show, edit)[0] != _EDIT:
            break
        edit, directory, document = struct.unpack_from("<III", show, edit + 16)
        root = root or document
        for record in _records(show, directory, directory + 8):
            if record.kind == _DIRECTORY:
                for key, place in _directory(show, directory):
                    places.setdefault(key, place)
    return places, root


def _directory(show: bytes, at: int) -> Iterator[tuple[int, int]]:
    size, = struct.unpack_from("<4xI", show, at)
    at, end = at + 8, min(at + 8 + size, len(show))
    while at + 4 <= end:
        packed, = struct.unpack_from("<I", show, at)
        at += 4
        for n in range(min(packed >> 20, (end - at) // 4)):
            yield (packed & 0xFFFFF) + n, struct.unpack_from("<I", show, at + 4 * n)[0]
        at += 4 * (packed >> 20)


def _stored(show: bytes, places: Mapping[int, int], key: int, kind: int | None = None) -> _Record | None:
    at = places.get(key, len(show))
    record = next(_records(show, at, len(show)), None)
    return record if record is not None and (kind is None or record.kind == kind) else None


def _lists(show: bytes, places: Mapping[int, int], root: int) -> dict[int, list[_Entry]]:
    document = _stored(show, places, root, _DOCUMENT)
    if document is None:
        raise damaged()
    lists: dict[int, list[_Entry]] = {}
    for record in _records(show, document.start, document.end):
        if record.kind == _LIST:
            entries = lists.setdefault(record.instance, [])
            for inner in _records(show, record.start, record.end):
                if inner.kind == _PLACE:
                    place, number = struct.unpack_from("<I8xI", show, inner.start)
                    entries.append(_Entry(place, number))
                elif entries and inner.kind in (_WIDE, _NARROW):
                    entries[-1].outline.append(_text(show, inner))
    return lists


def _pages(show: bytes, places: Mapping[int, int], slides: list[_Entry], notes: list[_Entry],
           headings: list[str]) -> Iterator[str]:
    by_number = {entry.number: entry for entry in notes}
    for entry in slides:
        slide = _stored(show, places, entry.place, _SLIDE)
        texts = _texts(show, slide, entry.outline, headings) if slide else list(entry.outline)
        note = by_number.get(_note_of(show, slide)) if slide else None
        if note and (record := _stored(show, places, note.place)):
            texts += _texts(show, record, note.outline, [])
        yield "\n".join(dict.fromkeys(text.strip("\n") for text in texts if text.strip()))


def _texts(show: bytes, container: _Record, outline: list[str], headings: list[str]) -> list[str]:
    """Texts of a slide's shapes; where a shape only points to the outline, that text."""
    found: list[str] = []
    kind = -1
    for record in _inside(show, container):
        if record.kind == _HEADER:
            kind, = struct.unpack_from("<I", show, record.start)
        elif record.kind in (_WIDE, _NARROW, _OUTLINE):
            if record.kind == _OUTLINE:
                index, = struct.unpack_from("<I", show, record.start)
                text = outline[index] if index < len(outline) else ""
            else:
                text = _text(show, record)
            found.append(text)
            if kind in _TITLES and text.strip() and text.strip() != "*":
                headings.append(" ".join(text.split())[:200])
            kind = -1
    return [text for text in [*found, *(text for text in outline if text not in found)] if text.strip() not in ("", "*")]


def _note_of(show: bytes, slide: _Record) -> int:
    """The number of the notes page that belongs to a slide; 0 where it has none (MS-PPT 2.5.10)."""
    for record in _records(show, slide.start, slide.end):
        if record.kind == _SLIDE_ATOM:
            return int(struct.unpack_from("<I", show, record.start + 16)[0])
    return 0


def _text(show: bytes, record: _Record) -> str:
    raw = show[record.start:record.end]
    text = raw.decode("utf-16-le", "replace") if record.kind == _WIDE else raw.decode("latin-1")
    return text.replace("\r", "\n").replace("\x0b", "\n")
