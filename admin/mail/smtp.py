"""Mails through an SMTP server, by the standard library: the dialogue of one message, and what answers mean.

Nothing is connected at construction. What the server says of one recipient becomes MailRejected (4xx temporary, 5xx
permanent); what it says of us or of itself becomes MailerDown.
"""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.headerregistry import Address

from admin.mail.connection import START_TLS, Server, alive, connect, explain, reply
from admin.mail.mime import build, message_id, wire_address
from admin.mail.port import MailerDown, MailRejected, Message, Receipt, Sender
from admin.mail.sender import parse_sender
from archive.errors import Invalid

__all__ = ["Server", "SmtpMailer"]

_CLOSING = 421
_TOO_LARGE = 552


class SmtpMailer:
    """A Mailer for one server. Raises Invalid where sender or `starttls` cannot be used.

    Holds no connection, so threads may share it; each batch has its own.
    """

    def __init__(self, server: Server, sender: str, bounce: str = "") -> None:
        """`bounce` is where servers send back what they cannot deliver; `{id}` in it stands for the mail's id."""
        if server.starttls not in START_TLS:
            raise Invalid(field="starttls", problem=f"只能是 {'、'.join(START_TLS)} 之一")
        self.server = server
        self.sender = parse_sender(sender)
        self.bounce = bounce
        if bounce:
            parse_sender(bounce.replace("{id}", "id"))

    def send(self, message: Message) -> Receipt:
        with self.batch() as sender:
            return sender.send(message)

    @contextmanager
    def batch(self) -> Iterator[Sender]:
        """Connects with the first message; a server that hung up between two messages is called again."""
        batch = _Batch(self.server, self.sender, self.bounce)
        try:
            yield batch
        finally:
            batch.finish()


class _Batch:
    def __init__(self, server: Server, sender: Address, bounce: str) -> None:
        self.server = server
        self.sender = sender
        self.bounce = bounce or sender.addr_spec
        self.connection: smtplib.SMTP | None = None

    def send(self, message: Message) -> Receipt:
        content = build(message, self.sender, self.sender.domain).as_bytes()
        try:
            answer = self._deliver(self._ready(), content, wire_address(message.to), message.id)
        except MailRejected:
            self._reset()
            raise
        except MailerDown:
            self._drop()
            raise
        except (OSError, UnicodeError) as error:
            self._drop()
            raise MailerDown(engine=self.server.label, reason=explain(error)) from error
        return Receipt(message_id(message, self.sender.domain), answer)

    def finish(self) -> None:
        if self.connection is not None:
            with suppress(OSError):
                self.connection.quit()
        self._drop()

    def _ready(self) -> smtplib.SMTP:
        if self.connection is not None and not alive(self.connection):
            self._drop()
        if self.connection is None:
            self.connection = connect(self.server)
        return self.connection

    def _deliver(self, connection: smtplib.SMTP, content: bytes, recipient: str, key: str) -> str:
        _envelope(connection, self.bounce.replace("{id}", key), recipient, key)
        try:
            code, said = connection.data(content)
        except smtplib.SMTPDataError as error:
            raise _refusal(error.smtp_code, error.smtp_error, recipient) from error
        except OSError as error:
            # The message was on its way: whether it arrived, nobody can tell.
            reason = f"传送邮件时中断：{explain(error)}"
            raise MailerDown(engine=self.server.label, reason=reason, maybe_sent=True) from error
        if code != 250:
            raise _refusal(code, said, recipient)
        return reply(code, said)

    def _reset(self) -> None:
        """Forget the refused envelope, so that the next message starts clean."""
        try:
            if self.connection is not None:
                self.connection.rset()
        except OSError:
            self._drop()

    def _drop(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None


def _envelope(connection: smtplib.SMTP, sender: str, recipient: str, key: str) -> None:
    """Where the server passes on what becomes of a mail (RFC 3461), it is given the mail's id to pass on with it."""
    reports = connection.has_extn("dsn")
    code, said = connection.mail(sender, [*_options(connection, recipient), *(["RET=HDRS", f"ENVID={key}"] if reports else [])])
    if code == _TOO_LARGE:
        raise MailRejected(to=recipient, reason=reply(code, said), permanent=True)
    if code != 250:
        # The server refuses us, not this recipient: every other mail would fare the same.
        raise smtplib.SMTPSenderRefused(code, said, sender)
    code, said = connection.rcpt(recipient, ["NOTIFY=FAILURE"] if reports else [])
    if code not in (250, 251):
        raise _refusal(code, said, recipient)


def _options(connection: smtplib.SMTP, recipient: str) -> list[str]:
    if recipient.isascii():
        return []
    if not connection.has_extn("smtputf8"):
        reason = "收件地址含中文，而邮件服务器不支持中文地址（SMTPUTF8）"
        raise MailRejected(to=recipient, reason=reason, permanent=True)
    return ["SMTPUTF8", "BODY=8BITMIME"]


def _refusal(code: int, said: bytes | str, recipient: str) -> Exception:
    """4xx and 5xx concern this message; 421 and answers outside the protocol concern the server."""
    if code == _CLOSING or not 400 <= code < 600:
        return smtplib.SMTPResponseException(code, said)
    return MailRejected(to=recipient, reason=reply(code, said), permanent=code >= 500)
