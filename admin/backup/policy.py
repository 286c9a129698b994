"""How many snapshots stay, as one writes it in a setting. Pure: knows no folder."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Keep:
    """The newest snapshot of each of so many last days, ISO weeks and months that have one."""

    daily: int
    weekly: int
    monthly: int

    @classmethod
    def parse(cls, text: str) -> "Keep":
        """From `7,4,12`. Raises ValueError saying what is wrong, in Chinese."""
        parts = [part.strip() for part in text.split(",")]
        if len(parts) != 3 or not all(part.isdecimal() for part in parts) or not any(map(int, parts)):
            raise ValueError("应为三个数：保留的日、周、月备份份数，例如 7,4,12")
        return cls(*map(int, parts))

    def chosen(self, instants: Sequence[datetime], zone: ZoneInfo) -> set[datetime]:
        """Which of these stay; the newest always does."""
        newest_first = sorted(instants, reverse=True)
        stay = set(newest_first[:1])
        for number, period in ((self.daily, _day), (self.weekly, _week), (self.monthly, _month)):
            stay |= set(_newest_of(newest_first, period, number, zone))
        return stay


def _newest_of(newest_first: Sequence[datetime], period: Callable[[datetime], object], number: int,
               zone: ZoneInfo) -> Iterator[datetime]:
    seen: set[object] = set()
    for instant in newest_first:
        key = period(instant.astimezone(zone))
        if key not in seen and len(seen) < number:
            seen.add(key)
            yield instant


def _day(instant: datetime) -> object:
    return instant.date()


def _week(instant: datetime) -> object:
    return instant.isocalendar()[:2]


def _month(instant: datetime) -> object:
    return instant.year, instant.month
