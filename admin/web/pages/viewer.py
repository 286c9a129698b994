"""A document page by page: the picture with what was searched for marked on it, its text beside it, and the way to the
next page that holds it."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request
from markupsafe import Markup

from admin.previews import can_show, hits_on, must_convert, overview_of, picture_of, tag_of
from admin.web.pages.shared import actor, area, page_number, system
from archive import queries
from archive.models import Document, Version
from archive.personal import mask_pages
from ingest.media_types import OFD
from ingest.rendering import SIDES, CannotRender, Overview, Size, is_office
from search.errors import QueryTooLong
from search.marks import find, marked
from search.query import parse

viewer = area("viewer", __name__)
ZOOMS = (100, 150, 200, 300)
THUMBS = 120    # pictures in the strip: those nearest to the page shown
LONGEST_SHOWN = 2000    # of what is looked for, in a link


@dataclass(frozen=True, slots=True)
class Book:
    """What the viewer leafs through: how many pages, their texts, why there are no pictures if there are none.

    `paged`: whether pages of the text are the pages of the pictures; a flowing text has pages only as a rendition.
    """

    count: int
    texts: Sequence[str]
    pictures: bool
    paged: bool
    reason: str = ""
    waiting: bool = False


@viewer.get("/documents/<key>/view")
def show(key: str) -> Any:
    document = queries.find_document(actor(), key)
    version = queries.current_version(actor(), key)
    book = _book(document, version)
    text, terms = _asked()
    hits = {number: len(spans) for number, page in enumerate(book.texts, 1) if terms and (spans := find(page, terms))}
    number = _number(book, hits)
    page = book.texts[number - 1] if number <= len(book.texts) else ""
    html = marked(page, ((span.start, span.end) for span in find(page, terms)))
    return render_template(
        "pages/viewer.html", document=document, project=queries.find_project(actor(), document.project), version=version,
        book=book, number=number, q=text, hits=hits, zoom=_zoom(), zooms=ZOOMS, size="large" if _zoom() > 100 else "page",
        rendition=version.media_type == OFD or is_office(version.media_type), thumbs=_strip(number, book.count),
        around=_neighbours(number, sorted(hits)), page_html=Markup(html))  # noqa: S704 - `marked` escapes all but its marks


@viewer.get("/documents/<key>/pages/<int:number>.png")
def picture(key: str, number: int) -> Any:
    version = queries.current_version(actor(), key)
    _, terms = _asked()
    asked = request.args.get("size", "page")
    size: Size = asked if asked in SIDES else "page"
    marks = hits_on(system(), version, number, terms)
    tag = f"{version.sha256.rpartition(':')[2]}-{tag_of(version, number, size, marks)}"
    headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
    if request.if_none_match.contains(tag):
        return Response(status=304, headers=headers)
    return Response(picture_of(system(), version, number, size, marks), mimetype="image/png", headers=headers)


def _book(document: Document, version: Version) -> Book:
    """What is known without waiting; a conversion is waited for only where the reader says so."""
    texts = queries.text_of(actor(), document.id)[1]
    if not can_show(version.media_type):
        return Book(max(len(texts), 1), texts, pictures=False, paged=True)
    if must_convert(system(), version) and "wait" not in request.args:
        return Book(1, texts[:1], pictures=True, paged=False, waiting=True)
    try:
        overview = overview_of(system(), version)
    except CannotRender as refusal:
        return Book(max(len(texts), 1), texts, pictures=False, paged=True, reason=str(refusal))
    return _paged(overview, version, texts)


def _paged(overview: Overview, version: Version, texts: Sequence[str]) -> Book:
    if is_office(version.media_type):
        return Book(max(overview.count, 1), mask_pages(overview.texts), pictures=True, paged=len(texts) == overview.count)
    return Book(max(overview.count, 1), texts, pictures=True, paged=True)


def _asked() -> tuple[str, tuple[str, ...]]:
    """What is looked for; nothing where that is no query."""
    text = request.args.get("q", "").replace("\0", "").strip()[:LONGEST_SHOWN]
    try:
        return text, parse(text).required
    except QueryTooLong:
        return "", ()


def _number(book: Book, hits: Mapping[int, int]) -> int:
    """The page asked for; coming from a search (`at` counts pages of the text) the page of the hit; else the first hit."""
    if "page" in request.args:
        return min(page_number(), book.count)
    at = request.args.get("at", "")
    if book.paged and at.isascii() and at.isdigit() and 0 < len(at) < 8:
        return min(max(int(at), 1), book.count)
    return min((number for number in hits if number <= book.count), default=1)


def _zoom() -> int:
    value = request.args.get("zoom", "")
    return int(value) if value in map(str, ZOOMS) else ZOOMS[0]


def _strip(number: int, count: int) -> range:
    first = max(min(number - THUMBS // 2, count - THUMBS + 1), 1)
    return range(first, min(first + THUMBS, count + 1))


def _neighbours(number: int, pages: Sequence[int]) -> dict[str, int | None]:
    """The nearest pages with hits before and behind."""
    at = bisect_left(pages, number)
    after = at + 1 if at < len(pages) and pages[at] == number else at
    return {"before": pages[at - 1] if at else None, "after": pages[after] if after < len(pages) else None}
