"""On which values of days_left somebody is told, and in what words. Owns the countdown; the figures are settings."""

WEEK = 7
_WEEKS_AHEAD = 52


def distance(days_left: int) -> str:
    """days_left in words."""
    if days_left == 0:
        return "今天到期"
    return f"还有 {days_left} 天" if days_left > 0 else f"已过 {-days_left} 天"


def countdown(days: tuple[int, ...], days_left: int | None, *, weekly: bool = False,
              also: tuple[int, ...] = ()) -> tuple[int, ...]:
    """The days of a countdown, most distant first; `weekly` goes on every week after the end, for as long as it takes.

    A year of weeks is listed ahead, so that the list stays the same from one day to the next.
    """
    after: tuple[int, ...] = ()
    if weekly:
        weeks = max(_WEEKS_AHEAD, _WEEKS_AHEAD - (days_left or 0) // WEEK)
        after = tuple(-WEEK * week for week in range(1, weeks + 1))
    return tuple(sorted({*days, *also, *after}, reverse=True))
