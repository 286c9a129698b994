"""The settings URL of an Elasticsearch cluster, taken apart and checked. Pure: opens no connection and reads no file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast
from urllib.parse import parse_qsl, unquote, urlsplit

Analyzer = Literal["cjk", "ik"]
DEFAULT_PORT = 9200
_ANALYZERS = ("cjk", "ik")
_OPTIONS = ("prefix", "shards", "replicas", "ca", "fingerprint", "analyzer", "api_key", "timeout")
_PREFIX = re.compile(r"[a-z][a-z0-9_-]{0,99}")
_FINGERPRINT = re.compile(r"[0-9a-fA-F]{64}")
_MOST_SHARDS, _MOST_REPLICAS, _MOST_SECONDS = 64, 8, 300


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticAddress:
    """Where the cluster is, who asks, and how its indexes are named and laid out.

    `hosts` are URLs without secrets. `replicas` None follows the cluster: none on one node, one on several. `ca` is a
    PEM file, `fingerprint` the SHA-256 of the server's certificate in hex; without either the public
    authorities count. Certificates are always checked. `timeout` in seconds, of one search.
    """

    hosts: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    prefix: str = "dangan"
    shards: int = 1
    replicas: int | None = None
    ca: str = ""
    fingerprint: str = ""
    analyzer: Analyzer = "cjk"
    timeout: int = 10

    @classmethod
    def parse(cls, url: str) -> "ElasticAddress":
        """`http(s)://user:pass@host:port[,host:port…]/?prefix=…&…`. Raises ValueError in Chinese, naming no secret."""
        scheme, netloc, path, query = _split(url)
        login, _, hosts = netloc.rpartition("@")
        user, _, password = login.partition(":")
        options = _options(query)
        address = cls(
            hosts=tuple(_host(scheme, host, path) for host in hosts.split(",")),
            user=unquote(user), password=unquote(password), api_key=options.get("api_key", ""),
            prefix=_prefix(options.get("prefix", "dangan")),
            shards=_number("shards", options.get("shards", "1"), 1, _MOST_SHARDS),
            replicas=_number("replicas", options["replicas"], 0, _MOST_REPLICAS) if "replicas" in options else None,
            ca=options.get("ca", ""), fingerprint=_fingerprint(options.get("fingerprint", "")),
            analyzer=_analyzer(options.get("analyzer", "cjk")),
            timeout=_number("timeout", options.get("timeout", "10"), 1, _MOST_SECONDS),
        )  # fmt: skip
        address._agree(scheme)
        return address

    def _agree(self, scheme: str) -> None:
        if self.api_key and self.user:
            raise ValueError("用户名口令与 api_key 只能给出一种")
        if self.user and not self.password:
            raise ValueError("给出了用户名而没有口令")
        if scheme == "http" and (self.ca or self.fingerprint):
            raise ValueError("ca 和 fingerprint 只用于 https://")
        if self.ca and self.fingerprint:
            raise ValueError("ca 与 fingerprint 只能给出一种")


def _split(url: str) -> tuple[str, str, str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets that hold no IPv6 address
        raise ValueError("主机部分无法辨认") from None
    if parts.scheme not in ("http", "https") or not parts.netloc.rpartition("@")[2]:
        raise ValueError("应以 http:// 或 https:// 开头，后接主机")
    if parts.fragment:
        raise ValueError("含有“#”，口令中的“#”请写作 %23")
    return parts.scheme, parts.netloc, parts.path.rstrip("/"), parts.query


def _host(scheme: str, host: str, path: str) -> str:
    try:
        parts = urlsplit(f"{scheme}://{host}")
        port = parts.port or DEFAULT_PORT
    except ValueError:
        raise ValueError("主机后的端口应为 1 到 65535 的数字") from None
    if not parts.hostname or parts.path:
        raise ValueError("缺少主机名，或口令中的“@”“/”没有写作 %40、%2F")
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{scheme}://{name}:{port}{path}"


def _options(query: str) -> Mapping[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    if any(name not in _OPTIONS for name in options):
        raise ValueError(f"“?”之后只能有 {'、'.join(_OPTIONS)}")
    return options


def _prefix(value: str) -> str:
    if not _PREFIX.fullmatch(value):
        raise ValueError("prefix 应以小写字母开头，只含小写字母、数字、“-”和“_”，至多 100 个字符")
    return value


def _number(name: str, value: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", value) or not least <= int(value) <= most:
        raise ValueError(f"{name} 应为 {least} 到 {most} 的整数")
    return int(value)


def _fingerprint(value: str) -> str:
    plain = value.replace(":", "")
    if plain and not _FINGERPRINT.fullmatch(plain):
        raise ValueError("fingerprint 应为服务器证书的 SHA-256 指纹，64 个十六进制数字")
    return plain.lower()


def _analyzer(value: str) -> Analyzer:
    if value not in _ANALYZERS:
        raise ValueError(f"analyzer 应为 {' 或 '.join(_ANALYZERS)}")
    return cast(Analyzer, value)
