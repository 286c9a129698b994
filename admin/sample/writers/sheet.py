"""Spreadsheets: a title, the labelled facts, and the tables with typed cells."""

from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from admin.sample.paper import Paper, Table, chinese_day
from admin.sample.writers.packages import without_timestamps

_TITLE, _HEAD = Font(name="黑体", size=16, bold=True), Font(name="宋体", size=11, bold=True)
_FILL = PatternFill("solid", fgColor="E7EEF5")
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LINE = Border(*(Side("thin"),) * 4)
_COLUMNS = 5


def write_xlsx(paper: Paper) -> bytes:
    book = Workbook()
    page = book.worksheets[0]
    page.title = paper.title[:20].replace("/", "-").replace(":", "-")
    book.properties.title, book.properties.creator = paper.title, paper.issuer
    _top(page, paper)
    for block in paper.blocks:
        if isinstance(block, Table):
            _table(page, block)
        else:
            page.append([block])
    page.append([])
    page.append([f"填报单位：{paper.issuer}"])
    page.append([f"填报日期：{chinese_day(paper.day)}"])
    for column in range(1, _COLUMNS + 1):
        page.column_dimensions[get_column_letter(column)].width = 22
    buffer = BytesIO()
    book.save(buffer)
    return without_timestamps(buffer.getvalue(), paper.day)


def _top(page: Worksheet, paper: Paper) -> None:
    page.append([paper.title])
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=_COLUMNS)
    page["A1"].font, page["A1"].alignment = _TITLE, _CENTRE
    page.row_dimensions[1].height = 32
    for label, value in paper.facts:
        page.append([label, value])
        page.cell(page.max_row, 1).font = _HEAD


def _table(page: Worksheet, table: Table) -> None:
    page.append(list(table.titles))
    for cell in page[page.max_row]:
        cell.font, cell.fill, cell.alignment, cell.border = _HEAD, _FILL, _CENTRE, _LINE
    for row in table.rows:
        page.append([_typed(cell) for cell in row])
        for cell in page[page.max_row]:
            cell.border = _LINE


def _typed(text: str) -> str | int:
    """Counts are numbers; codes with leading zeros and everything else stay text."""
    return int(text) if text.isdigit() and (text == "0" or text[0] != "0") else text
