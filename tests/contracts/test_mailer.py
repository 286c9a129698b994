"""What every Mailer promises, asked of the folder and of SMTP against a real server on a loopback port."""

import email
import email.policy
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from admin.mail.folder import FolderMailer
from admin.mail.port import Mailer, MailerDown, MailRejected
from admin.mail.smtp import Server, SmtpMailer
from tests.contracts.smtp_servers import MAIL, SENDER, SENT_AT, Post


@dataclass
class Outlet:
    """A mailer and a way to see what came out at its other end."""

    mailer: Mailer
    delivered: Callable[[], list[bytes]]

    def one(self) -> EmailMessage:
        (content,) = self.delivered()
        return parsed(content)


def parsed(content: bytes) -> EmailMessage:
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@pytest.fixture(params=["folder", "smtp"])
def outlet(request: pytest.FixtureRequest, tmp_path: Path, serve: Callable[..., tuple[Post, Server]]) -> Outlet:
    if request.param == "folder":
        folder = tmp_path / "mail"
        return Outlet(FolderMailer(folder, SENDER), lambda: [p.read_bytes() for p in sorted(folder.glob("*.eml"))])
    post, server = serve(enable_SMTPUTF8=True)
    return Outlet(SmtpMailer(server, SENDER), lambda: post.mails)


# -- both --------------------------------------------------------------------------------------------------------


def test_a_chinese_mail_comes_out_as_it_went_in(outlet: Outlet) -> None:
    receipt = outlet.mailer.send(MAIL)
    mail = outlet.one()
    assert mail["Subject"] == MAIL.subject
    assert body(mail, "plain").replace("\r\n", "\n") == MAIL.text
    assert body(mail, "html").strip() == MAIL.html
    assert mail.get_content_type() == "multipart/alternative"
    assert mail["To"].addresses[0].display_name == "张伟"
    assert mail["Message-ID"] == receipt.message_id == "<20261123-abc@archive.example.cn>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == SENT_AT


def test_the_sender_is_the_installations(outlet: Outlet) -> None:
    outlet.mailer.send(MAIL)
    (address,) = outlet.one()["From"].addresses
    assert (address.display_name, address.addr_spec) == ("项目档案系统", SENDER)


def test_headers_are_ascii_and_every_line_is_short_enough_for_old_servers(outlet: Outlet) -> None:
    outlet.mailer.send(replace(MAIL, subject="项目验收" * 60, to_name="四川省交通运输厅" * 12, text="长" * 9000))
    (content,) = outlet.delivered()
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 78
    assert parsed(content)["Subject"] == "项目验收" * 60
    # The library writes long names right but reads them with spaces between the pieces, so read them the older way.
    to = make_header(decode_header(email.message_from_bytes(content)["To"]))
    assert str(to) == "四川省交通运输厅" * 12 + " <zhang@example.cn>"


def test_a_mail_has_one_recipient_and_no_copies(outlet: Outlet) -> None:
    outlet.mailer.send(MAIL)
    mail = outlet.one()
    assert [address.addr_spec for address in mail["To"].addresses] == ["zhang@example.cn"]
    assert mail["Cc"] is None
    assert mail["Bcc"] is None


def test_a_batch_delivers_every_message(outlet: Outlet) -> None:
    with outlet.mailer.batch() as sender:
        for n in range(3):
            sender.send(replace(MAIL, id=f"m{n}", to=f"u{n}@example.cn"))
    assert [parsed(content)["To"] for content in outlet.delivered()] == [f"张伟 <u{n}@example.cn>" for n in range(3)]


def test_a_mail_sent_again_keeps_its_message_id(outlet: Outlet) -> None:
    first = outlet.mailer.send(MAIL)
    again = outlet.mailer.send(replace(MAIL, subject="【重发】" + MAIL.subject, date=SENT_AT.replace(day=25)))
    assert again.message_id == first.message_id
    assert {str(parsed(content)["Message-ID"]) for content in outlet.delivered()} == {first.message_id}


def test_a_chinese_host_is_sent_in_its_international_form(outlet: Outlet) -> None:
    outlet.mailer.send(replace(MAIL, to="zhang@例子.中国"))
    assert outlet.one()["To"].addresses[0].addr_spec == "zhang@xn--fsqu00a.xn--fiqs8s"


def test_a_chinese_mailbox_name_is_kept(outlet: Outlet) -> None:
    outlet.mailer.send(replace(MAIL, to="张伟@example.cn"))
    (content,) = outlet.delivered()
    assert "\r\nTo: 张伟 <张伟@example.cn>\r\n".encode() in content


@pytest.mark.parametrize("to", ["", "张伟", "a@b@c", "a@x.cn, b@x.cn", "a@x.cn\r\nBcc: b@x.cn", "a b@x.cn", "<a@x.cn>"])
def test_what_is_no_address_is_rejected_for_good(outlet: Outlet, to: str) -> None:
    with pytest.raises(MailRejected) as caught:
        outlet.mailer.send(replace(MAIL, to=to))
    assert caught.value.permanent
    assert outlet.delivered() == []


def test_a_host_that_cannot_be_one_is_rejected_for_good(outlet: Outlet) -> None:
    with pytest.raises(MailRejected, match="域名"):
        outlet.mailer.send(replace(MAIL, to=f"a@{'字' * 70}.cn"))


HOSTILE = st.text(st.sampled_from("ab张,:;<>@\"\\ \r\n\t\0\x0b\x0c\x85\u2028\ud800=?.") | st.characters(), max_size=60)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_value_can_add_a_header_a_recipient_or_a_part(outlet: Outlet, name: str, title: str, value: str) -> None:
    before = len(outlet.delivered())
    forged = "\r\nBcc: evil@example.cn\r\n\r\nX: y"
    message = replace(MAIL, to_name=name + forged, subject=title + forged, text=value + "\r\n.\r\nRCPT TO:<evil@x.cn>")
    outlet.mailer.send(replace(message, id=f"h{before}", headers=(("X-Dangan", value + forged),)))
    mail = next(m for m in map(parsed, outlet.delivered()) if m["Message-ID"] == f"<h{before}@archive.example.cn>")
    known = {"from", "to", "subject", "date", "message-id", "auto-submitted", "x-auto-response-suppress", "x-dangan",
             "x-dangan-mail", "mime-version", "content-type"}  # fmt: skip
    assert {key.lower() for key in mail} == known
    assert [address.addr_spec for address in mail["To"].addresses] == ["zhang@example.cn"]
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert body(mail, "plain").rstrip().endswith("RCPT TO:<evil@x.cn>")


# -- the folder --------------------------------------------------------------------------------------------------


def test_the_folder_holds_one_file_a_mail_named_by_day_and_id(tmp_path: Path) -> None:
    mailer = FolderMailer(tmp_path / "mail", SENDER)
    receipt = mailer.send(MAIL)
    mailer.send(replace(MAIL, id="abc"))  # another id with the same ending
    mailer.send(replace(MAIL, date=SENT_AT.replace(day=24)))
    names = sorted(path.name for path in (tmp_path / "mail").iterdir())
    assert names == ["2026-11-23_20261123-abc.eml", "2026-11-23_abc.eml"]
    assert receipt.detail == str(tmp_path / "mail" / "2026-11-23_20261123-abc.eml")


def test_a_folder_that_cannot_be_written_is_a_mailer_that_is_down(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file where the folder should be")
    with pytest.raises(MailerDown, match="邮件文件夹") as caught:
        FolderMailer(tmp_path / "mail", SENDER).send(MAIL)
    assert not caught.value.maybe_sent
