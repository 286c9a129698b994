"""第32条, 第8条第八项: what a project may not have while it, or the project before it, is not accepted."""

from dataclasses import dataclass
from datetime import date

from retention.compliance.acceptance import acceptance_clock
from retention.compliance.evidence import ledger_accepted_on
from retention.compliance.facts import OM, Facts, earliest
from retention.compliance.findings import Input, Severity, Verdict, failed, not_applicable, passed, unknown
from retention.compliance.rule import rule
from retention.compliance.scope import upgrade

APPLICATION_TYPES = ("application_package", "project_basic_info", "annual_demand_form")


@dataclass(frozen=True, slots=True)
class _Money:
    """A contract or paper that gives O&M money, and the day it did (None: undated)."""

    name: str
    day: date | None


@rule("R32-1", title="未验收或验收不合格的不安排运维经费", clause="32", severity=Severity.C, legacy=Severity.M, targets=("FIN", "AUD"),
      evidence=("om_contract", "budget_reply", "acceptance_date"),
      arithmetic="运维合同（签订日期，未登记的按开始日期）、运维预算批复的日期不早于被运维项目的验收日期；"
                 "未验收、验收不合格而已有运维合同或预算批复的为违反。运维项目看前序项目，其他项目看自身。")
def no_money_before_acceptance(facts: Facts) -> Verdict:
    """第32条, for O&M projects by the project before them, for others by their own acceptance."""
    money = _money(facts)
    inputs: dict[str, Input] = {"money": tuple(item.name for item in money), "predecessor": facts.project.predecessor}
    if facts.project.kind != OM:
        if not money:
            return not_applicable("没有运维合同，不涉及运维经费。", inputs=inputs)
        evidence = acceptance_clock(facts).evidence
        return _weigh_money(facts, money, None if evidence.failed else evidence.held_on, "本项目", inputs)
    if problem := _no_predecessor(facts):
        return unknown((problem,), inputs=inputs)
    accepted = _predecessor_accepted_on(facts)
    name = f"前序项目 {facts.project.predecessor}"
    if not money:
        state = f"已于 {accepted} 验收" if accepted else "尚未验收合格，验收前不得安排运维经费"
        return passed(f"{name}{state}；目前没有登记运维合同或预算批复。", inputs=inputs | {"accepted_on": accepted})
    return _weigh_money(facts, money, accepted, name, inputs)


def _money(facts: Facts) -> tuple[_Money, ...]:
    """Contracts first; papers count where no contract is registered. Budget replies are O&M money in O&M projects."""
    contracts = [_Money(f"运维合同 {contract.number}", contract.signed_on or contract.start_on)
                 for contract in facts.contracts_of(OM)]
    types = ("om_contract", "budget_reply") if facts.project.kind == OM else ("om_contract",)
    names = {"budget_reply": "预算批复", "om_contract": "运维合同"}
    papers = [_Money(f"{names[paper.type]}（{paper.title or paper.id}）", paper.doc_date)
              for paper in facts.documents_of(*types) if not (contracts and paper.type == "om_contract")]
    return (*contracts, *papers)


def _weigh_money(facts: Facts, money: tuple[_Money, ...], accepted: date | None, name: str,
                 inputs: dict[str, Input]) -> Verdict:
    inputs = inputs | {"accepted_on": accepted}
    if accepted is None:
        return failed(f"{name}尚未验收合格，却已有{_listed(money)}：不得安排运行维护经费。", inputs=inputs,
                      clears_when=f"{name}验收合格并登记验收日期；已安排的经费由财务和审计人员处理。")
    early = tuple(item for item in money if item.day is not None and item.day < accepted)
    steps = (f"{name}验收日期 {accepted}", *(f"{item.name}：{item.day or '无日期'}" for item in money))
    if early:
        return failed(f"{_listed(early)}早于{name}的验收日期 {accepted}：未验收的项目不得安排运行维护经费。",
                      inputs=inputs, steps=steps,
                      clears_when="更正登记有误的日期；日期无误的，由审计人员核实后登记豁免。")
    if undated := [item.name for item in money if item.day is None]:
        return unknown(tuple(f"{item}的日期" for item in undated), inputs=inputs, steps=steps)
    return passed(f"运维经费均在{name}验收（{accepted}）之后安排。", inputs=inputs, steps=steps)


def _listed(money: tuple[_Money, ...]) -> str:
    return "、".join(f"{item.name}（{item.day}）" if item.day else item.name for item in money)


@rule("R08-8", title="原项目未验收的不得申报升级改造", clause="8(8)", severity=Severity.C, targets=("PM", "AUD"),
      applies=upgrade, evidence=("acceptance_date", "registered_on", *APPLICATION_TYPES), legacy=None,
      arithmetic="前序项目的验收日期不晚于本项目的申报日期。申报日期取申报材料的成文日期，没有的取登记备案日期，再取批复日期，"
                 "都没有的按今天。")
def predecessor_accepted(facts: Facts) -> Verdict:
    """第8条第八项: an upgrade waits for the acceptance of what it upgrades."""
    if problem := _no_predecessor(facts):
        return unknown((problem,), inputs={"predecessor": facts.project.predecessor})
    applied, basis = _application(facts)
    accepted = _predecessor_accepted_on(facts)
    name = f"前序项目 {facts.project.predecessor}"
    inputs: dict[str, Input] = {"predecessor": facts.project.predecessor, "predecessor_accepted_on": accepted,
                                "applied_on": applied, "application_basis": basis}
    steps = (f"申报日期 {applied}（{basis}）", f"{name}验收日期：{accepted or '未验收'}")
    if accepted is not None and accepted <= applied:
        return passed(f"{name}已于 {accepted} 验收，不晚于申报日期 {applied}。", inputs=inputs, steps=steps)
    state = f"{accepted} 才验收，晚于申报日期 {applied}" if accepted else "尚未验收合格"
    return failed(f"{name}{state}：原项目未验收的，升级改造不予立项。", inputs=inputs, steps=steps,
                  clears_when=f"{name}验收合格并登记验收日期，且不晚于本项目的申报日期。")


def _application(facts: Facts) -> tuple[date, str]:
    project = facts.project
    for day, basis in ((earliest(facts.documents_of(*APPLICATION_TYPES)), "申报材料"),
                       (facts.reached(project.registered_on), "登记备案日期"),
                       (facts.reached(project.approved_on), "批复日期")):
        if day is not None:
            return day, basis
    return facts.today, "尚未登记，按今天"


def _no_predecessor(facts: Facts) -> str:
    """What is missing to judge by the project before, "" where nothing is."""
    if not facts.project.predecessor:
        return "前序项目编号"
    return "" if facts.predecessor is not None else f"前序项目 {facts.project.predecessor} 的台账"


def _predecessor_accepted_on(facts: Facts) -> date | None:
    return None if facts.predecessor is None else ledger_accepted_on(facts.predecessor, facts.today)
