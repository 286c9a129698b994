"""Errors of the core as HTTP statuses: one table, read by the API and by the pages. Knows no way to show an error."""

from collections.abc import Mapping
from typing import ClassVar

from archive.blobs.staging import FULL, Oversized
from archive.errors import (
    AlreadyExists,
    ArchiveError,
    Conflict,
    Damaged,
    DiskFull,
    EngineDown,
    Invalid,
    Locked,
    NotFound,
    NotPermitted,
    Refused,
    StoreUnfit,
)
from archive.models.connection import engine_down
from archive.operations.people import AccountLocked, SignInFailed
from search.errors import IndexBusy, IndexNeedsRebuild, PersonalNumberAsked, QueryTooLong

STATUS: Mapping[type[ArchiveError], int] = {
    SignInFailed: 401,
    NotPermitted: 403,
    PersonalNumberAsked: 403,
    NotFound: 404,
    AlreadyExists: 409,
    Conflict: 409,
    Locked: 409,
    Invalid: 422,
    QueryTooLong: 422,
    Refused: 422,
    Oversized: 413,
    AccountLocked: 429,
    Damaged: 500,
    EngineDown: 503,
    IndexBusy: 503,
    IndexNeedsRebuild: 503,
    StoreUnfit: 503,
    DiskFull: 507,
}
TITLES: Mapping[int, str] = {
    400: "请求不正确", 401: "没有登录", 403: "没有权限", 404: "没有找到", 405: "不接受这种操作", 409: "与现有内容冲突",
    410: "已经过期", 412: "内容已被修改", 413: "内容过大", 415: "不支持这种格式", 416: "范围超出文件", 421: "不在这台服务器",
    422: "内容没有被接受", 423: "正被占用",
    428: "缺少前提条件", 460: "校验和不符", 429: "尝试过多", 500: "系统出错", 503: "暂时不可用", 507: "磁盘空间不足",
}


class HttpRefusal(ArchiveError):
    """A refusal that exists only because of HTTP: it carries its own status."""

    status: ClassVar[int] = 400


def status_of(error: ArchiveError) -> int:
    """The status of an error by its nearest class in the table; 422 for one nobody has placed."""
    if isinstance(error, HttpRefusal):
        return error.status
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 422)


def title_of(status: int) -> str:
    """A short Chinese name of the status; never empty."""
    return TITLES.get(status, TITLES[500] if status >= 500 else TITLES[400])


def as_archive_error(error: Exception) -> ArchiveError | None:
    """What an exception means to the caller, where it means anything: a database that is away is no bug."""
    if isinstance(error, ArchiveError):
        return error
    if down := engine_down(error):
        return down
    if isinstance(error, OSError) and error.errno in FULL:
        return DiskFull()
    return None
