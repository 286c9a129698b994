"""How many findings there are without counting them one by one: every evaluation keeps, beside a project's rows and in the same
transaction, how many of each kind it found (`Standing`), so that a count adds up projects instead of findings.

Over all projects, or a unit's, not even projects are added up: that is kept (`retention/sums.py`).

Exact, because the two never differ: rows of a project and its standing are written together, and an alert is open where the finding
deserves one. Only what hangs on today, what is due soon, is counted where it stands, by an index.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from archive.transaction import collection
from retention.models import FindingRecord, Standing
from retention.sums import summed, summed_by_unit

_NAMES = ("failed", "quiet", "due", "unknown")
# In a form that indexes of these alone answer.
TAKEN_UP: Mapping[str, Any] = {"acknowledged_by": {"$gt": ""}}
WAIVED: Mapping[str, Any] = {"waiver.until": {"$gt": datetime(1, 1, 1, tzinfo=UTC)}}


@dataclass(frozen=True, slots=True)
class Unsettled:
    """quiet: failed, and told of by another finding."""

    failed: int = 0
    quiet: int = 0
    due: int = 0
    unknown: int = 0

    def of(self, outcome: str) -> int:
        """With this outcome; all of them where it is empty."""
        known = {"failed": self.failed + self.quiet, "due": self.due, "unknown": self.unknown}
        return known[outcome] if outcome else sum(known.values())


def unsettled(match: Mapping[str, Any]) -> Unsettled | None:
    """Of all projects whose standing matches; None where one of them was judged by an older version, which did not count."""
    if not match.keys() - {"unit"} and (row := summed(match.get("unit", ""))) is not None:
        return _of(row)
    found = _added_up(match, None)
    return found if found is None else found.get("", Unsettled())


def unsettled_by_unit(match: Mapping[str, Any]) -> dict[str, Unsettled] | None:
    """As `unsettled`, for each unit."""
    if not match and (rows := summed_by_unit(*_NAMES)) is not None:
        return {unit: _of(row) for unit, row in rows.items()}
    return _added_up(match, "unit")


def graded(match: Mapping[str, Any], outcomes: Collection[str], severities: Collection[str]) -> int | None:
    """How many findings with one of these outcomes are of one of these severities; None where that is not kept."""
    if match.keys() - {"unit"} or (row := summed(match.get("unit", ""))) is None:
        return None
    kinds: Mapping[str, int] = row.get("kinds", {})
    return sum(kinds.get(f"{outcome}/{severity}", 0) for outcome in outcomes for severity in severities)


def untouched(match: Mapping[str, Any]) -> int | None:
    """How many alerts are open that nobody took up and for which no waiver was asked; None where that is not kept."""
    if match.keys() - {"unit"} or (row := summed(match.get("unit", ""))) is None:
        return None
    touched = collection(FindingRecord).count_documents({**match, "alert": "open", "$or": [TAKEN_UP, WAIVED]})
    return max(int(row.get("open", 0)) - int(touched), 0)


def _added_up(match: Mapping[str, Any], field: str | None) -> dict[str, Unsettled] | None:
    sums: dict[str, Any] = {name: {"$sum": f"${name}"} for name in _NAMES}
    old = {"$sum": {"$cond": [{"$lte": ["$quiet", None]}, 1, 0]}}  # no number; an index says null where there is nothing
    rows = list(collection(Standing).aggregate([
        {"$match": {"unit": {"$gte": ""}, **match}}, {"$group": {"_id": f"${field}" if field else "", **sums, "old": old}}]))
    if any(row["old"] for row in rows):
        return None
    return {row["_id"]: _of(row) for row in rows}


def _of(row: Mapping[str, Any]) -> Unsettled:
    return Unsettled(*(row.get(name, 0) for name in _NAMES))
