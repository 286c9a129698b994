"""From a ledger file to grids of raw cells. Knows file formats, nothing of what the columns mean.

A grid is a list of rows from the sheet's first line on, so a row's number is its index plus one.
"""

import csv
import io
import zipfile
import zlib
from pathlib import Path

import python_calamine
from lxml import etree

from archive.errors import ArchiveError
from ingest.ledger.cells import Fault
from ingest.ledger.workbook import TooLarge, formula_errors

Grid = list[list[object]]

_MOST_BYTES = 64 << 20
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    etree.LxmlError,
    SyntaxError,  # lxml's XMLSyntaxError
    python_calamine.CalamineError,
    KeyError,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,  # zipfile's answer to an encrypted member
)


class LedgerUnreadable(ArchiveError):
    """The file as a whole cannot be read as a ledger; facts: filename, reason."""

    code = "ingest.ledger-unreadable"
    text = "台账文件“{filename}”无法读取：{reason}"


def read_grids(path: Path) -> dict[str, Grid]:
    """The sheets of an .xlsx by name, or the one grid of a .csv under "". Raises `LedgerUnreadable`."""
    readers = {".xlsx": _xlsx, ".csv": _csv}
    suffix = path.suffix.lower()
    if suffix not in readers:
        raise _unreadable(path, f"不支持“{suffix or '无扩展名'}”格式。请另存为 .xlsx 或 .csv 后再导入。")
    try:
        size = path.stat().st_size
        if size == 0:
            raise _unreadable(path, "文件是空的。请核对是否选错了文件。")
        if size > _MOST_BYTES:
            raise _unreadable(path, "文件超过 64 MB，不像台账。请核对是否选错了文件。")
        with path.open("rb"):
            pass
    except OSError as error:
        raise _unreadable(path, f"打不开文件（{error.strerror}）。请核对路径和权限。") from error
    return readers[suffix](path)


def _unreadable(path: Path, reason: str) -> LedgerUnreadable:
    return LedgerUnreadable(filename=path.name, reason=reason)


def _csv(path: Path) -> dict[str, Grid]:
    text = _decoded(path)
    first = text.partition("\n")[0]
    delimiter = "\t" if "\t" in first and "," not in first else ","
    try:
        return {"": [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]}
    except csv.Error as error:
        raise _unreadable(path, "不是有效的 CSV，引号或分隔符有误。请重新导出。") from error


def _decoded(path: Path) -> str:
    """UTF-8 first: Chinese text in GB18030 is practically never valid UTF-8, while the reverse often decodes."""
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _unreadable(path, "文字编码既不是 UTF-8 也不是 GB18030。请用 UTF-8 编码另存后再导入。")


def _xlsx(path: Path) -> dict[str, Grid]:
    try:
        marks = formula_errors(path)
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            grids = {name: _cells(book.get_sheet_by_name(name)) for name in book.sheet_names}
    except TooLarge as error:
        raise _unreadable(path, str(error)) from error
    except _BROKEN as error:
        reason = "文件已损坏、有密码保护或不是 .xlsx 工作簿。请用 Excel 或 WPS 打开后另存为 .xlsx。"
        raise _unreadable(path, reason) from error
    for name, found in marks.items():
        for mark in found:
            if mark.row < len(grids[name]) and mark.column < len(grids[name][mark.row]):
                grids[name][mark.row][mark.column] = Fault(mark.text)
    return grids


def _cells(sheet: python_calamine.CalamineSheet) -> Grid:
    return [list(row) for row in sheet.to_python(skip_empty_area=False)]
