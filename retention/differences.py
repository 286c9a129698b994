"""What would be answered otherwise: two sets of answers about one project beside each other. Pure.

Owns what counts as a difference: outcome, severity, the day due, and whether somebody is alerted. That a term has a day more or
less on another day of judging is none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from retention.alerts import deserves_alert
from retention.compliance.findings import Finding, Outcome, Severity

APPEARS, VANISHES, STAYS = "appears", "vanishes", ""
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One rule's answer about one subject, before and after; None where there is no such answer."""

    rule: str
    subject: str
    before: Finding | None
    after: Finding | None

    @property
    def alert(self) -> str:
        """Whether an alert appears or vanishes by it."""
        was, will = _alerts(self.before), _alerts(self.after)
        return STAYS if was == will else APPEARS if will else VANISHES


def differing(before: Iterable[Finding], after: Iterable[Finding]) -> tuple[Difference, ...]:
    """Those answers that differ, the gravest of them first."""
    old, new = _keyed(before), _keyed(after)
    found = [Difference(*key, old.get(key), new.get(key)) for key in dict.fromkeys((*new, *old))
             if _gist(old.get(key)) != _gist(new.get(key))]
    return tuple(sorted(found, key=_weight))


def breaches(findings: Iterable[Finding]) -> int:
    return sum(finding.outcome is Outcome.FAILED for finding in findings)


def _keyed(findings: Iterable[Finding]) -> Mapping[Key, Finding]:
    return {(finding.rule, finding.subject): finding for finding in findings}


def _gist(finding: Finding | None) -> tuple[object, ...]:
    """No answer is as good as one that says: not applicable."""
    if finding is None or finding.outcome is Outcome.NOT_APPLICABLE:
        return (Outcome.NOT_APPLICABLE,)
    return finding.outcome, finding.severity, finding.due_on, _alerts(finding)


def _alerts(finding: Finding | None) -> bool:
    return finding is not None and deserves_alert(finding)


def _weight(difference: Difference) -> tuple[object, ...]:
    sides = [side for side in (difference.after, difference.before) if side is not None]
    failed = any(side.outcome is Outcome.FAILED for side in sides)
    gravest = max((side.severity.rank for side in sides), default=Severity.I.rank)
    return (not failed, -gravest, difference.rule, difference.subject)
