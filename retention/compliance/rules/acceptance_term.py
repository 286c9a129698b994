"""第31条: acceptance in time, and the written application where that cannot be done."""

from collections.abc import Iterator
from datetime import date, timedelta

from retention.compliance.acceptance import AcceptanceClock, Status, acceptance_clock
from retention.compliance.counted import TODAY, away, since, until
from retention.compliance.facts import Facts
from retention.compliance.findings import Input, Severity, Verdict, due, failed, not_applicable, passed, unknown
from retention.compliance.milestones import countdown
from retention.compliance.rule import rule
from retention.compliance.scope import construction
from retention.compliance.termination import after_the_end

UNDATED_APPLICATION = ("验收申请的成文日期",)
UNDATED_EXTENSION = ("延期验收申请的成文日期",)
OPINION = {True: "省发展改革委的验收意见", False: "省发展改革委的验收审核意见"}


@rule("R31-3", title="按期验收", clause="31.1", also=("31.2", "31.3", "32", "civil.202", "civil.203", "guide.805"),
      severity=Severity.H, legacy=Severity.M, targets=("PM", "HEAD", "AUD", "ARCH"), applies=construction, version=2,
      evidence=("acceptance_opinion", "acceptance_review_opinion", "acceptance_extension", "acceptance_application"),
      arithmetic="验收到期日 = 批准的延期日期；否则为批复或合同明确的期限；否则取“建设完成日 + 3 个月 + 宽限 3 个月”与"
                 "“试运行开始日 + 3 个月 + 宽限 3 个月”的较晚者，遇法定休息日顺延至下一工作日。到期日次日零时起为逾期，"
                 "逾期超过 180 天为最严重；到期前已申请验收而意见未出的不算逾期，申请后超过 90 天提请关注；"
                 "到期前已书面申请延期而未批复的，自到期日起 30 天内暂不认定逾期。经同意终止的项目不再要求验收。")
def acceptance_in_time(facts: Facts) -> Verdict:
    """第31条, 第32条. The measures name no term (按期); the formula is a documented default."""
    clock = acceptance_clock(facts)
    match clock.status:
        case Status.ACCEPTED:
            return _accepted(clock)
        case Status.FAILED:
            return _unfavourable(clock)
        case Status.OVERDUE:
            return _overdue(facts, clock)
        case Status.PENDING | Status.PENDING_EXTENSION:
            return _pending(facts, clock)
        case Status.TERMINATED:
            return not_applicable(after_the_end(facts), inputs=_inputs(facts, clock))
        case Status.UNDETERMINED:
            return unknown(clock.term.missing or UNDATED_APPLICATION, inputs=_inputs(facts, clock),
                           steps=clock.term.steps)
        case _:
            return _ahead(facts, clock)


def _inputs(facts: Facts, clock: AcceptanceClock) -> dict[str, Input]:
    term, project = clock.term, facts.project
    return {"status": clock.status, "completed_on": term.completed_on, "completion_basis": term.completion_basis,
            "trial_start": project.trial_start, "trial_until": term.trial_until, "due_basis": term.due_basis,
            "due": term.due, "extension_until": project.extension_until, "applied_on": clock.evidence.applied_on,
            "acceptance_date": clock.evidence.held_on, "acceptance_result": project.acceptance_result,
            "overdue_days": since(term.due) if term.due and clock.overdue_days else 0, "basis": facts.settings.basis,
            "grace_months": facts.settings.grace_months}


def _accepted(clock: AcceptanceClock) -> Verdict:
    term, held = clock.term, clock.evidence.held_on
    inputs: dict[str, Input] = {"status": clock.status, "acceptance_date": held, "due": term.due,
                                "due_basis": term.due_basis}
    when = f"已于 {held} 验收" if held else "已取得验收意见"
    if held is None or term.due is None or held <= term.due:
        return passed(f"{when}。", due_on=term.due, inputs=inputs, steps=term.steps, provisional=term.provisional)
    late = (held - term.due).days
    return passed(f"{when}，比到期日 {term.due} 迟 {late} 天。", severity=Severity.L, due_on=term.due,
                  inputs=inputs | {"late_days": late}, steps=(*term.steps, f"验收日期 {held}，迟 {late} 天"),
                  provisional=term.provisional)


def _unfavourable(clock: AcceptanceClock) -> Verdict:
    term = clock.term
    return failed("验收不合格：重新验收合格之前，不安排运行维护经费和政务云资源，不批准本单位新增项目（第32条）。",
                  severity=Severity.C, due_on=term.due, steps=term.steps, provisional=term.provisional,
                  inputs={"status": clock.status, "acceptance_date": clock.evidence.held_on, "due": term.due},
                  clears_when="完成整改，重新验收合格并登记验收结论或归档验收意见。")


def _overdue(facts: Facts, clock: AcceptanceClock) -> Verdict:
    term, days = clock.term, clock.overdue_days
    grave = days > facts.settings.overdue_critical_days
    counted = since(term.due) if term.due else ""
    return failed(f"验收逾期 {counted} 天：到期日 {term.due}{_planned(clock)}，没有{OPINION[facts.self_built]}，也没有批准延期。",
                  clears_when=f"{_proof(facts)}；暂不能验收的，取得延期批复并登记“延期批准至”。",
                  severity=Severity.C if grave else Severity.H, due_on=term.due, inputs=_inputs(facts, clock),
                  steps=(*term.steps, f"今天 {TODAY}，已逾期 {counted} 天"), provisional=term.provisional,
                  milestones=_milestones(facts, clock, -days))


def _proof(facts: Facts) -> str:
    by_ledger = "，或登记验收日期和结论" if facts.self_built and facts.settings.ledger_is_acceptance else ""
    return f"归档{OPINION[facts.self_built]}{by_ledger}"


def _planned(clock: AcceptanceClock) -> str:
    """Says so where the due date rests on a plan; an explicit or approved date does not."""
    planned = not clock.term.completion_certain and clock.term.due_basis in ("formula", "extension_default")
    return "（未登记建设完成日期，按现有日期推算）" if planned else ""


def _pending(facts: Facts, clock: AcceptanceClock) -> Verdict:
    term, inputs = clock.term, _inputs(facts, clock)
    if clock.status is Status.PENDING_EXTENSION:
        days = facts.settings.pending_extension_days
        return due(f"验收到期（{term.due}）前已书面申请延期，批复未到：至 {clock.suspended_until} 暂不认定逾期。",
                   clears_when="取得延期批复并登记“延期批准至”，或完成验收。", severity=Severity.M,
                   due_on=clock.suspended_until, inputs=inputs,
                   steps=(*term.steps, f"申请延期暂缓 {days} 天，至 {clock.suspended_until}"),
                   milestones=countdown(facts.settings.other_notice_days, None), provisional=term.provisional)
    applied = clock.evidence.applied_on
    waiting = (facts.today - applied).days if applied else None
    stated = f"{applied} 已申请或组织验收" if applied else "已申请验收（申请日期未登记）"
    counted = since(applied) if applied else None
    waited = "" if counted is None else f"，已等待 {counted} 天"
    return due(f"{stated}，{OPINION[facts.self_built]}未归档{waited}；按期申请的不算逾期。",
               clears_when=f"归档{OPINION[facts.self_built]}。", due_on=None, inputs=inputs | {"waiting_days": counted},
               severity=Severity.M if (waiting or 0) > facts.settings.pending_attention_days else Severity.I,
               steps=(*term.steps, f"{stated}，不晚于到期日"), provisional=term.provisional)


def _ahead(facts: Facts, clock: AcceptanceClock) -> Verdict:
    term = clock.term
    left, counted = (0, "") if term.due is None else ((term.due - facts.today).days, away(term.due))
    return due(f"{clock.status.label}：验收到期日 {term.due}{_planned(clock)}，{counted}。",
               clears_when=f"试运行期满后组织验收，{_proof(facts)}；不能按期的，最迟于到期日书面申请延期。",
               severity=_severity_ahead(facts, clock), due_on=term.due, inputs=_inputs(facts, clock),
               steps=(*term.steps, f"今天 {TODAY}，{counted}"), provisional=term.provisional,
               milestones=_milestones(facts, clock, left))


def _severity_ahead(facts: Facts, clock: AcceptanceClock) -> Severity:
    completed = clock.term.completed_on
    if clock.status is Status.TRIAL_NOT_STARTED and completed is not None:
        grave = (facts.today - completed).days > facts.settings.trial_start_grave_days
        return Severity.H if grave else Severity.M
    return Severity.M if clock.status is Status.ACCEPTANCE_OPEN else Severity.I


def _milestones(facts: Facts, clock: AcceptanceClock, left: int | None) -> tuple[int, ...]:
    """The day after the trial opens acceptance; then the countdown; then every week."""
    term, opening = clock.term, tuple[int, ...]()
    if facts.project.trial_start and term.trial_until and term.due and term.trial_until < term.due:
        opening = ((term.due - term.trial_until - timedelta(days=1)).days,)
    return countdown(facts.settings.acceptance_notice_days, left, weekly=True, also=opening)


@rule("R31-7", title="不能按期验收的书面申请延期", clause="31.2", also=("31.3",), severity=Severity.H, legacy=Severity.M,
      targets=("PM",), applies=construction, evidence=("acceptance_extension", "extension_until"), version=2,
      arithmetic="延期验收申请的成文日期不晚于验收到期日。只有批复才改变到期日，批复未写明日期的每次顺延 6 个月；"
                 "批准延期超过 2 次的提请关注。到期前 30 天起提示。经同意终止的项目无需申请。")
def extension_in_time(facts: Facts) -> Iterator[Verdict]:
    """第31条第2款; by default also for purchased services."""
    clock = acceptance_clock(facts)
    yield _extension(facts, clock)
    granted, limit = clock.extension.granted, facts.settings.extension_count_limit
    if granted > limit and clock.status not in (Status.ACCEPTED, Status.TERMINATED):
        yield failed(f"已批准延期验收 {granted} 次，超过 {limit} 次。", subject="repeated", severity=Severity.M,
                     inputs={"granted": granted}, clears_when="完成验收。")


def _extension(facts: Facts, clock: AcceptanceClock) -> Verdict:
    term, today = clock.term, facts.today
    inputs: dict[str, Input] = {
        "status": clock.status, "due": term.due, "base_due": term.base_due, "granted": clock.extension.granted,
        "extension_until": facts.project.extension_until,
        "applications": tuple(paper.id for paper in clock.extension.applications)}
    if clock.status in (Status.ACCEPTED, Status.PENDING, Status.FAILED, Status.TERMINATED):
        return not_applicable(f"项目{clock.status.label}，无需申请延期。", inputs=inputs)
    if term.due is None:
        return unknown(term.missing, inputs=inputs)
    if clock.extension_asked:
        return passed(f"已在验收到期（{term.due}）前书面申请延期。", due_on=term.due, inputs=inputs, steps=term.steps)
    if today <= term.due:
        return _extension_ahead(facts, clock, term.due, inputs)
    if clock.extension_asked is None:
        return unknown(UNDATED_EXTENSION, inputs=inputs, steps=term.steps)
    if clock.status is Status.UNDETERMINED:
        return unknown(UNDATED_APPLICATION, inputs=inputs, steps=term.steps)
    return failed(f"到期日 {term.due} 已过，既未申请验收，也没有按时书面申请延期。", due_on=term.due,
                  inputs=inputs, steps=term.steps, provisional=term.provisional,
                  clears_when="取得延期批复并登记“延期批准至”，或完成验收。")


def _extension_ahead(facts: Facts, clock: AcceptanceClock, last: date, inputs: dict[str, Input]) -> Verdict:
    term = clock.term
    if (last - facts.today).days <= facts.settings.extension_warning_days:
        # R31-3 already reminds on the way to this day, so this one is shown but not announced again.
        return due(f"验收到期日 {last}，{away(last)}；届时不能申请验收的，最迟于到期日书面申请延期。",
                   due_on=last, clears_when="申请验收，或归档书面延期申请。", severity=Severity.L, inputs=inputs, steps=term.steps,
                   provisional=term.provisional)
    if term.due_basis in ("extension", "extension_default"):
        return passed(f"延期验收已批准至 {last}。", due_on=last, inputs=inputs, steps=term.steps,
                      provisional=term.provisional)
    return not_applicable(f"距到期日 {last} 还有 {until(last)} 天，尚无须申请延期。", inputs=inputs)
