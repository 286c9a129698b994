"""What the text of a setting is read as. Each raises ValueError with what is wrong, in Chinese; none knows whose text it is."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from admin.backup.policy import Keep
from admin.mailbox.address import ImapAddress
from archive.blobs.s3_address import S3Address
from search.backends.elastic_address import ElasticAddress

SHORTEST_KEY = 32
_UNITS = {"": 1, "B": 1, "K": 1 << 10, "KB": 10**3, "KIB": 1 << 10, "M": 1 << 20, "MB": 10**6, "MIB": 1 << 20,
          "G": 1 << 30, "GB": 10**9, "GIB": 1 << 30}


def folder(value: str) -> str:
    if not value:
        raise ValueError("不能为空，应为文件夹路径")
    return value


def url(*schemes: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value and _scheme(value) not in schemes:
            raise ValueError(f"应以 {' 或 '.join(s + '://' for s in schemes)} 开头，后接主机")
        return value
    return parse


def _scheme(value: str) -> str:
    """The scheme of a URL that names a host; empty for anything else."""
    try:
        parts = urlsplit(value)
    except ValueError:  # brackets that hold no IPv6 address
        return ""
    return parts.scheme if parts.netloc.rpartition("@")[2] else ""


def elasticsearch(value: str) -> str:
    if value:
        ElasticAddress.parse(value)
    return value


def clamd(value: str) -> str:
    if value and not re.match(r"(tcp://[^/:]+:\d+|unix:/.+)$", value):
        raise ValueError("应为 tcp://主机:端口 或 unix:/路径")
    return value


def size(value: str) -> int:
    match = re.fullmatch(r"\s*(\d+)\s*([A-Za-z]*)\s*", value)
    if not match or match[2].upper() not in _UNITS or int(match[1]) == 0:
        raise ValueError("应为大小，例如 5GiB、200MiB")
    return int(match[1]) * _UNITS[match[2].upper()]


def zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("不是时区名，例如 Asia/Shanghai") from None
    return value


def base(value: str) -> str:
    if not value:
        raise ValueError("不能为空，应为 http:// 或 https:// 开头的网址")
    return url("http", "https")(value).rstrip("/")


def s3(value: str) -> str:
    if value:
        S3Address.parse(value)
    return value


def key(value: str) -> str:
    if value and len(value) < SHORTEST_KEY:
        raise ValueError(f"至少 {SHORTEST_KEY} 个字符")
    return value


def maybe_folder(value: str) -> Path | None:
    return Path(value).expanduser().absolute() if value else None


def up_to(most: int, least: int = 1) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
            raise ValueError(f"应为 {least} 到 {most} 的整数")
        return int(value)
    return parse


def folders(value: str) -> tuple[Path, ...]:
    """Folders, separated by colons as in PATH. One inside another would be looked at twice."""
    found = tuple(Path(part.strip()).expanduser() for part in value.split(":") if part.strip())
    for one in found:
        if not one.is_absolute():
            raise ValueError(f"“{one}”应为从 / 开始的完整路径，多个文件夹用冒号隔开")
        if any(other != one and other.is_relative_to(one) for other in found) or found.count(one) > 1:
            raise ValueError(f"“{one}”重复，或包含另一个投递文件夹")
    return found


def imap(value: str) -> str:
    if value:
        ImapAddress.parse(value)
    return value


def server_name(value: str) -> str:
    if value and not re.fullmatch(r"[\w.-]+", value):
        raise ValueError("应为收信服务器写在 Authentication-Results 开头的名字，例如 mx.example.gov.cn")
    return value


def seconds(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 3600):
        raise ValueError("应为 1 到 3600 的整数（秒）")
    return int(value)


def keep(value: str) -> Keep | None:
    return Keep.parse(value) if value else None
