"""The rules' settings in a form: how a value is written in an input, and which of those sent differ from what holds."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from archive.errors import Invalid
from retention.compliance.money import wan
from retention.compliance.rule_settings import RuleSettings, documented
from retention.compliance.setting_values import typed

LONGEST = 200
_YES_NO = (("是", "是"), ("否", "否"))
_CHOICES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "basis": (("later_of", "按建设完成与试运行开始的较晚者"), ("completion_only", "只按建设完成"))}


def choices_of(name: str, value: object) -> tuple[tuple[str, str], ...]:
    """What may be chosen for a setting, as typed and in words; nothing where it is typed freely."""
    return _YES_NO if isinstance(value, bool) else _CHOICES.get(name, ())


def told_value(name: str, value: object) -> str:
    """In words, for people to read: choices by their names, amounts with the unit they are thought of in."""
    typed_text = shown_value(value)
    named = dict(choices_of(name, value)).get(typed_text, typed_text)
    return f"{named}（{wan(value)}）" if name.endswith("_fen") and isinstance(value, int) else named


def shown_value(value: object) -> str:
    """As it is typed: `是`, `2021-10-05`, `60,30,15`."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def settings_given(sent: Mapping[str, str], now: RuleSettings) -> dict[str, Any]:
    """Of the inputs `s.NAME`, those whose value is not the one that holds now. Raises Invalid naming the setting by its meaning."""
    found: dict[str, Any] = {}
    for item in documented():
        text = sent.get(f"s.{item.name}", "").strip()[:LONGEST]
        if text:
            try:
                value = typed(item.name, text)
            except Invalid as error:
                raise Invalid(field=f"{item.metadata['doc']}（{item.name}）", problem=error.facts["problem"]) from None
            if value != getattr(now, item.name):
                found[item.name] = value
    return found
