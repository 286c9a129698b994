from datetime import date, timedelta
from itertools import pairwise

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from retention.compliance.periods import add_months, add_years, fiscal_years, last_service_day, service_years

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(("start", "months", "end"), [
    (date(2023, 11, 30), 3, date(2024, 2, 29)), (date(2023, 12, 31), 3, date(2024, 3, 31)),
    (date(2022, 8, 31), 3, date(2022, 11, 30)), (date(2024, 2, 29), 12, date(2025, 2, 28)),
    (date(2024, 2, 29), 24, date(2026, 2, 28)), (date(2024, 2, 29), 48, date(2028, 2, 29)),
    (date(2024, 12, 15), 1, date(2025, 1, 15)), (date(2024, 3, 31), -1, date(2024, 2, 29)),
    (date(2024, 3, 31), 0, date(2024, 3, 31))])
def test_a_term_in_months_ends_on_the_corresponding_day_or_the_months_end(start: date, months: int, end: date) -> None:
    assert add_months(start, months) == end


@given(DAYS, st.integers(-600, 600))
def test_months_agree_with_an_independent_calculation(day: date, months: int) -> None:
    assert add_months(day, months) == day + relativedelta(months=months)


@given(DAYS, st.integers(0, 30), st.integers(0, 120))
def test_later_starts_and_longer_terms_end_no_earlier(day: date, shift: int, months: int) -> None:
    assert add_months(day, months) <= add_months(day + timedelta(days=shift), months)
    assert add_months(day, months) < add_months(day, months + 1)


def test_the_calendar_has_an_end() -> None:
    with pytest.raises(ValueError, match="outside"):
        add_months(date(9999, 12, 1), 1)


@pytest.mark.parametrize(("start", "years", "last"), [
    (date(2023, 11, 30), 3, date(2026, 11, 29)), (date(2024, 2, 29), 3, date(2027, 2, 27)),
    (date(2024, 1, 1), 1, date(2024, 12, 31)), (date(2023, 3, 1), 1, date(2024, 2, 29))])
def test_service_ends_the_day_before_the_anniversary(start: date, years: int, last: date) -> None:
    assert last_service_day(start, years) == last


@given(DAYS, st.integers(0, 2000))
def test_service_years_and_fiscal_years_cover_the_service_without_gap_or_overlap(start: date, length: int) -> None:
    end = start + timedelta(days=length)
    for cut in (service_years, fiscal_years):
        parts = list(cut(start, end))
        assert (parts[0][0], parts[-1][1]) == (start, end)
        assert all(second[0] - first[1] == timedelta(days=1) for first, second in pairwise(parts))


def test_service_years_from_leap_day_do_not_drift() -> None:
    assert [first for first, _ in service_years(date(2024, 2, 29), date(2028, 12, 31))] == [
        add_years(date(2024, 2, 29), n) for n in range(5)]
    assert add_years(date(2024, 2, 29), 4) == date(2028, 2, 29)
