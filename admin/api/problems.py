"""How the API says no: `application/problem+json` (RFC 9457), a stable `code`, a Chinese sentence, the fields at fault."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, request
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.exceptions import ClientDisconnected, HTTPException

from admin.api.errors import BadRange, KeyInUse, TooLarge
from admin.uploads.errors import Busy, TooManyOpen
from admin.web import spooling
from admin.web.errors import as_archive_error, status_of, title_of
from admin.web.transfers import Crowded
from archive.blobs.staging import Oversized
from archive.errors import ArchiveError, EngineDown
from archive.operations.people import AccountLocked

log = logging.getLogger("dangan.api")
Responses = dict[str | int | HTTPStatus, type[BaseModel] | dict[Any, Any] | None]
MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/"
BROKEN_OFF = "请求没有传完就中断了（网络断开，或长度与声明不符），没有保存任何内容。请检查网络后重新上传。"
UNEXPECTED = "程序遇到了没有预料到的情况，这次操作可能没有完成；已记入日志。请稍后重试，若仍出现请把时间告诉系统管理员。"
MESSAGES: Mapping[int, str] = {
    400: "请求的格式不正确，没有处理。请对照 /api/v1/docs 检查。",
    404: "没有这个地址。可用的地址见 /api/v1/docs。",
    405: "这个地址不接受 {method}。可用的方法见 Allow 头。",
    413: "请求体太大，没有处理。文件请以 multipart/form-data 上传，其他内容不能超过 1 MiB。",
    415: "请求体的 Content-Type 不被接受。请对照 /api/v1/docs 检查。",
}


class FieldProblem(BaseModel):
    """One field or parameter and what is wrong with it."""

    model_config = ConfigDict(extra="forbid")

    field: str
    message: str


class Problem(BaseModel):
    """Why a request was refused. `code` is stable, `detail` is for people, `errors` names the fields at fault."""

    model_config = ConfigDict(extra="forbid")

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldProblem] | None = Field(default=None)


def problem(status: int, code: str, detail: str, *, errors: list[FieldProblem] | None = None,
            headers: Mapping[str, str] | None = None) -> Response:
    body = Problem(title=title_of(status), status=status, detail=detail, code=code, errors=errors)
    return Response(body.model_dump_json(exclude_none=True), status, headers, content_type=MEDIA_TYPE)


def body_of(error: ArchiveError) -> str:
    """The JSON of a refusal, for where there is no application to answer with."""
    status = status_of(error)
    return Problem(title=title_of(status), status=status, detail=str(error), code=error.code).model_dump_json(
        exclude_none=True)


def refused(error: ArchiveError) -> Response:
    if isinstance(error, Oversized):
        error = too_large(error.limit)
    status = status_of(error)
    field = error.facts.get("field")
    errors = [FieldProblem(field=str(field), message=str(error.facts.get("problem", "")))] if field else None
    if status >= 500:
        log.error("%s %s: %s", request.method, request.path, error)
    return problem(status, error.code, str(error), errors=errors, headers=_headers(error, status))


def failed(error: Exception) -> Response:
    """Any exception on a path of the API."""
    if known := as_archive_error(error):
        return refused(known)
    if isinstance(error, HTTPException):
        return _http(error)
    if isinstance(error, RecursionError):  # JSON nested without end
        return problem(400, "http.400", MESSAGES[400])
    log.exception("unexpected error on %s %s", request.method, request.path, exc_info=error)
    return problem(500, "api.unexpected", UNEXPECTED)


def too_large(limit: int) -> TooLarge:
    """`limit` in bytes."""
    return TooLarge(limit=f"{limit / (1 << 20):g} MiB")


def _headers(error: ArchiveError, status: int) -> dict[str, str]:
    if status == 401:
        return {"WWW-Authenticate": 'Bearer realm="dangan"'}
    if isinstance(error, BadRange):
        return {"Content-Range": f"bytes */{error.facts['size']}"}
    if isinstance(error, AccountLocked):
        return {"Retry-After": str(int(str(error.facts["minutes"])) * 60)}
    if isinstance(error, (KeyInUse, Crowded, Busy, TooManyOpen)):
        return {"Retry-After": str(error.retry_after)}
    return {"Retry-After": "30"} if isinstance(error, EngineDown) else {}


def _http(error: HTTPException) -> Response:
    """An error of HTTP itself; one that carries its answer (validation) is that answer."""
    if isinstance(error.response, Response):
        return error.response
    status = error.code or 500
    if status == 413 and (intake := spooling.spooled().intake):
        return refused(too_large(intake.max_bytes))
    if isinstance(error, ClientDisconnected):
        return problem(400, "http.broken-off", BROKEN_OFF)
    kept = [(name, value) for name, value in error.get_headers(request.environ) if name in ("Allow", "Retry-After")]
    text = MESSAGES.get(status, MESSAGES[400] if status < 500 else UNEXPECTED).format(method=request.method)
    return problem(status, f"http.{status}", text, headers=dict(kept))


def is_api() -> bool:
    """Whether the request under way is the API's; the pages answer in their own way."""
    return request.path.startswith(PREFIX)


def responses(*statuses: int) -> Responses:
    """The refusals of a route, for its description."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {str(status): {"description": title_of(status), "content": {MEDIA_TYPE: schema}} for status in statuses}
