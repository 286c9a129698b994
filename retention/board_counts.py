"""What boards say, counted over the rows and standings that match: for those who see some dossiers only, and for everybody as long
as not every project is in the sums (`retention/sums.py`). What matches is a query over standings, with the access statement in it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from archive.transaction import collection
from retention.models import FindingRecord, Standing


def numbers(match: Mapping[str, Any], field: str) -> dict[str, int]:
    """How many projects have each value; each value of a list."""
    rows = collection(Standing).aggregate([
        {"$match": match}, {"$project": {field: 1}}, {"$unwind": f"${field}"}, {"$group": {"_id": f"${field}", "count": {"$sum": 1}}}])
    return {row["_id"]: row["count"] for row in rows}


def _of_findings(match: Mapping[str, Any]) -> dict[str, Any]:
    return {"dossier" if name == "_id" else name: value for name, value in match.items()}


def open_alerts(match: Mapping[str, Any]) -> int:
    return int(FindingRecord.objects(__raw__={**_of_findings(match), "alert": "open"}).count())


def _turns(match: Mapping[str, Any], first: date, by: Mapping[str, str]) -> Sequence[dict[str, Any]]:
    """How often alerts opened and cleared since this day."""
    since = {"$gte": datetime.combine(first, time())}
    return list(collection(FindingRecord).aggregate([
        {"$match": {"history.day": since, **_of_findings(match)}},
        {"$project": {"unit": 1, "history.day": 1, "history.what": 1}},
        {"$unwind": "$history"}, {"$match": {"history.day": since, "history.what": {"$in": ["opened", "cleared"]}}},
        {"$group": {"_id": dict(by), "count": {"$sum": 1}}}]))


def turns_by_day(match: Mapping[str, Any], first: date) -> Counter[tuple[date, str]]:
    found: Counter[tuple[date, str]] = Counter()
    for row in _turns(match, first, {"day": "$history.day", "what": "$history.what"}):
        found[row["_id"]["day"].date(), row["_id"]["what"]] += row["count"]
    return found


def change_by_unit(match: Mapping[str, Any], first: date) -> Counter[str]:
    """By how many the open alerts of each unit grew since this day."""
    found: Counter[str] = Counter()
    for row in _turns(match, first, {"unit": "$unit", "what": "$history.what"}):
        found[row["_id"]["unit"]] += row["count"] if row["_id"]["what"] == "opened" else -row["count"]
    return found
