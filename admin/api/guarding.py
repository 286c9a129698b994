"""What the guard found, over HTTP: traces of removed files, personal numbers for a purpose, clearing a suspicion.

Adds its routes to those of `documents`. Unmasking keeps no Idempotency-Key: the answer once given would be kept with it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from flask import Response
from pydantic import Field

from admin.api.context import Asked, Listing, Paging, Strict, actor, answer, area, system
from admin.api.document_shapes import DocumentPath, TextOut, bare
from admin.api.documents import text_out
from admin.api.idempotency import WriteHeaders, idempotent
from admin.api.problems import responses
from admin.api.project_shapes import CodePath
from admin.api.uploads import documents
from archive import queries
from archive.operations.unmasking import unmask
from archive.operations.withdrawals import clear_digest

__all__ = ["documents", "secrecy"]
secrecy = area("secrecy", "保密")


class Purpose(Asked):
    purpose: str = Field(max_length=1000, description="查看个人信息的用途，记入审计")


class ClearanceIn(Asked):
    sha256: str = Field(max_length=71, description="被拒收或移除的文件的 SHA-256，64 位十六进制")
    reason: str = Field(max_length=500, description="经谁审查、为什么不是密级标志")


class ClearanceOut(Strict):
    sha256: str
    reason: str


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


@secrecy.post("/secrecy/clearances", responses={200: ClearanceOut})
def clear(header: WriteHeaders, body: ClearanceIn) -> Response:
    """认定某文件上的字样不是密级标志，之后可以重新归档；只有安全保密管理员可用"""
    return _clear(header=header, body=body)


@idempotent
def _clear(header: WriteHeaders, body: ClearanceIn) -> Response:
    clear_digest(actor(), system().clock, f"sha256:{bare(body.sha256)}", body.reason)
    return answer(ClearanceOut(sha256=bare(body.sha256), reason=body.reason.strip()))
