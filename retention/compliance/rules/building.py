"""第26、28–30条: who answers for it, supervision, changes of what was approved, grave delay, and the end of a project."""

from collections.abc import Iterator

from retention.compliance import profile
from retention.compliance.anchors import anchor
from retention.compliance.facts import Facts, earliest
from retention.compliance.findings import Input, Severity, Verdict, due, failed, not_applicable, passed, unknown
from retention.compliance.money import wan
from retention.compliance.papers import Paper, judge_paper
from retention.compliance.periods import add_months
from retention.compliance.rows import Row
from retention.compliance.rule import rule
from retention.compliance.scope import construction, self_built
from retention.compliance.termination import APPROVAL, after_the_end, consented_on, ended_on, recorded_end
from retention.compliance.terms import CORRECT, Event, Length, in_order, no_later

PER_CENT = 100
NO_ADJUSTMENT = "没有登记项目调整，也没有调整文件。"


@rule("R26-1", title="主要负责人是项目责任人", clause="26.1", severity=Severity.M, targets=("HEAD",), applies=construction,
      evidence=("profile", "appointment_doc"),
      arithmetic="“项目特征”登记了项目责任人；没有登记而有项目组织机构及负责人任命文件的也可以，都没有的无法判断。")
def answerable(facts: Facts) -> Verdict:
    row, papers = profile.profile(facts), facts.documents_of("appointment_doc")
    person = row.text("responsible_person") if row else ""
    inputs: dict[str, Input] = {"responsible_person": person, "documents": tuple(paper.id for paper in papers)}
    if person or papers:
        return passed("项目责任人已登记或已有任命文件。", inputs=inputs)
    return unknown((profile.label("responsible_person"),), inputs=inputs)


@rule("R26-3", title="委托工程监理", clause="26.2", severity=Severity.H, targets=("PM",), applies=construction,
      evidence=("profile", "supervision_contract", "construction_start"),
      arithmetic="自行建设项目（“项目特征”另有登记的从其登记）的监理合同签订日期不晚于开工日期；购买服务默认不要求。")
def supervised(facts: Facts) -> Verdict:
    required = profile.flag(facts, "supervision_required")
    if required is False or (required is None and self_built(facts)):
        return not_applicable("本项目不要求委托监理。")
    signed = min(filter(None, (*(c.signed_on for c in facts.contracts_of("supervision")),
                               earliest(facts.documents_of("supervision_contract")))), default=None)
    contracts, start = facts.contracts_of("supervision"), anchor(facts, "build_start")
    inputs: dict[str, Input] = {"contracts": tuple(c.number for c in contracts), "signed_on": signed}
    if not contracts and not facts.documents_of("supervision_contract"):
        return judge_paper(facts, Paper(("supervision_contract",), "监理合同", "build_start"))
    if start.day is None:
        return passed("监理合同已签订。", subject="supervision_contract", inputs=inputs)
    return in_order(facts, Event("监理合同签订", signed, "监理合同的签订日期"), Event("开工", start.day), inputs=inputs,
                    subject="supervision_contract")


@rule("R28-1", title="重大调整事先报批", clause="28", severity=Severity.C, targets=("PM", "AUD"), applies=construction,
      evidence=("adjustment", "adjustment_application", "adjustment_approval"),
      arithmetic="重大调整的申请日期早于实施日期（不含当日），批准日期不晚于实施日期；没有实施日期的不晚于今天。")
def major_change_approved(facts: Facts) -> Iterator[Verdict]:
    rows = [row for row in facts.rows("adjustment") if row.choice("kind") == "major"]
    for row in rows:
        yield _major(facts, row)
    if not rows:
        yield _papers_only(facts)


def _major(facts: Facts, row: Row) -> Verdict:
    applied, approved, done = row.date("applied_on"), row.date("approved_on"), facts.reached(row.date("executed_on"))
    number = row.text("number")
    inputs: dict[str, Input] = {"applied_on": applied, "approved_on": approved, "executed_on": done, "evidence": row.evidence}
    steps = (f"申请 {applied or '未登记'}", f"批准 {approved or '未登记'}", f"实施 {done or '未实施'}")
    if done is None:
        if approved is not None:
            return passed(f"重大调整 {number} 已于 {approved} 批准。", subject=number, inputs=inputs, steps=steps)
        return due(f"重大调整 {number} 尚未批准，批准之前不得实施。", due_on=None, subject=number, inputs=inputs, steps=steps,
                   clears_when="取得批准并登记批准日期、文号。")
    if applied is not None and approved is not None and applied < done and approved <= done:
        return passed(f"重大调整 {number} 经批准后实施。", subject=number, inputs=inputs, steps=steps)
    return failed(f"重大调整 {number} 于 {done} 实施，没有事先申请并取得批准。", subject=number, inputs=inputs, steps=steps,
                  clears_when=CORRECT)


def _papers_only(facts: Facts) -> Verdict:
    asked, given = facts.documents_of("adjustment_application"), facts.documents_of("adjustment_approval")
    inputs: dict[str, Input] = {"documents": tuple(paper.id for paper in (*asked, *given))}
    if not asked and not given:
        return not_applicable(NO_ADJUSTMENT)
    if not asked or not given:
        return unknown(("项目调整登记（申请、批准、实施日期）",), inputs=inputs)
    return in_order(facts, Event("调整申请", earliest(asked)), Event("调整批复", earliest(given)), inputs=inputs)


@rule("R28-2", title="未经批准的超概算", clause="28", severity=Severity.C, targets=("FIN", "AUD"), applies=self_built,
      evidence=("total_investment_fen", "amount_fen", "settlement", "adjustment"),
      arithmetic="建设、监理、测评等合同金额合计（或竣工决算审定金额，取大者）不超过批复总投资；超过而没有批准的重大调整的为违反。")
def within_budget(facts: Facts) -> Verdict:
    approved = [row.fen("total_after_fen") for row in facts.rows("adjustment")
                if row.choice("kind") == "major" and row.date("approved_on")]
    total = next(filter(None, reversed(approved)), facts.project.total_investment_fen)
    contracts = sum(c.amount_fen or 0 for c in facts.contracts_of("build", "supervision", "service", "test", "audit", "other"))
    settled = max((row.fen("settled_fen") or 0 for row in facts.rows("settlement") if row.choice("kind") == "final_accounts"),
                  default=0)
    inputs: dict[str, Input] = {"total_fen": total, "contracts_fen": contracts, "settled_fen": settled}
    if not contracts and not settled:
        return not_applicable("没有登记合同金额或决算。", inputs=inputs)
    if total is None:
        return unknown(("总投资",), inputs=inputs)
    spent = max(contracts, settled)
    steps = (f"批复总投资 {wan(total)}", f"合同合计 {wan(contracts)}", f"决算审定 {wan(settled)}")
    if spent <= total:
        return passed(f"合同和决算（{wan(spent)}）不超过批复总投资（{wan(total)}）。", inputs=inputs, steps=steps)
    return failed(f"合同或决算（{wan(spent)}）超过批复总投资（{wan(total)}），没有批准的重大调整。", inputs=inputs, steps=steps,
                  clears_when="登记批准的重大调整，或更正登记有误的金额。")


@rule("R29-1", title="自行调整不超过 15%", clause="29", severity=Severity.C, targets=("PM", "AUD"), applies=construction,
      evidence=("adjustment", "total_investment_fen"),
      arithmetic="自行调整金额累计 ≤ 批复总投资 × 15%（含），总投资不超出、目标不变；超过的应按重大调整报批。")
def own_change_small(facts: Facts) -> Verdict:
    rows, total = _own(facts), facts.project.total_investment_fen
    if not rows:
        return not_applicable("没有登记自行调整。")
    amounts = [fen for row in rows if (fen := row.fen("amount_fen")) is not None]
    if total is None or len(amounts) < len(rows):
        return unknown(("总投资和调整金额",))
    share, amount = facts.settings.self_adjust_percent, sum(amounts)
    grown = [row.text("number") for row in rows if row.flag("goals_changed") or (row.fen("total_after_fen") or 0) > total]
    inputs: dict[str, Input] = {"amount_fen": amount, "total_fen": total, "share_percent": share, "beyond": tuple(grown)}
    steps = (f"批复总投资 {wan(total)} × {share}% = {wan(total * share // PER_CENT)}", f"自行调整累计 {wan(amount)}（{len(rows)} 次）")
    if grown:
        return failed(f"自行调整 {'、'.join(grown)} 改变了建设目标或超出总投资，应按重大调整报批。", inputs=inputs, steps=steps,
                      clears_when="按第28条申请并取得批准，或更正登记。")
    if amount * PER_CENT <= total * share:
        return passed(f"自行调整累计不超过批复总投资的 {share}%。", inputs=inputs, steps=steps)
    return failed(f"自行调整累计 {wan(amount)}，超过批复总投资的 {share}%。", inputs=inputs, steps=steps,
                  clears_when="按第28条申请并取得批准，或更正登记有误的金额。")


@rule("R29-2", title="自行调整的理由", clause="29", severity=Severity.M, targets=("PM", "AUD"), applies=construction,
      evidence=("adjustment",),
      arithmetic="自行调整登记的理由是三种之一：部署需要、技术方案优化、业务发展需要。")
def own_change_reason(facts: Facts) -> Iterator[Verdict]:
    rows = _own(facts)
    if not rows:
        yield not_applicable("没有登记自行调整。")
    for row in rows:
        inputs: dict[str, Input] = {"reason": row.shown("reason")}
        number = row.text("number")
        if row.choice("reason") in ("deployment", "technology", "business"):
            yield passed(f"自行调整 {number} 的理由：{row.shown('reason')}。", subject=number, inputs=inputs)
        else:
            yield failed(f"自行调整 {number} 的理由不属于规定的三种。", subject=number, inputs=inputs,
                         clears_when="更正理由，或按第28条报批。")


@rule("R29-3", title="自行调整书面报备", clause="29", also=("civil.201",), severity=Severity.H, targets=("PM",), applies=construction,
      evidence=("adjustment", "adjustment_filing"), arithmetic="自行调整决定之后第 20 个工作日为止，向省发展改革委书面报备。")
def own_change_filed(facts: Facts) -> Iterator[Verdict]:
    rows, papers = _own(facts), facts.documents_of("adjustment_filing")
    if not rows:
        yield not_applicable("没有登记自行调整。")
    for row in rows:
        decided = row.date("decided_on")
        filed = row.date("filed_on") or min((p.doc_date for p in papers if p.doc_date and decided and p.doc_date >= decided),
                                            default=None)
        yield no_later(facts, Event(f"自行调整 {row.text('number')} 决定", decided, "自行调整的决定日期"), Event("书面报备", filed),
                       Length(facts.settings.adjust_filing_workdays, "workdays"), silent_fails=True, subject=row.text("number"),
                       inputs={"evidence": row.evidence})


def _own(facts: Facts) -> list[Row]:
    return [row for row in facts.rows("adjustment") if row.choice("kind") == "self"]


@rule("R30-1", title="严重逾期和重大损失及时报告", clause="30.1", severity=Severity.H, targets=("PM", "HEAD"), applies=construction,
      version=2, evidence=("planned_completion", "actual_completion", "incident", "delay_report"),
      arithmetic="计划完工后满 6 个月仍未完成为严重逾期，其后第 10 个工作日为止报告；登记的严重逾期、重大损失事件自发生日起同样计算。"
                 "期满之前经同意终止的项目不适用。")
def grave_delay_reported(facts: Facts) -> Iterator[Verdict]:
    length, papers = Length(facts.settings.delay_report_workdays, "workdays"), facts.documents_of("delay_report")
    rows = [row for row in facts.rows("incident") if row.choice("kind") in ("delay", "loss")]
    for row in rows:
        yield no_later(facts, Event(row.shown("kind"), row.date("happened_on")),
                       Event("报告", row.date("reported_on") or earliest(papers)),
                       length, silent_fails=True, subject=row.text("number"))
    if not any(row.choice("kind") == "delay" for row in rows):
        yield _delay(facts, length)


def _delay(facts: Facts, length: Length) -> Verdict:
    planned, done = facts.project.planned_completion, anchor(facts, "completion")
    if planned is None:
        return not_applicable("已完成建设。") if done.day is not None and done.day <= facts.today else unknown(("计划完工日期",))
    grave = add_months(planned, facts.settings.grave_delay_months)
    finished = done.day if done.day is not None and done.day <= facts.today else None
    inputs: dict[str, Input] = {"planned_completion": planned, "grave_from": grave, "completed_on": finished}
    if (finished or facts.today) <= grave:
        return not_applicable("没有超过计划完工 6 个月。", inputs=inputs)
    reported = earliest(facts.documents_of("delay_report"))
    if finished is not None and reported is None:
        return passed(f"已于 {finished} 完成建设，严重逾期已结束。", severity=Severity.L, inputs=inputs)
    verdict = no_later(facts, Event("计划完工满 6 个月", grave), Event("报告严重逾期", reported), length, silent_fails=True,
                       inputs=inputs)
    end = ended_on(facts)
    if reported is None and end is not None and verdict.due_on is not None and end <= verdict.due_on:
        return not_applicable(after_the_end(facts), inputs=verdict.inputs)
    return verdict


@rule("R30-2", title="按要求整改或暂停", clause="30.1", severity=Severity.H, targets=("HEAD", "AUD"), applies=construction,
      evidence=("rectification", "profile", "suspension_notice"),
      arithmetic="登记了暂停建设通知的，“项目特征”应登记暂停建设日期，且期间不得开工、验收；没有暂停通知的不适用。整改由 R47-1 判断。")
def suspended(facts: Facts) -> Iterator[Verdict]:
    rows = [row for row in facts.rows("rectification") if row.choice("kind") == "suspend"]
    papers = facts.documents_of("suspension_notice")
    if not rows and not papers:
        yield not_applicable("没有暂停建设的通知。")
        return
    row = profile.profile(facts)
    stopped = row.date("suspended_on") if row else None
    resumed = (row.date("resumed_on") if row else None) or facts.today
    inputs: dict[str, Input] = {"suspended_on": stopped, "documents": tuple(paper.id for paper in papers)}
    if stopped is None:
        yield unknown((profile.label("suspended_on"),), inputs=inputs)
        return
    acted = [name for name, day in (("开工", facts.project.construction_start), ("验收", facts.project.acceptance_date))
             if day is not None and stopped <= day < resumed]
    if acted:
        yield failed(f"暂停建设期间（{stopped} 起）{'、'.join(acted)}。", inputs=inputs, clears_when=CORRECT)
    else:
        yield passed(f"已自 {stopped} 暂停建设。", inputs=inputs)


@rule("R30-3", title="终止建设的程序", clause="30.2", severity=Severity.H, targets=("PM", "AUD"), applies=construction,
      evidence=("profile", "termination_application", "termination_approval", "approval"),
      arithmetic="“项目特征”登记了终止日期的，之前应有终止申请和领导小组同意终止的文件（或“批准文件”登记）。")
def terminated(facts: Facts) -> Iterator[Verdict]:
    ended = recorded_end(facts)
    if ended is None:
        yield not_applicable("项目没有终止。")
        return
    agreed, asked = consented_on(facts), facts.documents_of("termination_application")
    for subject, name, day, there in (
            ("termination_application", "终止申请", earliest(asked), bool(asked)),
            ("termination_approval", "同意终止的文件", agreed, bool(agreed or facts.documents_of(APPROVAL)))):
        inputs: dict[str, Input] = {"terminated_on": ended}
        if not there:
            yield failed(f"项目于 {ended} 终止，没有{name}。", subject=subject, inputs=inputs, clears_when=f"归档{name}。")
        else:
            yield in_order(facts, Event(name, day), Event("终止", ended), subject=subject, inputs=inputs)
