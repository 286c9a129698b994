"""What would be if: a project's findings as they are beside those under something supposed, only what differs.

Reads and judges; writes nothing, whatever is asked.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from archive.access import Actor
from archive.queries import find_project
from retention.alerts import Judge
from retention.compliance.engine import evaluate
from retention.compliance.facts import Facts
from retention.compliance.setting_values import changed, differences, version_of
from retention.differences import Difference, breaches, differing
from retention.supposing import Supposed, suppose


@dataclass(frozen=True, slots=True)
class WhatIf:
    """today: the day of `before`; day: the one of `after`. settings: name → value now and then, of those that differ."""

    code: str
    name: str
    unit: str
    today: date
    day: date
    settings: dict[str, tuple[Any, Any]]
    settings_version: str
    changes: tuple[Difference, ...]
    same: int
    failed_before: int
    failed_after: int

    def count(self, alert: str) -> int:
        return sum(change.alert == alert for change in self.changes)


def what_if(judge: Judge, actor: Actor, code: str, supposed: Supposed) -> WhatIf:
    """Raises NotFound, and Invalid for what cannot be supposed."""
    project, today = find_project(actor, code), judge.clock.today()
    day = supposed.judged_on(today)
    (now,) = judge.facts([project], today)
    settings = changed(judge.settings_on(day), supposed.settings)
    (base,) = judge.facts([project], day, settings)
    return compared(now, suppose(base, supposed))


def compared(now: Facts, then: Facts) -> WhatIf:
    """Pure: the same facts, the same answer."""
    before, after = evaluate(now), evaluate(then)
    changes = differing(before, after)
    project = now.project
    return WhatIf(
        project.code, project.name, project.unit, now.today, then.today, differences(now.settings, then.settings),
        version_of(then.settings), changes, len(after) - sum(change.after is not None for change in changes),
        breaches(before), breaches(after))
