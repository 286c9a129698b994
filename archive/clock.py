"""Where days and instants come from. Nothing else in the code may ask the machine for the time."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    def now(self) -> datetime:
        """The instant, aware, in UTC."""

    def today(self) -> date:
        """The calendar day in the archive's time zone (Asia/Shanghai unless set otherwise)."""


class SystemClock:
    def __init__(self, timezone: str = "Asia/Shanghai") -> None:
        self.zone = ZoneInfo(timezone)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return datetime.now(self.zone).date()


class FixedClock:
    """A clock that stands still until it is moved: for tests and for simulated days."""

    def __init__(self, instant: datetime, timezone: str = "Asia/Shanghai") -> None:
        if instant.tzinfo is None:
            raise ValueError("a FixedClock needs an aware datetime")
        self.zone = ZoneInfo(timezone)
        self.instant = instant

    def now(self) -> datetime:
        return self.instant.astimezone(UTC)

    def today(self) -> date:
        return self.instant.astimezone(self.zone).date()

    def advance(self, delta: timedelta) -> None:
        self.instant += delta
