"""第34–38、42条: where the money comes from, how it is paid, what is left over, and O&M money asked for in time."""

from collections.abc import Iterator
from datetime import date

from retention.compliance.acceptance import acceptance_clock
from retention.compliance.facts import OM, SELF_BUILD, Facts, earliest
from retention.compliance.findings import Input, Severity, Verdict, due, failed, not_applicable, passed, unknown
from retention.compliance.milestones import countdown
from retention.compliance.money import wan
from retention.compliance.om import procured, services, years_of
from retention.compliance.papers import Paper, judge_paper
from retention.compliance.periods import ONE_DAY
from retention.compliance.rule import rule
from retention.compliance.scope import om_project, self_built
from retention.compliance.terms import Event, Length, in_order, no_later

BUILDING_MONEY = ("基建", "基本建设", "中央", "专项", "预算内")
POOLED_MONEY = ("财政",)


@rule("R34-1", title="运维方案", clause="34", severity=Severity.L, targets=("PM",), applies=om_project, evidence=("om_plan",),
      arithmetic="运维项目应有运维方案（需求），成文日期不晚于投入运行日期。")
def om_planned(facts: Facts) -> Verdict:
    return judge_paper(facts, Paper(("om_plan",), "运维方案（需求）", "contract", dated=False))


@rule("R35-1", title="资金来源与建设方式相符", clause="35", severity=Severity.M, targets=("FIN",),
      evidence=("funding_source", "payment"),
      arithmetic="自行建设的资金来源为预算内基本建设、中央专项等；购买服务和运维的为财政统筹。按台账的资金来源判断，措辞不明的无法判断。")
def source_matches(facts: Facts) -> Verdict:
    source, built = facts.project.funding_source, facts.project.mode == SELF_BUILD and facts.project.kind != OM
    inputs: dict[str, Input] = {"funding_source": source, "mode": facts.project.mode}
    if not source:
        return unknown(("资金来源",), inputs=inputs)
    capital, pooled = (any(word in source for word in words) for words in (BUILDING_MONEY, POOLED_MONEY))
    if pooled or (built and capital):
        return passed(f"资金来源“{source}”与建设方式相符。", inputs=inputs)
    if capital:
        return failed(f"购买服务和运维由财政统筹保障，登记的资金来源为“{source}”。", inputs=inputs, clears_when="更正资金来源。")
    return unknown(("资金来源的规范写法",), inputs=inputs, reason=f"资金来源“{source}”无法归类，无法判断是否相符。")


@rule("R36-1", title="国库集中支付和专账", clause="36.1", severity=Severity.M, targets=("FIN", "AUD"),
      evidence=("payment", "payment_voucher", "special_ledger"),
      arithmetic="登记的每笔支付为国库集中支付并已记入专账；登记为“否”的为违反，没有登记的无法判断。")
def paid_properly(facts: Facts) -> Verdict:
    rows = facts.rows("payment")
    if not rows:
        return not_applicable("没有登记支付。")
    wrong = tuple(row.text("number") for row in rows if row.flag("treasury") is False or row.flag("own_ledger") is False)
    silent = tuple(row.text("number") for row in rows if row.flag("treasury") is None or row.flag("own_ledger") is None)
    inputs: dict[str, Input] = {"payments": len(rows), "wrong": wrong, "silent": silent}
    if wrong:
        return failed(f"支付 {'、'.join(wrong[:5])} 没有国库集中支付或没有记入专账。", inputs=inputs,
                      clears_when="更正支付登记，或补记专账。")
    if silent and not facts.documents_of("special_ledger"):
        return unknown((f"支付 {'、'.join(silent[:5])} 是否国库集中支付、是否记入专账",), inputs=inputs)
    return passed(f"{len(rows)} 笔支付均为国库集中支付并记入专账。", inputs=inputs)


@rule("R36-2", title="结余资金退回", clause="36.2", also=("civil.202", "civil.203"), version=2,
      severity=Severity.H, targets=("FIN", "AUD"), applies=self_built,
      evidence=("settlement", "surplus_return_voucher"),
      arithmetic="竣工财务决算有结余（登记的结余，没有的为到位资金 − 审定金额）的，决算批复之后 3 个月内全部退回；"
                 "末日为休息日的顺延。")
def surplus_returned(facts: Facts) -> Iterator[Verdict]:
    rows = [row for row in facts.rows("settlement") if row.choice("kind") == "final_accounts"]
    if not rows:
        yield not_applicable("没有登记竣工财务决算。")
    for row in rows:
        surplus, received, settled = row.fen("surplus_fen"), row.fen("received_fen"), row.fen("settled_fen")
        if surplus is None and received is not None and settled is not None:
            surplus = received - settled
        number = row.text("number")
        if surplus is None:
            yield unknown((f"{row.name} 的结余资金，或到位资金和审定金额",), subject=number)
        elif surplus <= 0:
            yield not_applicable(f"{row.name} 没有结余。", subject=number, inputs={"surplus_fen": surplus})
        else:
            back = row.fen("returned_fen") or 0
            done = row.date("returned_on") if back >= surplus else None
            yield no_later(facts, Event(f"{row.name} 批复", row.date("approved_on"), f"{row.name} 的批复日期"),
                           Event(f"退回结余 {wan(surplus)}", done), Length(facts.settings.surplus_months, "months"),
                           silent_fails=True, subject=number, inputs={"surplus_fen": surplus, "returned_fen": back})


def _first_need(facts: Facts) -> tuple[int, str, str] | None:
    """The budget year in which O&M money is first needed, how that came about, and "renewal" or "first"."""
    contracts = [c for c in facts.contracts_of(OM) if c.end_on]
    if contracts:
        last = max(c.end_on for c in contracts if c.end_on)
        return (last + ONE_DAY).year, f"运维合同最后结束日期 {last}，次日 {last + ONE_DAY}", "renewal"
    if facts.project.warranty_end is not None:
        until = facts.project.warranty_end
        return (until + ONE_DAY).year, f"质保期至 {until}，次日 {until + ONE_DAY}", "first"
    return None


@rule("R37-1", title="质保期满后的首次运维预算", clause="37(1)", severity=Severity.H, targets=("FIN", "PM"),
      evidence=("warranty_end", "om_budget", "om_budget_application"), version=2,
      arithmetic="需要经费的预算年度 Y = 质保期至的次日所在年；申报应在 Y−1 年 9 月 30 日前，最迟 12 月 31 日（年底不因休息日顺延）。"
                 "已有申报材料或该年度的登记而没有申报日期的，无法判断。")
def first_budget(facts: Facts) -> Verdict:
    need = _first_need(facts)
    if need is None:
        return _no_need(facts, ("质保期至",))
    if need[2] != "first":
        return not_applicable("已有运维合同，由续运维的规则判断。")
    return _budget(facts, need[0], need[1])


@rule("R37-2", title="续运维预算和重新论证", clause="37(2)", severity=Severity.H, targets=("FIN", "PM"),
      evidence=("end_on", "om_budget", "om_budget_application", "om_reassessment", "decommission_decision"), version=2,
      arithmetic="预算年度 Y = 最后一份运维合同结束日期的次日所在年；申报应在 Y−1 年 9 月 30 日前，最迟 12 月 31 日，"
                 "并在申报前重新论证评估。已决定停用系统的不适用。已有申报材料或该年度的登记而没有申报日期的，无法判断。")
def renewal_budget(facts: Facts) -> Iterator[Verdict]:
    need = _first_need(facts)
    if need is None or need[2] != "renewal":
        yield not_applicable("没有运维合同，不涉及续运维。")
        return
    if facts.documents_of("decommission_decision"):
        yield not_applicable("系统已决定停用，无须续运维。")
        return
    yield _budget(facts, need[0], need[1])
    applied, _ = _applied(facts, need[0])
    days = [row.date("reassessed_on") for row in facts.rows("om_budget") if row.integer("year") == need[0]]
    assessed = min(filter(None, (*days, *(p.doc_date for p in facts.documents_of("om_reassessment")
                                          if p.doc_date and p.doc_date.year >= need[0] - 1))), default=None)
    if applied is None:
        yield not_applicable("尚未申报续运维预算。", subject="om_reassessment")
    elif assessed is None:
        yield failed(f"已于 {applied} 申报 {need[0]} 年续运维预算，没有重新论证评估。", subject="om_reassessment",
                     inputs={"applied_on": applied}, clears_when="归档续运维需求论证评估，或登记论证评估日期。")
    else:
        yield in_order(facts, Event("论证评估", assessed), Event("预算申报", applied), subject="om_reassessment", severity=Severity.M)


def _no_need(facts: Facts, missing: tuple[str, ...]) -> Verdict:
    if facts.project.kind == OM or not acceptance_clock(facts).evidence.accepted:
        return not_applicable("尚未验收，或没有质保期，不涉及首次运维预算。")
    return unknown(missing)


def _applied(facts: Facts, year: int) -> tuple[date | None, tuple[str, ...]]:
    rows = [row.date("applied_on") for row in facts.rows("om_budget") if row.integer("year") == year]
    papers = [p for p in facts.documents_of("om_budget_application") if p.doc_date and p.doc_date.year == year - 1]
    return min(filter(None, (*rows, earliest(papers))), default=None), tuple(paper.id for paper in papers)


def _asked_on_no_day(facts: Facts, year: int) -> bool:
    """Something shows that the money was asked for, and nothing when."""
    return (any(paper.doc_date is None for paper in facts.documents_of("om_budget_application"))
            or any(row.integer("year") == year for row in facts.rows("om_budget")))


def _budget(facts: Facts, year: int, basis: str) -> Verdict:
    soft, hard = date(year - 1, *facts.settings.demand_until), date(year - 1, 12, 31)
    applied, papers = _applied(facts, year)
    inputs: dict[str, Input] = {"year": year, "soft_due": soft, "due": hard, "applied_on": applied, "documents": papers}
    steps = (f"{basis}，预算年度 {year}", f"应于 {soft} 前申报，最迟 {hard}")
    if applied is not None and applied <= hard:
        late = applied > soft
        return passed(f"{year} 年运维预算已于 {applied} 申报{f'，晚于 {soft}' if late else ''}。", due_on=hard, inputs=inputs,
                      steps=steps,
                      severity=Severity.L if late else None)
    if applied is not None:
        return failed(f"{year} 年运维预算于 {applied} 申报，晚于 {hard}。", due_on=hard, inputs=inputs, steps=steps,
                      clears_when="更正申报日期；无误的由审计人员核实后登记豁免。")
    if facts.today <= hard:
        over = facts.today > soft
        return due(f"{year} 年需要运维经费，应于 {soft} 前申报预算，最迟 {hard}。", due_on=hard if over else soft, inputs=inputs,
                   steps=steps, severity=Severity.H if over else Severity.M if facts.today.year == year - 1 else None,
                   clears_when="申报运维预算，登记申报日期或归档申报材料。",
                   milestones=countdown(facts.settings.contract_notice_days, None))
    if facts.today.year > year + 1 or _asked_on_no_day(facts, year):
        return unknown((f"{year} 年运维预算的申报日期",), inputs=inputs, steps=steps)
    return failed(f"{year} 年需要运维经费，上一年度没有申报预算。", due_on=hard, inputs=inputs, steps=steps,
                  clears_when="登记申报日期或归档申报材料；确实没有申报的，说明经费来源后登记豁免。")


@rule("R38-1", title="运维预算经批复", clause="38", severity=Severity.M, targets=("FIN",), applies=om_project,
      evidence=("om_budget", "budget_reply", "payment"),
      arithmetic="首次运维支付之前有部门预算批复（登记簿“运维预算”的批复日期，或预算批复文件）。没有登记支付的不适用。")
def replied_before_payment(facts: Facts) -> Verdict:
    paid = min(filter(None, (row.date("paid_on") for row in facts.rows("payment") if row.choice("purpose") == "om")), default=None)
    papers = facts.documents_of("budget_reply")
    replied = min(filter(None, (*(row.date("replied_on") for row in facts.rows("om_budget")), earliest(papers))), default=None)
    inputs: dict[str, Input] = {"documents": tuple(paper.id for paper in papers)}
    if paid is None:
        return not_applicable("没有登记运维支付。", inputs=inputs)
    if replied is None and not papers:
        return failed(f"已于 {paid} 支付运维经费，没有预算批复。", inputs=inputs, clears_when="归档部门预算批复，或登记批复日期。")
    return in_order(facts, Event("预算批复", replied), Event("首次运维支付", paid), inputs=inputs)


@rule("R42-4", title="年度预算有保障", clause="42", severity=Severity.M, targets=("FIN",), evidence=("om_budget", "budget_reply"),
      arithmetic="政府采购的运维服务，每个已开始的服务年度的预算年度有预算批复（登记簿“运维预算”，或成文于该年或上一年的预算批复文件）。")
def guaranteed(facts: Facts) -> Iterator[Verdict]:
    years = sorted({first.year for service in services(facts) for first, _ in years_of(facts, service) if first <= facts.today})
    if not years:
        yield not_applicable("没有政府采购的运维合同，本条不适用。" if not procured(facts) else "运维服务尚未开始。")
    papers = {paper.doc_date.year for paper in facts.documents_of("budget_reply") if paper.doc_date}
    rows = {row.integer("year"): row for row in facts.rows("om_budget")}
    for year in years:
        row = rows.get(year)
        inputs: dict[str, Input] = {"year": year}
        if (row and (row.date("replied_on") or row.flag("guaranteed"))) or papers & {year, year - 1}:
            yield passed(f"{year} 年运维预算已批复或有保障。", subject=str(year), inputs=inputs)
        elif row and row.flag("guaranteed") is False:
            yield failed(f"{year} 年登记为预算不能保障，不应采购运维服务。", subject=str(year), inputs=inputs,
                         clears_when="取得预算批复并登记，或更正登记。")
        else:
            yield unknown((f"{year} 年运维预算批复",), subject=str(year), inputs=inputs)
