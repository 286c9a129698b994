"""Day arithmetic of the sample: working days, and dates written as `trial_start+3m`."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

from retention.compliance.periods import add_months, add_years
from retention.workdays import WorkCalendar

_EXPRESSION = re.compile(r"(?P<name>[a-z_]+) ?(?P<offset>[+-]\d+)?(?P<unit>[my]?)")
TRIAL_AND_GRACE_MONTHS = 6


@cache
def calendar() -> WorkCalendar:
    return WorkCalendar()


def workday_until(day: date) -> date:
    """The last working day that is not after `day`: offices date their papers on working days."""
    while not calendar().is_workday(day):
        day -= timedelta(days=1)
    return day


def acceptance_due(trial_start: date) -> date:
    """Three months of trial, three of grace, rolled off rest days: the default of the rules, told once more here."""
    return calendar().roll(add_months(trial_start, TRIAL_AND_GRACE_MONTHS))


def trial_start_for(due: date, earliest: date) -> date:
    """The start of a trial run whose acceptance falls due on `due`; where no start gives that very day, the nearest
    earlier one that does not fall before `earliest`, else the nearest later one.
    """
    back = (due - timedelta(days=n) for n in range((due - earliest).days + 1))
    ahead = (due + timedelta(days=n) for n in range(1, 15))
    for wanted in (*back, *ahead):
        start = add_months(wanted, -TRIAL_AND_GRACE_MONTHS)
        if acceptance_due(start) == wanted:
            return start
    raise ValueError(f"no trial run makes acceptance due near {due}")


def resolve(expression: str, dates: Mapping[str, date]) -> date | None:
    """`trial_start+40`, `acceptance_date+1y`, `today-3`: a date of the timeline and an offset in days, m or y.

    None where the timeline does not have that date (yet), or where the expression is empty.
    """
    if not expression:
        return None
    if (match := _EXPRESSION.fullmatch(expression)) is None:
        raise ValueError(f"not a date expression: {expression!r}")
    if (base := dates.get(match["name"])) is None:
        return None
    offset = int(match["offset"] or 0)
    if match["unit"] == "y":
        return add_years(base, offset)
    return add_months(base, offset) if match["unit"] == "m" else base + timedelta(days=offset)
