"""第11、12、15、17、33条: the year's demand and list, data gathered and shared; what a unit may not apply for otherwise."""

from collections.abc import Iterator
from datetime import date

from retention.compliance.anchors import anchor
from retention.compliance.facts import OM, Facts, earliest
from retention.compliance.findings import Input, Severity, Verdict, failed, not_applicable, passed, unknown
from retention.compliance.papers import Paper, judge_paper
from retention.compliance.rows import Row
from retention.compliance.rule import rule
from retention.compliance.scope import construction
from retention.compliance.terms import Event, in_order

DEMAND_PAPERS = ("annual_demand_form", "application_package")


@rule("R11-3", title="不得只向特定企业开放数据", clause="11", severity=Severity.C, targets=("AUD",),
      evidence=("resource", "data_license_agreement"),
      arithmetic="信息资源目录中没有“只向特定企业开放”的资源；有数据使用协议而没有登记信息资源的无法判断。")
def no_exclusive_data(facts: Facts) -> Verdict:
    rows, papers = facts.rows("resource"), facts.documents_of("data_license_agreement")
    exclusive = tuple(row.text("number") for row in rows if row.flag("exclusive"))
    inputs: dict[str, Input] = {"resources": tuple(row.text("number") for row in rows), "exclusive": exclusive,
                                "documents": tuple(paper.id for paper in papers)}
    if exclusive:
        return failed(f"信息资源 {'、'.join(exclusive)} 只向特定企业开放。", inputs=inputs,
                      clears_when="改为按规定普遍开放，或更正登记。")
    if rows:
        return passed("登记的信息资源没有只向特定企业开放的。", inputs=inputs)
    if papers:
        return unknown(("信息资源目录中是否只向特定企业开放",), inputs=inputs)
    return not_applicable("没有登记信息资源，也没有数据使用协议。", inputs=inputs)


@rule("R12-1", title="未完成数据归集的不得申报新增项目", clause="12", severity=Severity.C, targets=("HEAD",), applies=construction,
      evidence=("sharing_year", "approved_on"),
      arithmetic="申报（没有的按批复）时，本单位最近一次年度认定为“按要求完成数据归集”，或已整改销号；"
                 "认定未完成而新增项目的为违反，没有认定的无法判断。")
def data_gathered(facts: Facts) -> Verdict:
    day = anchor(facts, "application").day or facts.today
    rows = [row for row in facts.rows("sharing_year") if row.flag("aggregation_done") is not None and row.there_on(day)]
    if not rows:
        return unknown(("本单位数据归集认定（年度归集共享情况）",))
    row = max(rows, key=lambda one: one.integer("year") or 0)
    cleared = row.date("cleared_on")
    inputs: dict[str, Input] = {"applied_on": day, "year": row.integer("year"), "cleared_on": cleared}
    if row.flag("aggregation_done") or (cleared is not None and cleared <= day):
        return passed("本单位已按要求完成数据归集，或已整改销号。", inputs=inputs)
    return failed(f"{row.integer('year')} 年认定本单位没有按要求完成数据归集，原则上不得申报新增项目（申报 {day}）。", inputs=inputs,
                  clears_when="完成归集并登记整改销号日期；认定有误的更正登记。")


@rule("R33-2", title="未共享或重复采集的次年不批准、不安排", clause="33", also=("32",), severity=Severity.C, targets=("HEAD", "FIN"),
      evidence=("sharing_year", "approved_on", "om_budget"),
      arithmetic="本单位在 Y 年被认定应共享未共享或重复采集而当年没有销号的，Y+1 年不批准新建、扩建、升级改造，"
                 "也不安排运维预算；项目批复或运维预算批复落在 Y+1 年的为违反。没有认定的不适用。")
def sharing_sanction(facts: Facts) -> Iterator[Verdict]:
    rows = [row for row in facts.rows("sharing_year") if row.flag("not_shared") or row.flag("duplicate_collection")]
    if not rows:
        yield not_applicable("本单位没有应共享未共享或重复采集的认定。")
    for row in rows:
        yield _sanction(facts, row)


def _sanction(facts: Facts, row: Row) -> Verdict:
    year, cleared = row.integer("year") or 0, row.date("cleared_on")
    subject = str(year)
    inputs: dict[str, Input] = {"year": year, "cleared_on": cleared}
    if cleared is not None and cleared <= date(year, 12, 31):
        return passed(f"{year} 年的认定已于 {cleared} 销号。", subject=subject, inputs=inputs)
    approval = anchor(facts, "approval")
    hit = [f"运维预算于 {budget.date('replied_on')} 批复" for budget in facts.rows("om_budget")
           if budget.date("replied_on") and budget.integer("year") == year + 1]
    if approval.own and approval.day is not None and approval.day.year == year + 1 and facts.project.kind != OM:
        hit.append(f"项目于 {approval.day} 批复")
    if hit:
        return failed(f"本单位 {year} 年被认定未按要求共享或重复采集，次年却有：{'、'.join(hit)}。", subject=subject, inputs=inputs,
                      clears_when="更正登记有误的认定或日期；无误的由审计人员核实后登记豁免。")
    return passed(f"{year} 年的认定没有对应次年的批复或运维预算。", subject=subject, inputs=inputs)


@rule("R15-1", title="次年度需求按时填报", clause="15", severity=Severity.M, targets=("PM",), applies=construction,
      evidence=("annual_demand", *DEMAND_PAPERS),
      arithmetic="需求年度 Y 的项目，申报日期不晚于 Y−1 年 9 月 30 日；没有登记的看申报表的成文日期，其后一年为需求年度。")
def demand_in_time(facts: Facts) -> Verdict:
    rows = facts.rows("annual_demand")
    if not rows and not facts.documents_of(*DEMAND_PAPERS):
        return judge_paper(facts, Paper(DEMAND_PAPERS, "年度项目需求申报表或项目申报材料", "approval"))
    paper_day = earliest(facts.documents_of(*DEMAND_PAPERS))
    if rows:
        year, day = rows[0].integer("year") or 0, rows[0].date("submitted_on")
    elif paper_day is not None:
        year, day = paper_day.year + 1, paper_day
    else:
        return unknown(("年度需求的申报日期",))
    limit = date(year - 1, *facts.settings.demand_until)
    return in_order(facts, Event(f"{year} 年度需求申报", day), Event(f"{year - 1} 年申报截止", limit), inputs={"year": year},
                    subject=DEMAND_PAPERS[0])


@rule("R17-1", title="列入年度项目清单", clause="17", severity=Severity.H, targets=("PM", "AUD"), applies=construction,
      evidence=("annual_list", "annual_project_list", "payment"),
      arithmetic="年度项目清单审定日期（登记簿，没有的按清单文件）不晚于首次批复，也不晚于首次支付。")
def on_the_list(facts: Facts) -> Iterator[Verdict]:
    rows, papers = facts.rows("annual_list"), facts.documents_of("annual_project_list")
    days = [*(row.date("approved_on") for row in rows), *(paper.doc_date for paper in papers)]
    day = min(filter(None, days), default=None)
    if day is None:
        yield judge_paper(facts, Paper(("annual_project_list",), "年度政务信息化项目清单", "approval"))
        return
    approval, paid = anchor(facts, "approval"), min(filter(None, (r.date("paid_on") for r in facts.rows("payment"))), default=None)
    listed = Event("年度项目清单审定", day)
    inputs: dict[str, Input] = {"documents": tuple(paper.id for paper in papers)}
    if approval.day is not None and approval.day <= facts.today:
        yield in_order(facts, listed, Event("批复", approval.day), subject="annual_project_list", inputs=inputs)
    else:
        yield passed("已列入年度项目清单。", subject="annual_project_list", inputs=inputs)
    if paid is not None:
        yield in_order(facts, listed, Event("首次支付", paid), subject="支付", inputs=inputs)
