"""Files refused for a marking, over HTTP: what was refused, asking that it be looked at again, and deciding that."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from flask import Response
from pydantic import Field

from admin.api.context import Asked, Listing, Paging, Strict, actor, answer, area, slice_of, system
from admin.api.document_shapes import bare
from admin.api.idempotency import WriteHeaders, idempotent
from admin.api.problems import responses
from admin.api.project_shapes import CodePath
from archive.clearances import Refused, clearance_requests, refused_in
from archive.models.withdrawals import ClearanceRequest
from archive.operations.clearances import ask_clearance, decide_clearance

secrecy = area("secrecy", "保密")
State = Literal["asked", "cleared", "declined"]
SHA256 = "文件的 SHA-256，64 位十六进制"


class RequestOut(Strict):
    """A request to look at a refusal again; `decision` says why it was cleared or declined."""

    sha256: str
    project: str
    state: State
    reason: str
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision: str

    @classmethod
    def of(cls, row: ClearanceRequest) -> "RequestOut":
        return cls(sha256=bare(row.id), project=row.project, state=row.state, reason=row.reason,  # type: ignore[arg-type]
                   asked_by=row.asked_by_name, asked_at=row.asked_at, decided_by=row.decided_by_name, decided_at=row.decided_at,
                   decision=row.decision)


class RequestList(Listing):
    items: Sequence[RequestOut]


class RefusedOut(Strict):
    """`removed`: it had been filed before its marking was found. `cleared`: it may be filed now."""

    sha256: str
    size: int
    reason: str
    at: datetime
    times: int
    removed: bool
    cleared: bool
    request: RequestOut | None

    @classmethod
    def of(cls, row: Refused) -> "RefusedOut":
        return cls(sha256=bare(row.sha256), size=row.size, reason=row.reason, at=row.at, times=row.times, removed=row.removed,
                   cleared=row.cleared, request=RequestOut.of(row.request) if row.request else None)


class RefusedList(Listing):
    items: Sequence[RefusedOut]


class RequestIn(Asked):
    sha256: str = Field(max_length=71, description=SHA256)
    reason: str = Field(max_length=500, description="为什么认为不是密级标志")


class RequestQuery(Paging):
    state: State | None = Field(None, description="asked 待认定，cleared 已认定不是，declined 已认定确是")


class ClearanceIn(Asked):
    sha256: str = Field(max_length=71, description=SHA256)
    reason: str = Field(max_length=500, description="经谁审查、依据什么")
    decision: Literal["cleared", "declined"] = Field("cleared", description="不是密级标志，可以归档；或确为密级标志")


class ClearanceOut(Strict):
    sha256: str
    reason: str
    decision: str


@secrecy.get("/projects/<code>/refusals", responses={200: RefusedList, **responses(404)})
def refusals(path: CodePath, query: Paging) -> Response:
    """一个案卷中因密级标志拒收或移除的文件，只有摘要与原因，没有名称和内容"""
    found = [RefusedOut.of(row) for row in refused_in(actor(), path.code)]
    return answer(RefusedList(**slice_of(found, query)))


@secrecy.post("/projects/<code>/clearance-requests", responses={200: RequestOut, **responses(404)})
def ask(header: WriteHeaders, path: CodePath, body: RequestIn) -> Response:
    """认为拒收有误，申请复核；由安全保密管理员认定"""
    return _ask(header=header, code=path.code, body=body)


@idempotent
def _ask(header: WriteHeaders, code: str, body: RequestIn) -> Response:
    return answer(RequestOut.of(ask_clearance(actor(), system().clock, code, f"sha256:{bare(body.sha256)}", body.reason)))


@secrecy.get("/secrecy/clearance-requests", responses={200: RequestList})
def requests(query: RequestQuery) -> Response:
    """复核申请，待认定的在前；只有安全保密管理员可读"""
    page = clearance_requests(actor(), state=query.state or "", page=query.page, size=query.size)
    return answer(RequestList(items=list(map(RequestOut.of, page.items)), total=page.total, page=page.page, size=page.size))


@secrecy.post("/secrecy/clearances", responses={200: ClearanceOut, **responses(404)})
def clear(header: WriteHeaders, body: ClearanceIn) -> Response:
    """对一份复核申请作出认定：不是密级标志的，之后可以归档；不能由申请人自己办理"""
    return _clear(header=header, body=body)


@idempotent
def _clear(header: WriteHeaders, body: ClearanceIn) -> Response:
    decide_clearance(actor(), system().clock, f"sha256:{bare(body.sha256)}", body.reason, cleared=body.decision == "cleared")
    return answer(ClearanceOut(sha256=bare(body.sha256), reason=body.reason.strip(), decision=body.decision))
