from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.workdays import WorkCalendar

CALENDAR = WorkCalendar()
DAYS = st.dates(date(2000, 1, 1), date(2045, 12, 31))


@pytest.mark.parametrize(("day", "works"), [
    (date(2024, 9, 2), True), (date(2024, 9, 1), False), (date(2024, 10, 1), False), (date(2024, 10, 12), True),
    (date(2024, 2, 18), True), (date(2026, 10, 10), True), (date(2027, 2, 8), False), (date(2027, 3, 1), True),
    (date(2027, 3, 6), False), (date(2027, 3, 7), False)])
def test_weekdays_rest_days_and_make_up_days_are_known(day: date, works: bool) -> None:
    assert CALENDAR.is_workday(day) is works


def test_overrides_win_over_all_data() -> None:
    calendar = WorkCalendar({date(2024, 9, 1): True, date(2024, 9, 2): False})
    assert calendar.roll(date(2024, 9, 1)) == date(2024, 9, 1)
    assert calendar.roll(date(2024, 9, 2)) == date(2024, 9, 3)


def test_later_changes_of_the_given_table_do_not_reach_the_calendar() -> None:
    table = {date(2024, 9, 2): False}
    calendar = WorkCalendar(table)
    table.clear()
    assert not calendar.is_workday(date(2024, 9, 2))


def test_a_year_without_announcement_is_provisional_until_the_overrides_hold_it() -> None:
    assert not CALENDAR.provisional(2026)
    assert CALENDAR.provisional(2032)
    assert not WorkCalendar({}, announced=[2032]).provisional(2032)


def test_a_span_is_provisional_where_any_of_its_years_is() -> None:
    assert CALENDAR.provisional_between(date(2026, 12, 31), date(2027, 1, 1))
    assert not CALENDAR.provisional_between(date(2025, 1, 1), date(2026, 12, 31))


def test_working_days_are_counted_from_the_next_day_over_holidays_and_make_up_days() -> None:
    assert CALENDAR.add_workdays(date(2024, 9, 5), 10) == date(2024, 9, 20)
    assert CALENDAR.add_workdays(date(2024, 9, 30), 1) == date(2024, 10, 8)


def test_no_term_runs_backwards() -> None:
    with pytest.raises(ValueError, match="-1"):
        CALENDAR.add_workdays(date(2024, 9, 5), -1)


@given(DAYS)
def test_rolling_lands_on_the_first_working_day_that_is_not_earlier(day: date) -> None:
    rolled = CALENDAR.roll(day)
    assert CALENDAR.is_workday(rolled)
    assert not any(CALENDAR.is_workday(day + timedelta(days=n)) for n in range((rolled - day).days))
    assert (rolled - day).days <= 12


@given(DAYS, st.integers(0, 30), st.integers(0, 30))
def test_counting_working_days_adds_up(day: date, first: int, second: int) -> None:
    assert CALENDAR.add_workdays(CALENDAR.add_workdays(day, first), second) == CALENDAR.add_workdays(
        CALENDAR.roll(day) if first == 0 else day, first + second)


@given(DAYS, st.integers(1, 30))
def test_exactly_so_many_working_days_lie_in_the_term(day: date, count: int) -> None:
    end = CALENDAR.add_workdays(day, count)
    assert sum(CALENDAR.is_workday(day + timedelta(days=n)) for n in range(1, (end - day).days + 1)) == count
