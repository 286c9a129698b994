"""What a mail server reports of a mail it could not deliver (RFC 3464): read from the letter it sends back.

A report comes from anywhere and may say anything: nothing of it is believed but which of our mails it is about and what
became of it. How the mail is known again, in this order: the envelope's id that the first server was given (RFC 3461),
the address the report was sent to, our own header, the Message-ID. One of them survives most servers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesParser

from admin.mail.mime import MAIL_HEADER
from admin.mail.port import one_line

MOST_BYTES = 256 << 10
MOST_PARTS = 50
_ID = re.compile(r"\b\d{8}-[0-9a-z]{20,26}\b")
_ADDRESSED = ("delivered-to", "x-original-to", "envelope-to", "to")
_MACHINES = re.compile(r"(mailer-daemon|postmaster|mail delivery)", re.IGNORECASE)
_GRAVE = re.compile(r"\b5\d\d[ -]|\b5\.\d{1,3}\.\d{1,3}\b")
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Report:
    """`action` as in RFC 3464: failed, delayed, delivered, relayed, expanded. `mails` are the ids it may be about."""

    action: str
    reason: str
    mails: tuple[str, ...]


def report_of(raw: bytes) -> Report | None:
    """None for a letter that is no report of a delivery, or that cannot be taken apart."""
    try:
        return _read(raw)
    except (RecursionError, ValueError, LookupError):  # what nobody sends who wants to be read
        return None


def _read(raw: bytes) -> Report | None:
    letter = BytesParser(policy=policy.compat32).parsebytes(raw[:MOST_BYTES])
    parts = [part for part, _ in zip(letter.walk(), range(MOST_PARTS), strict=False)]
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    if status is None:
        return _informal(letter, raw[:MOST_BYTES])
    fields = [block for block in status.get_payload() if isinstance(block, Message)] if status.is_multipart() else []
    actions = [(_said(block, "action").lower(), block) for block in fields if block.get("action")]
    # Of several recipients only one is ours: one address a mail. The gravest is what counts.
    action, block = next(((a, b) for a, b in actions if a == FAILED), actions[0] if actions else ("", None))
    if block is None:
        return None
    return Report(action, _reason(block), tuple(dict.fromkeys(_mails(letter, fields, parts))))


def _mails(letter: "Message[str, str]", fields: "list[Message[str, str]]", parts: "list[Message[str, str]]") -> Iterator[str]:
    for block in fields:
        yield from _ID.findall(_said(block, "original-envelope-id"))
    for name in _ADDRESSED:
        for value in letter.get_all(name, []):
            yield from _ID.findall(str(value))
    for head in _returned(parts):
        yield from _ID.findall(_said(head, MAIL_HEADER))
        yield from _ID.findall(_said(head, "message-id"))
    for name in ("in-reply-to", "references"):
        yield from _ID.findall(_said(letter, name))


def _returned(parts: "list[Message[str, str]]") -> "Iterator[Message[str, str]]":
    """The head of the mail that came back: whole, or its header as text."""
    for part in parts:
        payload = part.get_payload()
        if part.get_content_type() == "message/rfc822" and isinstance(payload, list):
            yield from (each for each in payload if isinstance(each, Message))
        elif part.get_content_type() in ("text/rfc822-headers", "message/rfc822-headers"):
            content = part.get_payload(decode=True)
            yield BytesParser(policy=policy.compat32).parsebytes(content if isinstance(content, bytes) else b"", headersonly=True)


def _reason(block: "Message[str, str]") -> str:
    status, said = _said(block, "status"), _said(block, "diagnostic-code").partition(";")[2].strip()
    return one_line(f"{status} {said}" if status not in said else said)[:300] or "没有说明原因"


def _informal(letter: "Message[str, str]", raw: bytes) -> Report | None:
    """Some servers write a bounce in words alone: believed where a machine sends it, with a code of failure and our id."""
    text = raw.decode("utf-8", "replace")
    if not _MACHINES.search(_said(letter, "from")) or not (grave := _GRAVE.search(text)):
        return None
    found = tuple(dict.fromkeys(_ID.findall(text)))
    words = one_line(text[grave.start():grave.start() + 200].partition("\n")[0])
    return Report(FAILED, words, found) if found else None


def _said(message: "Message[str, str]", name: str) -> str:
    return " ".join(str(message.get(name, "")).split())[:1000]
