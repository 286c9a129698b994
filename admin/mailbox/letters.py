"""What the head of a letter says: who sends it, which project it is for, whether a program wrote it, whether to believe it.

Everything here may be forged, except what the receiving server wrote on top (`Authentication-Results`, RFC 8601).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses

_TAGGED = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
_IN_SUBJECT = re.compile(r"[\[【]([^\[\]【】\s]{1,64})[\]】]")
_MACHINES = ("mailer-daemon", "postmaster", "noreply", "no-reply", "do-not-reply", "bounce")
_RESULT = re.compile(r"\b(dmarc|dkim|spf)\s*=\s*([a-z]+)", re.IGNORECASE)
_DOMAIN = {"dkim": re.compile(r"header\.d\s*=\s*@?([^\s;]+)", re.IGNORECASE),
           "spf": re.compile(r"smtp\.mailfrom\s*=\s*\"?(?:[^\s;@]*@)?([^\s;\"]+)", re.IGNORECASE)}
MOST_ADDRESSES = 200


@dataclass(frozen=True, slots=True)
class Letter:
    """`sender` is "" where there is not exactly one. `tags` may name a project. `automatic`: never to be answered."""

    sender: str
    subject: str
    tags: tuple[str, ...]
    automatic: bool
    message_id: str
    results: tuple[str, ...]

    def vouched_for(self, server: str) -> bool:
        """Whether the topmost result of this server says that the sender's own domain stands behind the letter."""
        ours = next((each for each in self.results if _speaker(each) == server.lower()), "")
        domain = self.sender.rpartition("@")[2]
        return any(_proves(part, domain) for part in ours.split(";")[1:])


def letter_of(head: bytes) -> Letter:
    message = BytesHeaderParser(policy=policy.compat32).parsebytes(head)
    addresses = [address.lower() for _, address in getaddresses([str(each) for each in message.get_all("from", [])])]
    sender = addresses[0] if len(addresses) == 1 and addresses[0].count("@") == 1 else ""
    subject = _decoded(message.get("subject"))
    tags = [*_tags(message), *_IN_SUBJECT.findall(subject)]
    return Letter(sender, subject, tuple(dict.fromkeys(tags)), _automatic(message, sender),
                  " ".join(str(message.get("message-id", "")).split())[:250],
                  tuple(" ".join(str(each).split()) for each in message.get_all("authentication-results", [])))


def _tags(message: "Message[str, str]") -> Iterator[str]:
    """`archive+XM-2024-001@…` names XM-2024-001."""
    written = [str(each) for name in _TAGGED for each in message.get_all(name, [])]
    for _, address in getaddresses(written)[:MOST_ADDRESSES]:
        tag = address.rpartition("@")[0].partition("+")[2]
        if tag:
            yield tag


def _automatic(message: "Message[str, str]", sender: str) -> bool:
    def said(name: str) -> str:
        return str(message.get(name, "")).strip().lower()

    return (said("auto-submitted") not in ("", "no") or said("precedence") in ("bulk", "list", "junk", "auto_reply")
            or bool(said("list-id") or said("list-unsubscribe") or said("x-auto-response-suppress"))
            or said("return-path") == "<>" or sender.startswith(_MACHINES) or not sender)


def _decoded(value: object) -> str:
    """The subject in letters; what cannot be decoded stays as it was written."""
    try:
        text = str(make_header(decode_header(str(value or ""))))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        text = str(value or "")
    return " ".join(text.split())[:300]


def _speaker(result: str) -> str:
    return result.partition(";")[0].split(" ")[0].strip().lower()


def _proves(part: str, domain: str) -> bool:
    found = _RESULT.match(part.strip())
    if not found or found[2].lower() != "pass":
        return False
    method = found[1].lower()
    if method == "dmarc":
        return True
    named = _DOMAIN[method].search(part)
    return bool(named) and named[1].lower().rstrip(".") == domain  # type: ignore[index]
