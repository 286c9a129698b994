"""第31条第1款: three months of normal trial run after everything is built, and no acceptance before its end."""

from collections.abc import Iterator

from retention.compliance.acceptance import AcceptanceClock, Status, acceptance_clock
from retention.compliance.counted import since
from retention.compliance.facts import Facts
from retention.compliance.findings import Input, Severity, Verdict, due, failed, not_applicable, passed, unknown
from retention.compliance.materials import judge_material
from retention.compliance.milestones import countdown
from retention.compliance.rule import rule
from retention.compliance.scope import construction
from retention.compliance.termination import after_the_end


@rule("R31-1", title="试运行满 3 个月", clause="31.1", also=("civil.202",), severity=Severity.H, legacy=Severity.M, targets=("PM",),
      applies=construction, evidence=("completion_confirmation", "trial_run_plan", "trial_run_report"), version=2,
      arithmetic="试运行应在全部建设内容完成之后开始，期满日 = 试运行开始日期 + 3 个日历月 + 不正常天数，"
                 "期满日是最后一天；建设完成后未试运行的提示，超过 30 天提高严重程度；"
                 "建设完成确认书和试运行报告在申请验收时应齐备。经同意终止的项目不再要求。")
def trial_run(facts: Facts) -> Iterator[Verdict]:
    """第31条第1款: the trial itself, then the two papers that prove completion and trial."""
    clock = acceptance_clock(facts)
    if clock.status is Status.TERMINATED:
        yield not_applicable(after_the_end(facts), inputs=_inputs(facts, clock))
    elif facts.reached(facts.project.trial_start) is None:
        yield _not_started(facts, clock)
    else:
        yield _started(facts, clock)
    for key in ("completion_confirmation", "trial_run_report"):
        yield judge_material(facts, key)


def _inputs(facts: Facts, clock: AcceptanceClock) -> dict[str, Input]:
    return {"status": clock.status, "completed_on": clock.term.completed_on,
            "completion_basis": clock.term.completion_basis, "trial_start": facts.project.trial_start,
            "trial_until": clock.term.trial_until, "trial_end_actual": facts.project.trial_end_actual,
            "trial_abnormal_days": facts.project.trial_abnormal_days}


def _not_started(facts: Facts, clock: AcceptanceClock) -> Verdict:
    term, inputs = clock.term, _inputs(facts, clock)
    if clock.evidence.applied:
        return unknown(("试运行开始日期",), inputs=inputs, steps=term.steps,
                       reason="项目已申请或组织验收，但未登记试运行开始日期，无法判断试运行是否满期。")
    if term.completed_on is None:
        return unknown(("建设完成日期", "试运行开始日期"), inputs=inputs)
    late = (facts.today - term.completed_on).days
    clears = "开始试运行并登记试运行开始日期。"
    notices = countdown(facts.settings.other_notice_days, -late)
    if late <= 0:
        return due(f"建设完成日为 {term.completed_on}（{term.completion_basis}），完成后应开始试运行。",
                   clears_when=clears, due_on=term.completed_on, inputs=inputs, steps=term.steps, milestones=notices)
    grave = late > facts.settings.trial_start_grave_days
    return failed(f"建设完成日 {term.completed_on}（{term.completion_basis}）已过 {since(term.completed_on)} 天，尚未开始试运行。",
                  clears_when=clears, severity=Severity.H if grave else Severity.M, due_on=term.completed_on,
                  inputs=inputs, steps=term.steps, milestones=notices)


def _started(facts: Facts, clock: AcceptanceClock) -> Verdict:
    term, inputs = clock.term, _inputs(facts, clock)
    start, until, ended = facts.project.trial_start, term.trial_until, facts.reached(facts.project.trial_end_actual)
    if start is None or until is None:  # the caller has asked already; said again for the type checker
        return unknown(("试运行开始日期",), inputs=inputs)
    if term.completed_on is not None and term.completion_certain and start < term.completed_on:
        return failed(f"试运行 {start} 开始，早于建设完成日 {term.completed_on}：全部建设内容完成后才能开始试运行。",
                      clears_when="更正登记有误的日期；日期无误的，自建设完成后重新试运行并登记。", inputs=inputs,
                      steps=term.steps)
    if ended is not None and ended < until:
        return failed(f"试运行 {ended} 结束，早于期满日 {until}，未满 {facts.settings.trial_months} 个月。",
                      clears_when=f"继续试运行至 {until} 并更正试运行结束日期。", due_on=until, inputs=inputs,
                      steps=term.steps)
    if facts.today <= until:
        return due(f"试运行中，{until} 期满，在此之前不能组织验收。", clears_when=f"试运行正常至 {until}。",
                   due_on=until, inputs=inputs, steps=term.steps,
                   milestones=countdown(facts.settings.other_notice_days, None))
    if not term.completion_certain:
        return unknown(("建设完成日期",), inputs=inputs, steps=term.steps,
                       reason="试运行已满期，但未登记建设完成日期，无法判断试运行是否在全部建设内容完成之后开始。")
    return passed(f"试运行自 {start} 起已于 {until} 满期。", inputs=inputs, steps=term.steps)


@rule("R31-2", title="试运行期满前不得组织验收", clause="31.1", also=("civil.202",), severity=Severity.C, legacy=Severity.M,
      targets=("AUD",), applies=construction, evidence=("acceptance_date", "trial_start"),
      arithmetic="验收日期应晚于试运行期满日；未登记试运行开始日期的，按建设完成日期起算 3 个月。"
                 "验收日期等于期满日即为违反。")
def not_before_trial_end(facts: Facts) -> Verdict:
    """第31条第1款: acceptance is organised after the trial, so the last trial day is still too early."""
    clock, project = acceptance_clock(facts), facts.project
    term, held = clock.term, clock.evidence.held_on
    inputs: dict[str, Input] = {"status": clock.status, "acceptance_date": held, "trial_start": project.trial_start,
                                "completed_on": term.completed_on, "trial_until": term.trial_until}
    if held is None:
        return not_applicable("尚未组织验收。", inputs=inputs)
    if term.trial_until is None or (project.trial_start is None and not term.completion_certain):
        return unknown(("试运行开始日期",), inputs=inputs)
    steps = (*term.trial_steps, f"验收日期 {held}")
    if held <= term.trial_until:
        return failed(f"{held} 组织验收时试运行尚未期满（{term.trial_until} 期满）。", inputs=inputs, steps=steps,
                      clears_when="更正登记有误的日期；日期无误的，由审计人员核实，试运行期满后重新组织验收并登记。")
    return passed(f"验收（{held}）在试运行期满（{term.trial_until}）之后。", inputs=inputs, steps=steps)
