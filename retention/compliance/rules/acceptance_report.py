"""第31条: what follows acceptance: filing, the opinion of 省发展改革委, and the report of a unit's own acceptance."""

from collections.abc import Iterator
from datetime import date, timedelta

from retention.compliance.acceptance import acceptance_clock
from retention.compliance.conclusions import favourable
from retention.compliance.counted import TODAY, since
from retention.compliance.evidence import issued_by_commission
from retention.compliance.facts import Facts, earliest
from retention.compliance.findings import Input, Severity, Verdict, due, failed, not_applicable, passed
from retention.compliance.milestones import countdown
from retention.compliance.rule import rule
from retention.compliance.scope import construction, purchased, self_built


def _by_workday(facts: Facts, held: date, key: str, name: str, subject: str = "") -> Verdict:
    """A paper of type `key` within so many working days after acceptance was held; late is noted, not held against."""
    count = facts.settings.filing_workdays
    deadline = facts.calendar.add_workdays(held, count)
    provisional = facts.calendar.provisional_between(held, deadline)
    found = facts.documents_of(key)
    inputs: dict[str, Input] = {"acceptance_date": held, "deadline": deadline, "workdays": count,
                                "documents": tuple(paper.id for paper in found), "first_dated": earliest(found)}
    steps: tuple[str, ...] = (
        f"验收日期 {held}", f"{held} 之后第 {count} 个工作日 = {deadline}（民法典第201条，当日不计入）")
    if provisional:
        steps += (facts.calendar.doubt(held, deadline),)
    if found:
        first = earliest(found)
        late = (first - deadline).days if first else 0
        note = f"，比 {deadline} 迟 {late} 天" if late > 0 else ""
        return passed(f"{name}已归档{note}。", severity=Severity.L if late > 0 else None, subject=subject,
                      due_on=deadline, inputs=inputs, steps=steps, provisional=provisional)
    if facts.today <= deadline:
        return due(f"{held} 已组织验收，{name}最迟应于 {deadline} 归档。", clears_when=f"{name}归档。", due_on=deadline,
                   severity=Severity.M, subject=subject, inputs=inputs, steps=steps, provisional=provisional,
                   milestones=countdown(facts.settings.other_notice_days, None))
    return failed(f"{held} 已组织验收，缺{name}，期限 {deadline} 已过 {since(deadline)} 天。", clears_when=f"{name}归档。",
                  due_on=deadline, subject=subject, inputs=inputs, provisional=provisional,
                  steps=(*steps, f"今天 {TODAY}，已逾期 {since(deadline)} 天"),
                  milestones=countdown(facts.settings.other_notice_days, None))


def _not_held(facts: Facts) -> Verdict:
    return not_applicable("尚未组织验收，义务未产生。", inputs={"status": acceptance_clock(facts).status})


@rule("R31-4", title="验收情况报备", clause="31.1", also=("civil.201", "civil.203"), severity=Severity.M, legacy=Severity.M,
      targets=("PM",), applies=construction, evidence=("acceptance_filing",),
      arithmetic="验收日期之后第 10 个工作日为止，通过备案登记平台报备；验收当日不计入。")
def acceptance_filed(facts: Facts) -> Verdict:
    """第31条第1款; the text sets no term, ten working days are the default."""
    held = acceptance_clock(facts).evidence.held_on
    return _not_held(facts) if held is None else _by_workday(facts, held, "acceptance_filing", "验收情况报备回执")


@rule("R31-6", title="省发展改革委出具项目验收意见", clause="31.2", also=("civil.201",), severity=Severity.H, legacy=Severity.M,
      targets=("PM", "ARCH"), applies=self_built, evidence=("acceptance_opinion",),
      arithmetic="验收合格之后第 10 个工作日为止，归档省发展改革委出具的项目验收意见。")
def opinion_issued(facts: Facts) -> Verdict:
    """第31条第2款. An opinion of another body does not count."""
    evidence = acceptance_clock(facts).evidence
    if evidence.failed:
        return not_applicable("验收不合格，不出具验收意见。", inputs={"status": acceptance_clock(facts).status})
    if evidence.opinions:
        return passed("省发展改革委的项目验收意见已归档。",
                      inputs={"documents": tuple(paper.id for paper in evidence.opinions)})
    if evidence.held_on is None:
        return _not_held(facts)
    deadline = facts.calendar.add_workdays(evidence.held_on, facts.settings.filing_workdays)
    return _awaited(facts, "acceptance_opinion", evidence.held_on, deadline, "省发展改革委的项目验收意见",
                    provisional=facts.calendar.provisional_between(evidence.held_on, deadline))


def _awaited(facts: Facts, key: str, start: date, deadline: date, name: str, *, provisional: bool = False) -> Verdict:
    others = [paper.issuer for paper in facts.documents_of(key) if not issued_by_commission(paper)]
    wrong = f"（已归档的出具单位为{'、'.join(others)}）" if others else ""
    inputs: dict[str, Input] = {"since": start, "deadline": deadline, "other_issuers": tuple(others)}
    steps: tuple[str, ...] = (f"自 {start} 起算", f"最迟应于 {deadline} 归档")
    if provisional:
        steps += (facts.calendar.doubt(start, deadline),)
    if facts.today <= deadline:
        return due(f"等待{name}{wrong}，最迟应于 {deadline} 归档。", clears_when=f"{name}归档。", due_on=deadline,
                   severity=Severity.M, inputs=inputs, steps=steps, provisional=provisional,
                   milestones=countdown(facts.settings.other_notice_days, None))
    return failed(f"缺{name}{wrong}，期限 {deadline} 已过 {since(deadline)} 天。", clears_when=f"{name}归档。",
                  due_on=deadline, inputs=inputs, steps=(*steps, f"今天 {TODAY}"), provisional=provisional,
                  milestones=countdown(facts.settings.other_notice_days, None))


@rule("R31-8", title="购买服务项目验收结果报送审核", clause="31.3", also=("civil.201", "civil.203"),
      severity=Severity.H, legacy=Severity.M, targets=("PM",), applies=purchased,
      evidence=("unit_acceptance_report", "acceptance_result_submission"),
      arithmetic="项目单位验收之后第 10 个工作日为止，归档项目单位验收报告，并将验收结果报送省发展改革委。")
def result_submitted(facts: Facts) -> Iterator[Verdict]:
    """第31条第3款; the term is the default of the filing."""
    held = acceptance_clock(facts).evidence.held_on
    if held is None:
        yield _not_held(facts)
        return
    for key, name in (("unit_acceptance_report", "项目单位验收报告"),
                      ("acceptance_result_submission", "验收结果报送文件")):
        yield _by_workday(facts, held, key, name, subject=key)


@rule("R31-9", title="省发展改革委出具验收审核意见", clause="31.3", also=("32",), severity=Severity.H, legacy=Severity.M,
      targets=("PM", "AUD"), applies=purchased,
      evidence=("acceptance_review_opinion", "acceptance_result_submission"),
      arithmetic="购买服务项目取得省发展改革委审核意见才算验收；自报送（未报送的自验收）之日起 90 天"
                 "未归档审核意见的为违反。")
def review_issued(facts: Facts) -> Verdict:
    """第31条第3款: a unit's own acceptance counts only with the review of 省发展改革委."""
    evidence = acceptance_clock(facts).evidence
    reviews = [paper for paper in facts.documents_of("acceptance_review_opinion") if issued_by_commission(paper)]
    if evidence.opinions:
        return passed("省发展改革委的验收审核意见已归档。",
                      inputs={"documents": tuple(paper.id for paper in evidence.opinions)})
    if any(favourable(paper.conclusion) is False for paper in reviews):
        return failed("省发展改革委审核未通过，项目不算验收。", severity=Severity.C,
                      inputs={"documents": tuple(paper.id for paper in reviews)},
                      clears_when="整改后重新验收、报送，并归档通过的审核意见。")
    if evidence.held_on is None:
        return _not_held(facts)
    since = earliest(facts.documents_of("acceptance_result_submission")) or evidence.held_on
    deadline = since + timedelta(days=facts.settings.pending_attention_days)
    return _awaited(facts, "acceptance_review_opinion", since, deadline, "省发展改革委的验收审核意见")
