"""A paper before it is written in any format. Owns its parts; must not know a library or what the paper is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """`widths` are shares of the page. Numbers stay numbers where the format knows them."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[int]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """`day` is the one it is made for: the same paper of a day is the same
    bytes. `mark` stands on top of every page (草稿); `head` are pairs above the text; `end` stands at the right below it."""

    title: str
    blocks: Sequence[str | Table]
    day: date
    mark: str = ""
    head: Sequence[tuple[str, str]] = ()
    end: Sequence[str] = ()
    wide: bool = False
    note: str = ""


def shown(cell: Cell) -> str:
    return "" if cell is None else f"{cell:g}" if isinstance(cell, float) else str(cell)
