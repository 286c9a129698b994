"""Turns a message into the bytes of RFC 5322: the one place that knows headers, encodings and folding."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from admin.mail.port import MailRejected, Message, one_line

# utf8=True only for addresses in Chinese letters, which no older encoding can carry.
_PLAIN = SMTP.clone(max_line_length=76)
_UTF8 = _PLAIN.clone(utf8=True)
MAIL_HEADER = "X-Dangan-Mail"
CALENDAR_NAME = "deadlines.ics"


def build(message: Message, sender: Address, host: str) -> EmailMessage:
    """The mail as text and HTML alternatives. Raises MailRejected where the recipient's host is no domain name."""
    mail = EmailMessage(policy=_PLAIN if wire_address(message.to).isascii() else _UTF8)
    mail["From"] = sender
    mail["To"] = address_of(message.to, one_line(message.to_name))
    mail["Subject"] = one_line(message.subject)
    mail["Date"] = format_datetime(message.date)
    mail["Message-ID"] = message_id(message, host)
    mail[MAIL_HEADER] = message.id  # some servers give a mail another Message-ID
    mail["Auto-Submitted"] = "auto-generated"
    # Keeps out-of-office answers of Exchange servers away, which do not read Auto-Submitted.
    mail["X-Auto-Response-Suppress"] = "All"
    for name, value in message.headers:
        mail[name] = one_line(value)
    mail.set_content(_sound(message.text), cte="base64")
    mail.add_alternative(_sound(message.html), subtype="html", cte="base64")
    if message.calendar:
        mail.add_attachment(_sound(message.calendar), subtype="calendar", cte="base64", filename=CALENDAR_NAME,
                            params={"method": "PUBLISH"})
    return mail


def address_of(address: str, name: str) -> Address:
    """Built from its parts: given whole, the library refuses mailbox names in Chinese letters."""
    local, _, host = wire_address(address).rpartition("@")
    return Address(display_name=name, username=local, domain=host)


def message_id(message: Message, host: str) -> str:
    return f"<{message.id}@{host}>"


def wire_address(address: str) -> str:
    """The address as servers take it: a Chinese host in its IDNA form. Raises MailRejected where that is impossible."""
    local, _, host = address.rpartition("@")
    try:
        return f"{local}@{host.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise MailRejected(to=address, reason="“@”后面不是有效的域名", permanent=True) from None


def _sound(text: str) -> str:
    """The text without lone surrogates, which cannot be encoded and would stop the mail."""
    return text.encode("utf-8", "replace").decode("utf-8")
