"""第44、47、48条: what is asked for is given, what is ordered is done, and what may not happen is named."""

from collections.abc import Iterator
from datetime import date

from retention.compliance.anchors import anchor
from retention.compliance.counted import since
from retention.compliance.facts import OM, Facts, latest
from retention.compliance.findings import Input, Severity, Verdict, due, failed, not_applicable, passed, unknown
from retention.compliance.milestones import countdown
from retention.compliance.rule import rule
from retention.compliance.terms import CORRECT, Event, in_order


@rule("R44-1", title="如实提供资料", clause="44", severity=Severity.C, targets=("HEAD", "AUD"),
      evidence=("audit_request", "audit_response"),
      arithmetic="审计、检查单位要求的资料，在通知写明的期限内（不因休息日顺延）答复并全部提供；没有写明期限的不计算。")
def asked_and_given(facts: Facts) -> Iterator[Verdict]:
    rows = facts.rows("audit_request")
    if not rows:
        yield _by_papers(facts)
    for row in rows:
        inputs: dict[str, Input] = {"received_on": row.date("received_on"), "evidence": row.evidence}
        verdict = _by_day(facts, f"{row.shown('issuer')}的要求（{row.text('number')}）", "答复", row.date("due_on"),
                          row.date("answered_on"), row.text("number"), inputs)
        if verdict.outcome == "passed" and row.flag("complete") is False:
            verdict = failed(f"{row.shown('issuer')}要求的资料（{row.text('number')}）没有全部提供。", subject=row.text("number"),
                             inputs=inputs,
                             clears_when="补充提供并更新登记。")
        yield verdict


def _by_papers(facts: Facts) -> Verdict:
    asked, given = facts.documents_of("audit_request"), facts.documents_of("audit_response")
    inputs: dict[str, Input] = {"documents": tuple(paper.id for paper in (*asked, *given))}
    if not asked:
        return not_applicable("没有审计、检查单位调取资料的要求。")
    if given:
        return passed("已有提供资料的清单。", inputs=inputs)
    return unknown(("审计与检查登记（答复期限、答复日期）",), inputs=inputs)


def _by_day(facts: Facts, name: str, deed: str, last: date | None, done: date | None, subject: str,
            inputs: dict[str, Input]) -> Verdict:
    """The deed by the day an order names: the day itself is in time."""
    done = facts.reached(done)
    inputs = inputs | {"deadline": last, "done_on": done}
    steps = (f"期限 {last or '没有写明'}", f"{deed} {done or '未登记'}")
    if done is not None and (last is None or done <= last):
        return passed(f"{name}已于 {done} {deed}。", subject=subject, due_on=last, inputs=inputs, steps=steps)
    if done is not None and last is not None:
        return failed(f"{name}于 {done} {deed}，比期限 {last} 迟 {(done - last).days} 天。", subject=subject, due_on=last,
                      severity=Severity.M, inputs=inputs, steps=steps, clears_when=CORRECT)
    if last is None:
        return unknown((f"{name}的期限或{deed}日期",), subject=subject, inputs=inputs, steps=steps)
    notices = countdown(facts.settings.other_notice_days, (last - facts.today).days, weekly=True)
    if facts.today <= last:
        return due(f"{name}应于 {last} 前{deed}。", subject=subject, due_on=last, inputs=inputs, steps=steps, severity=Severity.M,
                   clears_when=f"{deed}并登记日期。", milestones=notices)
    return failed(f"{name}期限 {last} 已过 {since(last)} 天，没有{deed}。", subject=subject, due_on=last, inputs=inputs,
                  steps=steps, clears_when=f"{deed}并登记日期。", milestones=notices)


@rule("R47-1", title="限期整改", clause="47.1", also=("30.1",), severity=Severity.C, legacy=Severity.M, targets=("HEAD", "AUD"),
      evidence=("rectification", "rectification_notice", "rectification_report"), version=2,
      arithmetic="整改报告日期不晚于通知写明的整改期限（不因休息日顺延），次日零时起为逾期；只有通知文件没有登记期限的，最近一份通知之后有整改报告的为符合，其余无法判断。")
def rectified(facts: Facts) -> Iterator[Verdict]:
    rows = [row for row in facts.rows("rectification") if row.choice("kind") == "rectify"]
    for row in rows:
        yield _by_day(facts, f"整改通知 {row.text('number')}", "报告整改", row.date("due_on"),
                      row.date("reported_on") or row.date("accepted_on"), row.text("number"), {"evidence": row.evidence})
    if not rows:
        orders, reports = facts.documents_of("rectification_notice"), facts.documents_of("rectification_report")
        inputs: dict[str, Input] = {"documents": tuple(paper.id for paper in (*orders, *reports))}
        if not orders:
            yield not_applicable("没有整改通知。")
        elif (last := latest(orders)) is not None and any(p.doc_date is not None and p.doc_date >= last for p in reports):
            yield passed("整改通知之后已有整改报告。", inputs=inputs)
        else:
            yield unknown(("整改登记（整改期限、整改报告日期）",), inputs=inputs)


@rule("R47-2", title="审计整改", clause="47.2", severity=Severity.H, legacy=Severity.M, targets=("AUD",),
      evidence=("rectification", "government_audit_report", "audit_rectification"),
      arithmetic="审计整改在期限内报告；有审计厅审计报告而没有登记期限的，看其后有没有审计整改文件。")
def audited(facts: Facts) -> Iterator[Verdict]:
    rows = [row for row in facts.rows("rectification") if row.choice("kind") == "audit"]
    for row in rows:
        yield _by_day(facts, f"审计整改 {row.text('number')}", "报告整改", row.date("due_on"),
                      row.date("reported_on") or row.date("accepted_on"), row.text("number"), {"evidence": row.evidence})
    if not rows:
        reports, done = facts.documents_of("government_audit_report"), facts.documents_of("audit_rectification")
        inputs: dict[str, Input] = {"documents": tuple(paper.id for paper in (*reports, *done))}
        if not reports:
            yield not_applicable("没有审计厅的审计报告。")
        elif done:
            yield passed("审计整改文件已归档。", inputs=inputs)
        else:
            yield unknown(("审计整改登记，或审计整改文件",), inputs=inputs)


@rule("R48-1", title="先审批后建设，问题如实登记", clause="48.1", also=("28",), severity=Severity.C, targets=("HEAD", "AUD"),
      evidence=("approved_on", "contract_signed_on", "construction_start", "incident"),
      arithmetic="批复日期不晚于合同签订和开工日期；登记的未经备案或批准、弄虚作假、责任事故没有了结的为违反。")
def approved_first(facts: Facts) -> Iterator[Verdict]:
    approval = anchor(facts, "approval")
    for event in ("contract", "build_start"):
        begun = anchor(facts, event)
        if facts.project.kind != OM and begun.own and begun.day is not None and begun.day <= facts.today:
            known = Event("批复", approval.day if approval.own else None, "批复日期")
            yield in_order(facts, known, Event(begun.name, begun.day), subject=begun.name)
    yield _open(facts, ("unregistered", "fraud", "accident"), "事件")


@rule("R48-2", title="资金不得截留挪用", clause="48.2", severity=Severity.C, targets=("FIN", "AUD"), evidence=("incident",),
      arithmetic="登记的资金问题都已了结；没有登记的不适用。")
def money_kept(facts: Facts) -> Verdict:
    return _open(facts, ("misuse",), "")


def _open(facts: Facts, kinds: tuple[str, ...], subject: str) -> Verdict:
    rows = [row for row in facts.rows("incident") if row.choice("kind") in kinds]
    open_ = [row for row in rows if facts.reached(row.date("closed_on")) is None]
    inputs: dict[str, Input] = {"incidents": tuple(row.text("number") for row in rows)}
    if open_:
        named = "、".join(f"{row.shown('kind')}（{row.text('number')}）" for row in open_)
        return failed(f"{named}没有了结。", subject=subject,
                      inputs=inputs, clears_when="处理后登记了结日期和结果。")
    if rows:
        return passed("登记的问题都已了结。", subject=subject, inputs=inputs)
    return not_applicable("没有登记此类问题。", subject=subject)
