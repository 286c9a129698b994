"""The weekly summary for supervisors: units ranked by what is late and what is open. Pure values in and out."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from retention.notice_lines import AlertLine, Recipient
from retention.optional import WEEKLY

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class UnitStanding:
    """One unit's open alerts, counted. `late`: failed or past their day; `longest` the most days any is past it."""

    unit: str
    projects: int
    late: int
    open: int
    critical: int
    fresh: int
    longest: int

    @property
    def rank(self) -> tuple[int, int, int, str]:
        return -self.late, -self.open, -self.longest, self.unit


@dataclass(frozen=True, slots=True)
class Summary:
    """What one supervisor is told in one week; `week` is the day it was due. `on_behalf`: in whose place alone she reads it."""

    address: str
    name: str
    week: date
    units: tuple[UnitStanding, ...]
    on_behalf: tuple[str, ...] = ()

    @property
    def late(self) -> int:
        return sum(unit.late for unit in self.units)

    @property
    def open(self) -> int:
        return sum(unit.open for unit in self.units)


def turn_of(today: date, weekday: int) -> date:
    """The last day that was this day of the week (1 is Monday), today included: a missed summary is made up for."""
    return today - timedelta(days=(today.isoweekday() - weekday) % 7)


def summaries(lines: Iterable[AlertLine], supervisors: Iterable[Recipient], today: date, weekday: int) -> list[Summary]:
    """One for each address that wants it and sees anything open; several people of one address are one.

    Who takes a supervisor's place gets hers as well, unless the supervisor does without it.
    """
    week, ordered = turn_of(today, weekday), [line.as_of(today) for line in lines]
    people: defaultdict[str, list[Recipient]] = defaultdict(list)
    for person in (one for one in supervisors if WEEKLY not in one.declines):
        people[person.address.strip().casefold()].append(person)
    found = []
    for same in people.values():
        seen = [line for line in ordered if any(person.may_see(line.project_code) for person in same)]
        if seen:
            places = {person.on_behalf for person in same}
            found.append(Summary(same[0].address.strip(), same[0].name, week, ranked(seen, today - WEEK),
                                 () if "" in places else tuple(sorted(places))))
    return sorted(found, key=lambda summary: summary.address)


def ranked(lines: Iterable[AlertLine], since: date) -> tuple[UnitStanding, ...]:
    """Units by what is late, then by what is open, the worst first."""
    units: defaultdict[str, list[AlertLine]] = defaultdict(list)
    for line in lines:
        units[line.unit].append(line)
    return tuple(sorted((_counted(unit, found, since) for unit, found in units.items()), key=lambda one: one.rank))


def _counted(unit: str, lines: list[AlertLine], since: date) -> UnitStanding:
    return UnitStanding(
        unit, projects=len({line.project_code for line in lines}),
        late=sum(line.outcome == "failed" or line.overdue for line in lines), open=len(lines),
        critical=sum(line.severity == "C" for line in lines), fresh=sum(line.opened_on > since for line in lines),
        longest=max(0, *(-line.days_left for line in lines if line.days_left is not None), 0))
