"""What is attached to mails: EML (RFC 5322, MIME) by the standard library, Outlook's MSG by python-oxmsg.

The text of a mail is not taken out: it is the mail's own. Pictures that its HTML shows in line belong to that text too.
"""

import re
from collections.abc import Iterator
from email import message_from_binary_file
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from mimetypes import guess_extension
from typing import Any

from ingest.unpacking.entries import BadBundle, BadMember, Entry, Job, Kind, pieces
from ingest.unpacking.names import decoded, encoding_of

_SHOWN = re.compile(rb"""cid:([^"'\s>)]+)""", re.IGNORECASE)
_BODIES = ("text/plain", "text/html")
_EMBEDDED = 5   # PidTagAttachMethod: the attachment is itself an item of Outlook
_SHORT_NAME, _SHOWN_NAME, _METHOD = 0x3704, 0x3001, 0x3705


def eml(job: Job) -> Iterator[Entry]:
    try:
        with job.path.open("rb") as stream:
            message = message_from_binary_file(stream)
    except (MessageError, ValueError, RecursionError) as error:
        raise BadBundle("邮件结构已损坏，无法取出附件。") from error
    shown = _shown(message)
    for part in _leaves(message):
        if _is_attached(part, shown):
            yield Entry(_part_name(part), read=lambda part=part: pieces(_content(part)))  # type: ignore[misc]


def _leaves(message: "Message[str, str]") -> Iterator["Message[str, str]"]:
    """Parts that hold no others; a mail inside the mail is one, and is taken apart when its own turn comes."""
    stack: list[Any] = [message]
    while stack:
        part = stack.pop()
        payload = part.get_payload()
        if isinstance(payload, list) and (part is message or part.get_content_type() != "message/rfc822"):
            stack.extend(reversed(payload))
        elif part is not message or part.get_filename():
            yield part


def _shown(message: "Message[str, str]") -> frozenset[str]:
    """The Content-IDs that HTML of this mail shows as pictures."""
    found: set[str] = set()
    for part in _leaves(message):
        if part.get_content_type() == "text/html":
            found.update(name.decode("ascii", "replace") for name in _SHOWN.findall(_content(part)))
    return frozenset(found)


def _is_attached(part: "Message[str, str]", shown: frozenset[str]) -> bool:
    identifier = str(part.get("Content-ID", "")).strip("<> ")
    if part.get_content_maintype() == "image" and identifier and identifier in shown:
        return False
    if part.get_content_type() == "message/rfc822" or part.get_content_disposition() == "attachment":
        return True
    return bool(_parameter(part)) or (part.get_content_type() not in _BODIES and part.get_content_maintype() != "multipart")


def _content(part: "Message[str, str]") -> bytes:
    payload = part.get_payload()
    if isinstance(payload, list):
        return b"".join(inner.as_bytes() for inner in payload if isinstance(inner, Message))
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _part_name(part: "Message[str, str]") -> str:
    if name := _parameter(part):
        return name
    if part.get_content_type() == "message/rfc822":
        inner: Any = part.get_payload()
        subject = inner[0].get("Subject") if isinstance(inner, list) and inner else None
        return f"{_readable(str(subject)) if subject else '转发的邮件'}.eml".replace("/", "_")
    return f"附件{guess_extension(part.get_content_type()) or '.bin'}"


def _parameter(part: "Message[str, str]") -> str:
    """The file name in any of the ways mail programs write it: RFC 2231, RFC 2047, or plain bytes in some encoding."""
    plain: Message[str, str] = Message()
    for field, value in part.raw_items():
        if field.lower() in ("content-disposition", "content-type"):
            raw = str(value).encode("utf-8", "surrogateescape")
            plain[field] = re.sub(r"\r?\n[ \t]+", " ", decoded(raw, encoding_of([raw])))
    try:
        return _readable(plain.get_filename() or "").strip()
    except (ValueError, LookupError, UnicodeError):
        return ""


def _readable(text: str) -> str:
    """With RFC 2047 words decoded; as it stands where they are no such words."""
    if "=?" not in text:
        return text
    try:
        return str(make_header(decode_header(text)))
    except (MessageError, ValueError, LookupError):
        return text


def msg(job: Job) -> Iterator[Entry]:
    from oxmsg import Message as OutlookMessage

    try:
        attachments = OutlookMessage.load(str(job.path)).attachments
    except Exception as error:  # whatever olefile and oxmsg meet in a damaged file
        raise BadBundle("Outlook 邮件已损坏，无法取出附件。") from error
    for attachment in attachments:
        if attachment.properties.int_prop_value(_METHOD) == _EMBEDDED:
            yield Entry(_text(attachment, _SHOWN_NAME) or "内嵌邮件", 0, Kind.UNSUPPORTED, "Outlook 内嵌项目（邮件、日程等）")
        else:
            yield Entry(_msg_name(attachment), read=lambda attachment=attachment: _bytes(attachment))  # type: ignore[misc]


def _msg_name(attachment: Any) -> str:
    try:
        name = attachment.file_name
    except (ValueError, KeyError, LookupError):
        name = ""
    return name or _text(attachment, _SHORT_NAME) or _text(attachment, _SHOWN_NAME) or "附件.bin"


def _text(attachment: Any, identifier: int) -> str:
    try:
        return str(attachment.properties.str_prop_value(identifier) or "")
    except (ValueError, KeyError, LookupError):
        return ""


def _bytes(attachment: Any) -> Iterator[bytes]:
    try:
        data = attachment.file_bytes
    except (ValueError, KeyError) as error:
        raise BadMember("附件数据已损坏。") from error
    if data is None:
        raise BadMember("附件只是一个指向别处的链接，邮件里没有它的内容。", Kind.LINK)
    return pieces(data)
