"""How many findings there are without counting them one by one: every evaluation keeps, beside a project's rows and in the same
transaction, how many of each kind it found (`Standing`), so that a count adds up projects instead of findings.

Exact, because the two never differ: rows of a project and its standing are written together, and an alert is open where the finding
deserves one. Only what hangs on today, what is due soon, is counted where it stands, by an index.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from archive.transaction import collection
from retention.models import Standing

_NAMES = ("failed", "quiet", "due", "unknown")


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
    found = unsettled_by(match, None)
    return found if found is None else found.get("", Unsettled())


def unsettled_by(match: Mapping[str, Any], field: str | None = "unit") -> dict[str, Unsettled] | None:
    """As `unsettled`, for each value of a field."""
    sums: dict[str, Any] = {name: {"$sum": f"${name}"} for name in _NAMES}
    old = {"$sum": {"$cond": [{"$lte": ["$quiet", None]}, 1, 0]}}  # no number; an index says null where there is nothing
    rows = list(collection(Standing).aggregate([
        {"$match": {"unit": {"$gte": ""}, **match}}, {"$group": {"_id": f"${field}" if field else "", **sums, "old": old}}]))
    if any(row["old"] for row in rows):
        return None
    return {row["_id"]: Unsettled(*(row[name] for name in _NAMES)) for row in rows}
