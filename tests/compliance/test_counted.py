"""Counts left open in a text, said for whoever's day it is."""

from datetime import date, timedelta

import pytest

from retention.compliance.counted import MARK, TODAY, all_said, away, said, since, until, values_said

DAY = date(2026, 7, 10)


@pytest.mark.parametrize(("shift", "counted"), [
    (-1, "-1 1 还有 1 天"), (0, "0 0 今天到期"), (1, "1 -1 已过 1 天"), (365, "365 -365 已过 365 天")])
def test_a_count_goes_on_by_itself(shift: int, counted: str) -> None:
    assert said(f"{since(DAY)} {until(DAY)} {away(DAY)}", DAY + timedelta(days=shift)) == counted


def test_today_is_the_day_it_is_read() -> None:
    assert all_said((f"今天 {TODAY}", "别的"), DAY) == ("今天 2026-07-10", "别的")


def test_an_input_that_is_a_count_is_a_number() -> None:
    given = {"overdue_days": since(DAY), "due": "2026-07-10", "documents": ["d1"], "grace_months": 3, "extension_until": None}
    assert values_said(given, DAY + timedelta(days=2)) == given | {"overdue_days": 2}  # type: ignore[arg-type]


@pytest.mark.parametrize("text", [MARK, f"{MARK}{MARK}", f"{MARK}s{MARK}", f"{MARK}x2026-07-10{MARK}", f"甲{MARK}s2026{MARK}乙", f"{MARK}s"])
def test_what_only_looks_like_a_count_stays_as_it_is(text: str) -> None:
    """Numbers of contracts and titles of papers are typed by people."""
    assert said(text, DAY) == text
    assert values_said({"contract": text}, DAY) == {"contract": text}


@pytest.mark.parametrize("day", ["2026-13-40", "0000-00-00"])
def test_a_day_there_is_not_is_no_count(day: str) -> None:
    assert said(f"{MARK}s{day}{MARK}", DAY) == f"{MARK}s{day}{MARK}"
    assert values_said({"contract": f"{MARK}s{day}{MARK}"}, DAY) == {"contract": f"{MARK}s{day}{MARK}"}
