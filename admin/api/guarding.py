"""What the guard found, over HTTP: traces of removed files, personal numbers for a purpose, texts that are alike.

Adds its routes to those of `documents`. Unmasking keeps no Idempotency-Key: the answer once given would be kept with it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from flask import Response
from pydantic import Field

from admin.api.context import Asked, Listing, Masked, Paging, Strict, actor, answer, slice_of, system
from admin.api.document_shapes import DocumentPath, TextOut, bare
from admin.api.documents import text_out
from admin.api.idempotency import WriteHeaders, idempotent
from admin.api.problems import responses
from admin.api.project_shapes import CodePath
from admin.api.uploads import documents
from archive import queries
from archive.access import require
from archive.operations.likenesses import dismiss, join, likenesses_of, separate
from archive.operations.unmasking import unmask
from archive.permissions import Permission

__all__ = ["documents"]


class Purpose(Asked):
    purpose: str = Field(max_length=1000, description="查看个人信息的用途，记入审计")


class WithdrawalOut(Strict):
    """A version that had to go; `object`: what became of its bytes; `readers`: who had fetched it, as far as is known."""

    document: str
    project: str
    number: int
    whole: bool
    sha256: str
    size: int
    reason: str
    page: int
    filed_at: datetime
    at: datetime
    readers: list[str]
    object: Literal["pending", "deleted", "locked"]
    object_reason: str


class WithdrawalList(Listing):
    items: Sequence[WithdrawalOut]


@documents.post("/documents/<id>/text/unmasked", responses={200: TextOut, **responses(404)})
def unmasked(path: DocumentPath, body: Purpose) -> Response:
    """当前版本的文字，个人信息不遮盖；须有权限并写明用途，记入审计"""
    record, pages = unmask(actor(), system().clock, path.id, body.purpose)
    shown = text_out(queries.find_document(actor(), path.id), record, pages, masked=False)
    return answer(shown, headers={"Cache-Control": "no-store"})


@documents.get("/projects/<code>/withdrawals", responses={200: WithdrawalList, **responses(404)})
def withdrawals(path: CodePath, query: Paging) -> Response:
    """一个案卷中因密级标志移除的文件，只有摘要与原因，没有内容"""
    page = queries.withdrawals_of(actor(), path.code, page=query.page, size=query.size)
    items = [WithdrawalOut.model_validate({name: getattr(row, name) for name in WithdrawalOut.model_fields}
                                          | {"sha256": bare(row.sha256)}) for row in page.items]
    return answer(WithdrawalList(items=items, total=page.total, page=page.page, size=page.size))


class LikenessOut(Strict):
    """Another document whose text is nearly the same; `later` is the one that may become a version of the other."""

    id: str
    document: str
    project: str
    title: Masked
    similarity: float
    later: str


class LikenessList(Listing):
    items: Sequence[LikenessOut]


class DecisionIn(Asked):
    pair: str = Field(max_length=60, description="相似文件的标识")
    choice: Literal["join", "dismiss", "separate"] = Field(description="归为新版本；不是同一文件；撤销归并")


class DecisionOut(Strict):
    pair: str
    choice: str


@documents.get("/documents/<id>/alike", responses={200: LikenessList, **responses(404)})
def alike(path: DocumentPath, query: Paging) -> Response:
    """文字几乎相同的其他文件，可能是同一文件的另一稿或另一次扫描"""
    found = [LikenessOut(id=row.id, document=other.id, project=other.project, title=other.title,
                         similarity=row.similarity, later=row.document) for row, other in likenesses_of(actor(), path.id)]
    return answer(LikenessList(**slice_of(found, query)))


@documents.post("/documents/<id>/alike", responses={200: DecisionOut, **responses(404, 409)})
def decide(header: WriteHeaders, path: DocumentPath, body: DecisionIn) -> Response:
    """对两个相似文件作出处理"""
    return _decide(header=header, key=path.id, body=body)


@idempotent
def _decide(header: WriteHeaders, key: str, body: DecisionIn) -> Response:
    require(actor(), Permission.DOCUMENT_CONFIRM)
    queries.find_document(actor(), key)
    {"join": join, "dismiss": dismiss, "separate": separate}[body.choice](actor(), system().clock, body.pair)
    return answer(DecisionOut(pair=body.pair, choice=body.choice))
