"""Running text on PDF pages: Chinese line breaking, headings, tables, page breaks. Knows no layout of a whole paper.

STSong-Light is one of the fonts every PDF viewer brings, so files stay a few kilobytes and need no font here.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from math import ceil

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from admin.sample.paper import Table

FONT = "STSong-Light"
WIDTH, HEIGHT = A4
_NOT_FIRST = frozenset("，。、；：？！）》”’%％〕】")
_TOKEN = re.compile(r"[0-9A-Za-z][0-9A-Za-z.,/-]*|.", re.S)
_CELL_SIZE, _CELL_LEADING, _PADDING = 10.0, 14.0, 4.0


@cache
def _ready() -> None:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))


@cache
def _em(char: str) -> float:
    """The character's width as a part of the font size."""
    _ready()
    return float(pdfmetrics.stringWidth(char, FONT, 1000)) / 1000


def wrap(text: str, size: float, width: float, indent: float = 0.0) -> Iterator[str]:
    """Lines no wider than `width` points, the first one shorter by `indent`. Closing punctuation hangs, and numbers and
    Latin words stay whole where a line can hold them.
    """
    line, used = "", indent
    for token in _tokens(text, width / size):
        step = sum(map(_em, token)) * size
        if used + step > width and token not in _NOT_FIRST:
            yield line
            line, used = "", 0.0
        line += token
        used += step
    yield line


def _tokens(text: str, ems: float) -> Iterator[str]:
    for token in _TOKEN.findall(text):
        if sum(map(_em, token)) > ems:
            yield from token
        else:
            yield token


class Flow:
    """A cursor that moves down the page and turns it; `decorate` draws what every page has (number, heading)."""

    def __init__(self, canvas: Canvas, margins: tuple[float, float, float, float], decorate: Callable[["Flow"], None]):
        _ready()
        self.canvas, self.decorate = canvas, decorate
        self.top, self.right, self.bottom, self.left = margins
        self.page, self.y = 1, HEIGHT - self.top

    @property
    def width(self) -> float:
        return WIDTH - self.left - self.right

    def turn(self) -> None:
        self.decorate(self)
        self.canvas.showPage()
        self.page, self.y = self.page + 1, HEIGHT - self.top

    def room(self, height: float) -> None:
        """Turns the page where less than `height` is left on it."""
        if self.y - height < self.bottom:
            self.turn()

    def paragraph(
        self, text: str, size: float, leading: float, *, indent: float = 0.0, align: str = "left", bold: bool = False
    ) -> None:
        """A paragraph from the cursor down; `indent` in points moves its first line."""
        shift = indent
        width = self.width if align != "centre" else _balanced(text, size, self.width)
        for line in wrap(text, size, width, indent):
            self.room(leading)
            self.y -= leading
            self._draw(line, size, align, shift, bold)
            shift = 0.0

    def _draw(self, line: str, size: float, align: str, shift: float, bold: bool) -> None:
        width = sum(map(_em, line)) * size
        slack = {"left": 0.0, "centre": (self.width - width) / 2, "right": self.width - width}[align]
        draw_text(self.canvas, self.left + slack + shift, self.y, line, size, bold=bold)

    def table(self, table: Table) -> None:
        """A ruled table whose titles are repeated after a page break; without titles, two columns without rules."""
        if not table.titles:
            for left, right in table.rows:
                self.room(30)
                self.y -= 30
                draw_text(self.canvas, self.left, self.y, left, 11)
                draw_text(self.canvas, self.left + self.width / 2 + 6, self.y, right, 11)
            return
        columns = _columns(table, self.width)
        self.y -= 6
        self._row(table.titles, columns, title=True)
        for row in table.rows:
            if self._row(row, columns, title=False):
                continue
            self.turn()
            self._row(table.titles, columns, title=True)
            self._row(row, columns, title=False)
        self.y -= 8

    def _row(self, cells: tuple[str, ...], columns: list[float], *, title: bool) -> bool:
        """Draws a row, or says False where the page has no room for it (titles turn the page themselves)."""
        wrapped = [list(wrap(cell, _CELL_SIZE, w - 2 * _PADDING)) for cell, w in zip(cells, columns, strict=True)]
        height = max(map(len, wrapped)) * _CELL_LEADING + _PADDING
        if title:
            self.room(height * 2)
        elif self.y - height < self.bottom:
            return False
        x = self.left
        for lines, width in zip(wrapped, columns, strict=True):
            self.canvas.setLineWidth(0.5)
            if title:
                self.canvas.setFillGray(0.92)
            self.canvas.rect(x, self.y - height, width, height, fill=int(title))
            self.canvas.setFillGray(0)
            top = self.y - (height - len(lines) * _CELL_LEADING) / 2
            for n, line in enumerate(lines, 1):
                draw_text(self.canvas, x + _PADDING, top - n * _CELL_LEADING + 4, line, _CELL_SIZE, bold=title)
            x += width
        self.y -= height
        return True


def draw_text(canvas: Canvas, x: float, y: float, text: str, size: float, *, bold: bool = False) -> None:
    """The font has one weight; bold is the same outline with a thin stroke around it."""
    body = canvas.beginText(x, y)
    body.setFont(FONT, size)
    if bold:
        canvas.setLineWidth(size / 55)
    body.setTextRenderMode(2 if bold else 0)
    body.textOut(text)
    body.setTextRenderMode(0)
    canvas.drawText(body)


def centred(canvas: Canvas, y: float, text: str, size: float, *, bold: bool = False, middle: float = WIDTH / 2) -> None:
    draw_text(canvas, middle - sum(map(_em, text)) * size / 2, y, text, size, bold=bold)


def _balanced(text: str, size: float, width: float) -> float:
    """A narrower width that breaks a centred title into lines of about one length, as offices do."""
    whole = sum(map(_em, text)) * size
    lines = ceil(whole / width)
    return width if lines < 2 else min(width, whole / lines + size)


def _columns(table: Table, width: float) -> list[float]:
    """Widths that follow the longest cell of each column, within reason."""
    wanted = [
        min(max(sum(map(_em, row[n])) for row in (table.titles, *table.rows)), 22) + 1.2
        for n in range(len(table.titles))
    ]
    return [width * part / sum(wanted) for part in wanted]
