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


# As the State Council announced them for 2023 to 2026; for 2027 only the days the law names.
REST = (
    _span("2023-01-01", "2023-01-02") | _span("2023-01-21", "2023-01-27") | _span("2023-04-05", "2023-04-05")
    | _span("2023-04-29", "2023-05-03") | _span("2023-06-22", "2023-06-24") | _span("2023-09-29", "2023-10-06")
    | _span("2024-01-01", "2024-01-01") | _span("2024-02-10", "2024-02-17") | _span("2024-04-04", "2024-04-06")
    | _span("2024-05-01", "2024-05-05") | _span("2024-06-10", "2024-06-10") | _span("2024-09-15", "2024-09-17")
    | _span("2024-10-01", "2024-10-07")
    | _span("2025-01-01", "2025-01-01") | _span("2025-01-28", "2025-02-04") | _span("2025-04-04", "2025-04-06")
    | _span("2025-05-01", "2025-05-05") | _span("2025-05-31", "2025-06-02") | _span("2025-10-01", "2025-10-08")
    | _span("2026-01-01", "2026-01-03") | _span("2026-02-15", "2026-02-23") | _span("2026-04-04", "2026-04-06")
    | _span("2026-05-01", "2026-05-05") | _span("2026-06-19", "2026-06-21") | _span("2026-09-25", "2026-09-27")
    | _span("2026-10-01", "2026-10-07")
    | _span("2027-01-01", "2027-01-01") | _span("2027-02-05", "2027-02-10") | _span("2027-04-05", "2027-04-05")
    | _span("2027-05-01", "2027-05-04") | _span("2027-06-09", "2027-06-09") | _span("2027-09-15", "2027-09-15")
    | _span("2027-10-01", "2027-10-05"))
MADE_UP = {date.fromisoformat(day) for day in (
    "2023-01-28", "2023-01-29", "2023-04-23", "2023-05-06", "2023-06-25", "2023-10-07", "2023-10-08",
    "2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14", "2024-09-29", "2024-10-12",
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
