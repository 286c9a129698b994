"""Days as the documents count them, written down once more: months by the Civil Code, working days by the announcements."""

from calendar import monthrange
from datetime import date, timedelta

ONE = timedelta(days=1)


def _span(first: str, last: str) -> set[date]:
    day, end, found = date.fromisoformat(first), date.fromisoformat(last), set[date]()
    while day <= end:
        found.add(day)
        day += ONE
    return found


# As the State Council announced them for 2025 and 2026; for 2027 only the days the law names.
REST = (
    _span("2025-01-01", "2025-01-01") | _span("2025-01-28", "2025-02-04") | _span("2025-04-04", "2025-04-06")
    | _span("2025-05-01", "2025-05-05") | _span("2025-05-31", "2025-06-02") | _span("2025-10-01", "2025-10-08")
    | _span("2026-01-01", "2026-01-03") | _span("2026-02-15", "2026-02-23") | _span("2026-04-04", "2026-04-06")
    | _span("2026-05-01", "2026-05-05") | _span("2026-06-19", "2026-06-21") | _span("2026-09-25", "2026-09-27")
    | _span("2026-10-01", "2026-10-07")
    | _span("2027-01-01", "2027-01-01") | _span("2027-02-05", "2027-02-10") | _span("2027-04-05", "2027-04-05")
    | _span("2027-05-01", "2027-05-04") | _span("2027-06-09", "2027-06-09") | _span("2027-09-15", "2027-09-15")
    | _span("2027-10-01", "2027-10-05"))
MADE_UP = {date.fromisoformat(day) for day in (
    "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
    "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10")}


def works(day: date) -> bool:
    return day in MADE_UP or (day.weekday() < 5 and day not in REST)


def rolled(day: date) -> date:
    while not works(day):
        day += ONE
    return day


def workdays_after(day: date, count: int) -> date:
    while count:
        day += ONE
        count -= works(day)
    return day


def months_after(day: date, months: int) -> date:
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
