"""Legal day arithmetic (民法典第201–204条): terms in months and years, and years of service.

Owns how a term is counted; must not know which term an article sets, nor working days (`retention.workdays`).
The first day of a term is not counted, and a term in months ends on the corresponding day, else at the month's end.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

MONTHS_A_YEAR = 12
ONE_DAY = timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The last day of a term of `months` calendar months that starts on `day` (民法典第202条); may be negative.

    Raises ValueError outside the years 1 to 9999.
    """
    count = day.year * MONTHS_A_YEAR + day.month - 1 + months
    year, month = divmod(count, MONTHS_A_YEAR)
    if not date.min.year <= year <= date.max.year:
        raise ValueError(f"{day} plus {months} months lies outside the calendar")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """The corresponding day `years` later; 29 February becomes the 28th in common years."""
    return add_months(day, years * MONTHS_A_YEAR)


def last_service_day(start: date, years: int) -> date:
    """The last day of a service of `years` years whose first day is `start`: the day before the anniversary."""
    return add_years(start, years) - ONE_DAY


def service_years(start: date, end: date) -> Iterator[tuple[date, date]]:
    """First and last day of each service year from `start` to `end`; the last one may be short.

    Every year is counted from `start`, not from the year before, so that a start on 29 February does not drift.
    """
    count = 0
    while (first := add_years(start, count)) <= end:
        yield first, min(last_service_day(start, count + 1), end)
        count += 1


def fiscal_years(start: date, end: date) -> Iterator[tuple[date, date]]:
    """The same service cut at 31 December, as the budget sees it."""
    first = start
    while first <= end:
        yield first, (last := min(date(first.year, 12, 31), end))
        first = last + ONE_DAY
