"""What one project of a unit means for the others (第32条): which of them were not accepted in time, or failed.

Owns the span in which a unit may get nothing new. Reads facts of the other projects; must not know rules.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from retention.compliance.acceptance import Status, acceptance_clock
from retention.compliance.facts import Blocking, Facts


@dataclass(frozen=True, slots=True)
class _Reason:
    words: str
    since: date | None


def blocking(projects: Iterable[Facts]) -> tuple[Blocking, ...]:
    """Those of these projects that keep their unit from new ones, as of the day they are judged on."""
    found = []
    for facts in projects:
        reason = _reason(facts)
        if reason is not None and reason.since is not None:
            found.append(Blocking(facts.project.code, reason.since, reason.words))
    return tuple(sorted(found, key=lambda one: (one.since, one.code)))


def _reason(facts: Facts) -> _Reason | None:
    clock = acceptance_clock(facts)
    if clock.status is Status.FAILED:
        return _Reason("验收不合格", clock.evidence.held_on)
    return _Reason("验收逾期", clock.term.due) if clock.status is Status.OVERDUE else None
