"""The ledger (台账) as a whole: reading one from .xlsx or .csv, every wrong cell named.

Owns the order of the checks: header, cells, row, keys of the file. Whether a contract's project exists, and whether
anything changes, is for the importer, which has the database. The form itself is `ledger_columns`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.ledger import cells as reading
from ingest.ledger.columns import CONTRACT, PROJECT, Sheet, comparable
from ingest.ledger.files import Grid, LedgerUnreadable, read_grids
from ingest.ledger.header import Header, blank, find_header, header_errors
from ingest.ledger.rows import CellError, ContractRow, Ledger, ProjectRow, RegisterRow
from ingest.ledger.sheets import ALL_SHEETS, EVIDENCE, OWNER, REGISTER_SHEETS
from ingest.ledger.writer import write_ledger

__all__ = ["CellError", "ContractRow", "Ledger", "LedgerUnreadable", "ProjectRow", "RegisterRow", "read_ledger", "write_ledger"]
FEWEST_TITLES = 3


def read_ledger(path: Path) -> Ledger:
    """What the file holds and all that is wrong with it. Raises `LedgerUnreadable` where it is no ledger at all."""
    grids = {title: grid for title, grid in read_grids(path).items() if any(not blank(c) for row in grid for c in row)}
    if not grids:
        raise LedgerUnreadable(filename=path.name, reason="文件里没有任何内容。请核对是否选错了文件。")
    if "" in grids:
        grids = {_sheet_of_csv(path, grids[""]).name: grids[""]}
    tables = {sheet.name: _read(sheet, grid) for title, grid in grids.items() for sheet in _named(title)}
    errors = [error for table in tables.values() for error in table.errors] + list(_misnamed(grids))
    if not tables and not errors:
        reason = f"没有名为“项目”“合同”或某种登记簿的工作表（现有：{'、'.join(grids)}）。请改名后再导入。"
        raise LedgerUnreadable(filename=path.name, reason=reason)
    return Ledger(
        projects=tuple(ProjectRow(**record) for record in tables.get(PROJECT.name, _Table()).records),
        contracts=tuple(ContractRow(**record) for record in tables.get(CONTRACT.name, _Table()).records),
        registers=tuple(_register_row(key, record) for key, sheet in REGISTER_SHEETS.items()
                        for record in tables.get(sheet.name, _Table()).records),
        errors=tuple(errors),
    )


def _register_row(key: str, record: Mapping[str, Any]) -> RegisterRow:
    values = {name: value for name, value in record.items() if name not in (OWNER, EVIDENCE, "row", "given")}
    proof = tuple(filter(None, str(record[EVIDENCE]).split("、"))) if EVIDENCE in record else None
    return RegisterRow(key, record[OWNER], values, proof, record["row"])


@dataclass
class _Table:
    """One sheet being read: keyword arguments of its good rows, the keys of all rows, and the errors."""

    records: list[dict[str, Any]] = field(default_factory=list)
    keys: list[tuple[str, int]] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)


def _sheet_of_csv(path: Path, grid: Grid) -> Sheet:
    best = max((find_header(sheet, grid) for sheet in ALL_SHEETS), key=lambda header: header.score)
    if not best.score:
        reason = "首行没有台账的栏目名，分不清是“项目”“合同”还是哪种登记簿。请保留模板的首行。"
        raise LedgerUnreadable(filename=path.name, reason=reason)
    return best.sheet


def _named(title: str) -> list[Sheet]:
    return [sheet for sheet in ALL_SHEETS if sheet.name == comparable(title)]


def _misnamed(grids: dict[str, Grid]) -> Iterator[CellError]:
    """A sheet that holds a ledger under another name would be left out in silence."""
    for title, grid in grids.items():
        if _named(title):
            continue
        best = max((find_header(sheet, grid) for sheet in ALL_SHEETS), key=lambda header: header.score)
        if best.score >= len(best.sheet.columns) // 2 or (best.score >= FEWEST_TITLES and not best.missing):
            name = best.sheet.name
            message = f"此工作表像是“{name}”台账，但名称不是“{name}”，没有读取。请改名或删除。"
            yield CellError(title, best.row, "", message)


def _read(sheet: Sheet, grid: Grid) -> _Table:
    header = find_header(sheet, grid)
    table = _Table(errors=list(header_errors(header, grid)))
    for number, cells in enumerate(grid[header.row :], header.row + 1):
        if not all(map(blank, cells)):
            _read_row(header, number, cells, table)
    table.errors += _repeated_keys(sheet, table.keys)
    table.errors.sort(key=lambda error: error.row)
    return table


def _read_row(header: Header, number: int, cells: list[object], table: _Table) -> None:
    """Adds the row to the table's records, or one error for each wrong cell."""
    sheet = header.sheet
    record: dict[str, Any] = {}
    errors: list[CellError] = []
    for column in sheet.columns:
        if (place := header.places.get(column.field)) is None:
            continue
        try:
            record[column.field] = reading.parse(cells[place] if place < len(cells) else None, column)
        except reading.Wrong as wrong:
            errors.append(CellError(sheet.name, number, column.title, str(wrong)))
    errors += _contradictions(sheet, number, record)
    table.errors += errors
    if all(name in record for name in sheet.keys or (sheet.key,)):
        table.keys.append(("、".join(str(record[name]) for name in sheet.keys or (sheet.key,) if record[name]), number))
    if not errors and not header.missing:
        table.records.append({**record, "row": number, "given": frozenset(header.places)})


def _contradictions(sheet: Sheet, number: int, record: dict[str, Any]) -> Iterator[CellError]:
    columns = sheet.by_field()
    for first, last in sheet.spans:
        start, end = record.get(first), record.get(last)
        if start and end and end < start:
            message = f"{columns[last].title} {end} 早于{columns[first].title} {start}。请核对这两个日期。"
            yield CellError(sheet.name, number, columns[last].title, message)
    if record.get(sheet.key) and record[sheet.key] == record.get(sheet.same):
        title = columns[sheet.same].title
        yield CellError(sheet.name, number, title, f"{title}不能是本行自己的编号“{record[sheet.key]}”。请核对。")


def _repeated_keys(sheet: Sheet, keys: list[tuple[str, int]]) -> Iterator[CellError]:
    title, seen = "、".join(sheet.by_field()[name].title for name in sheet.keys or (sheet.key,)), dict[str, int]()
    for key, row in keys:
        if key in seen:
            message = f"{title}“{key}”重复：第 {seen[key]} 行和第 {row} 行相同。请删除或改正其中一行。"
            yield CellError(sheet.name, row, title, message)
        seen.setdefault(key, row)
