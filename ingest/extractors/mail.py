"""Messages (RFC 5322) and saved web pages (MHTML, RFC 2557): headers in words, and the body as it reads.

What is attached is only named here; it becomes documents of its own elsewhere.
"""

import platform
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.extractors._decoding import decode
from ingest.extractors._properties import properties
from ingest.extractors.base import Extraction, Source, UnreadableFile, collect
from ingest.extractors.html import text_of_page

if TYPE_CHECKING:
    from email.message import Message

_PAGE = "multipart/related"
MEDIA_TYPES = frozenset({"message/rfc822", _PAGE})

_MAX_BYTES = 48 << 20     # of the message that is looked at: the body comes before what is attached
_MOST_PARTS = 2000
_HEADERS = (("Subject", "主题"), ("From", "发件人"), ("To", "收件人"), ("Cc", "抄送"), ("Date", "日期"))
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "x-gbk": "gb18030"}


def engine() -> str:
    return f"python {platform.python_version()}"


def extract(source: Source) -> Extraction:
    """Raises UnreadableFile where the file is no message."""
    from email.parser import BytesParser
    from email.policy import compat32

    with source.path.open("rb") as file:
        data = file.read(_MAX_BYTES)
    try:
        message = BytesParser(policy=compat32).parsebytes(data)
        parts = list(_parts(message))
        body, attached = _body(parts), [name for part in parts if (name := _attachment(part))]
    except (RecursionError, ValueError, TypeError, LookupError) as error:
        raise UnreadableFile("邮件结构损坏，无法读取。请从邮件软件重新导出后上传新版本。") from error
    said = {label: value for name, label in _HEADERS if (value := header(message, name))}
    subject = said.get("主题", "")
    lines = [] if source.media_type == _PAGE else [f"{label}：{value}" for label, value in said.items()]
    if attached and source.media_type != _PAGE:
        lines.append(f"附件：{'、'.join(attached)}")
    pages = collect(["\n".join([*lines, "", body]).strip("\n")], 1, source)
    return Extraction(
        pages.texts, 1, engine(), (subject,) if subject else (), (), pages.truncated,
        complete=pages.complete, properties=properties(
            title=subject, author=said.get("发件人"), recipients=said.get("收件人"), created=said.get("日期"),
            attachments=None if source.media_type == _PAGE else "、".join(attached)))


def header(message: "Message[str, str]", name: str) -> str:
    """A header in words; empty where there is none."""
    return words(next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), ""))


def words(value: str) -> str:
    """Encoded words (RFC 2047) decoded, bare bytes taken for what Chinese programs send."""
    from email.errors import MessageError
    from email.header import decode_header

    try:
        pieces = decode_header(value.encode("utf-8", "surrogateescape").decode("latin-1"))
    except (MessageError, ValueError):    # as it stands is better than nothing
        return " ".join(value.split())
    return " ".join("".join(_piece(text, charset) for text, charset in pieces).split())


def _piece(text: bytes | str, charset: str | None) -> str:
    raw = text.encode("latin-1", "replace") if isinstance(text, str) else text
    return _text(raw, charset or "")


def _text(raw: bytes, charset: str) -> str:
    """Characters by the charset a message names, by the bytes themselves where it names none or a wrong one."""
    try:
        return raw.decode(_WIDER.get(charset.lower(), charset)) if charset else decode(raw).text
    except (LookupError, UnicodeDecodeError):
        return decode(raw).text


def _parts(message: "Message[str, str]") -> Iterator["Message[str, str]"]:
    """The leaves of the message itself: a message inside it is one leaf."""
    waiting = [message]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        payload = part.get_payload()
        if isinstance(payload, list) and part.get_content_maintype() == "multipart":
            waiting.extend(reversed(payload))  # type: ignore[arg-type]
        else:
            yield part


def _body(parts: list["Message[str, str]"]) -> str:
    """The plain text where there is any, else the web page."""
    inline = [part for part in parts if not _attachment(part)]
    plain = [_content(part) for part in inline if part.get_content_type() == "text/plain"]
    if any(text.strip() for text in plain):
        return "\n".join(plain)
    return "\n".join(text_of_page(_content(part))[0] for part in inline if part.get_content_type() == "text/html")


def _content(part: "Message[str, str]") -> str:
    raw = part.get_payload(decode=True)
    return _text(raw, part.get_content_charset() or "") if isinstance(raw, bytes) else ""


def _attachment(part: "Message[str, str]") -> str:
    """The name of an attached file; empty for a part of the body."""
    if part.get_content_type() == "message/rfc822":
        return "转发的邮件.eml"
    raw = part.get_filename()
    if not raw or (part.get_content_disposition() != "attachment" and part.get_content_type() in ("text/plain", "text/html")):
        return ""
    return words(raw)
