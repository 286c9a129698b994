"""Where an S3 bucket is and what is asked of it, read from one URL. Knows the words of the URL, not the network."""

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from archive.blobs.port import LockMode

# The longest default retention that servers take (AWS: 100 years).
MOST_DAYS = 36_500
OPTIONS = ("region", "lock", "days", "public", "ca")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ESCAPE = "密钥中的 / @ : ? # % 须写成 %2F %40 %3A %3F %23 %25"


@dataclass(frozen=True, slots=True)
class S3Address:
    """A bucket, the key to it, and the protection it shall have. `secret` stays out of `repr`.

    `lock` and `days` are the default retention asked of the bucket; `public` is the scheme, host and port under which
    browsers reach the server, empty where downloads go through the archive; `ca` is a file of CA certificates.
    """

    host: str
    port: int
    bucket: str
    key: str
    secret: str = field(repr=False)
    secure: bool = False
    region: str = "us-east-1"
    lock: LockMode | None = None
    days: int = 0
    public: str = ""
    ca: str = ""

    @classmethod
    def parse(cls, url: str) -> Self:
        """`http(s)://KEY:SECRET@host:port/bucket?region=…&lock=governance|compliance&days=N&public=…&ca=…`.

        Raises ValueError with what is wrong, in Chinese, never with the key or the secret.
        """
        parts, port = _split(url)
        bucket = parts.path.strip("/")
        if not _BUCKET.fullmatch(bucket) or ".." in bucket:
            raise ValueError("主机之后应为一个桶名：3 至 63 个小写字母、数字、“-”或“.”，例如 /dangan")
        options = _options(parts.query)
        secure = parts.scheme == "https"
        lock, days = _retention(options.get("lock", ""), options.get("days", ""))
        return cls(
            host=parts.hostname or "", port=port or (443 if secure else 80), bucket=bucket, secure=secure,
            key=unquote(parts.username or ""), secret=unquote(parts.password or ""),
            region=options.get("region", "us-east-1"), lock=lock, days=days,
            public=_public(options.get("public", "")), ca=_ca(options.get("ca", ""), secure=secure))  # fmt: skip

    @property
    def endpoint(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def place(self) -> str:
        """Names the bucket in messages and records, without key or secret."""
        return f"s3://{self.endpoint}/{self.bucket}"


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # its text would repeat a part of the URL, perhaps of the secret
        raise ValueError(f"主机或端口的写法有误；{_ESCAPE}") from None
    if parts.scheme not in ("http", "https"):
        raise ValueError("应以 http:// 或 https:// 开头")
    if not parts.username or not parts.password:
        raise ValueError(f"缺少密钥，应为 http(s)://KEY:SECRET@主机:端口/桶；{_ESCAPE}")
    if not parts.hostname:
        raise ValueError("缺少主机名")
    if parts.fragment:
        raise ValueError(f"不应含有“#”；{_ESCAPE}")
    return parts, port


def _options(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in OPTIONS:
            near = get_close_matches(name, OPTIONS, 1)
            raise ValueError(f"不认识选项 {name}" + (f"，或许应为 {near[0]}" if near else f"，可用的有 {'、'.join(OPTIONS)}"))
        if name in found:
            raise ValueError(f"选项 {name} 写了两次")
        if not value:
            raise ValueError(f"选项 {name} 没有值")
        found[name] = value
    return found


def _retention(lock: str, days: str) -> tuple[LockMode | None, int]:
    if not lock and not days:
        return None, 0
    if lock not in (mode.value for mode in LockMode):
        raise ValueError("选项 lock 应为 governance 或 compliance，并与 days 同时给出")
    if not re.fullmatch(r"[0-9]{1,5}", days) or not 1 <= int(days) <= MOST_DAYS:
        raise ValueError(f"选项 days 应为保护天数（1 至 {MOST_DAYS} 的整数），并与 lock 同时给出")
    return LockMode(lock), int(days)


def _public(value: str) -> str:
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True) and "@" not in parts.netloc
    except ValueError:
        good = False
    if not good or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("选项 public 应为浏览器可达的 http(s)://主机:端口，不带路径")
    return f"{parts.scheme}://{parts.netloc}"


def _ca(value: str, *, secure: bool) -> str:
    if value and not secure:
        raise ValueError("选项 ca 只用于 https://")
    if value and not Path(value).is_file():
        raise ValueError(f"选项 ca 所指的证书文件不存在：{value}")
    return value
