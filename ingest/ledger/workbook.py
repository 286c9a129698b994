"""A look at an .xlsx before it is read: how far its sheets reach, and which cells hold formula errors.

Calamine allocates a sheet's whole rectangle at once and ends the process when memory is short, so one stray cell far
out must be found first; and it shows #N/A as an empty cell, which on import would erase what the archive holds.
"""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from posixpath import join, normpath

from lxml import etree

MOST_UNPACKED = 512 << 20
MOST_CELLS = 5_000_000
_REF = re.compile(r"([A-Z]+)(\d+)")
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class TooLarge(Exception):
    """The text says in what way."""


@dataclass(frozen=True)
class Mark:
    """A formula error: 0-based row and column, and what the spreadsheet shows there."""

    row: int
    column: int
    text: str


def formula_errors(path: Path) -> dict[str, list[Mark]]:
    """Formula errors by sheet name. Raises `TooLarge`, and whatever zipfile, zlib and lxml raise for a broken file."""
    with zipfile.ZipFile(path) as book:
        if sum(info.file_size for info in book.infolist()) > MOST_UNPACKED:
            raise TooLarge("解压后超过 512 MB，不像台账。请核对是否选错了文件。")
        return {name: _marks(book, part, name) for name, part in _parts(book).items()}


def _parts(book: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → member of the package, through the workbook's relationships."""
    relations = _tree(book, "xl/_rels/workbook.xml.rels").iterfind("{*}Relationship")
    targets = {relation.get("Id"): str(relation.get("Target")) for relation in relations}
    sheets = _tree(book, "xl/workbook.xml").iterfind("{*}sheets/{*}sheet")
    found = {str(sheet.get("name")): targets.get(sheet.get(_ID)) for sheet in sheets}
    return {name: normpath(join("/xl", target))[1:] for name, target in found.items() if target}


def _tree(book: zipfile.ZipFile, member: str) -> etree._Element:
    return etree.fromstring(book.read(member), etree.XMLParser(resolve_entities=False, no_network=True))


def _marks(book: zipfile.ZipFile, part: str, sheet: str) -> list[Mark]:
    marks: list[Mark] = []
    last_row = last_column = 0
    with book.open(part) as stream:
        for _event, cell in etree.iterparse(stream, tag="{*}c", resolve_entities=False, no_network=True):
            if place := _REF.fullmatch(str(cell.get("r"))):
                row, column = int(place[2]), _column_number(place[1])
                last_row, last_column = max(last_row, row), max(last_column, column)
                if cell.get("t") == "e":
                    marks.append(Mark(row - 1, column - 1, cell.findtext("{*}v") or "#N/A"))
            cell.clear()
    if last_row * last_column > MOST_CELLS:
        where = f"最远的单元格在第 {last_row} 行第 {last_column} 列"
        raise TooLarge(f"工作表“{sheet}”的范围过大（{where}）。请删除台账以外的多余行列后再导入。")
    return marks


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
