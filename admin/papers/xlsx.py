"""A paper as a spreadsheet: a sheet for each table, numbers as numbers. No cell is ever a formula."""

from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from admin.papers.model import Cell, Paper, Table
from admin.sample.writers.packages import without_timestamps

CHARACTERS = 120  # of a page's width


def xlsx_of(paper: Paper) -> bytes:
    book = Workbook(write_only=True)
    for number, table in enumerate([block for block in paper.blocks if isinstance(block, Table)], 1):
        _sheet(book, paper, table, number)
    buffer = BytesIO()
    book.save(buffer)
    return without_timestamps(buffer.getvalue(), paper.day)


def _sheet(book: Any, paper: Paper, table: Table, number: int) -> None:
    page = book.create_sheet((table.title or f"表{number}")[:31])
    page.freeze_panes = f"A{len(paper.head) + 4}"
    share = CHARACTERS / sum(table.widths)
    for place, width in enumerate(table.widths, 1):
        page.column_dimensions[get_column_letter(place)].width = max(round(width * share), 8)
    page.append([_cell(page, paper.title, bold=True), _cell(page, paper.mark)])
    for name, value in paper.head:
        page.append([_cell(page, name), _cell(page, value)])
    page.append([])
    page.append([_cell(page, column, bold=True) for column in table.columns])
    for row in table.rows:
        page.append([_cell(page, value, wrap=True) for value in row])


def _cell(page: Any, value: Cell, *, bold: bool = False, wrap: bool = False) -> Any:
    cell: Any = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type = "s"  # a name that begins with "=" is a name, not a formula
    if bold:
        cell.font = Font(bold=True)
    if wrap:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
