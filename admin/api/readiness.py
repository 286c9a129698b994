"""Acceptance readiness (第31条) over HTTP, and the draft papers made from it."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from flask import Response
from pydantic import Field

from admin.api.context import Asked, Strict, actor, answer, area, system
from admin.api.problems import responses
from admin.api.project_shapes import CodePath
from admin.papers.acceptance import checklist, citation, notice, summary
from admin.web.paper_files import paper_file
from archive.errors import NotFound
from archive.personal import mask
from retention.findings import FindingView
from retention.readiness import Item, Readiness, readiness_of

readiness = area("readiness", "项目与案卷")
BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}}}


class Day(Asked):
    as_of: date | None = Field(None, description="按哪一天，默认今天")


class PaperPath(CodePath):
    paper: Literal["checklist", "notice"] = Field(description="checklist 验收材料清单，notice 缺件通知")


class PaperQuery(Asked):
    format: Literal["docx", "pdf"] = Field("docx", description="docx 或 pdf")


class PaperOut(Strict):
    id: str
    title: str
    doc_date: date | None
    issuer: str
    conclusion: str
    unconfirmed: Sequence[str] = Field(description="自动读取、无人确认的项目")


class ItemOut(Strict):
    """`state`：missing 缺失，wrong 日期或内容不符，confirm 待确认，ready 已备，waived 已豁免"""

    type: str
    name: str
    level: Literal["required", "recommended"]
    state: Literal["missing", "wrong", "confirm", "ready", "waived"]
    clause: str
    citation: str
    documents: Sequence[PaperOut]
    problems: Sequence[str]
    clears_when: str


class BesideOut(Strict):
    """其他条款要求在申请验收前具备而没有的材料"""

    rule: str
    clause: str
    citation: str
    reason: str
    clears_when: str


class ReadinessOut(Strict):
    project: str
    today: date
    status: str
    due_on: date | None
    overdue_days: int
    complete: bool
    summary: str
    items: Sequence[ItemOut]
    besides: Sequence[BesideOut]


@readiness.get("/projects/<code>/readiness", responses={200: ReadinessOut, **responses(404)})
def show(path: CodePath, query: Day) -> Response:
    """验收准备：逐项材料的有无、日期、待确认之处和怎样消除；运维项目和已终止的项目没有

    只读取和核对，不改变任何内容。
    """
    ready = _found(path.code, query.as_of)
    return answer(ReadinessOut(project=ready.code, today=ready.today, status=ready.status, due_on=ready.due,
                               overdue_days=ready.overdue_days, complete=ready.complete, summary=summary(ready),
                               items=list(map(_item, ready.items)), besides=list(map(_beside, ready.besides))))


@readiness.get("/projects/<code>/readiness/<paper>", responses={"200": {"description": "草稿", **BYTES}, **responses(404)})
def printed(path: PaperPath, query: PaperQuery) -> Response:
    """验收材料清单或缺件通知的草稿"""
    make = {"checklist": checklist, "notice": notice}[path.paper]
    ready = _found(path.code)
    return paper_file(make(ready), f"{path.paper}-{ready.code}-{ready.today}", query.format)


def _found(code: str, day: date | None = None) -> Readiness:
    ready = readiness_of(system().judge, actor(), code, day)
    if ready is None:
        raise NotFound(what="验收材料（运维项目不组织建设验收，经同意终止的项目不再验收）", key=code)
    return ready


def _beside(finding: FindingView) -> BesideOut:
    return BesideOut(rule=finding.rule, clause=finding.clause, citation=citation(finding.clause), reason=mask(finding.reason),
                     clears_when=finding.clears_when)


def _item(item: Item) -> ItemOut:
    papers = [PaperOut(id=paper.id, title=mask(paper.title), doc_date=paper.doc_date, issuer=paper.issuer,
                       conclusion=paper.conclusion, unconfirmed=paper.unconfirmed) for paper in item.papers]
    return ItemOut.model_validate({
        "type": item.key, "name": item.name, "level": item.level, "state": item.state, "clause": item.clause,
        "citation": citation(item.clause), "documents": papers, "problems": item.problems, "clears_when": item.clears})
