"""The life of a project as marks on a line: what happened, what is planned, what is due, and what of it is late.

Every mark names what it rests on: the field somebody entered, the document, or the clause a term follows from. Owns which
marks there are; how they are drawn is `admin/web/drawing`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from archive.access import Actor
from archive.queries import find_project
from retention.alerts import Judge
from retention.compliance.acceptance import AcceptanceClock, Status, acceptance_clock
from retention.compliance.facts import OM, Facts
from retention.compliance.termination import ended_on
from retention.findings import FindingView, live_findings

ACTUAL, PLANNED, DUE = "actual", "planned", "due"
DONE, AHEAD, LATE = "done", "ahead", "late"
HORIZON_DAYS = 5 * 366  # what is due in twenty years would press the rest of the line into an inch
ACCEPTANCE_TERM, TERM_CLAUSE = "R31-3", "31.1"
LEDGER: tuple[tuple[str, str, str], ...] = (
    ("registered_on", "登记备案", "登记备案日期"), ("approved_on", "批复", "批复日期"),
    ("contract_signed_on", "合同签订", "合同签订日期"), ("construction_start", "开工", "开工日期"),
    ("actual_completion", "建设完成", "建设完成日期"), ("trial_start", "试运行开始", "试运行开始日期"),
    ("trial_end_actual", "试运行结束", "试运行结束日期"), ("acceptance_date", "验收", "验收日期"),
    ("operation_start", "投入运行", "投入运行日期"), ("warranty_end", "质保期至", "质保期至"))


@dataclass(frozen=True, slots=True)
class Mark:
    """One day that matters. kind: actual, planned, due. state: done, ahead, late. days_late: 0 unless late.

    basis: the field or document it was taken from, in words; clause: the id of the clause it follows from, "" where a
    person simply entered it. also: what else falls on the same day for the same reason.
    """

    key: str
    label: str
    day: date
    kind: str
    state: str
    basis: str
    clause: str = ""
    note: str = ""
    days_late: int = 0
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of days; `late`: beyond what was planned or allowed."""

    label: str
    start: date
    end: date
    late: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """`marks` by day; `status` is where acceptance stands, in Chinese."""

    today: date
    marks: tuple[Mark, ...]
    spans: tuple[Span, ...]
    status: str


def timeline_of(judge: Judge, actor: Actor, code: str, today: date | None = None,
                findings: Sequence[FindingView] | None = None) -> Timeline:
    """The line of a project as of a day. `findings`: those of that day, where the caller has them. Raises NotFound."""
    project, day = find_project(actor, code), today or judge.clock.today()
    if findings is None:
        findings = live_findings(judge, actor, code, day)
    return draw_up(judge.facts([project], day)[0], findings)


def draw_up(facts: Facts, findings: Iterable[FindingView]) -> Timeline:
    """Pure: the same facts, the same line."""
    clock = acceptance_clock(facts)
    built = facts.project.kind != OM
    accepted = built and clock.status is not Status.TERMINATED
    marks = [*_entered(facts), *_plans(facts, clock), *_contracts(facts), *_end(facts)]
    marks += [*_terms(facts, clock)] if accepted else []
    marks += _obligations(facts, findings, clock.term.due if accepted else None)
    marks.sort(key=lambda mark: (mark.day, (ACTUAL, PLANNED, DUE).index(mark.kind), mark.key))
    return Timeline(facts.today, tuple(marks), tuple(_spans(facts, clock)), clock.status.label if built else "")


def _entered(facts: Facts) -> Iterable[Mark]:
    """What the ledger says happened; a day that lies ahead is a plan, whatever its field is called."""
    for name, label, field in LEDGER:
        day = getattr(facts.project, name)
        if day is not None:
            ahead = day > facts.today
            yield Mark(name, label, day, PLANNED if ahead else ACTUAL, AHEAD if ahead else DONE, f"台账：{field}")
    if facts.project.actual_completion is None:
        term = acceptance_clock(facts).term
        if term.completion_certain and term.completed_on:
            yield Mark("completed_on", "建设完成", term.completed_on, ACTUAL, DONE, f"归档文件：{term.completion_basis}")


def _plans(facts: Facts, clock: AcceptanceClock) -> Iterable[Mark]:
    project = facts.project
    finished = clock.term.completed_on if clock.term.completion_certain else None
    if project.planned_completion:
        yield _plan(facts, "planned_completion", "计划完工", project.planned_completion, finished)
    if project.planned_acceptance:
        held = clock.evidence.held_on
        yield _plan(facts, "planned_acceptance", "计划验收", project.planned_acceptance, held)


def _end(facts: Facts) -> Iterable[Mark]:
    if day := ended_on(facts):
        yield Mark("ended_on", "经同意终止", day, ACTUAL, DONE, "登记簿：项目特征、批准文件", "30.2")


def _plan(facts: Facts, key: str, label: str, day: date, done_on: date | None) -> Mark:
    """Late where it was done after its day, or is not done and the day is over."""
    ended = ended_on(facts) if done_on is None else None
    over = max(((done_on or ended or facts.today) - day).days, 0)
    words = f"实际 {done_on}，晚 {over} 天" if done_on else f"至终止晚 {over} 天" if ended else f"已过 {over} 天，未完成"
    note = words if over else ""
    state = LATE if over else DONE if done_on else AHEAD
    return Mark(key, label, day, PLANNED, state, f"台账：{label}日期", note=note, days_late=over)


def _terms(facts: Facts, clock: AcceptanceClock) -> Iterable[Mark]:
    term, project = clock.term, facts.project
    if term.trial_until:
        ended = project.trial_end_actual is not None or term.trial_until < facts.today
        months = facts.settings.trial_months
        basis = "自试运行开始" if project.trial_start else "自建设完成（试运行开始日期未登记）"
        yield Mark("trial_until", f"试运行满 {months} 个月", term.trial_until, DUE, DONE if ended else AHEAD,
                   f"{basis}起算", TERM_CLAUSE)
    if term.due:
        yield _acceptance_due(facts, clock, term.due)


def _acceptance_due(facts: Facts, clock: AcceptanceClock, day: date) -> Mark:
    basis = {"extension": "台账：延期批准至", "extension_default": "延期批复", "deadline": "批复或合同明确的期限"}.get(
        clock.term.due_basis, "试运行期加宽限期" if clock.term.completion_certain else "按计划完工日期推算")
    late, note = clock.overdue_days, ""
    held = clock.evidence.held_on
    if clock.status is Status.OVERDUE:
        note = f"逾期 {late} 天"
    elif held is not None and held > day:
        late, note = (held - day).days, f"{held} 才验收，晚 {(held - day).days} 天"
    elif clock.term.provisional:
        note = "调休安排尚未公布，为暂定日期"
    done = clock.status in (Status.ACCEPTED, Status.PENDING) or held is not None
    return Mark("acceptance_due", "验收到期", day, DUE, LATE if late else DONE if done else AHEAD, basis, TERM_CLAUSE, note, late)


def _contracts(facts: Facts) -> Iterable[Mark]:
    """The last day of each contract of service."""
    for contract in facts.contracts:
        if contract.type in ("om", "service") and contract.end_on:
            past = contract.end_on < facts.today
            yield Mark(f"contract:{contract.number}", f"合同 {contract.number} 期满", contract.end_on,
                       ACTUAL if past else PLANNED, DONE if past else AHEAD, "台账：合同结束日期")


def _obligations(facts: Facts, findings: Iterable[FindingView], acceptance: date | None) -> list[Mark]:
    """What rules say is or was due, told once for a day; acceptance and its papers are the mark of the term itself."""
    days: dict[tuple[date, bool], list[FindingView]] = {}
    for finding in findings:
        if finding.due_on and (finding.due_on - facts.today).days > HORIZON_DAYS:
            continue
        own = finding.rule == ACCEPTANCE_TERM or (finding.due_on == acceptance and finding.clause.startswith("31"))
        if finding.due_on and finding.outcome in ("due", "failed") and not own:
            days.setdefault((finding.due_on, finding.outcome == "failed"), []).append(finding)
    return [_obligation(facts, day, failed, group) for (day, failed), group in days.items()]


def _obligation(facts: Facts, day: date, failed: bool, group: list[FindingView]) -> Mark:
    first = min(group, key=lambda finding: ("CHMLI".index(finding.severity), finding.rule, finding.subject))
    titles = tuple(dict.fromkeys(finding.title for finding in group))
    label = first.title if len(titles) == 1 else f"{first.title}等 {len(titles)} 项"
    late = max((facts.today - day).days, 0) if failed else 0
    note = f"逾期 {late} 天" if late else ("不符合" if failed else "")
    return Mark(f"finding:{first.id}", label, day, DUE, LATE if failed else AHEAD, f"规则 {first.rule}", first.clause, note, late,
                titles if len(titles) > 1 else ())


def _spans(facts: Facts, clock: AcceptanceClock) -> Iterable[Span]:
    project, term, today = facts.project, clock.term, facts.today
    finished = term.completed_on if term.completion_certain else ended_on(facts)
    if project.construction_start and project.construction_start <= (finished or today):
        yield from _work(project.construction_start, project.planned_completion, finished or today)
    if project.trial_start and project.trial_start <= today:
        ends = [day for day in (project.trial_end_actual, clock.evidence.held_on, ended_on(facts), today) if day]
        yield Span("试运行", project.trial_start, max(project.trial_start, min(ends)))
    if term.due and project.kind != OM and clock.status is not Status.TERMINATED:
        until = today if clock.status is Status.OVERDUE else clock.evidence.held_on
        if until is not None and until > term.due:
            yield Span("验收逾期", term.due, until, late=True)
    for contract in facts.contracts:
        if contract.type in ("om", "service") and contract.start_on and contract.end_on and contract.start_on <= contract.end_on:
            yield Span({"om": "运维", "service": "服务"}[contract.type], contract.start_on, contract.end_on)


def _work(start: date, planned: date | None, end: date) -> Iterable[Span]:
    """Building, and what of it went beyond the plan."""
    yield Span("建设", start, min(end, planned) if planned and planned > start else end)
    if planned and start < planned < end:
        yield Span("超出计划工期", planned, end, late=True)
