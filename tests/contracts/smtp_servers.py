"""A mail to send, and a real SMTP server on a loopback port that behaves as its recipients' names ask."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiosmtpd.controller import Controller

from admin.mail.port import Message

SENT_AT = datetime(2026, 11, 23, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
SENDER = "dangan@archive.example.cn"
MAIL = Message(
    id="20261123-abc",
    to="zhang@example.cn",
    to_name="张伟",
    subject="【档案】3 个项目有 5 项事项需要处理（2 项已逾期）",
    text="张伟，您好：\n.\n项目验收已逾期 175 天。\n",
    html="<p>项目验收<b>已逾期 175 天</b>。</p>",
    date=SENT_AT,
)


@dataclass
class Post:
    """An SMTP server's behaviour, by recipient, and what it was given."""

    mails: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    connections: int = 0
    hangs_up: bool = False
    refuse_sender: str = ""

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, name: str, lines: list[str]) -> list[str]:
        self.connections += session.ssl is None
        session.host_name = name
        return lines

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.refuse_sender or "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        answers = {"gone": "550 没有这个用户", "full": "451 稍后再试", "closing": "421 正在关机"}
        answer = answers.get(address.partition("@")[0], "250 OK")
        if answer == "250 OK":
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        local = envelope.rcpt_tos[0].partition("@")[0]
        if local == "dies":
            server.transport.abort()
            return "250 nobody hears this"
        if local == "spam":
            return "554 垃圾邮件"
        self.mails.append(envelope.content)
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return "250 accepted"

    async def handle_NOOP(self, server: Any, session: Any, envelope: Any, argument: str) -> str:
        if self.hangs_up:
            server.transport.abort()
        return "250 OK"


class LocalController(Controller):
    """Takes a free port, so that suites running side by side do not meet."""

    def _trigger_server(self) -> None:
        listening: Any = self.server
        self.port = listening.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]
