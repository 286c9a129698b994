"""A row of a register as rules read it: typed by its definition, immutable, with the documents that prove it.

    for row in facts.rows("procurement"):
        signed, weight = row.date("contract_signed_on"), row.percent("price_weight")   # None where not said
        if row.choice("method") == "open_tender" and row.flag("government_procured"): ...
        proof = row.evidence                                                            # ids of documents

Asking for a column the register does not have, or as another type than it is, raises KeyError: a slip in a rule shows
in its first test. The definitions are `archive/registers/forms/`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date as Day
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from archive.registers import register_of
from archive.registers.columns import REFERENCES, Kind, Register
from archive.registers.values import called, checked, shown, typed

_TEXTS = (Kind.TEXT, *REFERENCES)


@dataclass(frozen=True, slots=True)
class Row:
    """`owner` is the project's code, or the unit's name for registers of units."""

    register: Register
    id: str
    owner: str
    values: Mapping[str, Any]
    evidence: tuple[str, ...] = ()

    def text(self, name: str) -> str:
        """Text, or the code or number of the project, contract or system named; "" where not said."""
        return str(self._get(name, _TEXTS) or "")

    def date(self, name: str) -> Day | None:
        return self._get(name, (Kind.DATE,))  # type: ignore[no-any-return]

    def fen(self, name: str) -> int | None:
        return self._get(name, (Kind.FEN,))  # type: ignore[no-any-return]

    def integer(self, name: str) -> int | None:
        return self._get(name, (Kind.INTEGER,))  # type: ignore[no-any-return]

    def percent(self, name: str) -> Decimal | None:
        return self._get(name, (Kind.PERCENT,))  # type: ignore[no-any-return]

    def choice(self, name: str) -> str:
        """The key of the choice, "" where not said."""
        return str(self._get(name, (Kind.CHOICE,)) or "")

    def flag(self, name: str) -> bool | None:
        """None: nobody said, which is not no."""
        return self._get(name, (Kind.FLAG,))  # type: ignore[no-any-return]

    def shown(self, name: str) -> str:
        """The value in Chinese, for reasons and steps: choices by name, money in 万元, yes as 是."""
        return shown(self.register.column(name), self.values.get(name))

    @property
    def name(self) -> str:
        """The register and what tells the row from others: 采购 CG-2024-01."""
        mark = called(self.register, self.values)
        return mark if mark == self.register.title else f"{self.register.title} {mark}"

    def there_on(self, day: Day) -> bool:
        """Whether the row is true by `day`; one whose register has no such date, or that does not say it, is."""
        since = self.register.since
        return not since or (said := self.values.get(since)) is None or str(said) <= day.isoformat()  # days are kept in ISO form

    def _get(self, name: str, kinds: tuple[Kind, ...]) -> Any:
        column = self.register.column(name)
        if column.kind not in kinds:
            raise KeyError(f"column {name} of register {self.register.key} is a {column.kind.value}")
        value = self.values.get(name)
        return None if value is None else typed(column, value)


class Rows:
    """The rows of one owner, oldest first. They are grouped once, for all who read them: a unit's are read by each of its projects."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._rows = tuple(rows)
        self._by_register: dict[Day, dict[str, tuple[Row, ...]]] = {}
        self._by_project: dict[tuple[Day, str], dict[str, tuple[Row, ...]]] = {}

    def of(self, key: str, day: Day) -> tuple[Row, ...]:
        """Those of this register that are true by `day`."""
        if day not in self._by_register:
            self._by_register[day] = _grouped((row.register.key, row) for row in self._rows if row.there_on(day))
        return self._by_register[day].get(key, ())

    def naming(self, key: str, day: Day, code: str) -> tuple[Row, ...]:
        """As `of`, those that name this project; "": that name none."""
        if (day, key) not in self._by_project:
            self._by_project[day, key] = _grouped((row.values.get("project") or "", row) for row in self.of(key, day))
        return self._by_project[day, key].get(code, ())


def _grouped(rows: Iterable[tuple[str, Row]]) -> dict[str, tuple[Row, ...]]:
    groups: dict[str, list[Row]] = {}
    for key, row in rows:
        groups.setdefault(key, []).append(row)
    return {key: tuple(found) for key, found in groups.items()}


def stored_row(entry: Mapping[str, Any]) -> Row:
    """A row as MongoDB keeps it."""
    return Row(register_of(entry["register"]), entry["_id"], entry["owner"], MappingProxyType(dict(entry.get("values", {}))),
               tuple(entry.get("evidence", ())))


def make_row(key: str, values: Mapping[str, object], *, owner: str = "", id: str = "row", evidence: tuple[str, ...] = ()) -> Row:
    """A row from typed values, for cases and what-if. Raises Invalid for what the register would not take."""
    register = register_of(key)
    return Row(register, id, owner, MappingProxyType(checked(register, values)), evidence)
