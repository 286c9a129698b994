"""What the SDK and the network raise, told in the archive's errors. No text of theirs is passed on: it repeats signed URLs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree.ElementTree import ParseError

from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
    ResponseError,
    SSLError,
)

from archive.errors import ArchiveError, Damaged, EngineDown, NotFound

ENGINE = "S3 存储"
ABSENT = ("NoSuchKey", "NoSuchVersion", "NoSuchUpload", "ResourceNotFound")
GARBLED = ("BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "IncompleteBody")
DENIED = ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed", "AllAccessDisabled")
_CODE = re.compile(r"<Code>(\w{1,64})</Code>")
# The first that fits tells it: some of these are kinds of others.
_TROUBLES: tuple[tuple[type[BaseException], str], ...] = (
    (NameResolutionError, "找不到主机名"), (NewConnectionError, "连接不上服务器"), (ConnectTimeoutError, "连接超时"),
    (ReadTimeoutError, "服务器没有及时答复"),
    (SSLError, "服务器证书不受信任，或加密连接未能建立"))  # fmt: skip


@contextmanager
def spoken(bucket: str, digest: str = "") -> Iterator[None]:
    """Raises NotFound, Damaged or EngineDown for whatever goes wrong between us and the server.

    The fact `answer` of EngineDown is the S3 error code, empty where there was none.
    """
    try:
        yield
    except (MinioException, HTTPError, ParseError, OSError) as error:
        raise _translated(error, bucket, digest) from None


def code_of(error: BaseException) -> str:
    """The S3 error code, also where a server sends its XML under another media type; empty where there is none."""
    if isinstance(error, S3Error):
        return error.code or ""
    found = _CODE.search(str(error)) if isinstance(error, InvalidResponseError) else None
    return found[1] if found else ""


def refused(code: str, bucket: str, digest: str) -> ArchiveError:
    """The error for an S3 error code."""
    if code in ABSENT:
        return NotFound(what="对象", key=digest)
    if code in GARBLED and digest:
        return Damaged(digest=digest)
    reason = f"服务器答复 {code}"
    if code == "NoSuchBucket":
        reason = f"没有桶 {bucket}，请运行 dangan init 建立"
    elif code in DENIED:
        reason = f"访问被拒绝 {code}，请核对密钥、权限和时钟"
    return EngineDown(engine=ENGINE, reason=reason, answer=code)


def _translated(error: BaseException, bucket: str, digest: str) -> ArchiveError:
    if code := code_of(error):
        return refused(code, bucket, digest)
    return EngineDown(engine=ENGINE, reason=_reason(error), answer="")


def _reason(error: BaseException) -> str:
    if isinstance(error, MaxRetryError) and error.reason is not None:
        return _reason(error.reason)
    if isinstance(error, ResponseError):  # its text: too many 503 error responses
        status = re.search(r"\b\d{3}\b", str(error))
        return f"服务器答复 {status[0]}" if status else "服务器答复有误"
    if isinstance(error, ServerError):
        return f"服务器答复 {error.status_code}"
    if isinstance(error, (InvalidResponseError, ParseError)):
        return "服务器的答复无法理解，它可能不是 S3 服务"
    return next((told for kind, told in _TROUBLES if isinstance(error, kind)), "连接中断")
