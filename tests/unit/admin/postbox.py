"""A real SMTP server on a loopback port that keeps what it gets and can be told to misbehave."""

import email
import email.policy
from collections import Counter
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from admin.mail.smtp import Server, SmtpMailer

SENDER = "dangan@archive.example.cn"


@dataclass
class Postbox:
    """`answers`: what the server says to a recipient's address. `lost` addresses: taken, then the line goes dead."""

    answers: dict[str, str] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        address = envelope.rcpt_tos[0]
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append((address, mail))
        self.senders.append(envelope.mail_from)
        if address in self.lost:
            server.transport.abort()
        return "250 accepted"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for each, mail in self.mails if each == address]

    def counts(self) -> Counter[str]:
        return Counter(address for address, _ in self.mails)


class PostOffice:
    """Starts and stops the server, on one port for good, and makes mailers for it."""

    def __init__(self) -> None:
        self.box = Postbox()
        self.port = 0
        self._controller: Controller | None = None

    def open(self) -> None:
        self._controller = _Local(self.box, hostname="127.0.0.1", port=self.port)
        self._controller.start()
        self.port = self._controller.port

    def close(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def mailer(self) -> SmtpMailer:
        return SmtpMailer(Server("127.0.0.1", self.port, timeout=10), SENDER)


class _Local(Controller):
    """Takes a free port where none is named, so that suites running side by side do not meet."""

    def _trigger_server(self) -> None:
        listening: Any = self.server
        self.port = listening.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
