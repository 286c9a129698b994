"""A paper as PDF. The font is the one every reader of PDF brings for Chinese; none is embedded, none has to be installed."""

from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from admin.papers.model import Paper, Table, shown

FONT = "STSong-Light"
SIDE = 16 * mm
TEXT = ParagraphStyle("text", fontName=FONT, fontSize=10.5, leading=17, wordWrap="CJK")
SMALL = ParagraphStyle("small", parent=TEXT, fontSize=8.5, leading=12)
RIGHT = ParagraphStyle("right", parent=TEXT, alignment=2)
TITLE = ParagraphStyle("title", parent=TEXT, fontSize=17, leading=28, alignment=1)
GRID = TableStyle([("GRID", (0, 0), (-1, -1), 0.4, colors.black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                   ("BACKGROUND", (0, 0), (-1, 0), colors.Color(0.93, 0.95, 0.97)),
                   ("LEFTPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (0, 0), (-1, -1), 3)])


def pdf_of(paper: Paper) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    size = landscape(A4) if paper.wide else A4
    buffer = BytesIO()
    document = SimpleDocTemplate(buffer, pagesize=size, leftMargin=SIDE, rightMargin=SIDE, topMargin=18 * mm, bottomMargin=16 * mm,
                                 title=paper.title, author="档案系统", invariant=1)
    frame = _Frame(paper, size)
    document.build(_story(paper, size[0] - 2 * SIDE), onFirstPage=frame, onLaterPages=frame)
    return buffer.getvalue()


def _story(paper: Paper, width: float) -> list[Any]:
    story: list[Any] = [_text(paper.title, TITLE), *(_text(f"{name}：{value}") for name, value in paper.head), Spacer(1, 3 * mm)]
    for block in paper.blocks:
        story += _table(block, width) if isinstance(block, Table) else [_text(block)]
    story += [Spacer(1, 5 * mm), *(_text(line, RIGHT) for line in paper.end)]
    return [*story, _text(paper.note, SMALL)] if paper.note else story


def _table(table: Table, width: float) -> list[Any]:
    share = width / sum(table.widths)
    rows = [[_text(shown(cell), SMALL) for cell in row] for row in (table.columns, *table.rows)]
    grid = LongTable(rows, colWidths=[part * share for part in table.widths], repeatRows=1, style=GRID)
    return [*([Spacer(1, 3 * mm), _text(table.title)] if table.title else []), grid, Spacer(1, 3 * mm)]


class _Frame:
    """The mark on top of every page, title and number of the page below."""

    def __init__(self, paper: Paper, size: tuple[float, float]) -> None:
        self.paper, self.size = paper, size

    def __call__(self, canvas: Any, document: Any) -> None:
        canvas.saveState()
        canvas.setFont(FONT, 11)
        if self.paper.mark:
            canvas.drawCentredString(self.size[0] / 2, self.size[1] - 11 * mm, self.paper.mark)
        canvas.setFont(FONT, 8)
        canvas.drawString(SIDE, 9 * mm, self.paper.title)
        canvas.drawRightString(self.size[0] - SIDE, 9 * mm, f"第 {document.page} 页")
        canvas.restoreState()


def _text(words: str, style: ParagraphStyle = TEXT) -> Paragraph:
    return Paragraph(escape(words), style)
