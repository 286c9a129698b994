"""When an alert that nobody takes up is told to the next one up: the unit's head, then the supervisor. Pure.

Waiting is counted from the day the alert opened, or from when a waiver of it ended. Acknowledging it ends the waiting.
A deadline that is still far off is not escalated: there is time for those whom it concerns.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from retention.notice_lines import HEAD, SUPERVISOR, AlertLine
from retention.notice_reasons import ESCALATED

LEVELS = (HEAD, SUPERVISOR)


@dataclass(frozen=True, slots=True)
class Escalation:
    """The settings: for each severity after how many days the head, then the supervisor is told; empty: never."""

    C: tuple[int, ...] = (3, 7)
    H: tuple[int, ...] = (14, 30)
    M: tuple[int, ...] = ()
    L: tuple[int, ...] = ()
    I: tuple[int, ...] = ()  # noqa: E741 - the severity's name
    due_within: int = 15

    def days(self, severity: str) -> tuple[int, ...]:
        found: tuple[int, ...] = getattr(self, severity, ()) if severity in SEVERITY_FIELDS else ()
        return found


SEVERITY_FIELDS = frozenset("CHMLI")
ABOUT: Mapping[str, str] = {
    "C": "严重事项无人处理满多少天，依次告知单位负责人、主管", "H": "重要事项，同上；与事项开启后的每周提醒错开",
    "M": "一般事项，同上；空列表为不升级", "L": "轻微事项，同上", "I": "提示事项，同上",
    "due_within": "尚未到期的事项，离期限不超过多少天才升级"}


@dataclass(frozen=True, slots=True)
class Idle:
    """An open alert nobody has acknowledged: waiting since, and the levels that were told in this episode."""

    line: AlertLine
    since: date
    told: Collection[str] = ()


def read(values: Any) -> Escalation:
    """The table `[escalation]` of the settings file. Raises ValueError naming what is wrong."""
    names = [field.name for field in fields(Escalation)]
    if not isinstance(values, dict):
        raise ValueError("应为表，写作 [escalation]")
    ready: dict[str, Any] = {}
    for name, value in values.items():
        if name not in names:
            raise ValueError(f"没有参数 {name}，可用的是 {'、'.join(names)}")
        if name == "due_within":
            if type(value) is not int or not 0 <= value <= 366:
                raise ValueError("due_within 应为 0 到 366 的整数（天）")
            ready[name] = value
            continue
        steps = value if isinstance(value, list) else None
        if steps is None or not all(type(days) is int and 1 <= days <= 366 for days in steps) \
                or len(steps) > len(LEVELS) or steps != sorted(set(steps)):
            raise ValueError(f"{name} 应为至多两个由小到大的天数，例如 [3, 7]；[] 表示不升级")
        ready[name] = tuple(steps)
    return Escalation(**ready)


def steps_due(idle: Idle, settings: Escalation, today: date, reaches: Callable[[str], bool]) -> tuple[tuple[str, int], ...]:
    """The levels to tell now, with the days waited. `reaches`: whether anybody of a level may see the project.

    Where a unit has no head, its step goes to the supervisor; where there is nobody at all, it waits.
    """
    waited, left = (today - idle.since).days, idle.line.as_of(today).days_left
    if idle.line.outcome != "failed" and left is not None and left > settings.due_within:
        return ()
    found: dict[str, int] = {}
    for level, days in zip(LEVELS, settings.days(idle.line.severity), strict=False):
        to = level if reaches(level) else SUPERVISOR
        if waited >= days and to not in idle.told and reaches(to):
            found[to] = waited
    return tuple(found.items())


def level_and_days(text: str) -> tuple[str, int] | None:
    """Of a reason of the planner that is an escalation, e.g. `esc-head-14`; else None."""
    prefix, _, rest = text.partition("-")
    level, _, days = rest.partition("-")
    return (level, int(days)) if prefix == ESCALATED and level in LEVELS and days.isdigit() else None
