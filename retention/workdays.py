"""Working days of mainland China: statutory rest days, make-up working days, and how sure we are of them.

Owns the question "is this a working day?" and day counting over it. Must not know rules, projects or settings files:
whoever keeps the administrator's own table hands it over as `overrides`.

The arrangement of a year is announced in the autumn before it. For years without an announcement the statutory days
are known but the make-up days are not, so results that rest on such a year are called provisional.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

import chinese_calendar

SATURDAY = 5
ONE_DAY = timedelta(days=1)


class WorkCalendar:
    """A calendar of working days; immutable.

    overrides: the administrator's corrections, True for a working day, False for a rest day; they win over all data.
    announced: years whose arrangement the overrides hold completely: they are no longer provisional, and of the package's
    data nothing but the law's own days counts in them.
    """

    def __init__(self, overrides: Mapping[date, bool] | None = None, announced: Iterable[int] = ()) -> None:
        self.overrides: Mapping[date, bool] = MappingProxyType(dict(overrides or {}))
        self.announced = frozenset(announced)
        # A night rolls the same few thousand days a million times.
        self._rolled: dict[date, date] = {}
        self._counted: dict[tuple[date, int], date] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        """So that it can be handed to another process."""
        return WorkCalendar, (dict(self.overrides), tuple(self.announced))

    def is_workday(self, day: date) -> bool:
        """True where offices work that day: weekdays without a rest day, and make-up days at weekends."""
        chosen = self.overrides.get(day)
        if chosen is not None:
            return chosen
        return _by_law(day) if day.year in self.announced else _usual(day)

    def roll(self, day: date) -> date:
        """The day itself, or the next working day where it is a rest day (民法典第203条)."""
        if (found := self._rolled.get(day)) is None:
            found = day
            while not self.is_workday(found):
                found += ONE_DAY
            self._rolled[day] = found
        return found

    def add_workdays(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`; the first day is not counted (民法典第201条). Zero rolls.

        Raises ValueError for a negative count: no term of the measures runs backwards.
        """
        if count < 0:
            raise ValueError(f"a term cannot have {count} working days")
        if (found := self._counted.get((day, count))) is None:
            found = day
            for _ in range(count):
                found = self.roll(found + ONE_DAY)
            found = self._counted[day, count] = self.roll(found)
        return found

    @staticmethod
    def statutory(year: int) -> frozenset[date]:
        """The days the law itself names as holidays that year."""
        return _statutory_rest_days(year)

    def doubt(self, first: date, last: date) -> str:
        """For the steps of a result that counted from one day to the other: which years are provisional; "" where none is."""
        years = [year for year in range(first.year, last.year + 1) if self.provisional(year)]
        named = "、".join(map(str, years))
        return f"{named} 年的放假调休安排尚未公布，此日期为暂定" if years else ""

    def provisional(self, year: int) -> bool:
        """True where the make-up days of `year` are not known yet."""
        return year not in self.announced and year not in _announced_years()

    def provisional_between(self, first: date, last: date) -> bool:
        """True where any year from `first` to `last`, both included, is provisional."""
        return any(self.provisional(year) for year in range(first.year, last.year + 1))


@cache
def _announced_years() -> frozenset[int]:
    return frozenset(day.year for day in chinese_calendar.constants.holidays)


@lru_cache(maxsize=20_000)
def _usual(day: date) -> bool:
    if day.year in _announced_years():
        return bool(chinese_calendar.is_workday(day))
    return _by_law(day)


def _by_law(day: date) -> bool:
    return day.weekday() < SATURDAY and day not in _statutory_rest_days(day.year)


@cache
def _statutory_rest_days(year: int) -> frozenset[date]:
    # chinesecalendar raises beyond its data; `holidays` computes the statutory days of any year. It is imported here
    # because it takes long to load and most processes never leave the announced years.
    from holidays import country_holidays

    return frozenset(country_holidays("CN", years=year))
