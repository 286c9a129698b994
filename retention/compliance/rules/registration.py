"""第9条: registered, applied for on the platform, in the unit's catalogue of systems; else no money."""

import re
from collections.abc import Iterator

from retention.compliance.acceptance import acceptance_clock
from retention.compliance.anchors import anchor
from retention.compliance.facts import OM, Facts, earliest
from retention.compliance.findings import Input, Severity, Verdict, due, failed, not_applicable, passed, unknown
from retention.compliance.rows import Row
from retention.compliance.rule import rule
from retention.compliance.scope import construction
from retention.compliance.stages import filed
from retention.compliance.terms import CORRECT, Event, Length, no_later

PROJECT_CODE = re.compile(r"\d{4}-\d{6}-\d{2}-\d{2}-\d{6}")
"""国家统一的投资项目代码: year, region, industry, kind, number."""


@rule("R09-1", title="在备案登记平台登记", clause="9", severity=Severity.H, targets=("PM", "ARCH"),
      evidence=("registered_on", "registration_receipt", "platform"),
      arithmetic="登记备案日期（台账、登记回执或“平台登记与回执”，取最早）不晚于合同签订日期。"
                 "已签合同而没有任何登记的：申报审批阶段已有材料的为违反，没有的无法判断。")
def registered(facts: Facts) -> Verdict:
    rows = _platform(facts, "registration", "registration")
    papers = facts.documents_of("registration_receipt")
    day = min(filter(None, (facts.reached(facts.project.registered_on), earliest(papers),
                            *(row.date("accepted_on") or row.date("submitted_on") for row in rows))), default=None)
    money = anchor(facts, "contract")
    inputs: dict[str, Input] = {"registered_on": day, "event_day": money.day, "documents": tuple(p.id for p in papers),
                                "numbers": tuple(row.text("number") for row in rows)}
    if day is not None or rows or papers:
        if day is not None and money.day is not None and money.own and day > money.day:
            return failed(f"{day} 才登记备案，晚于签订合同（{money.day}）。", inputs=inputs, clears_when=CORRECT)
        return passed(f"已在备案登记平台登记{f'（{day}）' if day else ''}。", inputs=inputs)
    if money.day is None or facts.today <= money.day:
        return due("签订合同、安排经费前应在备案登记平台登记。", due_on=money.day, inputs=inputs, clears_when="登记备案并登记日期。")
    if not filed(facts, "申报审批"):
        return unknown(("登记备案日期",), inputs=inputs)
    return failed("已签订合同，没有备案登记的日期、编号或回执。", inputs=inputs, clears_when="登记备案日期，或归档登记回执。")


@rule("R09-2", title="在投资项目审批平台报批", clause="9", severity=Severity.H, targets=("PM",), applies=construction,
      evidence=("platform", "approved_on"),
      arithmetic="“平台登记与回执”中有投资项目在线审批监管平台的项目代码，格式为 年份-行政区划-行业-类别-序号"
                 "（4-6-2-2-6 位数字）；批复后仍未登记的无法判断。")
def applied_on_platform(facts: Facts) -> Iterator[Verdict]:
    rows = _platform(facts, "approval", "")
    for row in rows:
        code = row.text("number")
        inputs: dict[str, Input] = {"number": code}
        if PROJECT_CODE.fullmatch(code):
            yield passed(f"已在审批平台报批，项目代码 {code}。", subject=code, inputs=inputs)
        else:
            yield failed(f"项目代码“{code}”不是统一的格式（2024-510000-65-04-123456 的样子）。", severity=Severity.M,
                         subject=code, inputs=inputs, clears_when="更正项目代码。")
    if not rows:
        approval = anchor(facts, "approval")
        if approval.day is None or facts.today <= approval.day:
            yield due("批复前应在投资项目在线审批监管平台报批。", due_on=approval.day, clears_when="登记审批平台的项目代码。")
        else:
            yield unknown(("投资项目在线审批监管平台的项目代码",))


@rule("R09-3", title="系统目录及时更新", clause="9", also=("civil.203",), severity=Severity.M, targets=("PM",), version=2,
      evidence=("system", "acceptance_date", "system_catalog_entry"),
      arithmetic="验收合格，以及系统停用、整合、更名（登记簿“系统目录”的变更日期）之后 30 天内更新系统目录；末日为休息日的顺延。")
def catalogue_current(facts: Facts) -> Iterator[Verdict]:
    rows, length = facts.own_rows("system"), Length(facts.settings.catalogue_days)
    clock = acceptance_clock(facts)
    accepted = clock.evidence.held_on if clock.evidence.accepted else None
    papers = facts.documents_of("system_catalog_entry")
    if accepted is not None:
        done = max(filter(None, (*(row.date("catalogued_on") for row in rows), *(p.doc_date for p in papers))), default=None)
        if done is not None and done < accepted:
            done = None
        yield no_later(facts, Event("验收", accepted), Event("更新系统目录", done), length, subject="验收",
                       silent_fails=bool(rows), alert=False)
    changed = [row for row in rows if row.date("changed_on")]
    for row in changed:
        done = row.date("catalogued_on")
        since = row.date("changed_on")
        if done is not None and since is not None and done < since:
            done = None
        yield no_later(facts, Event(f"系统 {row.text('number')} {row.shown('status')}", since),
                       Event("更新系统目录", done), length, subject=row.text("number"), silent_fails=True)
    if accepted is None and not changed:
        yield not_applicable("没有验收、停用、整合或更名，无须更新系统目录。")


@rule("R09-4", title="未纳入系统目录的不安排经费", clause="9", severity=Severity.C, targets=("FIN", "AUD"),
      evidence=("system", "payment", "system_catalog_entry", "payment_voucher"), version=3,
      arithmetic="有支付记录、支付凭证或运维合同的项目，本单位系统目录中应有与本项目或其前序项目有关的系统，或有系统目录登记表；"
                 "本单位没有登记任何系统，或只有没写明建设项目的系统可能相关的，无法判断。")
def catalogued_before_money(facts: Facts) -> Verdict:
    money = (*(row.name for row in facts.rows("payment")),
             *(paper.title or "支付凭证" for paper in facts.documents_of("payment_voucher")),
             *(f"运维合同 {contract.number}" for contract in facts.contracts_of(OM)))
    # Who maintains or extends a system is paid for the system that the project before built.
    own = tuple(filter(None, (facts.project.code, facts.project.predecessor)))
    papers, rows = facts.documents_of("system_catalog_entry"), facts.rows_naming("system", *own)
    inputs: dict[str, Input] = {"money": money, "systems": tuple(row.text("number") for row in rows),
                                "documents": tuple(paper.id for paper in papers)}
    if not money:
        return not_applicable("没有登记支付或运维合同，不涉及经费。", inputs=inputs)
    if rows or papers:
        return passed("已纳入系统目录。", inputs=inputs)
    if not facts.rows("system"):
        return unknown(("本单位系统目录",), inputs=inputs)
    if unnamed := facts.rows_naming("system", ""):
        return unknown((f"{len(unnamed)} 个系统的项目编号（系统目录）",), inputs=inputs)
    return failed(f"系统目录中没有与本项目有关的系统，却已有{money[0]}等 {len(money)} 笔经费。", inputs=inputs,
                  clears_when="在系统目录中登记本项目的系统；已安排的经费由财务和审计人员处理。")


def _platform(facts: Facts, platform: str, matter: str) -> tuple[Row, ...]:
    return tuple(row for row in facts.rows("platform")
                 if row.choice("platform") == platform and matter in ("", row.choice("matter")))
