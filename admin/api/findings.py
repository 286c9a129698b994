"""Findings over HTTP. Judging and the life of an alert are `retention`'s; stored answers for today, fresh ones for a day."""

from collections.abc import Sequence

from flask import Response

from admin.api.context import actor, answer, area, slice_of, system
from admin.api.finding_shapes import (
    Acknowledgement,
    AsOf,
    FindingDetail,
    FindingList,
    FindingOut,
    FindingPath,
    FindingQuery,
    WaiverRequest,
)
from admin.api.idempotency import WriteHeaders, idempotent
from admin.api.problems import responses
from admin.api.project_shapes import CodePath
from archive.errors import Invalid
from retention import findings as core
from retention.compliance.rules import all_rules
from retention.finding_lists import UNSETTLED, list_findings
from retention.findings import FindingView

findings = area("findings", "合规事项")


@findings.get("/projects/<code>/findings", responses={200: FindingList, **responses(404)})
def of_project(path: CodePath, query: AsOf) -> Response:
    """一个项目的全部判断，现算；可按某一天计算"""
    day = query.as_of or system().clock.today()
    found = core.live_findings(system().judge, actor(), path.code, day)
    return answer(FindingList(**slice_of(list(map(FindingOut.model_validate, found)), query), as_of=day))


@findings.get("/findings", responses={200: FindingList})
def listed(query: FindingQuery) -> Response:
    """您能看到的事项，最急的在前

    不给 as_of 时答复已保存的判断，给出时按那一天现算。
    """
    if query.rule and query.rule not in all_rules():
        raise Invalid(field="rule", problem=f"没有规则“{query.rule}”。可用的规则见 /api/v1/rules。")
    if query.as_of is not None:
        return _as_of(query)
    day = system().clock.today()
    page = list_findings(
        actor(), day, status=query.status or "", rule=query.rule, severity=query.severity or "", unit=query.unit,
        outcome=query.outcome or "", project=query.project, page=query.page, size=query.size)
    return answer(FindingList(items=[FindingOut.model_validate(view) for view in page.items], total=page.total,
                              page=page.page, size=page.size, as_of=day))


@findings.get("/findings/<id>", responses={200: FindingDetail, **responses(404)})
def show(path: FindingPath) -> Response:
    """一个事项及其经过"""
    return _finding(path.id)


@findings.post("/findings/<id>/acknowledge", responses={200: FindingDetail, **responses(404, 409)})
@idempotent
def acknowledge(header: WriteHeaders, path: FindingPath, body: Acknowledgement) -> Response:
    """表明已有人处理；起因消除后预警自行关闭"""
    core.acknowledge(actor(), system().clock, path.id, body.note)
    return _finding(path.id)


@findings.post("/findings/<id>/waive", responses={200: FindingDetail, **responses(404, 409)})
@idempotent
def waive(header: WriteHeaders, path: FindingPath, body: WaiverRequest) -> Response:
    """申请豁免；须有理由和截止日期，另一人批准后生效"""
    core.ask_waiver(actor(), system().clock, path.id, body.reason, body.until)
    return _finding(path.id)


@findings.post("/findings/<id>/waive/approve", responses={200: FindingDetail, **responses(404, 409)})
@idempotent
def approve(header: WriteHeaders, path: FindingPath) -> Response:
    """批准豁免申请；申请人不能批准自己的申请"""
    core.approve_waiver(actor(), system().clock, path.id)
    return _finding(path.id)


def _finding(key: str) -> Response:
    return answer(FindingDetail.model_validate(core.view_finding(actor(), key, system().clock.today())))


def _as_of(query: FindingQuery) -> Response:
    assert query.as_of is not None
    views: Sequence[FindingView] = core.live_findings_of_all(
        system().judge, actor(), query.as_of, code=query.project, unit=query.unit)
    found = [FindingOut.model_validate(view) for view in views if _wanted(view, query)]
    return answer(FindingList(**slice_of(found, query), as_of=query.as_of))


def _wanted(view: FindingView, query: FindingQuery) -> bool:
    """The same filters as over stored findings."""
    same = all(not value or getattr(view, name) == value for name, value in (
        ("rule", query.rule), ("severity", query.severity), ("unit", query.unit), ("outcome", query.outcome),
        ("project", query.project)))
    if query.status:
        return same and query.status in (view.status, view.outcome)
    return same and (bool(query.outcome) or view.outcome in UNSETTLED)
