"""The acceptance clock of a project (第31条): its term, the evidence, and where it stands today, computed once.

Owns the status; the dates come from `term`. Must not know rules or severities. Pure: the same facts, the same clock.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from retention.compliance.evidence import AcceptanceEvidence, ExtensionEvidence, extensions, gather
from retention.compliance.facts import Facts, existed_by
from retention.compliance.term import Term, acceptance_term
from retention.compliance.termination import ended_on


class Status(StrEnum):
    """Where a project stands on its way to acceptance; `label` is the Chinese word for it."""

    UNDETERMINED = "UNDETERMINED"
    UNDER_CONSTRUCTION = "UNDER_CONSTRUCTION"
    TRIAL_NOT_STARTED = "TRIAL_NOT_STARTED"
    IN_TRIAL = "IN_TRIAL"
    ACCEPTANCE_OPEN = "ACCEPTANCE_OPEN"
    PENDING = "ACCEPTANCE_PENDING"
    PENDING_EXTENSION = "PENDING_EXTENSION"
    OVERDUE = "ACCEPTANCE_OVERDUE"
    FAILED = "ACCEPTANCE_FAILED"
    ACCEPTED = "ACCEPTED"
    TERMINATED = "TERMINATED"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Status.UNDETERMINED: "无法判断", Status.UNDER_CONSTRUCTION: "建设中", Status.TRIAL_NOT_STARTED: "试运行未开始",
    Status.IN_TRIAL: "试运行中", Status.ACCEPTANCE_OPEN: "待验收", Status.PENDING: "已申请验收，意见未出",
    Status.PENDING_EXTENSION: "已申请延期，尚未批复", Status.OVERDUE: "验收逾期", Status.FAILED: "验收不合格",
    Status.ACCEPTED: "已验收", Status.TERMINATED: "已终止",
}


@dataclass(frozen=True, slots=True)
class AcceptanceClock:
    """The term, the evidence and what they mean on the day judged.

    extension_asked: an extension nobody answered yet was applied for by the due date (None: undated papers only).
    suspended_until: the last day on which that keeps the project from being overdue. overdue_days: 0 unless overdue.
    """

    term: Term
    evidence: AcceptanceEvidence
    extension: ExtensionEvidence
    extension_asked: bool | None
    suspended_until: date | None
    status: Status
    overdue_days: int

    @property
    def at_application(self) -> bool:
        """Acceptance was applied for or held, or the time for it is over: every material must be there."""
        return self.evidence.applied or self.status in (Status.OVERDUE, Status.FAILED)


@lru_cache(maxsize=8)  # facts are equal only to themselves, so this is "once an evaluation", not a store
def acceptance_clock(facts: Facts) -> AcceptanceClock:
    evidence, papers = gather(facts), extensions(facts)
    term = acceptance_term(facts, papers)
    asked = _asked_in_time(facts, term, papers)
    suspended = term.due + timedelta(days=facts.settings.pending_extension_days) if asked and term.due else None
    status = _status(facts, term, evidence, suspended)
    late = (facts.today - term.due).days if term.due and status is Status.OVERDUE else 0
    return AcceptanceClock(term, evidence, papers, asked, suspended, status, late)


def _asked_in_time(facts: Facts, term: Term, papers: ExtensionEvidence) -> bool | None:
    """Whether a (further) extension nobody answered yet was applied for by the due date; None where undated."""
    if term.due is None:
        return False
    answered = papers.answered_on
    if facts.project.extension_until is not None and term.base_due is not None:
        answered = max(filter(None, (answered, term.base_due)))  # the ledger's extension answered the first one
    waiting = [paper for paper in papers.applications
               if answered is None or paper.exists_by is None or paper.exists_by > answered]
    return existed_by(waiting, term.due)


def _status(facts: Facts, term: Term, evidence: AcceptanceEvidence, suspended: date | None) -> Status:
    today, due = facts.today, term.due
    if evidence.accepted and not evidence.failed:
        return Status.ACCEPTED
    if ended_on(facts) is not None:
        return Status.TERMINATED
    if evidence.failed:
        return Status.FAILED
    if due is None:
        return Status.UNDETERMINED
    in_time = evidence.applied_by(due)
    if in_time or (evidence.applied and today <= due):
        return Status.PENDING
    if today > due:
        if in_time is None:
            return Status.UNDETERMINED  # an application is on file, but nothing says whether it came in time
        return Status.PENDING_EXTENSION if suspended is not None and today <= suspended else Status.OVERDUE
    return _before_due(facts, term)


def _before_due(facts: Facts, term: Term) -> Status:
    started = facts.reached(facts.project.trial_start)
    if started is None:
        late = term.completed_on is not None and facts.today > term.completed_on
        return Status.TRIAL_NOT_STARTED if late else Status.UNDER_CONSTRUCTION
    return Status.IN_TRIAL if term.trial_until and facts.today <= term.trial_until else Status.ACCEPTANCE_OPEN
