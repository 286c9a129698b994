"""Days that count on by themselves, left open in a text until somebody reads it.

    reason = f"验收逾期 {since(due)} 天"     # what a rule says and what is kept: the same every day
    said(reason, today)                       # 验收逾期 135 天

A finding that is kept would otherwise change every night only because it is a day later. Where inputs or steps count, the
reason does too.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

MARK = "\x1f"
TODAY = f"{MARK}t{MARK}"
_SPOT = re.compile(f"{MARK}([tsud])([0-9-]*){MARK}")


JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]


class Lasting(NamedTuple):
    """What a finding says, its counts left open: as it is kept."""

    reason: str
    steps: tuple[str, ...]
    inputs: dict[str, JsonValue]


def since(day: date) -> str:
    """The days from then until today."""
    return f"{MARK}s{day.isoformat()}{MARK}"


def until(day: date) -> str:
    return f"{MARK}u{day.isoformat()}{MARK}"


def away(day: date) -> str:
    """How far away it is, in words: 还有 3 天."""
    return f"{MARK}d{day.isoformat()}{MARK}"


def said(text: str, today: date) -> str:
    return _SPOT.sub(lambda spot: _said(spot[1], spot[2], today), text) if MARK in text else text


def all_said(texts: Iterable[str], today: date) -> tuple[str, ...]:
    return tuple([said(text, today) for text in texts])


def values_said(inputs: Mapping[str, JsonValue], today: date) -> dict[str, JsonValue]:
    """An input that is nothing but a count is a number."""
    return {name: int(said(value, today)) if isinstance(value, str) and value.startswith(MARK) else value
            for name, value in inputs.items()}


def distance(days_left: int) -> str:
    """days_left in words."""
    if days_left == 0:
        return "今天到期"
    return f"还有 {days_left} 天" if days_left > 0 else f"已过 {-days_left} 天"


def _said(kind: str, day: str, today: date) -> str:
    if kind == "t":
        return today.isoformat()
    left = (date.fromisoformat(day) - today).days
    return distance(left) if kind == "d" else str(left if kind == "u" else -left)
