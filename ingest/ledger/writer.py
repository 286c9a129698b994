"""Writes a ledger in exactly the form that is read: the export, and the sample archive's own file.

The bytes depend only on what is written, not on the day of writing, so that equal ledgers are equal files.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ingest.ledger import columns
from ingest.ledger.columns import CONTRACT, PROJECT, Column, Sheet
from ingest.ledger.rows import ContractRow, ProjectRow, RegisterRow
from ingest.ledger.sheets import EVIDENCE, OWNER, REGISTER_SHEETS

_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - openpyxl wants a naive instant, and it is never shown
_SAVED_AT = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_WIDTHS = {columns.DAY: 13, columns.MONEY: 14, columns.YES_NO: 10, columns.CHOICE: 12, columns.EMAIL: 26}


def write_ledger(path: Path, projects: Sequence[ProjectRow], contracts: Sequence[ContractRow],
                 registers: Sequence[RegisterRow] = (), *, blank: bool = False) -> None:
    """Writes an .xlsx with both sheets and those of the registers that have rows (`blank`: of all registers).

    `read_ledger` gives the same rows back; control characters are dropped.
    """
    book = Workbook()
    book.properties.created = book.properties.modified = _EPOCH
    book.remove(book.worksheets[0])
    _fill(book.create_sheet(PROJECT.name), PROJECT, [_said(PROJECT, row) for row in projects])
    _fill(book.create_sheet(CONTRACT.name), CONTRACT, [_said(CONTRACT, row) for row in contracts])
    for key, sheet in REGISTER_SHEETS.items():
        rows = [{**row.values, OWNER: row.owner, EVIDENCE: "、".join(row.evidence or ())} for row in registers if row.register == key]
        if rows or blank:
            _fill(book.create_sheet(sheet.name), sheet, rows)
    buffer = BytesIO()
    book.save(buffer)
    path.write_bytes(_without_timestamps(buffer.getvalue()))


def _said(sheet: Sheet, row: ProjectRow | ContractRow) -> dict[str, object]:
    return {column.field: getattr(row, column.field) for column in sheet.columns}


def _fill(page: Worksheet, sheet: Sheet, rows: Sequence[Mapping[str, object]]) -> None:
    for place, column in enumerate(sheet.columns, 1):
        head = page.cell(1, place, column.title)
        head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="DDE6F0")
        head.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        page.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(column.kind, 20)
    page.freeze_panes = "C2"
    for number, row in enumerate(rows, 2):
        for place, column in enumerate(sheet.columns, 1):
            cell = page.cell(number, place)
            assert isinstance(cell, Cell)
            _put(cell, column, row.get(column.field))


def _put(cell: Cell, column: Column, value: object) -> None:
    if value is None or value == "":
        return
    if isinstance(value, date):
        cell.value, cell.number_format = value, "yyyy-mm-dd"
    elif column.kind == columns.MONEY:
        cell.value, cell.number_format = Decimal(str(value)).scaleb(-6), "#,##0.00####"
    elif column.kind == columns.INTEGER:
        cell.value = int(str(value))
    else:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", _shown(column, value))
        cell.data_type = "s"  # a name that begins with "=" is a name, not a formula


def _shown(column: Column, value: object) -> str:
    if column.kind in (columns.YES_NO, columns.FLAG):
        return "是" if value else "否"
    return next((shown for shown, key in column.choices.items() if key == value), str(value))


def _without_timestamps(data: bytes) -> bytes:
    """The same package with fixed member dates; openpyxl also stamps the time of saving into its properties."""
    packed = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(packed, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = _SAVED_AT.sub(_EPOCH.strftime(r"\g<1>%Y-%m-%dT%H:%M:%SZ").encode(), source.read(name))
            target.writestr(ZipInfo(name, (2000, 1, 1, 0, 0, 0)), content, ZIP_DEFLATED)
    return packed.getvalue()
