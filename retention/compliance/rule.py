"""What a rule is, and how a function becomes one. Owns the rule's identity and how its verdicts become findings.

Must not know which rules exist (`retention.compliance.rules`) nor evaluate many of them (`engine`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from archive.errors import NotFound
from retention.compliance.anchors import anchor
from retention.compliance.counted import MARK, Lasting, all_said, said, values_said
from retention.compliance.facts import Facts
from retention.compliance.findings import UNSETTLED, Finding, Outcome, Severity, Verdict, all_plain
from retention.compliance.scope import Scope, everything
from retention.compliance.unconfirmed import with_doubts

Judge = Callable[[Facts], Verdict | Iterable[Verdict]]
MEASURES, COMPANION = "measures", "companion"
"""The packs: the measures of 2021, and the statutes around them, which were in force before."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A pure function over facts with its identity.

    clause: the clause it enforces, `also` the others it rests on; all are keys of clauses.yaml. arithmetic: how it
    counts, in plain Chinese. targets: who is told, as role marks of the register (PM, HEAD, AUD, ARCH, FIN, SEC, …).
    evidence: keys of document types, or names of project fields, it reads. version: raised when the meaning changes,
    so that a stored finding stays explainable. legacy: the gravest severity in projects approved before the measures
    took effect (第54条), None where the rule does not reach back. pack: MEASURES or COMPANION. since: the day this version
    took effect; earlier events (`judged_by`) are judged by the version before it, and where a companion rule has none, by
    nothing: its statute was not in force. earlier: the versions before this one, the newest first.
    """

    id: str
    title: str
    clause: str
    severity: Severity
    targets: tuple[str, ...]
    arithmetic: str
    judge: Judge
    applies: Scope = everything
    also: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    version: int = 1
    legacy: Severity | None = None
    pack: str = MEASURES
    since: date | None = None
    judged_by: str = "approval"
    earlier: tuple["Rule", ...] = ()

    def __call__(self, facts: Facts) -> tuple[Finding, ...]:
        """The findings of the version in force on the project's own day; never empty. Raises whatever the function raises:
        the engine catches."""
        return self.in_force(facts)._answer(facts)

    @property
    def versions(self) -> tuple["Rule", ...]:
        """All of them, the newest first."""
        return (self, *self.earlier)

    def in_force(self, facts: Facts) -> "Rule":
        """The version of the day of `judged_by`; where no date tells it, of the day judged."""
        if not self.earlier:
            return self
        day = anchor(facts, self.judged_by).day or facts.today
        return next((version for version in self.versions if version.since is None or version.since <= day), self.versions[-1])

    def of_version(self, number: int) -> "Rule":
        """This version, whatever day it is for: to be compared with others. Raises NotFound."""
        for version in self.versions:
            if version.version == number:
                return replace(version, earlier=(), since=self.versions[-1].since)
        raise NotFound(what=f"规则 {self.id} 的版本", key=number)

    def _answer(self, facts: Facts) -> tuple[Finding, ...]:
        if out_of_scope := self.applies(facts) or self._before_its_time(facts):
            return _outside(self.id, self.version, self.clause, self.targets, facts.settings_version, out_of_scope)
        answer = self.judge(facts)
        if isinstance(answer, Verdict):
            return (self.finding(facts, answer),)
        findings = tuple([self.finding(facts, verdict) for verdict in answer])
        if not findings:
            raise ValueError(f"rule {self.id} gave no answer")
        return findings

    def finding(self, facts: Facts, verdict: Verdict) -> Finding:
        if verdict.inputs and facts.doubtful:
            verdict = with_doubts(facts, verdict)
        outcome, reason, _, subject, due_on, inputs, steps, clears_when, provisional, milestones, quiet = verdict
        given: Mapping[str, object] = inputs
        left, lasting = None if due_on is None else (due_on - facts.today).days, None
        if MARK in reason:
            lasting, reason = Lasting(reason, steps, all_plain(given)), said(reason, facts.today)
            steps, given = all_said(steps, facts.today), values_said(given, facts.today)
        if given and outcome in UNSETTLED:
            given = all_plain(given)  # it will be kept: what JSON does not know is this rule's fault, and is said of it
        return Finding(self.id, self.version, self.clause, subject, outcome, self._weigh(facts, verdict), due_on, left, reason, given,
                       steps, clears_when, provisional, self.targets, milestones, quiet, facts.settings_version, lasting)

    def _before_its_time(self, facts: Facts) -> str:
        if self.pack == COMPANION:
            if self.since is None:
                return ""
            event = anchor(facts, self.judged_by)
            early = event.day is not None and event.day < self.since
            return f"{event.name}于 {event.day}，早于所依据的法规施行（{self.since}），不适用。" if early else ""
        return _older(facts) if self.legacy is None else ""

    def _weigh(self, facts: Facts, verdict: Verdict) -> Severity:
        outcome = verdict.outcome
        if outcome is Outcome.PASSED or outcome is Outcome.NOT_APPLICABLE:
            return verdict.severity or Severity.I
        # What is only to come weighs nothing unless its rule says so; the rule's severity is that of a breach.
        usual = Severity.I if outcome is Outcome.DUE else self.severity
        severity = verdict.severity or usual
        old = self.legacy is not None and self.pack == MEASURES and is_legacy(facts)
        return severity.at_most(self.legacy) if self.legacy is not None and old else severity


def is_legacy(facts: Facts) -> bool:
    """Approved before the measures took effect (第54条), by the approval or by what can only follow one; where no date
    tells, the measures apply."""
    return bool(_older(facts))


@lru_cache(maxsize=8)  # facts are equal only to themselves: once an evaluation
def _older(facts: Facts) -> str:
    """Why the measures do not reach back to this project; "" where they apply."""
    day = anchor(facts, "approval").day
    if day is None or day >= facts.settings.legacy_before:
        return ""
    return f"项目不晚于 {day} 批复，早于本办法施行，本条不溯及（第54条）。"


@lru_cache(maxsize=10_000)
def _outside(rule: str, version: int, clause: str, targets: tuple[str, ...], settings: str, reason: str) -> tuple[Finding]:
    """The answer to whom a rule does not concern: the commonest of all, and for very many projects the same."""
    return (Finding(
        rule=rule, rule_version=version, clause=clause, subject="", outcome=Outcome.NOT_APPLICABLE, severity=Severity.I,
        due_on=None, days_left=None, reason=reason, given={}, steps=(), clears_when="", provisional=False, targets=targets,
        milestones=(), settings_version=settings),)


def rule(id: str, *, title: str, clause: str, severity: Severity, targets: tuple[str, ...], arithmetic: str,
         applies: Scope = everything, also: tuple[str, ...] = (), evidence: tuple[str, ...] = (), version: int = 1,
         legacy: Severity | None = None, pack: str = MEASURES, since: date | None = None,
         judged_by: str = "approval") -> Callable[[Judge], Rule]:
    """Makes a function a rule. It comes to life by its module being listed in `rules/__init__.py`, not by this."""
    def make(judge: Judge) -> Rule:
        return Rule(id, title, clause, severity, targets, arithmetic, judge, applies, also, evidence, version, legacy,
                    pack, since, judged_by)
    return make
