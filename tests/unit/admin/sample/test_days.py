from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.sample.days import acceptance_due, calendar, resolve, trial_start_for, workday_until

days = st.dates(date(2019, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("trial_start", date(2024, 2, 29)),
        ("trial_start+1", date(2024, 3, 1)),
        ("trial_start-29", date(2024, 1, 31)),
        ("trial_start+3m", date(2024, 5, 29)),
        ("trial_start+1y", date(2025, 2, 28)),
        ("never", None),
        ("", None),
    ],
)
def test_dates_are_written_as_offsets(expression: str, expected: date | None) -> None:
    assert resolve(expression, {"trial_start": date(2024, 2, 29)}) == expected


def test_what_is_no_expression_is_refused() -> None:
    with pytest.raises(ValueError, match="trial start"):
        resolve("trial start + 3", {})


@given(day=days)
def test_offices_date_papers_on_working_days(day: date) -> None:
    dated = workday_until(day)
    assert calendar().is_workday(dated)
    assert timedelta(0) <= day - dated <= timedelta(days=11)


@given(today=days, ahead=st.integers(0, 60))
def test_a_trial_is_found_that_makes_acceptance_due_near_the_wish(today: date, ahead: int) -> None:
    due = acceptance_due(trial_start_for(today + timedelta(days=ahead), today))
    assert today <= due <= today + timedelta(days=max(ahead, 14))
