"""What boards show: projects with what they lack and what comes next, units ranked, the trend, and materials by stage.

Everything is counted from what evaluations kept (`Standing`, the history of findings); nothing is judged here. Every number is
of what the reader may see: the access statement stands first in every query. Only who sees everything reads what is added up
already (`retention/sums.py`), over all projects or those of a unit.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from archive import taxonomy
from archive.access import Actor, require
from archive.permissions import Permission
from archive.queries import Page, visible_keys
from archive.transaction import collection
from retention import board_counts, sums
from retention.models import Standing
from retention.standings import mandatory, profile_named

DAY_MS = 86_400_000
TREND_DAYS = 30
MOST = 5000
NEEDS, HAS = "needs", "has"
OVERDUE, COMPLETENESS = "overdue", "completeness"


@dataclass(frozen=True, slots=True)
class Gap:
    """A project on the board of its unit."""

    project: str
    name: str
    unit: str
    needed: int
    settled: int
    lacks: tuple[str, ...]
    failed: int
    overdue_days: int
    next_on: date | None
    next_title: str
    evaluated_on: date

    @property
    def percent(self) -> int:
        return percent(self.settled, self.needed)


@dataclass(frozen=True, slots=True)
class UnitStanding:
    """A unit among others. overdue_days: those of its projects added up; longest: of the worst one."""

    unit: str
    projects: int
    needed: int
    settled: int
    failed: int
    grave: int
    overdue_projects: int
    overdue_days: int
    longest: int
    change: int = 0

    @property
    def percent(self) -> int:
        return percent(self.settled, self.needed)


@dataclass(frozen=True, slots=True)
class TrendDay:
    """open: alerts open at the end of the day."""

    day: date
    opened: int
    cleared: int
    open: int


@dataclass(frozen=True, slots=True)
class MaterialCount:
    """One mandatory material over all projects that need it."""

    type: str
    name: str
    stage: str
    needed: int
    missing: int

    @property
    def percent(self) -> int:
        """The share that is missing; above nothing never 0."""
        return -(-100 * self.missing // self.needed) if self.needed else 0


@dataclass(frozen=True, slots=True)
class StageCount:
    code: str
    name: str
    materials: tuple[MaterialCount, ...]

    @property
    def needed(self) -> int:
        return sum(material.needed for material in self.materials)

    @property
    def missing(self) -> int:
        return sum(material.missing for material in self.materials)


def percent(settled: int, needed: int) -> int:
    """Rounded down: what is not complete is never shown as 100."""
    return 100 * settled // needed if needed else 100


def gaps(actor: Actor, today: date, *, unit: str = "", material: str = "", state: str = "", late: str = "", page: int = 1,
         size: int = 50) -> Page:
    """Projects, the longest overdue first, then what comes next; `material`: only those that lack it (that need it or have it
    where `state` is NEEDS or HAS); `late`: only those that are overdue."""
    page, size = max(page, 1), min(max(size, 1), MOST)
    match = {**_visible(actor, unit), **(_with(material, state) if material else {}),
             **({"undated": False, "late_since": {"$lt": datetime.combine(today, time())}} if late else {})}
    order = {"undated": 1, "late_since": 1, "unnext": 1, "next_on": 1, "project": 1}
    steps: list[dict[str, Any]] = [{"$match": match}, {"$sort": order}, {"$skip": (page - 1) * size}, {"$limit": size}]
    rows = collection(Standing).aggregate(steps, allowDiskUse=True)
    known = None if match.keys() - {"unit"} else sums.summed(unit)
    total = collection(Standing).count_documents(match) if known is None else known.get("projects", 0)
    return Page([_gap(row, today) for row in rows], total, page, size)


def units(actor: Actor, today: date, by: str = OVERDUE) -> list[UnitStanding]:
    """Every unit of which the reader sees a dossier, the worst first: by days overdue, or by completeness."""
    match = _visible(actor)
    found = (None if match else _summed_units(today)) or _counted_units(match, today)
    keys = {OVERDUE: lambda unit: (-unit.overdue_days, unit.percent, unit.unit),
            COMPLETENESS: lambda unit: (unit.settled / unit.needed if unit.needed else 1.0, -unit.overdue_days, unit.unit)}
    return sorted(found, key=keys.get(by, keys[OVERDUE]))


def _summed_units(today: date) -> list[UnitStanding]:
    """By what is kept of each unit; nothing where that is not all, or where the reader asks as of a day before the last evaluation,
    so that some that were not overdue yet are in it."""
    rows = sums.summed_by_unit("needed", "settled", "failed", "grave", "late", "late_days")
    later = {"undated": False, "late_since": {"$gte": datetime.combine(today, time())}}
    if rows is None or collection(Standing).find_one(later, {"_id": 1}):
        return []
    change, oldest = sums.change_by_unit(_first(today, TREND_DAYS)), sums.oldest_by_unit()
    found = []
    for unit, row in rows.items():
        projects, needed, settled, failed, grave, late = (row.get(name, 0) for name in (
            "projects", "needed", "settled", "failed", "grave", "late"))
        days, longest = late * today.toordinal() - row.get("late_days", 0), (today - oldest.get(unit, today)).days
        found.append(UnitStanding(unit, projects, needed, settled, failed, grave, late, days, longest, change[unit]))
    return found


def _counted_units(match: Mapping[str, Any], today: date) -> list[UnitStanding]:
    now = datetime.combine(today, time())
    days = {"$cond": ["$late_since", {"$divide": [{"$subtract": [now, "$late_since"]}, DAY_MS]}, 0]}
    rows = collection(Standing).aggregate([{"$match": match}, {"$project": {
        "unit": 1, "needed": 1, "settled": 1, "failed": 1, "grave": 1, "days": days}}, {"$group": {
            "_id": "$unit", "projects": {"$sum": 1}, "needed": {"$sum": "$needed"}, "settled": {"$sum": "$settled"},
            "failed": {"$sum": "$failed"}, "grave": {"$sum": "$grave"}, "late": {"$sum": {"$cond": [{"$gt": ["$days", 0]}, 1, 0]}},
            "days": {"$sum": "$days"}, "longest": {"$max": "$days"}}}])
    change = board_counts.change_by_unit(match, _first(today, TREND_DAYS))
    return [UnitStanding(row["_id"], row["projects"], row["needed"], row["settled"], row["failed"], row["grave"], row["late"],
                         int(row["days"]), int(row["longest"]), change[row["_id"]]) for row in rows]


def trend(actor: Actor, today: date, unit: str = "", days: int = TREND_DAYS) -> list[TrendDay]:
    """Alerts open at the end of each of the last days, reckoned back from those open now by what the history says."""
    match, first = _visible(actor, unit), _first(today, days)
    known = None if match.keys() - {"unit"} else sums.summed(unit)
    turns = board_counts.turns_by_day(match, first) if known is None else sums.turns(first, unit)
    count = board_counts.open_alerts(match) if known is None else known.get("open", 0)
    count -= sum(number if what == "opened" else -number for (day, what), number in turns.items() if day > today)
    found = []
    for back in range(days):
        day = today - timedelta(days=back)
        found.append(TrendDay(day, turns[day, "opened"], turns[day, "cleared"], count))
        count -= turns[day, "opened"] - turns[day, "cleared"]
    return found[::-1]


def materials(actor: Actor, unit: str = "") -> list[StageCount]:
    """By stage: how many projects need each mandatory material, and how many lack it."""
    match = _visible(actor, unit)
    summed = None if match.keys() - {"unit"} else sums.summed(unit)
    profiles = board_counts.numbers(match, "profile") if summed is None else summed.get("profiles", {})
    lacking = board_counts.numbers(match, "lacks") if summed is None else summed.get("lacks", {})
    needed: Counter[str] = Counter()
    for key, count in profiles.items():
        needed.update({want.type: count for want in mandatory(profile_named(key)) if count})
    known = taxonomy.load()
    return [StageCount(code, name, found) for code, name in known.stages.items() if (found := tuple(
        MaterialCount(kind.key, kind.name, code, needed[kind.key], lacking.get(kind.key, 0))
        for kind in known.by_stage(code) if needed[kind.key]))]


def evaluated_on(actor: Actor) -> date | None:
    """The oldest evaluation the numbers rest on; None where nothing was evaluated yet."""
    match = _visible(actor)
    if not match and sums.complete():
        row = collection(Standing).find_one({"counted": sums.COUNTED}, {"evaluated_on": 1}, sort=[("evaluated_on", 1)])
        return row["evaluated_on"].date() if row else None
    row = next(iter(collection(Standing).aggregate([
        {"$match": match}, {"$group": {"_id": None, "day": {"$min": "$evaluated_on"}}}])), None)
    return row["day"].date() if row else None


def _with(material: str, state: str) -> dict[str, Any]:
    """Matches the projects that lack it; that need it; or that need it and do not lack it."""
    if state not in (NEEDS, HAS):
        return {"lacks": material}
    profiles = [key for key in collection(Standing).distinct("profile")
                if material in {want.type for want in mandatory(profile_named(key))}]
    return {"profile": {"$in": profiles}, **({"lacks": {"$ne": material}} if state == HAS else {})}


def _visible(actor: Actor, unit: str = "") -> dict[str, Any]:
    require(actor, Permission.PROJECT_READ)
    keys = visible_keys(actor)
    return {**({} if keys is None else {"_id": {"$in": sorted(keys)}}), **({"unit": unit} if unit else {})}


def _first(today: date, days: int) -> date:
    return today - timedelta(days=days - 1)


def _gap(row: Mapping[str, Any], today: date) -> Gap:
    known = taxonomy.load()
    late, coming = row.get("late_since"), row.get("next_on")
    lacks = tuple(known.get(key).name for key in row.get("lacks", ()) if key in known)
    return Gap(row["project"], row["project_name"], row["unit"], row["needed"], row["settled"], lacks, row["failed"],
               max((today - late.date()).days, 0) if late else 0, coming.date() if coming else None, row.get("next_title", ""),
               row["evaluated_on"].date())
