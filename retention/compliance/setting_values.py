"""Values of the rules' settings as people write them and as they are kept, and what tells two sets of settings apart.

Owns the way from text and JSON to a checked `RuleSettings` and back. Must not know who proposes a value or where it is kept.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from archive.errors import Invalid
from retention.compliance.counted import JsonValue
from retention.compliance.findings import plain
from retention.compliance.rule_settings import RuleSettings, documented

NAMES = tuple(item.name for item in documented())
_YES, _NO = ("true", "是", "yes", "1"), ("false", "否", "no", "0")
_WANTED: Mapping[type, str] = {
    int: "应为整数", bool: "应为“是”或“否”", str: "应为文字", tuple: "应为整数，用逗号隔开，例如 60,30,15",
    date: "应为日期，例如 2021-10-05"}
_MOST_DIGITS = 12


def typed(name: str, value: object) -> Any:
    """A value of this setting, from its own type, from JSON or from text. Raises Invalid naming the setting."""
    if name not in NAMES:
        near = get_close_matches(name, NAMES, 1)
        raise Invalid(field=name[:60], problem=f"没有这个规则参数{f'；是否想写 {near[0]}？' if near else '。'}")
    kind = type(getattr(RuleSettings(), name))
    found = _READ[kind](value)
    if found is None:
        raise Invalid(field=name, problem=f"{_WANTED[kind]}，不能是“{str(value)[:40]}”。")
    return found


def changed(settings: RuleSettings, values: Mapping[str, object]) -> RuleSettings:
    """These settings with other values. Raises Invalid for a name, a value or a combination no rule could work with."""
    return replace(settings, **{name: typed(name, value) for name, value in values.items()})


def kept(value: object) -> JsonValue:
    """As JSON and the database keep it; `typed` reads it back."""
    return plain(value)


def differences(before: RuleSettings, after: RuleSettings) -> dict[str, tuple[Any, Any]]:
    """The settings whose values differ, with both."""
    return {name: (old, new) for name in NAMES if (old := getattr(before, name)) != (new := getattr(after, name))}


@lru_cache(maxsize=64)
def version_of(settings: RuleSettings) -> str:
    """What a finding names so that it stays explainable: the same for the same values, wherever these came from."""
    text = json.dumps(values_of(settings), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def values_of(settings: RuleSettings) -> dict[str, JsonValue]:
    return {item.name: plain(getattr(settings, item.name)) for item in fields(RuleSettings)}


def _integer(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = value.strip() if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def _yes(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    return True if text in _YES else False if text in _NO else None


def _text(value: object) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() else None


def _list(value: object) -> tuple[int, ...] | None:
    parts = value.replace("，", ",").split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        return None
    found = [_integer(part) for part in parts]
    return None if not found or None in found else tuple(number for number in found if number is not None)


def _day(value: object) -> date | None:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value).strip())
    except ValueError:
        return None


_READ: Mapping[type, Any] = {int: _integer, bool: _yes, str: _text, tuple: _list, date: _day}
