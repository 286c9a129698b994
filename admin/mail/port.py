"""The port for mail: what a message is, what sending promises, how it can fail.

Knows nothing of rules, people or templates. A message holds no sender: the installation has one, the mailer's.
"""

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from archive.errors import ArchiveError, EngineDown

_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,118}[A-Za-z0-9])?")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]{1,253}")
_OURS = frozenset(
    ("from", "sender", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "return-path", "received")
)
_OURS_TOO = ("content-", "resent-", "mime-", "auto-", "x-auto-")


class MailRejected(ArchiveError):
    """This one message cannot be delivered to its recipient. Facts: to, reason, permanent.

    `permanent`: sending it again is pointless until the address or the message was corrected; otherwise try later.
    """

    code = "mail.rejected"
    text = "发给“{to}”的邮件没有被接收（{reason}）。{advice}"

    def __init__(self, *, to: str, reason: str, permanent: bool) -> None:
        advice = "请核对该收件地址后再发送。" if permanent else "系统稍后会自动重试，无需处理。"
        super().__init__(to=to, reason=reason, permanent=permanent, advice=advice)
        self.permanent = permanent


class MailerDown(EngineDown):
    """No message can be sent now. Facts: engine, reason, maybe_sent.

    `maybe_sent`: the connection broke after the message was handed over, so it may have arrived; mark a repeat.
    """

    code = "mail.down"
    text = "{engine}暂时不能发送邮件（{reason}）。待发邮件已保留，系统会自动重试；如持续出现，请检查邮件设置。"

    def __init__(self, *, engine: str, reason: str, maybe_sent: bool = False) -> None:
        super().__init__(engine=engine, reason=reason, maybe_sent=maybe_sent)
        self.maybe_sent = maybe_sent


@dataclass(frozen=True, slots=True)
class Message:
    """One mail to one person. `id` is the Message-ID's local part and MUST be the same whenever this mail is sent.

    Making one raises MailRejected where the address cannot be one, and ValueError where the calling code erred.
    `calendar` is iCalendar text, attached for the reader's calendar to take.
    Control characters in names, subject and header values become spaces: no value can add a header or a line.
    """

    id: str
    to: str
    to_name: str
    subject: str
    text: str
    html: str
    date: datetime
    headers: tuple[tuple[str, str], ...] = ()
    calendar: str = ""

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id) or ".." in self.id:
            raise ValueError(f"not usable as the local part of a Message-ID: {self.id!r}")
        if self.date.tzinfo is None:
            raise ValueError("a mail's date needs a time zone")
        if not is_address(self.to):
            raise MailRejected(to=one_line(self.to), reason="这不是一个邮件地址", permanent=True)
        for name, _ in self.headers:
            if not _HEADER.fullmatch(name) or name.lower() in _OURS or name.lower().startswith(_OURS_TOO):
                raise ValueError(f"a message may not set the header {name!r}")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the mailer answered: the full Message-ID, and where the mail is (a file) or the server's reply."""

    message_id: str
    detail: str


class Sender(Protocol):
    def send(self, message: Message) -> Receipt:
        """Hand the message over to exactly its one recipient; durable or accepted by the server on return.

        Raises MailRejected for this message alone, MailerDown where no message can be sent now.
        """


class Mailer(Sender, Protocol):
    """MUST be idempotent as far as its medium allows: the Message-ID depends on `message.id` alone."""

    def batch(self) -> AbstractContextManager[Sender]:
        """A sender for many messages over one connection. A message that was rejected does not hurt the next."""


def is_address(text: str) -> bool:
    """Whether this is one plain mail address (`name@host`; Chinese letters allowed; no display name, no list)."""
    local, _, host = text.partition("@")
    dots = any(part.startswith(".") or part.endswith(".") or ".." in part for part in (local, host))
    return bool(_ADDRESS.fullmatch(text)) and text.isprintable() and not dots


def one_line(text: str) -> str:
    """The text on one line: whatever could end a line or is no character (lone surrogates) becomes a space."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
