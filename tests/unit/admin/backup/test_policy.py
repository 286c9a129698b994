"""Which snapshots stay: never the newest lost, never more than asked for, thinning twice changes nothing."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.backup.policy import Keep

CHINA = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # a Monday
instants = st.lists(st.integers(0, 400 * 24).map(lambda hours: NOON - timedelta(hours=hours)), min_size=1, max_size=60)
policies = st.builds(Keep, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))


def test_a_year_of_daily_backups_is_thinned_to_days_weeks_and_months() -> None:
    daily = [NOON - timedelta(days=n) for n in range(365)]
    stay = Keep(7, 4, 12).chosen(daily, CHINA)
    ages = sorted((NOON - instant).days for instant in stay)
    assert ages[:7] == list(range(7))
    assert {1, 8, 15} <= set(ages), "the Sunday of each of the last weeks"
    assert len({(i.year, i.month) for i in stay}) == 12
    assert len(ages) <= 7 + 4 + 12


def test_days_are_those_of_the_archive_s_time_zone() -> None:
    late, next_day = datetime(2026, 3, 2, 15, 30, tzinfo=UTC), datetime(2026, 3, 2, 16, 30, tzinfo=UTC)
    assert Keep(5, 0, 0).chosen([late, next_day], CHINA) == {late, next_day}
    assert Keep(5, 0, 0).chosen([late, next_day], ZoneInfo("UTC")) == {next_day}


@given(instants, policies)
def test_the_newest_stays_and_nothing_is_invented(found: list[datetime], keep: Keep) -> None:
    stay = keep.chosen(found, CHINA)
    assert max(found) in stay <= set(found)
    assert len(stay) <= max(keep.daily + keep.weekly + keep.monthly, 1)
    assert keep.chosen(sorted(stay), CHINA) == stay


@pytest.mark.parametrize("text", ["", "7", "7,4", "7,4,-1", "0,0,0", "a,b,c", "7,4,12,1", "1.5,0,0"])
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="7,4,12"):
        Keep.parse(text)


def test_a_policy_reads_as_it_is_written() -> None:
    assert Keep.parse(" 7, 4 ,12") == Keep(7, 4, 12)
