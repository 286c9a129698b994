"""The companion pack: what the statutes around the measures ask of procurement, contracts and accounts.

They were in force before the measures, so each is judged by its own event and never softened for older projects. Only
what the registers say is compared: a day nobody registered is unknown, not a breach.
"""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from retention.compliance.acceptance import acceptance_clock
from retention.compliance.facts import Facts, earliest
from retention.compliance.findings import Input, Outcome, Severity, Verdict, failed, not_applicable, passed, unknown
from retention.compliance.money import wan
from retention.compliance.rows import Row
from retention.compliance.rule import COMPANION, rule
from retention.compliance.rules.procurement import TENDERS, governed, subject_of
from retention.compliance.scope import construction, unclassified
from retention.compliance.terms import Event, Length, no_later, no_sooner

PROCUREMENT_LAW, PROCUREMENT_RULES = date(2003, 1, 1), date(2015, 3, 1)
INVESTMENT_RULES, DATA_SECURITY_LAW = date(2019, 7, 1), date(2021, 9, 1)
companion = partial(rule, pack=COMPANION, severity=Severity.M, targets=("PROC", "AUD"))


def _each(rows: list[Row], judge: Callable[[Row], Verdict], none: str) -> Iterator[Verdict]:
    if not rows:
        yield not_applicable(none)
    for row in rows:
        yield judge(row)


def _day(row: Row, column: str, name: str) -> Event:
    return Event(name, row.date(column), f"{row.name} 的{row.register.column(column).title}")


@companion("X-01", title="招标文件发出至投标截止不少于 20 天", clause="gpl.35", also=("tl.24",), evidence=("procurement",),
           since=PROCUREMENT_LAW,
           judged_by="procurement", arithmetic="公开招标、邀请招标：投标截止日期 ≥ 采购文件发出日期（没有的按公告日期）+ 20 天。")
def bid_period(facts: Facts) -> Iterator[Verdict]:
    def judge(row: Row) -> Verdict:
        column = "document_on" if row.date("document_on") else "notice_on"
        return no_sooner(facts, _day(row, column, "采购文件发出"), _day(row, "bid_deadline", "投标截止"), Length(20),
                         subject=subject_of(row))
    return _each([row for row in governed(facts) if row.choice("method") in TENDERS], judge, "没有登记招标采购。")


@companion("X-02", title="采购文件提供不少于 5 个工作日", clause="gplr.31", evidence=("procurement",), since=PROCUREMENT_RULES,
           judged_by="procurement",
           arithmetic="招标和竞争性磋商：投标（响应）截止日期不早于采购文件发出之后第 5 个工作日。")
def documents_offered(facts: Facts) -> Iterator[Verdict]:
    def judge(row: Row) -> Verdict:
        return no_sooner(facts, _day(row, "document_on", "采购文件发出"), _day(row, "bid_deadline", "投标截止"), Length(5, "workdays"),
                         subject=subject_of(row))
    return _each([row for row in governed(facts) if row.choice("method") in (*TENDERS, "consultation")], judge, "没有登记竞争性采购。")


@companion("X-03", title="评审后及时确定并公告结果", clause="gplr.43",
           evidence=("procurement", "bid_evaluation_report", "award_announcement"),
           since=PROCUREMENT_RULES, judged_by="procurement",
           arithmetic="中标（成交）通知日期不晚于评审报告之后第 9 个工作日（送交 2、确定 5、通知 2）；"
                      "结果公告不晚于通知之后第 2 个工作日。")
def award_in_time(facts: Facts) -> Iterator[Verdict]:
    reports, notices = facts.documents_of("bid_evaluation_report"), facts.documents_of("award_announcement")
    rows = [row for row in governed(facts) if row.choice("method") != "single_source"]
    if len(rows) != 1:  # the papers do not say which procurement they belong to
        yield unknown(("各采购包的评审报告、结果公告日期",)) if rows else not_applicable("没有登记竞争性采购。")
        return
    row = rows[0]
    yield no_later(facts, Event("评审报告", earliest(reports), "评审报告的成文日期"), _day(row, "award_on", "中标（成交）通知"),
                   Length(9, "workdays"),
                   silent_fails=False, subject="中标通知", alert=False)
    yield no_later(facts, _day(row, "award_on", "中标（成交）通知"), Event("结果公告", earliest(notices), "结果公告的成文日期"),
                   Length(2, "workdays"),
                   silent_fails=False, subject="结果公告", alert=False)


@companion("X-04", title="中标后 30 天内签订合同", clause="gpl.46", also=("tl.46", "civil.203"), evidence=("procurement",),
           since=PROCUREMENT_LAW, judged_by="procurement", version=2,
           arithmetic="合同签订日期不晚于中标（成交）通知日期 + 30 天；末日为休息日的顺延。")
def signed_in_time(facts: Facts) -> Iterator[Verdict]:
    def judge(row: Row) -> Verdict:
        return no_later(facts, _day(row, "award_on", "中标（成交）通知"), _day(row, "contract_signed_on", "签订合同"), Length(30),
                        silent_fails=False, subject=subject_of(row))
    return _each(list(governed(facts)), judge, "没有登记政府采购。")


@companion("X-05", title="合同签订后 2 个工作日内公告", clause="gplr.50", evidence=("procurement",), since=PROCUREMENT_RULES,
           judged_by="procurement",
           applies=unclassified, arithmetic="合同公告日期不晚于合同签订之后第 2 个工作日；涉密项目不适用。")
def contract_published(facts: Facts) -> Iterator[Verdict]:
    def judge(row: Row) -> Verdict:
        return no_later(facts, _day(row, "contract_signed_on", "签订合同"), _day(row, "contract_published_on", "合同公告"),
                        Length(2, "workdays"),
                        silent_fails=False, subject=subject_of(row), alert=False)
    return _each(list(governed(facts)), judge, "没有登记政府采购。")


@companion("X-06", title="合同签订后 7 个工作日内备案", clause="gpl.47", evidence=("procurement",), since=PROCUREMENT_LAW,
           judged_by="procurement",
           arithmetic="合同备案日期不晚于合同签订之后第 7 个工作日。")
def contract_filed(facts: Facts) -> Iterator[Verdict]:
    def judge(row: Row) -> Verdict:
        return no_later(facts, _day(row, "contract_signed_on", "签订合同"), _day(row, "contract_filed_on", "合同备案"),
                        Length(7, "workdays"),
                        silent_fails=False, subject=subject_of(row), alert=False)
    return _each(list(governed(facts)), judge, "没有登记政府采购。")


@companion("X-07", title="补充合同不超过原合同 10%", clause="gpl.49", evidence=("supplement_agreement", "amount_fen"),
           since=PROCUREMENT_LAW,
           judged_by="procurement", targets=("FIN", "AUD"),
           arithmetic="补充协议金额合计 ≤ 建设和服务合同金额合计的 10%（含）。金额取补充协议中读取的合同金额，没有人确认的只提示。")
def supplements_small(facts: Facts) -> Verdict:
    papers = facts.documents_of("supplement_agreement")
    read = [paper.value("contract_amount") for paper in papers]
    amounts = [field for field in read if field is not None]
    total = sum(c.amount_fen or 0 for c in facts.contracts_of("build", "service"))
    inputs: dict[str, Input] = {"documents": tuple(paper.id for paper in papers), "page": amounts[0].page if amounts else None}
    if not papers:
        return not_applicable("没有补充协议。", inputs=inputs)
    if len(amounts) < len(papers) or not total:
        return unknown(("补充协议金额和原合同金额",), inputs=inputs)
    added = sum(int(field.value) for field in amounts)
    inputs |= {"amount_fen": added, "contracts_fen": total}
    steps = (f"原合同合计 {wan(total)} × 10% = {wan(total // 10)}", f"补充协议合计 {wan(added)}")
    if added * 10 <= total:
        return passed("补充协议不超过原合同的 10%。", inputs=inputs, steps=steps)
    if not all(field.confirmed for field in amounts):
        return unknown(("补充协议金额（自动读取，待确认）",), inputs=inputs, steps=steps)
    return failed("补充协议超过原合同的 10%。", inputs=inputs, steps=steps,
                  clears_when="更正登记有误的金额；无误的由审计人员核实后登记豁免。")


@companion("X-13", title="单一来源公示不少于 5 个工作日", clause="gplr.38", evidence=("procurement", "single_source_notice"),
           since=PROCUREMENT_RULES,
           judged_by="procurement", arithmetic="单一来源采购：成交通知（没有的按签订合同）不早于公示之后第 5 个工作日。")
def single_source_shown(facts: Facts) -> Iterator[Verdict]:
    shown = earliest(facts.documents_of("single_source_notice"))

    def judge(row: Row) -> Verdict:
        column = "award_on" if row.date("award_on") else "contract_signed_on"
        return no_sooner(facts, Event("单一来源公示", shown), _day(row, column, "成交"), Length(5, "workdays"), subject=subject_of(row))
    return _each([row for row in governed(facts) if row.choice("method") == "single_source"], judge, "没有登记单一来源采购。")


@companion("X-16", title="满 20 年移交省档案馆", clause="archr.20", evidence=("acceptance_date", "transfer_list"), version=3,
           targets=("ARCH",),
           arithmetic="自验收之日起满 20 年，档案移交省级国家综合档案馆，案卷中有移交清单；提前一年起提示。没有验收日期的无法判断。")
def transferred(facts: Facts) -> Verdict:
    clock = acceptance_clock(facts)
    if not clock.evidence.accepted:
        return not_applicable("尚未验收，移交期限未起算。")
    years = facts.settings.transfer_years
    verdict = no_later(facts, Event("验收", clock.evidence.held_on), Event("移交档案", earliest(facts.documents_of("transfer_list"))),
                       Length(years, "years"), silent_fails=True, alert=False)
    if verdict.outcome is not Outcome.DUE:
        return verdict
    return verdict._replace(reason=f"验收于 {clock.evidence.held_on}，至 {verdict.due_on} 满 {years} 年，届时移交省档案馆。",
                            clears_when="期满时移交，归档移交清单。")


@companion("X-23", title="委托建设和运维的合同有数据安全条款", clause="dsl.40",
           evidence=("build_contract", "service_contract", "om_contract"),
           since=DATA_SECURITY_LAW, judged_by="contract", targets=("SEC",),
           arithmetic="建设、服务、运维合同文字中有“数据安全”（自动识别，待确认）；没有识别到的须人工确认，不认定违反。")
def data_clause(facts: Facts) -> Verdict:
    papers = facts.documents_of("build_contract", "service_contract", "om_contract")
    silent = tuple(paper.id for paper in papers if "数据安全" not in paper.terms)
    inputs: dict[str, Input] = {"documents": tuple(paper.id for paper in papers), "unconfirmed": ("文字内容",)}
    if not papers:
        return not_applicable("没有归档合同文本。", inputs=inputs)
    if silent:
        return unknown((f"{len(silent)} 份合同的数据安全条款（人工核对）",), inputs=inputs,
                       reason=f"{len(silent)} 份合同的文字中没有识别到“数据安全”，须查阅合同原文。",
                       clears_when="查阅合同原文：没有数据安全条款的，签订补充协议并归档；扫描件识别不全的，归档文字清晰的副本。")
    return passed("合同中识别到数据安全条款（自动识别，待确认）。", inputs=inputs)


@companion("X-28", title="验收后及时编报竣工财务决算", clause="invest.25", also=("civil.203",), version=2,
           evidence=("settlement", "final_accounts", "financial_report"),
           since=INVESTMENT_RULES, targets=("FIN",), applies=construction,
           arithmetic="竣工财务决算（登记簿的编报日期，没有的按决算文件）不晚于验收之后 3 个月，末日为休息日的顺延；"
                      "没有日期的无法判断。")
def accounts_in_time(facts: Facts) -> Verdict:
    clock = acceptance_clock(facts)
    if not clock.evidence.accepted:
        return not_applicable("尚未验收。")
    days = [row.date("settled_on") for row in facts.rows("settlement") if row.choice("kind") == "final_accounts"]
    done = min(filter(None, (*days, earliest(facts.documents_of("final_accounts", "financial_report")))), default=None)
    return no_later(facts, Event("验收", clock.evidence.held_on), Event("编报竣工财务决算", done, "竣工财务决算的日期"),
                    Length(facts.settings.final_accounts_months, "months"), silent_fails=False, alert=False)
