"""The term of acceptance (第31条): when everything was built, how long the trial runs, when acceptance is due.

Owns the formula, step by step in readable Chinese; must not know what day it is beyond which dates are plans, nor
whether anybody applied (`acceptance`).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from retention.compliance.evidence import ExtensionEvidence
from retention.compliance.facts import Facts, latest
from retention.compliance.periods import add_months


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


def acceptance_term(facts: Facts, papers: ExtensionEvidence) -> Term:
    """The term of this project, with the extensions that were granted."""
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
        base, provisional = rolled(facts, raw, steps)
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


def rolled(facts: Facts, raw: date, steps: list[str]) -> tuple[date, bool]:
    """The last day of a term of days or months, which on a day of rest is the next working day (民法典第203条), told in `steps`;
    and whether that rests on a year without its arrangement."""
    if not facts.settings.roll_rest_day:
        return raw, False
    last = facts.calendar.roll(raw)
    if last != raw:
        steps.append(f"{raw} 为休息日，顺延至 {last}（民法典第203条）")
    provisional = facts.calendar.provisional_between(raw, last)
    if provisional:
        steps.append(facts.calendar.doubt(raw, last))
    return last, provisional


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
