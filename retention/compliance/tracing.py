"""Which settings a rule looked at while it judged: so that a page can say what its answer hangs on. Pure."""

from dataclasses import fields, replace
from typing import Any

from retention.compliance.facts import Facts
from retention.compliance.findings import Verdict
from retention.compliance.rule import Rule
from retention.compliance.rule_settings import RuleSettings

_NAMES = frozenset(item.name for item in fields(RuleSettings))


class _Watched(RuleSettings):
    """Settings that remember what was asked of them."""

    def __getattribute__(self, name: str) -> Any:
        if name in _NAMES and "seen" in object.__getattribute__(self, "__dict__"):
            object.__getattribute__(self, "__dict__")["seen"].add(name)
        return object.__getattribute__(self, name)


def settings_read(rule: Rule, facts: Facts) -> tuple[str, ...]:
    """Of this version, over these facts; in the order of the table. What the facts themselves were made with is not seen."""
    watched = _Watched(**{name: getattr(facts.settings, name) for name in _NAMES})
    seen: set[str] = set()
    watched.__dict__["seen"] = seen
    then = replace(facts, settings=watched)
    if not rule.applies(then):
        answer = rule.judge(then)
        _ = answer if isinstance(answer, Verdict) else tuple(answer)
    return tuple(item.name for item in fields(RuleSettings) if item.name in seen)
