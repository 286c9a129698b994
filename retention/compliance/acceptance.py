"""The acceptance clock of a project (第31条): completion, trial, due date and status, computed once.

Owns the formula of the acceptance term; must not know rules or severities. Pure: the same facts, the same clock.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from retention.compliance.evidence import AcceptanceEvidence, ExtensionEvidence, extensions, gather
from retention.compliance.facts import Facts, existed_by, latest
from retention.compliance.periods import add_months

ONE_DAY = timedelta(days=1)


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

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Status.UNDETERMINED: "无法判断", Status.UNDER_CONSTRUCTION: "建设中", Status.TRIAL_NOT_STARTED: "试运行未开始",
    Status.IN_TRIAL: "试运行中", Status.ACCEPTANCE_OPEN: "待验收", Status.PENDING: "已申请验收，意见未出",
    Status.PENDING_EXTENSION: "已申请延期，尚未批复", Status.OVERDUE: "验收逾期", Status.FAILED: "验收不合格",
    Status.ACCEPTED: "已验收",
}


@dataclass(frozen=True, slots=True)
class Term:
    """The due date of acceptance and how it came about; `due` None with the missing ledger fields named."""

    completed_on: date | None
    completion_basis: str
    completion_certain: bool
    trial_from: date | None
    trial_until: date | None
    base_due: date | None
    due: date | None
    due_basis: str
    provisional: bool
    trial_steps: tuple[str, ...]
    steps: tuple[str, ...]
    missing: tuple[str, ...]


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
    term = _term(facts, papers)
    asked = _asked_in_time(facts, term, papers)
    suspended = term.due + timedelta(days=facts.settings.pending_extension_days) if asked and term.due else None
    status = _status(facts, term, evidence, suspended)
    late = (facts.today - term.due).days if term.due and status is Status.OVERDUE else 0
    return AcceptanceClock(term, evidence, papers, asked, suspended, status, late)


def _term(facts: Facts, papers: ExtensionEvidence) -> Term:
    project, settings = facts.project, facts.settings
    completed, basis, certain = _completion(facts)
    steps = [f"建设完成 {completed}（{basis}）"] if completed else []
    trial_from = project.trial_start or completed
    trial_until = None
    if trial_from is not None:
        ended = add_months(trial_from, settings.trial_months)
        trial_until = ended + timedelta(days=max(project.trial_abnormal_days, 0))
        steps += _trial_steps(facts, trial_from, ended, trial_until)
    trial_steps = tuple(steps)
    raw, raw_steps, missing = _formula(facts, completed)
    base, basis_name, provisional = raw, "formula", False
    if project.acceptance_deadline is not None:
        base, basis_name, missing = project.acceptance_deadline, "deadline", ()
        steps.append(f"批复或合同明确的验收期限：{base}")
    elif raw is not None and project.extension_until is None:
        steps += raw_steps
        base, provisional = _rolled(facts, raw, steps)
    elif raw is not None:
        base = facts.calendar.roll(raw) if settings.roll_rest_day else raw
    due, due_basis = _extended(facts, base, basis_name, papers, steps)
    if due is not None:
        steps.append(f"验收到期日：{due}")
    return Term(completed, basis, certain, trial_from, trial_until, base, due, due_basis,
                provisional and due_basis != "extension", trial_steps, tuple(steps), () if due is not None else missing)


def _completion(facts: Facts) -> tuple[date | None, str, bool]:
    """When all content was finished, by what, and whether that is a fact rather than a plan."""
    project = facts.project
    if project.actual_completion is not None:
        return project.actual_completion, "台账登记的建设完成日期", project.actual_completion <= facts.today
    if confirmed := latest(facts.documents_of("completion_confirmation")):
        return confirmed, "建设内容完成确认书", True
    # A single or phase acceptance proves completion only where the trial followed it: others are accepted on the way.
    phases = [paper.doc_date for paper in facts.documents_of("phase_acceptance")
              if paper.doc_date and project.trial_start and paper.doc_date <= project.trial_start]
    if phases:
        return max(phases), "最后一次单项（合同）验收", True
    if project.planned_completion is not None:
        return project.planned_completion, "计划完工日期，尚未登记建设完成日期", False
    return None, "", False


def _trial_steps(facts: Facts, trial_from: date, ended: date, trial_until: date) -> list[str]:
    months, start = facts.settings.trial_months, facts.project.trial_start
    origin = f"试运行自 {trial_from} 开始" if start else f"试运行开始日期未登记，按建设完成日 {trial_from} 起算"
    steps = [f"{origin}，应满 {months} 个月：{trial_from} + {months} 个月 = {ended}（第31条第1款，民法典第202条）"]
    if trial_until != ended:
        steps.append(f"加试运行不正常天数 {facts.project.trial_abnormal_days} 天，试运行至 {trial_until}")
    return steps


def _formula(facts: Facts, completed: date | None) -> tuple[date | None, list[str], tuple[str, ...]]:
    """The due date by the formula before rolling, the arithmetic, and what is missing for it."""
    settings, started = facts.settings, facts.project.trial_start
    months = settings.trial_months + settings.grace_months
    starts = [("建设完成", completed)]
    if settings.basis == "later_of":
        starts.append(("试运行开始", started))
    ends = [(name, day, add_months(day, months)) for name, day in starts if day is not None]
    if not ends:
        return None, [], ("建设完成日期", "计划完工日期")
    steps = [f"自{name}起 {settings.trial_months} 个月试运行加 {settings.grace_months} 个月宽限："
             f"{day} + {months} 个月 = {end}" for name, day, end in ends]
    last = max(end for _, _, end in ends)
    if len(ends) > 1:
        steps.append(f"取较晚者 {last}")
    return last, steps, ()


def _rolled(facts: Facts, raw: date, steps: list[str]) -> tuple[date, bool]:
    if not facts.settings.roll_rest_day:
        return raw, False
    rolled = facts.calendar.roll(raw)
    if rolled != raw:
        steps.append(f"{raw} 为休息日，顺延至 {rolled}（民法典第203条）")
    provisional = facts.calendar.provisional_between(raw, rolled)
    if provisional:
        steps.append(f"{raw.year} 年的放假调休安排尚未公布，此日期为暂定")
    return rolled, provisional


def _extended(facts: Facts, base: date | None, basis: str, papers: ExtensionEvidence,
              steps: list[str]) -> tuple[date | None, str]:
    """The due date after approved extensions: the date the ledger names, else so many months for each reply."""
    until = facts.project.extension_until
    if until is not None:
        steps.append(f"延期验收批准至 {until}" + (f"，取代原到期日 {base}" if base else ""))
        return until, "extension"
    if base is None or not papers.granted:
        return base, basis
    each, months = facts.settings.extension_default_months, facts.settings.extension_default_months * papers.granted
    due = add_months(base, months)
    steps.append(f"延期批复 {papers.granted} 次，未登记批准至何日，按每次 {each} 个月：{base} + {months} 个月 = {due}")
    return due, "extension_default"


def _asked_in_time(facts: Facts, term: Term, papers: ExtensionEvidence) -> bool | None:
    """Whether a (further) extension nobody answered yet was applied for by the due date; None where undated."""
    if term.due is None:
        return False
    answered = latest(papers.replies)
    if facts.project.extension_until is not None and term.base_due is not None:
        answered = max(filter(None, (answered, term.base_due)))  # the ledger's extension answered the first one
    waiting = [paper for paper in papers.applications
               if answered is None or paper.exists_by is None or paper.exists_by > answered]
    return existed_by(waiting, term.due)


def _status(facts: Facts, term: Term, evidence: AcceptanceEvidence, suspended: date | None) -> Status:
    today, due = facts.today, term.due
    if evidence.failed:
        return Status.FAILED
    if evidence.accepted:
        return Status.ACCEPTED
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
