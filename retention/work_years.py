"""Working days a person keeps: the arrangement of a year as announced, or single days put right; and the calendar in use.

What is kept here wins over the settings file, which wins over the package's data. Every change is a step in the year's
history; after it everything is judged again (`compliance.recalculate`), because any term may end on another day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from archive.access import Actor, require
from archive.clock import Clock
from archive.errors import Invalid
from archive.permissions import Permission
from archive.transaction import Transaction, collection, write
from retention.models import WorkYear, WorkYearChange
from retention.workdays import WorkCalendar

REST, WORK, USUAL = "rest", "work", "usual"
KINDS = {REST: "休息日", WORK: "工作日", USUAL: "按原有安排"}
YEARS = range(2000, 2100)
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A year as announced: every day off that falls in a holiday, and every day worked to make up for it."""

    year: int
    rest: tuple[date, ...]
    work: tuple[date, ...]
    source: str = ""

    @property
    def days(self) -> dict[date, str]:
        return dict.fromkeys(self.rest, REST) | dict.fromkeys(self.work, WORK)


@dataclass(frozen=True, slots=True)
class Turned:
    """One day that is another than before: whether it was worked, and whether it is now."""

    day: date
    before: bool
    after: bool


@dataclass(frozen=True, slots=True)
class YearState:
    """How well a year is known, as people are shown it. `known`: its make-up days are; `kept`: somebody keeps it here."""

    year: int
    known: bool
    kept: WorkYear | None


def in_use(base: WorkCalendar) -> WorkCalendar:
    """The calendar of the configuration under what is kept: read anew each time, it is a handful of rows."""
    rows = list(collection(WorkYear).find({}))
    if not rows:
        return base
    days = {date.fromisoformat(day): kind == WORK for row in rows for day, kind in row["days"].items()}
    return WorkCalendar({**base.overrides, **days}, base.announced | {int(row["_id"]) for row in rows if row["complete"]})


def import_year(actor: Actor, clock: Clock, base: WorkCalendar, new: Arrangement, *, dry_run: bool = False) -> list[Turned]:
    """Keep a whole year as announced; the days that are worked now and were not, or the other way round.

    Raises NotPermitted, Invalid. With `dry_run` nothing is kept.
    """
    require(actor, Permission.WORKDAYS_EDIT)
    _check(new)
    before = in_use(base)
    kept = {key: value for key, value in before.overrides.items() if key.year != new.year and key not in new.days}
    after = WorkCalendar(kept | {day: kind == WORK for day, kind in new.days.items()}, before.announced | {new.year})
    turned = _turned(before, after, new.year, new.days)

    def work(tx: Transaction) -> None:
        row = _fresh(tx, new.year)
        row.days, row.complete, row.source = _stored(new.days), True, new.source[:LONGEST]
        _keep(tx, row, "imported", turned, new.source)

    if not dry_run:
        write(actor, clock, work)
    return turned


def set_day(actor: Actor, clock: Clock, base: WorkCalendar, day: date, kind: str, reason: str) -> list[Turned]:
    """Put one day right. Raises NotPermitted, Invalid."""
    require(actor, Permission.WORKDAYS_EDIT)
    if kind not in KINDS:
        raise Invalid(field="安排", problem=f"只能是 {'、'.join(KINDS)} 之一（{'、'.join(KINDS.values())}）。")
    if day.year not in YEARS:
        raise Invalid(field="日期", problem=f"应在 {YEARS.start} 年至 {YEARS.stop - 1} 年之间。")
    if len(reason.strip()) < 2:
        raise Invalid(field="理由", problem="须写明依据，例如文号或通知。")
    before = in_use(base)

    def work(tx: Transaction) -> list[Turned]:
        row = _fresh(tx, day.year)
        days = {key: value for key, value in row.days.items() if key != day.isoformat()}
        row.days = days if kind == USUAL else dict(sorted({**days, day.isoformat(): kind}.items()))
        rest = {key: value for key, value in before.overrides.items() if key != day}
        put = {} if kind == USUAL else {day: kind == WORK}
        turned = _turned(before, WorkCalendar(rest | put, before.announced), day.year, {day: kind})
        _keep(tx, row, "edited", turned, reason.strip())
        return turned

    return write(actor, clock, work)


def years(base: WorkCalendar, around: date) -> list[YearState]:
    """The years people ask about, the last first: those kept, and from two before to two after this day."""
    calendar, kept = in_use(base), {int(row.id): row for row in WorkYear.objects}
    shown = sorted({*kept, *range(around.year - 2, around.year + 3)}, reverse=True)
    return [YearState(year, not calendar.provisional(year), kept.get(year)) for year in shown]


def lacking(base: WorkCalendar, today: date) -> list[int]:
    """Years without data that matter by now: this one, and from the first of October the next."""
    wanted = [today.year] if today.month < 10 else [today.year, today.year + 1]
    calendar = in_use(base)
    return [year for year in wanted if calendar.provisional(year)]


def history(year: int) -> list[WorkYearChange]:
    """What was done to a year, the last first."""
    row = WorkYear.objects(id=str(year)).first()
    return list(reversed(row.history)) if row else []


def last_change() -> WorkYearChange | None:
    """Of all years."""
    steps = [row.history[-1] for row in WorkYear.objects if row.history]
    return max(steps, key=lambda step: step.at, default=None)


def _check(new: Arrangement) -> None:
    if new.year not in YEARS:
        raise Invalid(field="年份", problem=f"应在 {YEARS.start} 年至 {YEARS.stop - 1} 年之间。")
    if both := set(new.rest) & set(new.work):
        raise Invalid(field="日期", problem=f"{min(both)} 既列为休息日又列为工作日，请去掉一处。")
    if outside := [day for day in new.days if day.year != new.year]:
        raise Invalid(field="日期", problem=f"{min(outside)} 不在 {new.year} 年内；跨年的放假请分列在两年的文件里。")
    if idle := [day for day in new.work if day.weekday() < 5]:
        raise Invalid(field="日期", problem=f"{min(idle)} 不是周末，本来就上班，不能列为调休上班日。")
    if missing := sorted(WorkCalendar.statutory(new.year) - set(new.rest)):
        named = "、".join(map(str, missing[:4]))
        raise Invalid(field="日期", problem=f"缺少法定节假日 {named}{'等' if len(missing) > 4 else ''}，文件不是一整年的安排。")


def _turned(before: WorkCalendar, after: WorkCalendar, year: int, named: Iterable[date]) -> list[Turned]:
    """Days of this year, and those that are named, that are worked now and were not, or the other way round."""
    first = date(year, 1, 1).toordinal()
    days = sorted({*named, *(date.fromordinal(first + n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days))})
    return [Turned(day, before.is_workday(day), after.is_workday(day)) for day in days
            if before.is_workday(day) != after.is_workday(day)]


def _stored(days: Mapping[date, str]) -> dict[str, str]:
    return {day.isoformat(): kind for day, kind in sorted(days.items())}


def _fresh(tx: Transaction, year: int) -> WorkYear:
    row = tx.fresh(WorkYear, {"_id": str(year)})
    return WorkYear._from_son(row) if row else WorkYear(id=str(year))


def _keep(tx: Transaction, row: WorkYear, what: str, turned: list[Turned], note: str) -> None:
    now_work, now_rest = ([one.day.isoformat() for one in turned if one.after is works] for works in (True, False))
    row.history.append(WorkYearChange(at=tx.now, by=tx.actor.id, by_name=tx.actor.name, what=what, note=note[:LONGEST],
                                      now_work=now_work, now_rest=now_rest))
    tx.put(row)
    tx.audit(f"workdays.{what}", f"workdays:{row.id}", note=note[:LONGEST], now_work=now_work, now_rest=now_rest,
             complete=row.complete)
