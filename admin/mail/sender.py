"""Who the archive's mails come from: one address of the installation, given by the settings."""

import re
from email.headerregistry import Address

from admin.mail.mime import address_of
from admin.mail.port import MailRejected, is_address, one_line
from archive.errors import Invalid

DISPLAY = "项目档案系统"
_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")


def parse_sender(text: str) -> Address:
    """`name@host` or `显示名 <name@host>`; without a display name the archive's own is used. Raises Invalid."""
    named = _NAMED.fullmatch(text.strip())
    name, address = (named["name"].strip(' "'), named["address"]) if named else ("", text.strip())
    if text != one_line(text) or not is_address(address) or not address.isascii():
        raise _refused(text)
    try:
        return address_of(address, name or DISPLAY)
    except MailRejected:
        raise _refused(text) from None


def _refused(text: str) -> Invalid:
    problem = f"“{one_line(text)}”不是可用的邮件地址，应形如 dangan@example.gov.cn"
    return Invalid(field="发件人（from）", problem=problem)
