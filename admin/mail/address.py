"""Where mail is handed over, read from `DANGAN_SMTP_URL`."""

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from admin.settings import PREFIX, BadSetting


@dataclass(frozen=True, slots=True)
class SmtpAddress:
    """The parts of an SMTP URL."""

    host: str
    port: int
    tls: bool
    user: str
    password: str
    sender: str
    starttls: str
    bounce: str = ""


def smtp_address(url: str) -> SmtpAddress:
    """Raises BadSetting where the host is missing or the port is no number."""
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    try:
        port = parts.port or (465 if parts.scheme == "smtps" else 25)
    except ValueError:
        raise BadSetting(name=f"{PREFIX}SMTP_URL", problem="端口不是数字。") from None
    if not parts.hostname:
        raise BadSetting(name=f"{PREFIX}SMTP_URL", problem="缺少主机名。")
    return SmtpAddress(parts.hostname, port, parts.scheme == "smtps", unquote(parts.username or ""),
                       unquote(parts.password or ""), query.get("from", f"dangan@{parts.hostname}"),
                       query.get("starttls", "opportunistic"), query.get("bounce", ""))
