"""Messages as Outlook saves them (MS-OXMSG): headers in words and the body. What is attached is only named."""

from typing import Any

from ingest.extractors._ole import damaged
from ingest.extractors._properties import moment, properties
from ingest.extractors.base import Extraction, Source, collect, library
from ingest.extractors.html import text_of_page
from ingest.extractors.mail import words

MEDIA_TYPES = frozenset({"application/vnd.ms-outlook"})

_MOST = 1000


def engine() -> str:
    return library("python-oxmsg")


def extract(source: Source) -> Extraction:
    """Raises UnreadableFile where the message is damaged."""
    import oxmsg

    try:
        message = oxmsg.Message.load(str(source.path))
        said, body, attached = _headers(message), _body(message), _attached(message)
    except Exception as error:  # the library lets through whatever its readers of streams raise
        raise damaged() from error
    lines = [f"{label}：{value}" for label, value in said.items() if value]
    if attached:
        lines.append(f"附件：{'、'.join(attached)}")
    warnings = () if body.strip() else ("邮件没有可读的正文（可能只有 RTF 格式的正文），未读取。",)
    pages = collect(["\n".join([*lines, "", body]).strip("\n")], 1, source)
    subject = said["主题"]
    return Extraction(
        pages.texts, 1, engine(), (subject,) if subject else (), warnings, pages.truncated,
        complete=pages.complete, properties=properties(
            title=subject, author=said["发件人"], recipients=said["收件人"], created=said["日期"],
            attachments="、".join(attached)))


def _headers(message: Any) -> dict[str, str]:
    recipients = "、".join(_person(person) for person in list(message.recipients)[:_MOST])
    return {"主题": message.subject or "", "发件人": words(message.sender or ""), "收件人": recipients,
            "日期": moment(message.sent_date)}


def _person(recipient: Any) -> str:
    name, address = recipient.name or "", recipient.email_address or ""
    return f"{name} <{address}>" if address and address != name else name


def _body(message: Any) -> str:
    if message.body and message.body.strip():
        return str(message.body)
    return text_of_page(message.html_body)[0] if message.html_body else ""


def _attached(message: Any) -> list[str]:
    return [str(item.file_name or "未命名附件") for item in list(message.attachments)[:_MOST]]
