"""第42条: O&M is procured for three years at most, contracted year by year, and its end is seen coming."""

from collections.abc import Iterator
from datetime import date

from retention.compliance.counted import TODAY, away, since
from retention.compliance.facts import OM, SERVICE_PURCHASE, ContractFacts, Facts
from retention.compliance.findings import Input, Severity, Verdict, due, failed, not_applicable, passed, unknown
from retention.compliance.milestones import countdown
from retention.compliance.om import (
    Service,
    covering,
    gap_days,
    gaps_in,
    procured,
    rounds,
    service_of,
    services,
    successor,
    years_of,
)
from retention.compliance.periods import ONE_DAY, add_years, last_service_day
from retention.compliance.rule import rule

NOTHING = "没有政府采购的运维合同，本条不适用。"


def _none_at_all(facts: Facts) -> Verdict:
    """What to say of a project without procured O&M contracts."""
    if facts.project.kind == OM and not facts.contracts_of(OM):
        return unknown(("运维合同（起止日期、签订日期）",))
    if facts.project.mode == SERVICE_PURCHASE and facts.contracts_of("service"):
        return not_applicable("第42条只限运行维护服务，购买服务类合同不受三年限制，仅作提示。")
    return not_applicable(NOTHING)


@rule("R42-1", title="运维服务采购不超过三年", clause="42", also=("civil.202",), severity=Severity.C, legacy=Severity.M,
      targets=("PROC", "AUD"), evidence=("om_contract", "start_on", "end_on"),
      arithmetic="结束日期 ≤ 开始日期 + 3 年 − 1 天；恰好多一天的为一般问题，更多的为最严重。"
                 "逐年续签的年度合同合并计算；已重新采购的，不登记续签自。自行采购的不适用。")
def at_most_three_years(facts: Facts) -> Iterator[Verdict]:
    contracts = procured(facts)
    if not contracts:
        yield _none_at_all(facts)
        return
    for contract in contracts:
        service = service_of(contract)
        yield (unknown(gaps_in(contract), subject=contract.number) if service is None else
               _length(facts, contract.number, f"合同 {contract.number} ", service.start, service.end,
                       "变更合同期限，或更正登记有误的起止日期。"))
    for first, members in rounds(services(facts)).items():
        numbers = "、".join(member.number for member in members)
        yield _length(facts, f"round:{first}", f"自合同 {first} 起的逐年续签（{numbers}）",
                      min(member.start for member in members), max(member.end for member in members),
                      "重新采购；后续合同已是重新采购的，清除其“续签自”。")


def _length(facts: Facts, subject: str, name: str, start: date, end: date, clears_when: str) -> Verdict:
    years = facts.settings.om_max_years
    limit = last_service_day(start, years)
    inputs: dict[str, Input] = {"start_on": start, "end_on": end, "limit": limit, "max_years": years}
    steps = (f"开始 {start} + {years} 年 − 1 天 = {limit}", f"结束 {end}")
    over = (end - limit).days
    if over <= 0:
        return passed(f"{name}未超过 {years} 年。", subject=subject, inputs=inputs, steps=steps)
    return failed(f"{name}比 {years} 年多 {over} 天：{start} 开始，最迟应于 {limit} 结束，实际为 {end}。",
                  severity=Severity.M if over == 1 else Severity.C, subject=subject, clears_when=clears_when,
                  inputs=inputs | {"days_over": over}, steps=(*steps, f"超过 {over} 天"))


@rule("R42-2", title="运维合同分年签订", clause="42", also=("civil.202",), severity=Severity.H, legacy=Severity.M,
      targets=("PM", "AUD"),
      evidence=("om_contract", "signed_on"),
      arithmetic="跨年的运维采购，每个服务年度［开始 + k 年，开始 + (k+1) 年 − 1 天］各有一份年度合同，"
                 "签订日期不晚于该年度第一天；年度合同的签订日期不晚于其开始日期。")
def year_by_year(facts: Facts) -> Iterator[Verdict]:
    contracts = procured(facts)
    if not contracts:
        yield _none_at_all(facts)
        return
    listed, used = services(facts), set[str]()
    for service in listed:
        if not service.annual:
            for count, (first, last) in enumerate(years_of(facts, service), start=1):
                annual = covering(first, last, listed)
                used |= {annual.number} if annual else set()
                yield _year(facts, service, count, first, last, annual)
    for contract in contracts:
        alone = service_of(contract)
        if alone is None:
            yield unknown(gaps_in(contract), subject=contract.number)
        elif alone.annual and alone.number not in used:
            yield _signed(alone, alone.start, alone.number, {})


def _year(facts: Facts, service: Service, count: int, first: date, last: date, annual: Service | None) -> Verdict:
    subject = f"{service.number}#{count}"
    inputs: dict[str, Input] = {"contract": service.number, "year": count, "from": first, "to": last,
                                "annual_contract": annual.number if annual else None}
    if annual is not None:
        return _signed(annual, first, subject, inputs)
    name = f"合同 {service.number} 第 {count} 年（{first} 至 {last}）"
    clears = f"签订并登记覆盖 {first} 至 {last} 的年度合同。"
    steps = (f"{service.number}：{service.start} 至 {service.end}", f"第 {count} 年：{first} 至 {last}")
    notices = countdown(facts.settings.other_notice_days, None)
    if facts.today <= first:
        return due(f"{name}的年度合同最迟应于 {first} 签订。", clears_when=clears, due_on=first, subject=subject,
                   severity=Severity.M if (first - facts.today).days <= facts.settings.contract_grave_days else None,
                   inputs=inputs, steps=steps, milestones=notices)
    return failed(f"{name}没有年度合同：三年以内的运维采购应分年签订合同。", clears_when=clears, due_on=first,
                  subject=subject, inputs=inputs, steps=steps, milestones=notices)


def _signed(service: Service, first: date, subject: str, inputs: dict[str, Input]) -> Verdict:
    inputs = inputs | {"signed_on": service.signed_on, "first_day": first}
    if service.signed_on is None:
        return unknown((f"合同 {service.number} 的签订日期",), subject=subject, inputs=inputs)
    steps = (f"签订 {service.signed_on}", f"服务第一天 {first}")
    if service.signed_on <= first:
        return passed(f"年度合同 {service.number} 在服务开始（{first}）前签订。", subject=subject, inputs=inputs,
                      steps=steps)
    return failed(f"年度合同 {service.number} 于 {service.signed_on} 签订，晚于服务第一天 {first}：先服务后签合同。",
                  subject=subject, inputs=inputs, steps=steps,
                  clears_when="更正登记有误的日期；日期无误的，由审计人员核实后登记豁免。")


@rule("R42-3", title="运维合同到期", clause="42", severity=Severity.H, legacy=Severity.M, targets=("PM", "FIN", "ARCH"),
      evidence=("om_contract", "end_on", "decommission_decision"),
      arithmetic="到期日即合同结束日期，不因休息日顺延；剩余 30 天以内为严重，到期次日起没有后续合同的为违反。")
def expiry_seen(facts: Facts) -> Iterator[Verdict]:
    """Every O&M contract until the next one is registered or the system is out of use."""
    contracts = facts.contracts_of(OM)
    if not contracts:
        yield _none_at_all(facts)
    for contract in contracts:
        yield _expiry(facts, contract, contracts)


def _expiry(facts: Facts, contract: ContractFacts, contracts: tuple[ContractFacts, ...]) -> Verdict:
    number, end = contract.number, contract.end_on
    if end is None:
        return unknown((f"合同 {number} 的结束日期",), subject=number)
    following = successor(contract, contracts)
    inputs: dict[str, Input] = {"contract": number, "end_on": end, "next": following.number if following else None}
    if following is not None:
        gap = gap_days(contract, following)
        note = f"，中间断档 {gap} 天" if gap else ""
        return passed(f"合同 {number}（至 {end}）已由 {following.number} 接续{note}。", subject=number, due_on=end,
                      severity=Severity.L if gap else None, inputs=inputs | {"gap_days": gap})
    if stopped := facts.documents_of("decommission_decision"):
        return passed(f"系统已决定停用，合同 {number} 无需接续。", subject=number, due_on=end,
                      inputs=inputs | {"decommission_decision": stopped[0].id})
    return _unrenewed(facts, contract, end, inputs)


def _unrenewed(facts: Facts, contract: ContractFacts, end: date, inputs: dict[str, Input]) -> Verdict:
    number, left = contract.number, (end - facts.today).days
    clears = f"登记接续合同（“续签自”填 {number}），或归档系统停用决定。" + _round_advice(facts, number)
    notices = countdown(facts.settings.contract_notice_days, left, weekly=True)
    steps = (f"合同 {number} 结束日期 {end}", f"今天 {TODAY}，{away(end)}")
    if left < 0:
        return failed(f"运维合同 {number} 已于 {end} 到期 {since(end)} 天，没有接续合同，运维服务断档。", clears_when=clears,
                      due_on=end, subject=number, inputs=inputs, steps=steps, milestones=notices)
    severity = Severity.H if left <= facts.settings.contract_grave_days else Severity.M
    if left > max(facts.settings.contract_notice_days, default=0):
        severity = Severity.I
    return due(f"运维合同 {number} 于 {end} 到期，{away(end)}，尚无接续合同。", clears_when=clears, due_on=end,
               severity=severity, subject=number, inputs=inputs, steps=steps, milestones=notices)


def _round_advice(facts: Facts, number: str) -> str:
    """Says so where the next annual contract would carry the round beyond what one procurement may cover."""
    years = facts.settings.om_max_years
    for members in rounds(services(facts)).values():
        start, end = min(m.start for m in members), max(m.end for m in members)
        if any(m.number == number for m in members) and end + ONE_DAY >= add_years(start, years):
            return f"本轮采购已满 {years} 年，接续前应重新采购（重新采购的合同不填“续签自”）。"
    return ""
