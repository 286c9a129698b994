"""On which values of days_left somebody is told, not in what words (`counted`). The figures are settings."""

WEEK = 7
_YEAR, _HALF_YEAR = 52 * WEEK, 26 * WEEK


def countdown(days: tuple[int, ...], days_left: int | None, *, weekly: bool = False,
              also: tuple[int, ...] = ()) -> tuple[int, ...]:
    """The days of a countdown, most distant first; `weekly` goes on every week after the end, for as long as it takes.

    A year of weeks or more is listed ahead, and grows by half years, so that the list stays the same from one day to the next.
    """
    after: tuple[int, ...] = ()
    if weekly:
        halves_over = -(min(days_left or 0, 0) // _HALF_YEAR)
        after = tuple(range(-WEEK, -_YEAR - halves_over * _HALF_YEAR - 1, -WEEK))
    return tuple(sorted({*days, *also, *after}, reverse=True))
