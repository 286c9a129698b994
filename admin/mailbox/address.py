"""The mailbox's address as one setting: `imap(s)://user:password@host:port/folder?starttls=…&ca=…`."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

START_TLS = ("required", "never")
_OPTIONS = {"starttls", "ca"}


@dataclass(frozen=True, slots=True)
class ImapAddress:
    host: str
    port: int
    tls: bool
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    starttls: bool = True
    ca: str = ""

    @property
    def label(self) -> str:
        """Names the mailbox without any secret."""
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"

    @staticmethod
    def parse(value: str) -> "ImapAddress":
        """Raises ValueError saying what is wrong, never with the password in it."""
        try:
            parts = urlsplit(value)
            port = parts.port
        except ValueError:
            raise ValueError("主机或端口写法有误") from None
        if parts.scheme not in ("imap", "imaps") or not parts.hostname:
            raise ValueError("应形如 imaps://用户:口令@主机/文件夹")
        if not parts.username or not parts.password:
            raise ValueError("缺少用户名或口令；其中的 @ : / 写作 %40 %3A %2F")
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        if unknown := query.keys() - _OPTIONS:
            raise ValueError(f"没有参数 {min(unknown)}，可用的是 starttls 和 ca")
        if query.get("starttls", "required") not in START_TLS:
            raise ValueError("starttls 应为 required 或 never（口令和邮件会以明文传送）")
        if query.get("ca") and not Path(query["ca"]).is_file():
            raise ValueError(f"没有证书文件“{query['ca']}”")
        tls = parts.scheme == "imaps"
        return ImapAddress(parts.hostname, port or (993 if tls else 143), tls, unquote(parts.username),
                           unquote(parts.password), unquote(parts.path.strip("/")) or "INBOX",
                           query.get("starttls", "required") == "required", query.get("ca", ""))
