"""What a message may be, what errors tell, and who mails come from."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from admin.mail.connection import Server
from admin.mail.folder import FolderMailer
from admin.mail.port import MailerDown, MailRejected, Message, is_address, one_line
from admin.mail.sender import parse_sender
from admin.mail.smtp import SmtpMailer
from archive.errors import EngineDown, Invalid

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def message(id: str = "m1", date: datetime = NOW, headers: tuple[tuple[str, str], ...] = ()) -> Message:
    return Message(id, "zhang@example.cn", "张伟", "题名", "正文", "<p>正文</p>", date, headers)


@pytest.mark.parametrize("id", ["", "../x", "a/b", "a b", "a\n", "a>", ".a", "a.", "a..b", "档案", "x" * 121])
def test_an_id_that_could_not_name_a_mail_and_a_file_is_the_callers_mistake(id: str) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        message(id=id)


def test_a_date_without_a_zone_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="zone"):
        message(date=datetime(2026, 11, 23))


@pytest.mark.parametrize("name", ["Bcc", "to", "Content-Type", "Resent-To", "Reply-To", "X-A: b\r\nBcc", "", "标题"])
def test_a_message_cannot_set_the_headers_that_steer_delivery(name: str) -> None:
    with pytest.raises(ValueError, match="header"):
        message(headers=((name, "x"),))


@pytest.mark.parametrize("address", ["a@x.cn", "张伟@例子.中国", "a.b+c@mail.x.gov.cn", "o'neil@x.cn", "a@localhost"])
def test_plain_addresses_are_addresses(address: str) -> None:
    assert is_address(address)


@pytest.mark.parametrize(
    "address",
    ["", "a", "@x.cn", "a@", "a@@x.cn", "a@x.cn;b@x.cn", "张 <a@x.cn>", "a@x..cn", ".a@x.cn", "a@x.cn.", "a@x.cn\n",
     "a\u200b@x.cn", '"a b"@x.cn'],
)  # fmt: skip
def test_lists_display_names_and_broken_addresses_are_none(address: str) -> None:
    assert not is_address(address)


def test_whatever_ends_a_line_becomes_a_space() -> None:
    assert one_line(" 甲\r\n乙\u2028丙\x85丁\x00\ud800戊\t") == "甲 乙 丙 丁 戊"


def test_a_rejection_says_whether_to_try_again() -> None:
    assert "核对" in str(MailRejected(to="a@x.cn", reason="550", permanent=True))
    assert "自动重试" in str(MailRejected(to="a@x.cn", reason="451", permanent=False))


def test_a_mailer_that_is_down_is_an_engine_that_is_down() -> None:
    error = MailerDown(engine="邮件服务器", reason="超时", maybe_sent=True)
    assert isinstance(error, EngineDown)
    assert (error.facts["maybe_sent"], error.maybe_sent) == (True, True)


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("dangan@x.cn", "项目档案系统", "dangan@x.cn"),
        ("省厅档案室 <dangan@x.cn>", "省厅档案室", "dangan@x.cn"),
        ('"A, B" <dangan@x.cn>', "A, B", "dangan@x.cn"),
    ],
)
def test_the_sender_may_have_a_display_name(text: str, name: str, address: str) -> None:
    sender = parse_sender(text)
    assert (sender.display_name, sender.addr_spec) == (name, address)


@pytest.mark.parametrize("text", ["", "档案", "a@x.cn, b@x.cn", "a@x.cn\r\nBcc: b@x.cn", "档案@x.cn", "a@" + "x" * 70])
def test_a_sender_that_is_no_address_is_named_at_construction(text: str) -> None:
    with pytest.raises(Invalid, match="from"):
        parse_sender(text)
    with pytest.raises(Invalid, match="from"):
        SmtpMailer(Server("mail.x.cn", 25), text)


def test_an_unknown_way_of_encrypting_is_refused_at_construction() -> None:
    with pytest.raises(Invalid, match="opportunistic"):
        SmtpMailer(Server("mail.x.cn", 25, starttls="always"), "a@x.cn")


def test_construction_makes_no_folder(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    FolderMailer(folder)
    assert not folder.exists()
