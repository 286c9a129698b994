"""第32条: without acceptance no cloud for the project, and nothing new for its unit."""

from retention.compliance.acceptance import Status, acceptance_clock
from retention.compliance.anchors import anchor
from retention.compliance.facts import Facts, existed_by
from retention.compliance.findings import Input, Severity, Verdict, due, failed, not_applicable, passed, unknown
from retention.compliance.rule import rule
from retention.compliance.scope import construction

_NAMED = 5


@rule("R32-2", title="未验收的不安排政务云资源", clause="32", severity=Severity.H, legacy=Severity.M, targets=("PM",),
      applies=construction, version=2,
      evidence=("cloud_allocation", "acceptance_date"),
      arithmetic="项目验收逾期或不合格的，政务云资源分配单的成文日期不晚于验收到期日（不合格的不晚于验收日）；"
                 "缺验收日期，或分配单未注明日期、归档又在其后的，无法判断。")
def no_cloud(facts: Facts) -> Verdict:
    papers, clock = facts.documents_of("cloud_allocation"), acceptance_clock(facts)
    inputs: dict[str, Input] = {"status": clock.status, "documents": tuple(paper.id for paper in papers)}
    if not papers or clock.status not in (Status.OVERDUE, Status.FAILED):
        return not_applicable("没有政务云资源分配单，或项目没有验收逾期、不合格。", inputs=inputs)
    since = clock.term.due if clock.status is Status.OVERDUE else clock.evidence.held_on
    inputs |= {"since": since}
    if since is None:
        return unknown(("验收日期",), inputs=inputs)
    late = [paper.doc_date for paper in papers if paper.doc_date is not None and paper.doc_date > since]
    if late:
        return failed(f"项目{clock.status.label}（{since}）之后，{late[0]} 仍分配了政务云资源。", inputs=inputs,
                      clears_when="项目验收合格，或更正分配单的日期。")
    if not all(existed_by((paper,), since) for paper in papers):
        return unknown(("政务云资源分配单的成文日期",), inputs=inputs)
    return passed("逾期或不合格之后没有分配政务云资源。", inputs=inputs)


@rule("R32-3", title="单位有未验收项目的不批准新增", clause="32", also=("51",), severity=Severity.C, targets=("HEAD", "AUD"),
      applies=construction,
      evidence=("approved_on", "unit"),
      arithmetic="本单位其他项目验收逾期（自到期日次日起）或不合格（自验收日次日起）而至今没有解决的，其间批复本项目为违反；"
                 "本项目尚未批复的只作提示。")
def nothing_new(facts: Facts) -> Verdict:
    blocking = tuple(one for one in facts.unit_blocking if one.code not in (facts.project.code, facts.project.predecessor))
    approval = anchor(facts, "approval")
    named = "、".join(f"{one.code}（{one.since} 起{one.words}）" for one in blocking[:_NAMED])
    inputs: dict[str, Input] = {"projects": tuple(one.code for one in blocking), "approved_on": approval.day}
    if not blocking:
        return passed("本单位没有验收逾期或不合格的其他项目。", inputs=inputs)
    if approval.day is None or approval.day > facts.today:
        return due(f"本单位有 {named}，解决之前不批准新增项目。", due_on=None, severity=Severity.M, inputs=inputs,
                   clears_when="所列项目验收合格或取得延期。")
    before = [one for one in blocking if one.since < approval.day]
    if not before:
        return not_applicable("批复时本单位没有验收逾期或不合格的其他项目。", inputs=inputs)
    return failed(f"批复（{approval.day}）时本单位有 {'、'.join(f'{one.code}（{one.words}）' for one in before[:_NAMED])} 未解决。",
                  inputs=inputs,
                  clears_when="所列项目验收合格或取得延期；日期登记有误的更正。")
