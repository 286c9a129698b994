"""第39、43条: how it is bought, evaluated and weighed; what is bought by oneself is recorded all the same."""

from collections.abc import Iterator
from decimal import Decimal

from retention.compliance.facts import ContractFacts, DocumentFacts, Facts
from retention.compliance.findings import Input, Severity, Verdict, failed, not_applicable, passed, unknown
from retention.compliance.rows import Row
from retention.compliance.rule import rule

ALLOWED = ("open_tender", "invited_tender", "consultation", "single_source")
TENDERS = ("open_tender", "invited_tender")
METHOD_WORDS = ("公开招标", "邀请招标", "竞争性磋商", "单一来源")
WEIGHTS = {"goods": 30, "services": 10}
OWN = "自行采购"
SYSTEMS = ("build", "service", "om")
"""Contracts by which systems and their upkeep are bought; whoever supervises, tests or audits is bought otherwise."""
BOUGHT = (*SYSTEMS, "supervision", "test", "audit", "other")


def governed(facts: Facts) -> tuple[Row, ...]:
    """Procurements under government procurement: not said otherwise, and not by oneself."""
    return tuple(row for row in facts.rows("procurement")
                 if row.flag("government_procured") is not False and row.choice("method") != "own")


def subject_of(row: Row) -> str:
    return f"{row.text('number')} {row.text('package')}".strip()


@rule("R39-1", title="采购方式合规", clause="39.1", severity=Severity.H, targets=("PROC", "AUD"), evidence=("procurement", "method"),
      arithmetic="政府采购的方式为公开招标、邀请招标、竞争性磋商或单一来源；没有采购登记的看建设、服务、运维合同的采购方式。自行采购、逐年续签的不适用。")
def method_allowed(facts: Facts) -> Iterator[Verdict]:
    rows = governed(facts)
    for row in rows:
        inputs: dict[str, Input] = {"method": row.shown("method")}
        if row.choice("method") in ALLOWED:
            yield passed(f"{row.name} 采用{row.shown('method')}。", subject=subject_of(row), inputs=inputs)
        else:
            yield failed(f"{row.name} 采用{row.shown('method')}，不属于规定的四种方式。", subject=subject_of(row), inputs=inputs,
                         clears_when="更正采购方式；确属其他依据的由审计人员核实后登记豁免。")
    if not facts.rows("procurement"):
        yield from _by_contract(facts)
    elif not rows:
        yield not_applicable("登记的采购不属于政府采购，本条不适用。")


def _renewal(contract: ContractFacts) -> bool:
    """A further year of a round that was procured before."""
    return bool(contract.renews) or "续签" in contract.method


def _by_contract(facts: Facts) -> Iterator[Verdict]:
    contracts = [c for c in facts.contracts_of(*SYSTEMS) if OWN not in c.method and not _renewal(c)]
    if not contracts:
        yield not_applicable("没有登记采购，也没有登记政府采购的合同。")
    for contract in contracts:
        inputs: dict[str, Input] = {"contract": contract.number, "method": contract.method}
        if not contract.method:
            yield unknown((f"合同 {contract.number} 的采购方式",), subject=contract.number, inputs=inputs)
        elif any(word in contract.method for word in METHOD_WORDS):
            yield passed(f"合同 {contract.number} 采用{contract.method}。", subject=contract.number, inputs=inputs)
        else:
            yield failed(f"合同 {contract.number} 采用{contract.method}，不属于规定的四种方式。", subject=contract.number,
                         inputs=inputs,
                         clears_when="更正采购方式；自行采购的登记为自行采购。")


@rule("R39-2", title="招标采用综合评分法", clause="39.2", severity=Severity.H, targets=("PROC", "AUD"),
      evidence=("procurement", "tender_document"),
      arithmetic="公开招标、邀请招标的评审办法为综合评分法；没有登记评审办法的，看招标文件文字中有没有综合评分法（自动识别，待确认）。")
def comprehensive(facts: Facts) -> Iterator[Verdict]:
    rows = [row for row in governed(facts) if row.choice("method") in TENDERS]
    papers = facts.documents_of("tender_document")
    read = tuple(paper.id for paper in papers if "综合评分法" in paper.terms)
    for row in rows:
        inputs: dict[str, Input] = {"evaluation": row.shown("evaluation"), "documents": read}
        if row.choice("evaluation") == "comprehensive":
            yield passed(f"{row.name} 采用综合评分法。", subject=subject_of(row), inputs=inputs)
        elif row.choice("evaluation"):
            yield failed(f"{row.name} 的评审办法为{row.shown('evaluation')}，招标应采用综合评分法。", subject=subject_of(row),
                         inputs=inputs,
                         clears_when="更正评审办法；无误的由审计人员核实后登记豁免。")
        elif read:
            yield passed("招标文件写明综合评分法（自动识别，待确认）。", subject=subject_of(row), inputs=inputs)
        else:
            yield unknown((f"{row.name} 的评审办法",), subject=subject_of(row), inputs=inputs)
    if not rows:
        yield not_applicable("没有登记招标采购。")


@rule("R39-3", title="价格分值权重", clause="39.2", severity=Severity.H, targets=("PROC", "AUD"),
      evidence=("procurement", "tender_document"),
      arithmetic="除单一来源外，货物的价格权重为 30%，服务为 10%，须恰好相等；按采购包判断，标的未明确的由采购人确定，不作判断。"
                 "没有登记的取采购文件中自动读取的权重：没有人确认的只提示，不认定违反。")
def price_weight(facts: Facts) -> Iterator[Verdict]:
    rows = [row for row in governed(facts) if row.choice("method") != "single_source" and row.choice("object") in WEIGHTS]
    read = [paper for paper in facts.documents_of("tender_document") if paper.value("price_weight")]
    for row in rows:
        yield _weight(row, read)
    if not rows:
        yield not_applicable("没有登记货物或服务的竞争性采购。")


def _weight(row: Row, read: list[DocumentFacts]) -> Verdict:
    wanted, given, subject = WEIGHTS[row.choice("object")], row.percent("price_weight"), subject_of(row)
    paper = read[0] if given is None and len(read) == 1 else None
    field = paper.value("price_weight") if paper else None
    weight = given if given is not None else Decimal(field.value) if field else None
    inputs: dict[str, Input] = {"price_weight": None if weight is None else f"{weight:f}", "wanted": wanted,
                                "object": row.shown("object"),
                                "document": paper.id if paper else None, "page": field.page if field else None}
    if weight is None:
        return unknown((f"{row.name} 的价格权重",), subject=subject, inputs=inputs)
    steps = (f"{row.shown('object')}的价格权重应为 {wanted}%", f"{'采购文件' if field else '登记'} {weight:f}%")
    if weight == wanted:
        return passed(f"{row.name} 的价格权重为 {wanted}%{'（自动读取，待确认）' if field and not field.confirmed else ''}。",
                      subject=subject, inputs=inputs, steps=steps)
    if field and not field.confirmed:
        return unknown((f"{row.name} 的价格权重（自动读取为 {weight:f}%，待确认）",), subject=subject, inputs=inputs, steps=steps)
    return failed(f"{row.name} 的价格权重为 {weight:f}%，{row.shown('object')}应为 {wanted}%。", subject=subject, inputs=inputs,
                  steps=steps,
                  clears_when="更正登记有误的权重或标的；无误的由审计人员核实后登记豁免。")


@rule("R43-1", title="自行采购留有记录", clause="43", severity=Severity.L, targets=("PROC",),
      evidence=("procurement", "method", "self_procurement_record"),
      arithmetic="登记为自行采购的采购或合同，案卷中应有自行采购记录。")
def own_recorded(facts: Facts) -> Verdict:
    own = [row.name for row in facts.rows("procurement") if row.choice("method") == "own"]
    own += [f"合同 {c.number}" for c in facts.contracts_of(*BOUGHT) if OWN in c.method]
    papers = facts.documents_of("self_procurement_record")
    inputs: dict[str, Input] = {"own": tuple(own), "documents": tuple(paper.id for paper in papers)}
    if not own:
        return not_applicable("没有登记自行采购。", inputs=inputs)
    if papers:
        return passed(f"自行采购记录已归档（{len(papers)} 份）。", inputs=inputs)
    return failed(f"{'、'.join(own)} 为自行采购，没有自行采购记录。", inputs=inputs, clears_when="归档自行采购记录。")
