"""Days that count on by themselves, left open in a text until somebody reads it.

    reason = f"验收逾期 {since(due)} 天"     # what a rule says and what is kept: the same every day
    said(reason, today)                       # 验收逾期 135 天

A finding that is kept would otherwise change every night only because it is a day later. Where inputs or steps count, the
reason does too.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple, TypeVar

MARK = "\x1f"
TODAY = f"{MARK}t{MARK}"
V = TypeVar("V")
_SPOT = re.compile(f"{TODAY}|{MARK}([sud])([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}){MARK}")


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
    return _SPOT.sub(lambda spot: _said(spot, today), text) if MARK in text else text


def all_said(texts: Iterable[str], today: date) -> tuple[str, ...]:
    return tuple([said(text, today) for text in texts])


def values_said(inputs: Mapping[str, V], today: date) -> dict[str, V | int | str]:
    """An input that is nothing but a count is a number."""
    return {name: _number(value, today) if isinstance(value, str) and value.startswith(MARK) else value
            for name, value in inputs.items()}


def distance(days_left: int) -> str:
    """days_left in words."""
    if days_left == 0:
        return "今天到期"
    return f"还有 {days_left} 天" if days_left > 0 else f"已过 {-days_left} 天"


def _said(spot: re.Match[str], today: date) -> str:
    """As it stands where somebody typed what only looks like one."""
    if spot[0] == TODAY:
        return today.isoformat()
    try:
        left = (date.fromisoformat(spot[2]) - today).days
    except ValueError:
        return spot[0]
    return distance(left) if spot[1] == "d" else str(left if spot[1] == "u" else -left)


def _number(text: str, today: date) -> int | str:
    whole = _SPOT.fullmatch(text)
    counted = said(text, today)
    return int(counted) if whole and whole[1] in ("s", "u") and counted != text else text
