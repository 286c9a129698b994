"""第49、51、54条: tested regularly, no money for what is not secure, and which version of the measures applies."""

from collections.abc import Iterator
from datetime import date

from retention.compliance.anchors import anchor
from retention.compliance.conclusions import favourable
from retention.compliance.facts import OM, Facts, latest
from retention.compliance.findings import Input, Severity, Verdict, due, failed, not_applicable, passed, unknown
from retention.compliance.milestones import countdown
from retention.compliance.periods import add_months
from retention.compliance.rule import rule

REPORTS = {"mlps_evaluation_report": "等级保护测评", "crypto_evaluation_report": "密码应用安全性评估",
           "data_security_assessment": "数据安全风险评估"}
JUDGED = {"mlps_evaluation_report": "等级保护测评", "crypto_evaluation_report": "密码应用安全性评估",
          "classified_evaluation_report": "安全保密测评"}
_THIRD = ("三级", "四级", "3", "4")


def in_use(facts: Facts) -> date | None:
    """The day it went live, unless it has been shut down or is being maintained under another project."""
    if facts.documents_of("decommission_decision"):
        return None
    rows = facts.own_rows("system")
    if rows and all(row.choice("status") in ("merged", "decommissioned") for row in rows):
        return None
    days = [facts.project.operation_start, *(row.date("in_use_on") for row in rows)]
    return min((day for day in days if day is not None and day <= facts.today), default=None)


@rule("R49-3", title="定期测评和评估", clause="49", also=("51",), severity=Severity.H, targets=("SEC",),
      evidence=("operation_start", "mlps_level", "system", "decommission_decision", *REPORTS),
      arithmetic="系统在用期间，最近一次等级保护测评、密码应用安全性评估、数据安全风险评估之后满 12 个月"
                 "（等保二级的等保测评为 24 个月）为到期，其后没有新的报告为逾期；从未测评的由验收材料的规则判断。涉密系统不适用。")
def tested_regularly(facts: Facts) -> Iterator[Verdict]:
    if facts.project.classified:
        yield not_applicable("涉密系统的定期检查按保密规定进行。")
        return
    if in_use(facts) is None:
        yield not_applicable("系统没有在用。")
        return
    known = {key: latest(facts.documents_of(key)) for key in REPORTS if facts.documents_of(key)}
    for key, day in known.items():
        yield _regular(facts, key, day)
    if not known:
        yield unknown(("测评、评估报告",), clears_when="归档测评、评估报告后重新判断。")


def _regular(facts: Facts, key: str, day: date | None) -> Verdict:
    name = REPORTS[key]
    if day is None:
        return unknown((f"{name}报告的成文日期",), subject=key)
    settings, level = facts.settings, facts.project.mlps_level
    second = key == "mlps_evaluation_report" and level and not any(mark in level for mark in _THIRD)
    months = settings.second_level_months if second else settings.third_level_months
    valid = [field.value for paper in facts.documents_of(key) if paper.doc_date == day and (field := paper.value("valid_until"))]
    last = add_months(day, months)
    inputs: dict[str, Input] = {"doc_date": day, "months": months, "due": last, "mlps_level": level,
                                "valid_until": valid[0] if valid else None,
                                "documents": tuple(paper.id for paper in facts.documents_of(key)[-1:])}
    steps = (f"最近一次{name} {day}", f"{day} + {months} 个月 = {last}")
    notices = countdown(facts.settings.acceptance_notice_days, None)
    if facts.today <= last:
        return due(f"{name}有效至 {last}，届时应重新进行。", subject=key, due_on=last, inputs=inputs, steps=steps,
                   clears_when=f"归档新的{name}报告。", milestones=notices)
    return failed(f"{name}已于 {last} 到期，没有新的报告。", subject=key, due_on=last, inputs=inputs, steps=steps,
                  clears_when=f"归档新的{name}报告，或归档系统停用决定。", milestones=notices)


@rule("R51-1", title="安全不合格的不安排经费", clause="51", also=("32",), severity=Severity.C, targets=("SEC", "HEAD", "FIN"),
      evidence=(*JUDGED, "security_incident", "incident", "signed_on", "om_budget"),
      arithmetic="最近一次等保、密评、保密测评的结论不合格，或者登记的安全事件、重大安全隐患没有了结的，"
                 "其后不得签订运维合同、批复运维预算；已有的为最严重，没有的为须整改。")
def insecure_gets_nothing(facts: Facts) -> Verdict:
    faults = list(_faults(facts))
    inputs: dict[str, Input] = {"faults": tuple(name for name, _ in faults),
                                "documents": tuple(p.id for key in JUDGED for p in facts.documents_of(key)[-1:])}
    if not faults:
        judged = [p for key in JUDGED for p in facts.documents_of(key)]
        if not judged and not facts.rows("incident"):
            return not_applicable("没有测评结论，也没有登记安全问题。", inputs=inputs)
        return passed("没有不合格的测评结论或未了结的安全问题。", inputs=inputs)
    since = min((day for _, day in faults if day is not None), default=None)
    money = [f"运维合同 {c.number}（{c.signed_on}）" for c in facts.contracts_of(OM) if c.signed_on and since and c.signed_on > since]
    money += [f"运维预算批复（{row.date('replied_on')}）" for row in facts.rows("om_budget")
              if since and (day := row.date("replied_on")) and day > since]
    named = "、".join(name for name, _ in faults)
    if money:
        return failed(f"{named}，其后却有{'、'.join(money)}。", inputs=inputs,
                      clears_when="整改后复评合格并归档，或登记问题了结；经费由财务和审计人员处理。")
    return failed(f"{named}：整改合格之前不安排运维经费，单位不得新建、改建、扩建。", inputs=inputs, severity=Severity.H,
                  clears_when="整改后复评合格并归档，或登记问题了结。")


def _faults(facts: Facts) -> Iterator[tuple[str, date | None]]:
    for key, name in JUDGED.items():
        dated = [p for p in facts.documents_of(key) if p.doc_date] or list(facts.documents_of(key))
        if dated and favourable(dated[-1].conclusion) is False:
            yield f"{name}结论为“{dated[-1].conclusion}”", dated[-1].doc_date
    for row in facts.rows("incident"):
        if row.choice("kind") in ("security", "hidden_danger") and facts.reached(row.date("closed_on")) is None:
            yield f"{row.shown('kind')}（{row.text('number')}）没有了结", row.date("happened_on")


@rule("R54-1", title="适用的办法版本", clause="54", severity=Severity.I, legacy=Severity.I, targets=("ARCH",),
      evidence=("approved_on",),
      arithmetic="首次批复（没有的按不晚于其后最早的环节）早于 2021 年 10 月 5 日的，按老项目从轻判断；其余适用本办法。")
def which_version(facts: Facts) -> Verdict:
    approval = anchor(facts, "approval")
    inputs: dict[str, Input] = {"approved_on": approval.day, "in_force": facts.settings.legacy_before}
    if approval.day is None:
        return unknown(("批复日期",), inputs=inputs, reason="没有批复日期，也没有其后的环节，暂按本办法判断。")
    old = approval.day < facts.settings.legacy_before
    return passed(f"{approval.step}，{'早于施行日期，按老项目从轻判断' if old else '适用本办法'}。", inputs=inputs)
