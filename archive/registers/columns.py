"""What a register is made of: columns with a type, and what must hold between them. Owns shapes, knows no register."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """FEN is money in integer fen, PERCENT has up to two decimals, FLAG is yes, no or not said.

    The last three name a record: a project by code, a contract by number, a system by its number in the unit's
    catalogue.
    """

    TEXT = "text"
    DATE = "date"
    FEN = "fen"
    INTEGER = "integer"
    PERCENT = "percent"
    CHOICE = "choice"
    FLAG = "flag"
    PROJECT = "project"
    CONTRACT = "contract"
    SYSTEM = "system"


REFERENCES = (Kind.PROJECT, Kind.CONTRACT, Kind.SYSTEM)
PROJECT, UNIT = "project", "unit"
"""Scopes: rows belong to a project's dossier, or to a unit."""


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is English and the same in storage, API and rules; `title` is what people read, without the unit of money.

    choices: key to Chinese, in order. note: said beside the input. least, most: bounds of integers and percentages.
    """

    name: str
    title: str
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    least: int = 0
    most: int = 10**9


@dataclass(frozen=True, slots=True)
class Need:
    """Where `column` holds one of `values` ("*": anything), the `columns` must be filled."""

    column: str
    values: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """One register: who owns its rows, what a row says, and what tells two rows apart.

    articles: of the measures, for people. unique: columns that no two rows of one owner share; none of them: one row
    an owner. since: the column whose day says from when on the row is true; before that day rules do not see it.
    spans: (first, last) days that cannot stand the other way round. documents: keys of the types that usually prove it.
    """

    key: str
    title: str
    about: str
    articles: tuple[str, ...]
    columns: tuple[Column, ...]
    unique: tuple[str, ...] = ()
    scope: str = PROJECT
    since: str = ""
    needs: tuple[Need, ...] = ()
    spans: tuple[tuple[str, str], ...] = ()
    documents: tuple[str, ...] = ()
    _by_name: Mapping[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {column.name: column for column in self.columns})

    def column(self, name: str) -> Column:
        """Raises KeyError."""
        found = self._by_name.get(name)
        if found is None:
            raise KeyError(f"register {self.key} has no column {name}")
        return found

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def day(name: str, title: str, *, required: bool = False, note: str = "") -> Column:
    return Column(name, title, Kind.DATE, required, note=note)


def fen(name: str, title: str, *, required: bool = False, note: str = "") -> Column:
    return Column(name, title, Kind.FEN, required, note=note)


def flag(name: str, title: str, *, required: bool = False, note: str = "") -> Column:
    return Column(name, title, Kind.FLAG, required, note=note)


def text(name: str, title: str, *, required: bool = False, note: str = "") -> Column:
    return Column(name, title, Kind.TEXT, required, note=note)


def choice(name: str, title: str, choices: Mapping[str, str], *, required: bool = False, note: str = "") -> Column:
    return Column(name, title, Kind.CHOICE, required, choices, note)


def year(title: str = "年度", *, note: str = "") -> Column:
    return Column("year", title, Kind.INTEGER, True, note=note, least=2000, most=2100)


def whole(name: str, title: str, *, note: str = "", most: int = 10**6) -> Column:
    return Column(name, title, Kind.INTEGER, note=note, most=most)


def percent(name: str, title: str, *, note: str = "") -> Column:
    return Column(name, title, Kind.PERCENT, note=note, most=100)


def contract(note: str = "须为本项目已登记的合同") -> Column:
    return Column("contract", "合同编号", Kind.CONTRACT, note=note)


def system(note: str = "须为本单位系统目录中的编号") -> Column:
    return Column("system", "系统目录编号", Kind.SYSTEM, note=note)
