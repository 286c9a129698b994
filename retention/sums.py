"""What standings and the turns of alerts add up to, over all projects and for each unit: what boards and counts over everything read,
so that they cost the same however many projects there are.

Derived twice over, and exact: whoever keeps a project's rows and standing adds, in that very transaction, what is there now and
was not before (`Changes`). A standing that an older version kept is not in it; until all are, `summed` knows nothing and rows
are counted one by one. The next evaluation of such a project adds the whole history of its rows. Nothing here asks who may see
what: it is for readers who see everything.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from pymongo import UpdateOne

from archive.transaction import Transaction, collection
from retention.models import AlertDay, Standing, StandingSum

# Counted up when more or other things are added up: then every project is added anew, to sums of their own.
COUNTED = 1
_NAMES = ("needed", "settled", "failed", "quiet", "grave", "unknown", "due", "open")
TURNS = ("opened", "cleared")
OF_UNITS: Mapping[str, Any] = {"unit": {"$gte": ""}}
Row = Mapping[str, Any]


class Changes:
    """What one transaction adds to the sums and takes from them."""

    def __init__(self) -> None:
        self._sums: dict[str, Counter[str]] = {}
        self._turns: dict[tuple[str, datetime], Counter[str]] = {}

    def standing(self, old: Row, new: Row) -> None:
        """`old` may be empty."""
        for row, sign in ((old, -1), (new, 1)):
            if is_counted(row):
                numbers = self._sums.setdefault(row["unit"], Counter())
                for name, number in _numbers(row):
                    numbers[name] += sign * number

    def rows(self, gone: Iterable[Row], there: Iterable[Row]) -> None:
        """Findings as they were and as they are now; those that did not change may be left out of both."""
        for rows, sign in ((gone, -1), (there, 1)):
            for row in rows:
                for turn in row["history"]:
                    if turn["what"] in TURNS:
                        self._turns.setdefault((row["unit"], turn["day"]), Counter())[turn["what"]] += sign

    def keep(self, tx: Transaction) -> None:
        whole, days = Counter[str](), dict[datetime, Counter[str]]()
        for numbers in self._sums.values():
            whole.update(numbers)
        for (_, day), found in self._turns.items():
            days.setdefault(day, Counter()).update(found)
        sums: list[tuple[str | None, Counter[str]]] = [(None, whole), *self._sums.items()]
        turns: list[tuple[tuple[str | None, datetime], Counter[str]]] = [
            *(((None, day), found) for day, found in days.items()), *self._turns.items()]
        tx.bulk(StandingSum, [_added(_key(unit), _place(unit), some) for unit, some in sums if any(some.values())])
        tx.bulk(AlertDay, [_added(f"{day:%Y-%m-%d}/{_key(unit)}", {**_place(unit), "day": day}, some)
                           for (unit, day), some in turns if any(some.values())])


def is_counted(standing: Row) -> bool:
    return bool(standing.get("counted") == COUNTED)


def complete() -> bool:
    """Whether every project is in the sums."""
    return collection(Standing).find_one({"counted": {"$ne": COUNTED}}, {"_id": 1}) is None


def summed(unit: str = "") -> Row | None:
    """The sums of a unit, or of all; None while a project is not in them. What there is none of has no name."""
    return (collection(StandingSum).find_one({"_id": _key(unit or None)}) or {}) if complete() else None


def summed_by_unit(*names: str) -> dict[str, Row] | None:
    """As `summed`, of each unit that has a project."""
    if not complete():
        return None
    match = {"of": COUNTED, "projects": {"$gt": 0}, **OF_UNITS}
    rows = collection(StandingSum).find(match, dict.fromkeys(("unit", "projects", *names), 1))
    return {row["unit"]: row for row in rows}


def turns(first: date, unit: str = "") -> Counter[tuple[date, str]]:
    """How many alerts opened and cleared on each day since this one; only where sums are complete."""
    found: Counter[tuple[date, str]] = Counter()
    for row in collection(AlertDay).find({"of": COUNTED, "unit": unit or None, "day": _since(first)}):
        for what in TURNS:
            found[row["day"].date(), what] += row.get(what, 0)
    return found


def change_by_unit(first: date) -> Counter[str]:
    """By how many the open alerts of each unit grew since this day; only where sums are complete."""
    rows = collection(AlertDay).aggregate([
        {"$match": {"of": COUNTED, "day": _since(first), **OF_UNITS}},
        {"$group": {"_id": "$unit", "opened": {"$sum": "$opened"}, "cleared": {"$sum": "$cleared"}}}])
    return Counter({row["_id"]: row["opened"] - row["cleared"] for row in rows})


def oldest_by_unit() -> dict[str, date]:
    """For each unit that has something overdue, since when at the longest: the first entry of each in an index."""
    rows = collection(Standing).aggregate([
        {"$match": {"undated": False}}, {"$sort": {"undated": 1, "unit": 1, "late_since": 1}},
        {"$group": {"_id": "$unit", "first": {"$first": "$late_since"}}}])
    return {row["_id"]: row["first"].date() for row in rows}


def _numbers(row: Row) -> Iterator[tuple[str, int]]:
    yield "projects", 1
    yield f"profiles.{row['profile']}", 1
    for name in _NAMES:
        yield name, row[name]
    for name in row["lacks"]:
        yield f"lacks.{name}", 1
    for name, number in row["kinds"].items():
        yield f"kinds.{name}", number
    if late := row.get("late_since"):
        yield "late", 1
        yield "late_days", late.toordinal()


def _added(key: str, place: Row, numbers: Mapping[str, int]) -> UpdateOne:
    return UpdateOne({"_id": key}, {"$inc": {name: number for name, number in numbers.items() if number}, "$setOnInsert": place},
                     upsert=True)


def _key(unit: str | None) -> str:
    return f"{COUNTED}" if unit is None else f"{COUNTED}/{unit}"


def _place(unit: str | None) -> dict[str, Any]:
    """Of all where there is no unit."""
    return {"of": COUNTED} if unit is None else {"of": COUNTED, "unit": unit}


def _since(first: date) -> dict[str, datetime]:
    return {"$gte": datetime.combine(first, time())}
