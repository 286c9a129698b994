"""Stored findings listed and counted, under the access statement, without loading all of them.

Owns the order of urgency, the groups people work by, and the counts on start pages: what is overdue or soon due counts where it is
open as an alert. Papers that are told of by stage (R26-4) are a group of their own, so that no number has them twice. What a
finding is and who may change it: `retention.findings`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from archive.access import Actor, require
from archive.permissions import Permission
from archive.queries import Page, visible_keys
from retention.compliance.rules import all_rules
from retention.finding_counts import TAKEN_UP, WAIVED, Unsettled, graded, unsettled, unsettled_by_unit, untouched
from retention.findings import judged_on, stored_view
from retention.kept import OUTCOME_ORDER, SEVERITY_ORDER
from retention.models import FindingRecord

SOON_DAYS = 30
GROUPS: Mapping[str, str] = {
    "overdue": "已逾期或不符合", "soon": "30 天内到期", "later": "以后到期", "missing": "缺少数据，无法判断",
    "papers": "单项材料缺口（按阶段合并提醒）"}


UNSETTLED = ("failed", "due", "unknown")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader chose; empty does not filter. `status` is one of `retention.findings.STATUSES`; `severity` may be several:
    `CH` is C or H."""

    status: str = ""
    severity: str = ""
    rule: str = ""
    unit: str = ""
    project: str = ""


# Few alerts are taken up or waived: these are found by indexes that hold nothing else.
_STATUS: Mapping[str, Mapping[str, Any]] = {
    "open": {"alert": "open", "acknowledged_by": "", "waiver": None},
    "acknowledged": {"alert": "open", "waiver": None, "__raw__": TAKEN_UP},
    "waiver_pending": {"alert": "open", "waiver__approved_by": "", "__raw__": WAIVED},
    "waived": {"alert": "open", "waiver__approved_by__ne": "", "__raw__": WAIVED},
    "cleared": {"alert": "cleared"},
    "none": {"alert": "none"},
}


def list_findings(actor: Actor, today: date, *, status: str = "", rule: str = "", severity: str = "", unit: str = "",
                  outcome: str = "", project: str = "", page: int = 1, size: int = 50) -> Page:
    """Findings, failed before due before the rest, then by severity and day. Without status and outcome: the unsettled.

    `status` is one of `retention.findings.STATUSES`, or an outcome.
    """
    require(actor, Permission.PROJECT_READ)
    query = _visible(actor, Filters(status, severity, rule, unit, project))
    if status and status not in _STATUS:
        query = query.filter(outcome=status)
    if outcome:
        query = query.filter(outcome=outcome)
    elif not status:
        query = query.filter(outcome_rank__in=list(range(len(UNSETTLED))))
    known = None if rule or outcome not in ("", *UNSETTLED) else _known(
        _of_projects(actor, Filters(unit=unit, project=project)), status, outcome, severity)
    return _page(query, ("outcome_rank", "rank", "undated", "due_on"), today, page, size, known)


def _known(match: Mapping[str, Any], status: str, outcome: str, severity: str) -> int | None:
    """How many findings there are, where nobody has to count them."""
    if status:
        return untouched(match) if status == "open" and not (outcome or severity) else None
    if severity:
        return graded(match, (outcome,) if outcome else UNSETTLED, set(severity))
    found = unsettled(match)
    return None if found is None else found.of(outcome)


def list_group(actor: Actor, today: date, group: str, filters: Filters, *, page: int = 1, size: int = 50,
               total: int | None = None) -> Page:
    """One group's findings, most urgent first. total: how many there are (`count_groups`), where that is known."""
    query = _visible(actor, filters).filter(**_in_group(group, today))
    by = ("outcome_rank", "rank", "undated", "due_on") if group in ("overdue", "missing") else ("undated", "due_on", "rank")
    return _page(query, by, today, page, size, total)


def _page(query: Any, by: Sequence[str], today: date, page: int, size: int, total: int | None) -> Page:
    """One page of these findings in this order, which an index keeps; undated ones stand after the dated."""
    page, size = max(page, 1), min(max(size, 1), 200)
    order = dict.fromkeys((*by, "project", "rule", "subject"), 1)
    rows = list(query.aggregate([{"$sort": order}, {"$skip": (page - 1) * size}, {"$limit": size}], allowDiskUse=True))
    days = judged_on([row["dossier"] for row in rows])
    return Page([stored_view(FindingRecord._from_son(row), today, days.get(row["dossier"])) for row in rows],
                query.count() if total is None else total, page, size)


def count_groups(actor: Actor, today: date, filters: Filters | None = None) -> dict[str, int]:
    """How many findings each group holds; exact."""
    chosen = filters or Filters()
    query = _visible(actor, chosen)
    counted = chosen.status or chosen.severity or chosen.rule
    known = None if counted else unsettled(_of_projects(actor, chosen))
    if known is None:
        return {group: query.filter(**_in_group(group, today)).count() for group in GROUPS}
    soon, untold = (query.filter(**one).count() for one in (_in_group("soon", today), _due_untold(today)))
    return _groups(known, soon, untold)


def _groups(known: Unsettled, soon: int, untold: int) -> dict[str, int]:
    """`untold`: due soon, without an alert."""
    return {"overdue": known.failed, "soon": soon, "later": max(known.due - soon - untold, 0), "missing": known.unknown,
            "papers": known.quiet + untold}


def count_by_unit(actor: Actor, today: date) -> dict[str, dict[str, int]]:
    """For each unit how many findings are in each group."""
    known = unsettled_by_unit(_of_projects(actor, Filters()))
    if known is not None:
        soon, untold = (_by_unit(actor, one) for one in (_in_group("soon", today), _due_untold(today)))
        found = {unit: _groups(counts, soon.get(unit, 0), untold.get(unit, 0)) for unit, counts in known.items()}
        return {unit: groups for unit, groups in found.items() if any(groups.values())}
    table: dict[str, dict[str, int]] = {}
    for group in GROUPS:
        for unit, count in _by_unit(actor, _in_group(group, today)).items():
            table.setdefault(unit, dict.fromkeys(GROUPS, 0))[group] = count
    return table


def _by_unit(actor: Actor, group: Mapping[str, Any]) -> dict[str, int]:
    rows = _visible(actor, Filters()).filter(**group).aggregate([{"$group": {"_id": "$unit", "count": {"$sum": 1}}}])
    return {row["_id"]: row["count"] for row in rows}


def worst_of(actor: Actor, codes: Sequence[str]) -> dict[str, tuple[str, int]]:
    """For each of these projects the gravest open breach's severity and how many of them there are: the group `overdue`."""
    rows = _visible(actor, Filters()).filter(project__in=list(codes), outcome="failed", alert="open").aggregate(
        [{"$group": {"_id": {"project": "$project", "severity": "$severity"}, "count": {"$sum": 1}}}])
    found: dict[str, Counter[str]] = {}
    for row in rows:
        found.setdefault(row["_id"]["project"], Counter())[row["_id"]["severity"]] += row["count"]
    return {code: (min(counts, key=SEVERITY_ORDER.index), counts.total()) for code, counts in found.items()}


def rules_in_use() -> list[tuple[str, str]]:
    """Every rule as (id, title), to choose from."""
    return [(rule.id, rule.title) for rule in all_rules().values()]


def _visible(actor: Actor, filters: Filters) -> Any:
    keys = visible_keys(actor)
    query = FindingRecord.objects if keys is None else FindingRecord.objects(dossier__in=sorted(keys))
    exact = {name: getattr(filters, name) for name in ("rule", "unit", "project")}
    query = query.filter(**{name: value for name, value in exact.items() if value})
    if filters.severity:
        # By its rank, which stands in the index of the order; the letter does not.
        query = query.filter(rank__in=[rank for rank, letter in enumerate(SEVERITY_ORDER) if letter in filters.severity])
    return query.filter(**_STATUS[filters.status]) if filters.status in _STATUS else query


def _of_projects(actor: Actor, filters: Filters) -> dict[str, Any]:
    """Matches the standings of the projects whose findings are looked at."""
    keys = visible_keys(actor)
    chosen = {name: value for name in ("unit", "project") if (value := getattr(filters, name))}
    return chosen if keys is None else {**chosen, "_id": {"$in": sorted(keys)}}


def _by_then(today: date) -> dict[str, Any]:
    return {"outcome": "due", "due_on": {"$lte": datetime.combine(today + timedelta(days=SOON_DAYS), time())}}


def _due_untold(today: date) -> dict[str, Any]:
    return {"__raw__": {**_by_then(today), "alert": {"$ne": "open"}}}


def _in_group(group: str, today: date) -> dict[str, Any]:
    """Every unsettled finding is in exactly one group."""
    by_then, told, untold = _by_then(today), {"alert": "open"}, {"alert": {"$ne": "open"}}
    groups: dict[str, dict[str, Any]] = {
        "overdue": {"outcome": "failed", "outcome_rank": OUTCOME_ORDER.index("failed"), **told},
        "soon": {**by_then, **told},
        "later": {"outcome": "due", "due_on": {"$not": by_then["due_on"]}},
        "missing": {"outcome": "unknown", "outcome_rank": OUTCOME_ORDER.index("unknown")},
        "papers": {"$or": [{"outcome": "failed", **untold}, {**by_then, **untold}]},
    }
    return {"__raw__": groups[group]}
