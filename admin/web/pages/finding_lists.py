"""Findings counted and listed in groups, under the access statement, without loading all of them.

Owns the four groups people work by (overdue, soon, later, data missing) and the counts on start pages. What a finding
is and who may change it: `retention.findings`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from archive.access import Actor
from archive.queries import Page, visible_keys
from retention.findings import SEVERITY_ORDER, view_finding
from retention.models import FindingRecord

SOON_DAYS = 30
GROUPS: Mapping[str, str] = {
    "overdue": "已逾期或不符合", "soon": "30 天内到期", "later": "以后到期", "missing": "缺少数据，无法判断"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader chose; empty does not filter. `status` is one of `retention.findings.STATUSES`."""

    status: str = ""
    severity: str = ""
    rule: str = ""
    unit: str = ""
    project: str = ""


_STATUS: Mapping[str, Mapping[str, Any]] = {
    "open": {"alert": "open", "acknowledged_by": "", "waiver": None},
    "acknowledged": {"alert": "open", "acknowledged_by__ne": "", "waiver": None},
    "waiver_pending": {"alert": "open", "waiver__ne": None, "waiver__approved_by": ""},
    "waived": {"alert": "open", "waiver__ne": None, "waiver__approved_by__ne": ""},
    "cleared": {"alert": "cleared"},
    "none": {"alert": "none"},
}


def list_group(actor: Actor, today: date, group: str, filters: Filters, *, page: int = 1, size: int = 50) -> Page:
    """One group's findings, most urgent first."""
    query = _visible(actor, filters).filter(**_in_group(group, today))
    rank = {"$indexOfArray": [list(SEVERITY_ORDER), "$severity"]}
    undated = {"$not": ["$due_on"]}
    by = ("rank", "undated", "due_on") if group in ("overdue", "missing") else ("undated", "due_on", "rank")
    order = dict.fromkeys((*by, "project", "rule", "subject"), 1)
    rows = query.aggregate([{"$addFields": {"rank": rank, "undated": undated}}, {"$sort": order}, {"$skip": (page - 1) * size},
                            {"$limit": size}, {"$project": {"_id": 1}}])
    return Page([view_finding(actor, row["_id"], today) for row in rows], query.count(), page, size)


def count_groups(actor: Actor, today: date, filters: Filters | None = None) -> dict[str, int]:
    """How many findings each group holds; exact."""
    query = _visible(actor, filters or Filters())
    return {group: query.filter(**_in_group(group, today)).count() for group in GROUPS}


def count_by_unit(actor: Actor, today: date) -> dict[str, dict[str, int]]:
    """For each unit how many findings are in each group."""
    table: dict[str, dict[str, int]] = {}
    for group in GROUPS:
        rows = _visible(actor, Filters()).filter(**_in_group(group, today)).aggregate(
            [{"$group": {"_id": "$unit", "count": {"$sum": 1}}}])
        for row in rows:
            table.setdefault(row["_id"], dict.fromkeys(GROUPS, 0))[group] = row["count"]
    return table


def worst_of(actor: Actor, codes: Sequence[str]) -> dict[str, tuple[str, int]]:
    """For each of these projects the gravest failed finding's severity and how many have failed."""
    rows = _visible(actor, Filters()).filter(project__in=list(codes), outcome="failed").aggregate(
        [{"$group": {"_id": {"project": "$project", "severity": "$severity"}, "count": {"$sum": 1}}}])
    found: dict[str, Counter[str]] = {}
    for row in rows:
        found.setdefault(row["_id"]["project"], Counter())[row["_id"]["severity"]] += row["count"]
    return {code: (min(counts, key=SEVERITY_ORDER.index), counts.total()) for code, counts in found.items()}


def rules_in_use(actor: Actor) -> list[tuple[str, str]]:
    """Rules that have unsettled findings the reader may see, as (id, title)."""
    rows = _visible(actor, Filters()).filter(outcome__in=["failed", "due", "unknown"]).aggregate(
        [{"$group": {"_id": "$rule", "title": {"$first": "$title"}}}, {"$sort": {"_id": 1}}])
    return [(row["_id"], row["title"]) for row in rows]


def _visible(actor: Actor, filters: Filters) -> Any:
    keys = visible_keys(actor)
    query = FindingRecord.objects if keys is None else FindingRecord.objects(dossier__in=sorted(keys))
    exact = {name: getattr(filters, name) for name in ("severity", "rule", "unit", "project")}
    query = query.filter(**{name: value for name, value in exact.items() if value})
    return query.filter(**_STATUS[filters.status]) if filters.status in _STATUS else query


def _in_group(group: str, today: date) -> dict[str, Any]:
    soon = today + timedelta(days=SOON_DAYS)
    groups: dict[str, dict[str, Any]] = {
        "overdue": {"outcome": "failed"},
        "soon": {"outcome": "due", "due_on__lte": soon},
        "later": {"outcome": "due", "due_on__not__lte": soon},
        "missing": {"outcome": "unknown"},
    }
    return groups[group]
