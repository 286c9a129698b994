"""A receipt on paper: A4 across, the list under its head on every page, two signatures at the end.

The font is the one every reader of PDF brings for Chinese (STSong-Light); none is embedded, so none has to be installed.
"""

from collections.abc import Iterable
from io import BytesIO
from itertools import islice
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import KeepTogether, LongTable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from admin.receipts import words
from archive.models import Project, Receipt, ReceiptEntry

FONT = "STSong-Light"
MOST_LINES = 5000
WIDTHS = tuple(width * mm for width in (11, 44, 50, 11, 20, 38, 38, 13, 48))
TEXT = ParagraphStyle("text", fontName=FONT, fontSize=8, leading=11, wordWrap="CJK")
DIGEST = ParagraphStyle("digest", parent=TEXT, fontName="Courier", fontSize=5.6, leading=7)
TITLE = ParagraphStyle("title", parent=TEXT, fontSize=18, leading=28, alignment=1)
GRID = TableStyle([("GRID", (0, 0), (-1, -1), 0.4, colors.black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                   ("LEFTPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (0, 0), (-1, -1), 3)])


def pdf_of(receipt: Receipt, project: Project, entries: Iterable[ReceiptEntry], zone: str) -> bytes:
    """At most `MOST_LINES` lines are printed; of a longer list the spreadsheet has the rest, and the PDF says so."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    buffer = BytesIO()
    paper = SimpleDocTemplate(buffer, pagesize=landscape(A4), leftMargin=12 * mm, rightMargin=12 * mm, topMargin=14 * mm,
                              bottomMargin=16 * mm, title=f"移交清单 {words.title_of(receipt)}", author="档案系统")
    story: list[Any] = [Paragraph("移 交 清 单", TITLE), _head(receipt, project, zone), Spacer(1, 4 * mm), _list(entries),
                        Spacer(1, 3 * mm), *_end(receipt)]
    foot = _Foot(words.title_of(receipt))
    paper.build(story, onFirstPage=foot, onLaterPages=foot)
    return buffer.getvalue()


class _Foot:
    """Number of the receipt and of the page, so that no page can be exchanged unseen."""

    def __init__(self, number: str) -> None:
        self.number = number

    def __call__(self, canvas: Any, paper: Any) -> None:
        canvas.saveState()
        canvas.setFont(FONT, 8)
        canvas.drawString(12 * mm, 9 * mm, self.number)
        canvas.drawRightString(landscape(A4)[0] - 12 * mm, 9 * mm, f"第 {paper.page} 页")
        canvas.restoreState()


def _head(receipt: Receipt, project: Project, zone: str) -> Table:
    pairs = [[_text(name), _text(value)] for name, value in words.head_of(receipt, project, zone)]
    rows = [left + right for left, right in zip(pairs[::2], pairs[1::2], strict=True)]
    return Table(rows, colWidths=[22 * mm, 114 * mm, 22 * mm, 115 * mm], style=GRID)


def _list(entries: Iterable[ReceiptEntry]) -> LongTable:
    rows = [[_text(column) for column in words.COLUMNS]]
    rows += [_line(words.cells_of(entry)) for entry in islice(entries, MOST_LINES)]
    return LongTable(rows, colWidths=WIDTHS, repeatRows=1, style=GRID)


def _line(cells: tuple[int | str | None, ...]) -> list[Paragraph]:
    digests = words.COLUMNS.index("SHA-256"), words.COLUMNS.index("SM3")
    return [Paragraph(_halved(str(cell or "")), DIGEST) if place in digests else _text(cell) for place, cell in enumerate(cells)]


def _end(receipt: Receipt) -> list[Any]:
    more = f"　本件只印前 {MOST_LINES} 行，其余见电子表格；清单摘要涵盖全部。" if receipt.total > MOST_LINES else ""
    lines = [_text(words.counts_of(receipt) + more), *(_text(f"{name}：{value}") for name, value in words.seal_of(receipt))]
    signing = Table([[_text("移交人（签字）：________________　　日期：____年__月__日"),
                      _text("接收人（签字）：________________　　日期：____年__月__日")]], colWidths=[136 * mm, 137 * mm])
    return [*lines, Spacer(1, 10 * mm), KeepTogether([signing])]


def _text(value: int | str | None) -> Paragraph:
    return Paragraph(escape("" if value is None else str(value)), TEXT)


def _halved(digest: str) -> str:
    return f"{digest[:32]}<br/>{digest[32:]}"
