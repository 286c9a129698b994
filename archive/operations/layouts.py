"""Keeping where the lines of a page stand: page by page, so that an interrupted recognition goes on where it was."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from archive.access import require, system_actor
from archive.clock import Clock
from archive.errors import NotFound
from archive.models import Document, LayoutLine, PageLayout, Version
from archive.models.layouts import text_of_lines
from archive.permissions import Permission
from archive.transaction import Transaction, write

LONGEST_LINE, MOST_LINES, MOST_SEALS = 2_000, 3_000, 50


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; `box` is left, top, right, bottom as fractions of the upright page."""

    text: str
    box: tuple[float, float, float, float]
    score: float


@dataclass(frozen=True, slots=True)
class Layout:
    """One page as an engine recognised it; the fields are those of `PageLayout`."""

    page: int
    engine: str
    width: int = 0
    height: int = 0
    rotation: int = 0
    skew: float = 0.0
    confidence: float = 0.0
    flagged: bool = False
    reason: str = ""
    lines: Sequence[Line] = ()
    seals: Sequence[tuple[float, float, float, float]] = ()

    @property
    def text(self) -> str:
        return text_of_lines(self.lines)


def record_layouts(clock: Clock, version_id: str, layouts: Sequence[Layout]) -> None:
    """Keep these pages of a version, over what was kept of them before. Raises NotFound where there is no such version."""
    actor = system_actor("ocr")
    require(actor, Permission.TEXT_RECORD)

    def work(tx: Transaction) -> None:
        version = tx.fresh(Version, {"_id": version_id})
        if version is None:
            raise NotFound(what="版本", key=version_id)
        for layout in layouts:
            tx.put(_stored(version_id, version["document"], layout, tx))
        tx.audit("document.pages-recognised", f"document:{version['document']}", version=version["number"],
                 pages=sorted(layout.page for layout in layouts), engine=", ".join(sorted({each.engine for each in layouts})))

    if layouts:
        write(actor, clock, work)


def emit_scanned(tx: Transaction, document: Document, image_pages: Collection[int], recognised: Collection[int]) -> None:
    """What is left to recognise waits for its lane: a long scan some pages at a time, so that others get their turn."""
    if set(image_pages) - set(recognised):
        tx.emit("document.half-recognised" if recognised else "document.scanned", document.id, document.project)


def layouts_of(version_id: str, pages: Collection[int] | None = None) -> list[PageLayout]:
    """What is kept of a version's pages, in order. No access check: for engines."""
    match = {"version": version_id} if pages is None else {"version": version_id, "page": {"$in": sorted(pages)}}
    return list(PageLayout.objects(__raw__=match).order_by("page"))


def _stored(version_id: str, document: str, layout: Layout, tx: Transaction) -> PageLayout:
    return PageLayout(
        id=f"{version_id}/{layout.page}", version=version_id, document=document, page=layout.page, engine=layout.engine,
        width=layout.width, height=layout.height, rotation=layout.rotation, skew=layout.skew,
        confidence=layout.confidence, flagged=layout.flagged, reason=layout.reason[:500],
        lines=[LayoutLine(text=line.text[:LONGEST_LINE], box=list(line.box), score=line.score)
               for line in layout.lines[:MOST_LINES]],
        seals=[list(box) for box in layout.seals[:MOST_SEALS]], made_at=tx.now)
