"""Pauses grow, stay below the cap, and are spread without chance."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.backoff import FIRST, LONGEST, SPREAD, next_try

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ATTEMPTS = st.integers(1, 10_000)


def pause(attempt: int, key: str = "") -> timedelta:
    return next_try(attempt, NOW, key) - NOW


@given(ATTEMPTS, st.text())
def test_a_pause_is_never_longer_than_the_cap_nor_shorter_than_four_fifths_of_the_first(attempt: int, key: str) -> None:
    assert FIRST * (1 - SPREAD) <= pause(attempt, key) <= LONGEST


@given(st.integers(1, 6), st.text())
def test_the_next_pause_is_longer_until_the_cap_is_reached(attempt: int, key: str) -> None:
    assert pause(attempt + 1, key) > pause(attempt, key)


@given(ATTEMPTS, st.text())
def test_the_same_key_and_attempt_give_the_same_instant(attempt: int, key: str) -> None:
    assert pause(attempt, key) == pause(attempt, key)


def test_the_instants_do_not_depend_on_the_process() -> None:
    assert [round(pause(n, "event-1").total_seconds(), 3) for n in (1, 2, 3)] == [9.564, 18.532, 36.708]


def test_things_that_failed_together_come_back_apart() -> None:
    assert len({pause(5, f"event-{n}") for n in range(100)}) == 100


def test_first_and_longest_can_be_chosen() -> None:
    minute, day = timedelta(minutes=1), timedelta(days=1)
    late = next_try(50, NOW, "mail", first=minute, longest=day) - NOW
    assert day * 0.8 <= late <= day
    assert next_try(1, NOW, "mail", first=minute, longest=day) - NOW <= minute


def test_attempts_below_one_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="from 1"):
        next_try(0, NOW)
