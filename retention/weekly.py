"""The weekly summary for supervisors: units ranked by what is late and what is open. Pure values in and out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
    people: defaultdict[str, list[Recipient]] = defaultdict(list)
    for person in (one for one in supervisors if WEEKLY not in one.declines):
        people[person.address.strip().casefold()].append(person)
    counted: dict[str, defaultdict[str, _Count]] = {address: defaultdict(_Count) for address in people}
    for line in lines:  # one after the other: an archive may have a million
        current = line.as_of(today)
        for address, same in people.items():
            if any(person.may_see(line.project_code) for person in same):
                counted[address][line.unit].add(current, today - WEEK)
    found = [_summary(same, turn_of(today, weekday), counted[address]) for address, same in people.items() if counted[address]]
    return sorted(found, key=lambda summary: summary.address)


class _Count:
    """What is open of one unit, as one reader sees it."""

    def __init__(self) -> None:
        self._projects = set[str]()
        self._late = self._open = self._critical = self._fresh = self._longest = 0

    def add(self, line: AlertLine, since: date) -> None:
        self._projects.add(line.project_code)
        self._open += 1
        self._late += line.outcome == "failed" or line.overdue
        self._critical += line.severity == "C"
        self._fresh += line.opened_on > since
        self._longest = max(self._longest, -(line.days_left or 0))

    def of(self, unit: str) -> UnitStanding:
        return UnitStanding(unit, len(self._projects), self._late, self._open, self._critical, self._fresh, self._longest)


def _summary(same: Sequence[Recipient], week: date, counted: Mapping[str, _Count]) -> Summary:
    """Units by what is late, then by what is open, the worst first."""
    places = {person.on_behalf for person in same}
    units = sorted((count.of(unit) for unit, count in counted.items()), key=lambda one: one.rank)
    return Summary(same[0].address.strip(), same[0].name, week, tuple(units), () if "" in places else tuple(sorted(places)))
