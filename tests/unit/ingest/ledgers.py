"""Ledgers as people hand them in: workbooks with the rows that are given, a row with one cell of interest, a CSV."""

from collections.abc import Sequence
from pathlib import Path

import openpyxl

from ingest.ledger import CellError, Ledger, read_ledger

MINIMAL = {"项目编号": "XM-1", "项目名称": "智慧水利平台", "项目单位": "省水利厅", "建设方式": "自行建设"}
CONTRACT_MINIMAL = {"合同编号": "HT-1", "项目编号": "XM-1", "合同类型": "建设"}


def a_book(path: Path, /, **sheets: Sequence[Sequence[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.save(path)
    return path


def read_cells(tmp_path: Path, sheet: str = "项目", /, **cells: object) -> Ledger:
    """A workbook of one row: the minimal one with these cells on top."""
    row = {**(MINIMAL if sheet == "项目" else CONTRACT_MINIMAL), **cells}
    rows: list[list[object]] = [list(row), list(row.values())]
    return read_ledger(a_book(tmp_path / "台账.xlsx", **{sheet: rows}))


def read_text(tmp_path: Path, text: str, encoding: str = "utf-8") -> Ledger:
    path = tmp_path / "台账.csv"
    path.write_bytes(text.encode(encoding))
    return read_ledger(path)


def one_error(ledger: Ledger) -> CellError:
    assert len(ledger.errors) == 1, ledger.errors
    return ledger.errors[0]
