"""Which pages of a scan are separators, and which parts lie between them. Runs inside a confined process only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2

from ingest.extractors.base import Source, UnreadableFile
from ingest.ocr.pictures import Pages, Picture, opened
from ingest.ocr.upright import ink, is_blank
from ingest.separating.code import Mark, read_mark

SMALL, LARGE = 1200, 2400   # pixels of the longer side: most codes are read from the small picture
MOST_PAGES = 2000


@dataclass(frozen=True, slots=True)
class Found:
    """The separators of a scan by page, the blank pages right behind them (the sheet's back), and how many pages it has."""

    marks: Mapping[int, Mark]
    backs: Collection[int]
    count: int


@dataclass(frozen=True, slots=True)
class Part:
    """Pages (from 1) that lie between separators, and the document type these name."""

    pages: tuple[int, ...]
    type: str = ""


def look_for_separators(source: Source) -> Found:
    """Raises UnreadableFile where the file cannot be opened or has too many pages; a broken page is no separator."""
    cv2.setNumThreads(1)
    marks: dict[int, Mark] = {}
    backs: set[int] = set()
    with opened(source) as pages:
        if pages.count > MOST_PAGES:
            raise UnreadableFile(f"扫描件有 {pages.count} 页，超过一次拆分的上限 {MOST_PAGES} 页；请分批扫描。")
        for number in range(1, pages.count + 1):
            picture = _picture(pages, number, SMALL)
            if picture is None:
                continue
            if mark := _mark_on(picture, pages, number):
                marks[number] = mark
            elif number - 1 in marks and is_blank(ink(picture)):
                backs.add(number)
        return Found(marks, backs, pages.count)


def parts_of(found: Found) -> list[Part]:
    """In order; what lies before the first separator is a part too. Two separators in a row have nothing between them."""
    parts: list[Part] = []
    held: list[int] = []
    type_ = ""
    for number in range(1, found.count + 1):
        if mark := found.marks.get(number):
            parts += [Part(tuple(held), type_)] if held else []
            held, type_ = [], mark.type
        elif number not in found.backs:
            held.append(number)
    return [*parts, *([Part(tuple(held), type_)] if held else [])]


def _mark_on(picture: Picture, pages: Pages, number: int) -> Mark | None:
    mark, seen = _decoded(picture)
    if mark or not seen:
        return mark
    large = _picture(pages, number, LARGE)
    return _decoded(large)[0] if large is not None else None


def _decoded(picture: Picture) -> tuple[Mark | None, bool]:
    """Our mark, if one is there; and whether something looks like a code that could not be read. The library has two
    detectors: each reads sheets that the other does not."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    texts: list[str] = []
    seen = False
    for look in (_several, _single):
        try:
            found, read = look(grey)
        except cv2.error:    # degenerate corners that the library does not expect
            found, read = True, ()
        seen, texts = seen or bool(found), [*texts, *filter(None, read)]
        if mark := next((mark for text in texts if (mark := read_mark(text))), None):
            return mark, True
    return None, seen and not texts


def _several(grey: Any) -> tuple[bool, Sequence[str]]:
    found, texts, _, _ = cv2.QRCodeDetectorAruco().detectAndDecodeMulti(grey)
    return bool(found), texts


def _single(grey: Any) -> tuple[bool, Sequence[str]]:
    text, corners, _ = cv2.QRCodeDetector().detectAndDecode(grey)
    return corners is not None, (text,)


def _picture(pages: Pages, number: int, longest: int) -> Picture | None:
    try:
        return pages.page(number - 1, longest).picture
    except UnreadableFile:
        return None


def written(found: Found) -> dict[str, Any]:
    """For the pipe of a worker."""
    return {"marks": [[page, mark.project, mark.type] for page, mark in found.marks.items()], "count": found.count}
