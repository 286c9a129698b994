"""第45、46条: performance told every year while it is built, judged by oneself after a year or two, and by others."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

from retention.compliance.acceptance import acceptance_clock
from retention.compliance.anchors import anchor
from retention.compliance.facts import DocumentFacts, Facts, earliest
from retention.compliance.findings import Input, Severity, Verdict, due, failed, not_applicable, passed, unknown
from retention.compliance.milestones import countdown
from retention.compliance.periods import add_months
from retention.compliance.rows import Row
from retention.compliance.rule import rule
from retention.compliance.scope import construction
from retention.compliance.termination import ended_on

REPORT = "performance_monitor_report"
NO_YEAR = "没有应当提交绩效监控报告的年度。"
_YEAR = re.compile(r"20\d\d")


def years_due(facts: Facts) -> tuple[int, ...]:
    """Years in which the project was under way on 31 December: begun, and neither accepted nor ended by then."""
    begun = anchor(facts, "build_start")
    start = begun.day if begun.own else anchor(facts, "contract").day
    clock = acceptance_clock(facts)
    accepted = clock.evidence.held_on if clock.evidence.accepted else None
    over = min(filter(None, (accepted, ended_on(facts))), default=None)
    if start is None or start > facts.today:
        return ()
    first = max(start.year, facts.settings.legacy_before.year)
    return tuple(year for year in range(first, facts.today.year + 1) if over is None or over > date(year, 12, 31))


def _told(facts: Facts, year: int) -> tuple[Row | None, tuple[DocumentFacts, ...]]:
    """What there is of the year: the register's row, and reports dated in it or early in the next that name it."""
    row = next((r for r in facts.rows("performance") if r.integer("year") == year and r.choice("kind") == "monitor"), None)
    papers = tuple(paper for paper in facts.documents_of(REPORT)
                   if str(year) in paper.title or (paper.doc_date is not None and paper.doc_date.year == year))
    return row, papers


@rule("R45-1", title="年度绩效监控报告", clause="45.1", severity=Severity.H, legacy=Severity.M, targets=("PM", "FIN"),
      applies=construction, version=3,
      evidence=("performance", REPORT, "construction_start", "acceptance_date"),
      arithmetic="自开工（没有的自签订合同）至验收或经同意终止，每个 12 月 31 日仍未验收、终止的年度都应提交绩效监控报告，"
                 "期限为当年 12 月 31 日 24 时，不因休息日顺延。有报告而看不出是哪一年的，无法判断。")
def yearly_report(facts: Facts) -> Iterator[Verdict]:
    years = years_due(facts)
    if not years:
        yield not_applicable(NO_YEAR)
    for year in years:
        yield _year(facts, year)


def _year(facts: Facts, year: int) -> Verdict:
    row, papers = _told(facts, year)
    last, subject = date(year, 12, 31), str(year)
    told = min(filter(None, (row.date("reported_on") if row else None, row.date("to_ndrc_on") if row else None, earliest(papers))),
               default=None)
    inputs: dict[str, Input] = {"year": year, "due": last, "reported_on": told, "documents": tuple(paper.id for paper in papers)}
    steps = (f"{year} 年 12 月 31 日仍未验收，应于当日前提交",)
    if row is not None or papers:
        if told is not None and told > last:
            return failed(f"{year} 年绩效监控报告于 {told} 提交，晚于 {last}。", subject=subject, due_on=last, inputs=inputs,
                          steps=steps,
                          severity=Severity.M, clears_when="更正报告日期；无误的由审计人员核实后登记豁免。")
        return passed(f"{year} 年绩效监控报告已提交。", subject=subject, due_on=last, inputs=inputs, steps=steps)
    if facts.today <= last:
        return due(f"{year} 年绩效监控报告最迟应于 {last} 提交省发展改革委和财政厅。", subject=subject, due_on=last, inputs=inputs,
                   steps=steps, clears_when=f"归档或登记 {year} 年绩效监控报告。",
                   milestones=countdown(facts.settings.other_notice_days, None))
    if any(paper.doc_date is None and not _YEAR.search(paper.title) for paper in facts.documents_of(REPORT)):
        return unknown((f"绩效监控报告的成文日期（是否 {year} 年的）",), subject=subject, inputs=inputs, steps=steps)
    if facts.today.year > year + facts.settings.report_years:
        return unknown((f"{year} 年绩效监控报告",), subject=subject, inputs=inputs, steps=steps)
    return failed(f"{year} 年绩效监控报告没有提交，已超过 {last}。", subject=subject, due_on=last, inputs=inputs, steps=steps,
                  clears_when=f"归档或登记 {year} 年绩效监控报告。")


@rule("R45-2", title="绩效监控征求使用和监理单位意见", clause="45.1", severity=Severity.M, targets=("PM",), applies=construction,
      evidence=("performance", REPORT, "user_opinion", "supervisor_opinion", "supervision_contract"), version=2,
      arithmetic="已提交的年度绩效监控报告，登记簿写明附使用单位和监理单位意见，或案卷中有这两种意见。"
                 "购买服务项目没有委托监理的，只需使用单位意见。")
def opinions_asked(facts: Facts) -> Iterator[Verdict]:
    files = {"使用单位": facts.documents_of("user_opinion"), "监理单位": facts.documents_of("supervisor_opinion")}
    columns = {"使用单位": "user_asked"}
    if facts.self_built or facts.contracts_of("supervision") or facts.documents_of("supervision_contract"):
        columns["监理单位"] = "supervisor_asked"  # purchased services may do without supervision (A26)
    yield from _each(facts, columns, files, "没有附{}意见", "意见")


@rule("R45-3", title="绩效监控报告内容", clause="45.2", severity=Severity.L, targets=("AUD",), applies=construction,
      evidence=("performance", REPORT, "trial_start"), version=2,
      arithmetic="报告写明建设进度和资金执行；报告年度内已开始试运行的写明试运行效果。按登记簿，没有登记的按报告文字（自动识别，待确认）。")
def report_content(facts: Facts) -> Iterator[Verdict]:
    columns = {"建设进度和资金执行": "progress_told", "试运行效果": "trial_told"}
    papers = facts.documents_of(REPORT)
    words = {"建设进度和资金执行": ("建设进度", "资金执行"), "试运行效果": ("试运行",)}
    files = {name: tuple(p for p in papers if all(any(word in term for term in p.terms) for word in words[name])) for name in columns}
    trial = facts.reached(facts.project.trial_start)
    yield from _each(facts, columns, files, "没有写明{}", "内容", {"试运行效果": trial.year if trial else None})


@rule("R45-4", title="绩效监控报告报送两个部门", clause="45.1", severity=Severity.M, targets=("PM",), applies=construction,
      evidence=("performance", REPORT, "submission_receipt"),
      arithmetic="已提交的年度绩效监控报告，登记了报送省发展改革委和财政厅的日期；没有登记的，案卷中有两份报送回执。")
def both_told(facts: Facts) -> Iterator[Verdict]:
    receipts = facts.documents_of("submission_receipt")
    named = {name: tuple(p for p in receipts if any(word in p.issuer + p.title for word in words)) for name, words in (
        ("省发展改革委", ("发展改革", "发展和改革", "发改")), ("财政厅", ("财政",)))}
    yield from _each(facts, {"省发展改革委": "to_ndrc_on", "财政厅": "to_finance_on"}, named, "没有报送{}", "报送日期")


def _each(facts: Facts, asked: dict[str, str], files: dict[str, tuple[DocumentFacts, ...]], fault: str,
          what: str, since: Mapping[str, int | None] = MappingProxyType({})) -> Iterator[Verdict]:
    """One answer for each year that was reported: every column of the register, else the papers. since: the year from which
    a column is asked for, None for not yet; those not named are always."""
    told = [(year, *_told(facts, year)) for year in years_due(facts)]
    told = [(year, row, papers) for year, row, papers in told if row is not None or papers]
    if not told:
        yield not_applicable("还没有提交的绩效监控报告。")
    for year, row, papers in told:
        columns = {name: column for name, column in asked.items() if (since.get(name, year) or year + 1) <= year}
        said = {name: _said(row, column) for name, column in columns.items()}
        no = [name for name in columns if said[name] is False]
        open_ = [name for name in columns if said[name] is None and not files.get(name)]
        inputs: dict[str, Input] = {"year": year, "documents": tuple(paper.id for paper in papers)}
        if no:
            yield failed(f"{year} 年绩效监控报告{fault.format('、'.join(no))}。", subject=str(year), inputs=inputs,
                         clears_when="补充后更新登记，或更正登记。")
        elif open_:
            yield unknown((f"{year} 年绩效监控报告的{'、'.join(open_)}{what}",), subject=str(year), inputs=inputs)
        else:
            yield passed(f"{year} 年绩效监控报告：{'、'.join(columns)}齐全。", subject=str(year), inputs=inputs)


def _said(row: Row | None, column: str) -> bool | None:
    if row is None:
        return None
    if column.endswith("_on"):
        return True if row.date(column) else None
    return row.flag(column)


def in_operation(facts: Facts) -> date | None:
    """The later of going live and being accepted (default A12)."""
    clock = acceptance_clock(facts)
    if not clock.evidence.accepted:
        return None
    days = [day for day in (facts.reached(facts.project.operation_start), clock.evidence.held_on) if day]
    return max(days, default=None)


@rule("R46-1", title="投入运行后自评价", clause="46", severity=Severity.H, legacy=Severity.M, targets=("PM", "HEAD"),
      applies=construction, version=2,
      evidence=("performance", "self_evaluation_report", "operation_start", "acceptance_date"),
      arithmetic="投入运行日 = 投入运行日期与验收日期的较晚者；自评价在其后 12 个月至 24 个月之间（含首尾两日），不因休息日顺延；"
                 "提前的不算违反，只作提示。已验收而两个日期都没有的，无法判断。")
def self_evaluated(facts: Facts) -> Verdict:
    start = in_operation(facts)
    if start is None:
        accepted = acceptance_clock(facts).evidence.accepted
        return unknown(("验收日期或投入运行日期",)) if accepted else not_applicable("尚未验收并投入运行。")
    opens, closes = add_months(start, facts.settings.evaluation_from_months), add_months(start, facts.settings.evaluation_to_months)
    papers = facts.documents_of("self_evaluation_report")
    rows = [r for r in facts.rows("performance") if r.choice("kind") == "self"]
    days = [d for d in (*(r.date("reported_on") for r in rows), *(p.doc_date for p in papers)) if d]
    inputs: dict[str, Input] = {"operation": start, "opens": opens, "closes": closes, "documents": tuple(p.id for p in papers)}
    steps = (f"投入运行 {start}", f"自评价期间 {opens} 至 {closes}（民法典第202条）")
    if rows or papers:
        return _evaluated(days, opens, closes, inputs, steps)
    if facts.today <= closes:
        state = "已进入自评价期间" if facts.today >= opens else "尚未进入自评价期间"
        return due(f"{state}，最迟应于 {closes} 完成自评价。", due_on=closes, inputs=inputs, steps=steps,
                   clears_when="归档或登记项目自评价报告。", milestones=countdown(facts.settings.acceptance_notice_days, None))
    return failed(f"投入运行已满 {facts.settings.evaluation_to_months} 个月（{closes}），没有自评价。", due_on=closes,
                  inputs=inputs, steps=steps,
                  clears_when="归档或登记项目自评价报告。", milestones=countdown(facts.settings.other_notice_days, None))


def _evaluated(days: list[date], opens: date, closes: date, inputs: dict[str, Input], steps: tuple[str, ...]) -> Verdict:
    if not days:
        return unknown(("自评价报告的日期",), inputs=inputs, steps=steps)
    inside = [day for day in days if opens <= day <= closes]
    if inside:
        return passed(f"已于 {inside[0]} 自评价。", due_on=closes, inputs=inputs, steps=steps)
    first = min(days)
    if first < opens:
        return passed(f"自评价（{first}）早于 {opens}。", severity=Severity.L, due_on=closes, inputs=inputs, steps=steps)
    return failed(f"自评价（{first}）晚于 {closes}。", due_on=closes, severity=Severity.M, inputs=inputs, steps=steps,
                  clears_when="更正报告日期；无误的由审计人员核实后登记豁免。")


@rule("R46-2", title="主管部门评价", clause="46", severity=Severity.I, targets=("AUD",), applies=construction,
      evidence=("performance", "department_evaluation"), arithmetic="有主管部门评价的列出；没有规定期限，没有的不认定违反。")
def department_judged(facts: Facts) -> Verdict:
    return _optional(facts, "department", "department_evaluation", "主管部门评价")


@rule("R46-3", title="后评价", clause="46", severity=Severity.I, targets=("AUD",), applies=construction,
      evidence=("performance", "post_evaluation_report"), arithmetic="有后评价的列出；由主管部门决定是否开展，没有的不认定违反。")
def judged_afterwards(facts: Facts) -> Verdict:
    return _optional(facts, "post", "post_evaluation_report", "后评价")


def _optional(facts: Facts, kind: str, key: str, name: str) -> Verdict:
    rows, papers = [r for r in facts.rows("performance") if r.choice("kind") == kind], facts.documents_of(key)
    poor = [r for r in rows if r.choice("grade") == "poor"]
    inputs: dict[str, Input] = {"documents": tuple(paper.id for paper in papers), "grades": tuple(r.shown("grade") for r in rows)}
    if poor:
        return failed(f"{name}的等级为差，影响下一年度经费安排。", inputs=inputs, clears_when="完成整改，登记新的评价。")
    if rows or papers:
        return passed(f"已有{name}。", inputs=inputs)
    return not_applicable(f"没有{name}。", inputs=inputs)
