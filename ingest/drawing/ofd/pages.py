"""An opened OFD document, page by page: its picture through pdfium, its letters in the order of reading."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ingest.drawing import pdf
from ingest.drawing.base import require_page
from ingest.drawing.ofd.canvas import POINTS, Canvas, Glyph, Run
from ingest.drawing.ofd.content import draw_page, page_box
from ingest.drawing.ofd.geometry import Area
from ingest.drawing.ofd.package import OfdPackage
from ingest.drawing.ofd.pictures import MAX_SIDE
from ingest.letters import Box, Letters

if TYPE_CHECKING:
    from PIL.Image import Image

MEDIA_TYPES = frozenset({"application/ofd"})
_SAME_LINE = 0.5    # of the size of letters: base lines that are this near are one
_SAME_PLACE = 0.3   # what is written twice as near as this is one bold word


def engine() -> str:
    from importlib.metadata import version

    return f"ofdkit {version('ofdkit')} / {pdf.engine()}"


class Opened:
    """Close it, or use `with`. Raises UnreadableFile for what is no OFD."""

    def __init__(self, source: Path) -> None:
        self._package = OfdPackage(source)
        self.count = len(self._package.pages)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._package.close()

    def picture(self, index: int, side: int) -> "Image":
        with pdf.Opened(self._drawn(index).page()) as document:
            return document.picture(0, side)

    def pdf(self, index: int, longest: int) -> bytes:
        """The page as a PDF of one page, pictures on it up to so many pixels: for who reads them instead of looking."""
        return self._drawn(index, longest).page()

    def letters(self, index: int) -> Letters:
        canvas = self._drawn(index)
        return in_reading_order(canvas.runs, canvas.box)

    def texts(self, room: int) -> tuple[str, ...]:
        return ("",) * self.count    # the text of an OFD is read by its extractor

    def _drawn(self, index: int, longest: int = MAX_SIDE) -> Canvas:
        package = self._package
        box = page_box(package, package.xml(package.find(package.base, package.pages[index][1])))
        require_page(box.width * POINTS, box.height * POINTS)
        canvas = Canvas(package, box, longest)
        draw_page(canvas, package, index)
        return canvas


def in_reading_order(runs: Sequence[Run], page: Area) -> Letters:
    """Line by line: what was placed piece by piece, in whatever order, becomes words again."""
    text: list[str] = []
    boxes: list[Box | None] = []
    for line in _lines([run for run in runs if run.glyphs]):
        if text:
            text.append("\n")
            boxes.append(None)
        for run in line:
            for glyph in run.glyphs:
                text.append(glyph.char)
                boxes.append(_fraction(glyph, page))
    return Letters("".join(text), tuple(boxes))


def _lines(runs: Sequence[Run]) -> list[list[Run]]:
    lines: list[list[Run]] = []
    for run in sorted(runs, key=lambda one: (one.glyphs[0].box[3], one.glyphs[0].box[0])):
        foot = run.glyphs[0].box[3]
        if lines and abs(lines[-1][0].glyphs[0].box[3] - foot) <= _SAME_LINE * max(min(run.size, lines[-1][0].size), 0.1):
            lines[-1].append(run)
        else:
            lines.append([run])
    for line in lines:
        line.sort(key=lambda one: one.glyphs[0].box[0])
        line[:] = [run for at, run in enumerate(line) if not (at and _again(line[at - 1], run))]
    return lines


def _again(one: Run, other: Run) -> bool:
    near = abs(one.glyphs[0].box[0] - other.glyphs[0].box[0]) <= _SAME_PLACE * max(one.size, 0.1)
    return near and [glyph.char for glyph in one.glyphs] == [glyph.char for glyph in other.glyphs]


def _fraction(glyph: Glyph, page: Area) -> Box | None:
    """None for a blank, and for what stands off the page."""
    left, top, right, bottom = glyph.box
    box = ((left - page.x) / page.width, (top - page.y) / page.height, (right - page.x) / page.width, (bottom - page.y) / page.height)
    if glyph.char.isspace() or box[2] <= 0 or box[3] <= 0 or box[0] >= 1 or box[1] >= 1:
        return None
    return (max(box[0], 0.0), max(box[1], 0.0), min(box[2], 1.0), min(box[3], 1.0))
