"""The line of titles of a sheet: finding it, knowing which column stands where, and what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.ledger.columns import Column, Sheet, comparable, nearest
from ingest.ledger.files import Grid
from ingest.ledger.rows import CellError

_CAPTION_LINES = 10


@dataclass(frozen=True)
class Header:
    """`row` is 1-based; `places` maps a field to its 0-based column; `score` counts the titles of this sheet's form."""

    sheet: Sheet
    row: int
    titles: tuple[object, ...]
    places: dict[str, int]

    @property
    def score(self) -> int:
        return len(self.places)

    @property
    def missing(self) -> list[Column]:
        return [column for column in self.sheet.columns if column.required and column.field not in self.places]


def find_header(sheet: Sheet, grid: Grid) -> Header:
    """The first lines' best match, because people put a caption above the titles; else the first line that says
    anything.
    """
    lines = [(number, row) for number, row in enumerate(grid, 1) if not all(map(blank, row))][:_CAPTION_LINES]
    headers = [Header(sheet, number, tuple(row), _places(sheet, row)) for number, row in lines]
    return max(headers, key=lambda header: header.score, default=Header(sheet, 1, (), {}))


def header_errors(header: Header, grid: Grid) -> Iterator[CellError]:
    """Columns that are missing, unknown, nameless or there twice."""
    sheet = header.sheet
    for column in header.missing:
        yield CellError(sheet.name, header.row, column.title, f"缺少必填栏目“{column.title}”。请补上这一列。")
    known, seen = sheet.by_title(), dict[str, int]()
    for place, cell in enumerate(header.titles, 1):
        title = comparable(str(cell))
        if blank(cell):
            if any(place <= len(row) and not blank(row[place - 1]) for row in grid[header.row :]):
                message = "此列有内容但没有栏目名。请补上栏目名或删除此列。"
                yield CellError(sheet.name, header.row, f"第 {place} 列", message)
        elif title not in known:
            shown = "".join(str(cell).split())
            message = f"没有名为“{shown}”的栏目，您要填的是“{nearest(shown, sheet)}”吗？请改正栏目名或删除此列。"
            yield CellError(sheet.name, header.row, shown, message)
        elif title in seen:
            name = known[title].title
            message = f"栏目“{name}”出现了两次（第 {seen[title]} 列和第 {place} 列）。请删除其中一列。"
            yield CellError(sheet.name, header.row, name, message)
        seen.setdefault(title, place)


def blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _places(sheet: Sheet, titles: list[object]) -> dict[str, int]:
    known = sheet.by_title()
    places: dict[str, int] = {}
    for place, title in enumerate(titles):
        if (column := known.get(comparable(str(title)))) is not None:
            places.setdefault(column.field, place)
    return places
