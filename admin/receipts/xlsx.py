"""A receipt as a spreadsheet. Written row by row: a hand-over may have 100,000 lines. No cell is ever a formula."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from admin.receipts import words
from archive.models import Project, Receipt, ReceiptEntry

WIDTHS = (7, 36, 48, 7, 14, 68, 68, 8, 48)


def xlsx_of(receipt: Receipt, project: Project, entries: Iterable[ReceiptEntry], zone: str) -> bytes:
    book = Workbook(write_only=True)
    page = book.create_sheet("移交清单")
    for place, width in enumerate(WIDTHS, 1):
        page.column_dimensions[get_column_letter(place)].width = width
    for name, value in words.head_of(receipt, project, zone):
        page.append(_row(page, (name, value)))
    page.append(_row(page, (words.counts_of(receipt),)))
    page.append([])
    page.append(_row(page, words.COLUMNS, bold=True))
    for entry in entries:
        page.append(_row(page, words.cells_of(entry)))
    page.append([])
    for name, value in (*words.seal_of(receipt), ("移交人签字", ""), ("接收人签字", "")):
        page.append(_row(page, (name, value)))
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _row(page: Any, values: Sequence[int | str | None], *, bold: bool = False) -> list[Any]:
    return [_cell(page, value, bold) for value in values]


def _cell(page: Any, value: int | str | None, bold: bool) -> Any:
    cell: Any = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type = "s"  # a name that begins with "=" is a name, not a formula
    if bold:
        cell.font = Font(bold=True)
    return cell
