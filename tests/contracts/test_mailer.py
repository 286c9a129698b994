"""What every Mailer promises, asked of the folder and of SMTP against a real server on a loopback port."""

import email
import email.policy
import os
import shutil
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path
from socket import create_server
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from admin.mail.folder import FolderMailer
from admin.mail.port import Mailer, MailerDown, MailRejected, Message
from admin.mail.smtp import Server, SmtpMailer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

SENT_AT = datetime(2026, 11, 23, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
SENDER = "dangan@archive.example.cn"
MAIL = Message(
    id="20261123-abc",
    to="zhang@example.cn",
    to_name="张伟",
    subject="【档案】3 个项目有 5 项事项需要处理（2 项已逾期）",
    text="张伟，您好：\n.\n项目验收已逾期 175 天。\n",
    html="<p>项目验收<b>已逾期 175 天</b>。</p>",
    date=SENT_AT,
)


@dataclass
class Post:
    """An SMTP server's behaviour, by recipient, and what it was given."""

    mails: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    connections: int = 0
    hangs_up: bool = False
    refuse_sender: str = ""

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, name: str, lines: list[str]) -> list[str]:
        self.connections += session.ssl is None
        session.host_name = name
        return lines

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.refuse_sender or "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        answers = {"gone": "550 没有这个用户", "full": "451 稍后再试", "closing": "421 正在关机"}
        answer = answers.get(address.partition("@")[0], "250 OK")
        if answer == "250 OK":
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        local = envelope.rcpt_tos[0].partition("@")[0]
        if local == "dies":
            server.transport.abort()
            return "250 nobody hears this"
        if local == "spam":
            return "554 垃圾邮件"
        self.mails.append(envelope.content)
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return "250 accepted"

    async def handle_NOOP(self, server: Any, session: Any, envelope: Any, argument: str) -> str:
        if self.hangs_up:
            server.transport.abort()
        return "250 OK"


class LocalController(Controller):
    """Takes a free port, so that suites running side by side do not meet."""

    def _trigger_server(self) -> None:
        listening: Any = self.server
        self.port = listening.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@pytest.fixture
def serve() -> Iterator[Callable[..., tuple[Post, Server]]]:
    running: list[Controller] = []

    def start(**options: Any) -> tuple[Post, Server]:
        post = Post()
        controller = LocalController(post, hostname="127.0.0.1", port=0, **options)
        controller.start()
        running.append(controller)
        return post, Server("127.0.0.1", controller.port, timeout=10)

    yield start
    for controller in running:
        controller.stop()


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


# -- SMTP --------------------------------------------------------------------------------------------------------


def test_the_envelope_names_one_recipient(serve: Callable[..., tuple[Post, Server]]) -> None:
    post, server = serve()
    SmtpMailer(server, SENDER).send(MAIL)
    assert post.envelopes == [(SENDER, ["zhang@example.cn"])]


def test_a_batch_uses_one_connection(serve: Callable[..., tuple[Post, Server]]) -> None:
    post, server = serve()
    with SmtpMailer(server, SENDER).batch() as sender:
        for n in range(5):
            sender.send(replace(MAIL, id=f"m{n}"))
    assert (post.connections, len(post.mails)) == (1, 5)


@pytest.mark.parametrize(
    ("local", "permanent", "said"), [("gone", True, "550"), ("full", False, "451"), ("spam", True, "554")]
)
def test_a_refused_recipient_does_not_hurt_the_next(
    serve: Callable[..., tuple[Post, Server]], local: str, permanent: bool, said: str
) -> None:
    post, server = serve()
    with SmtpMailer(server, SENDER).batch() as sender:
        with pytest.raises(MailRejected, match=said) as caught:
            sender.send(replace(MAIL, to=f"{local}@example.cn"))
        sender.send(MAIL)
    assert caught.value.permanent is permanent
    assert (post.connections, [to for _, to in post.envelopes]) == (1, [["zhang@example.cn"]])


def test_a_server_that_is_closing_is_down_and_rejects_nobody(serve: Callable[..., tuple[Post, Server]]) -> None:
    _, server = serve()
    with pytest.raises(MailerDown, match="421"):
        SmtpMailer(server, SENDER).send(replace(MAIL, to="closing@example.cn"))


def test_a_refused_sender_is_no_fault_of_the_recipient(serve: Callable[..., tuple[Post, Server]]) -> None:
    post, server = serve()
    post.refuse_sender = "550 发件人未授权"
    with pytest.raises(MailerDown, match="发件人未被接受"):
        SmtpMailer(server, SENDER).send(MAIL)


def test_a_server_that_hung_up_between_two_mails_is_called_again(serve: Callable[..., tuple[Post, Server]]) -> None:
    post, server = serve()
    post.hangs_up = True
    with SmtpMailer(server, SENDER).batch() as sender:
        sender.send(MAIL)
        sender.send(replace(MAIL, id="second"))
    assert (post.connections, len(post.mails)) == (2, 2)


def test_where_no_server_listens_the_mailer_is_down() -> None:
    with closing(create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(MailerDown, match="请核对主机和端口") as caught:
        SmtpMailer(Server("127.0.0.1", port, timeout=5), SENDER).send(MAIL)
    assert not caught.value.maybe_sent


def test_a_server_that_says_nothing_is_down_when_the_time_is_up() -> None:
    with closing(create_server(("127.0.0.1", 0))) as mute, pytest.raises(MailerDown, match="没有应答"):
        SmtpMailer(Server("127.0.0.1", mute.getsockname()[1], timeout=0.2), SENDER).send(MAIL)


def test_a_server_that_dies_before_its_answer_leaves_it_open_whether_the_mail_arrived(
    serve: Callable[..., tuple[Post, Server]],
) -> None:
    post, server = serve()
    with SmtpMailer(server, SENDER).batch() as sender:
        with pytest.raises(MailerDown, match="中断") as caught:
            sender.send(replace(MAIL, to="dies@example.cn"))
        sender.send(MAIL)
    assert caught.value.maybe_sent
    assert len(post.mails) == 1


class DiesInTheMiddle(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        for answer in (b"250 hello\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n"):
            self.rfile.readline()
            self.wfile.write(answer)
        self.rfile.readline()


def test_a_server_that_dies_in_the_middle_of_the_mail_is_down() -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), DiesInTheMiddle) as dying:
        thread = threading.Thread(target=dying.handle_request)
        thread.start()
        with pytest.raises(MailerDown, match="传送邮件时中断") as caught:
            SmtpMailer(Server("127.0.0.1", dying.server_address[1], timeout=10), SENDER).send(
                replace(MAIL, text="长" * 1_000_000)
            )
        thread.join()
    assert caught.value.maybe_sent


def authenticator(server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"dangan", b"s3cret"), handled=False)


@pytest.fixture
def guarded(serve: Callable[..., tuple[Post, Server]]) -> tuple[Post, Server]:
    return serve(authenticator=authenticator, auth_required=True, auth_require_tls=False)


def test_the_mailer_logs_in(guarded: tuple[Post, Server]) -> None:
    post, server = guarded
    SmtpMailer(replace(server, user="dangan", password="s3cret"), SENDER).send(MAIL)
    assert len(post.mails) == 1


@pytest.mark.parametrize("password", ["wrong", "口令"])
def test_a_login_that_fails_is_named_without_the_password(guarded: tuple[Post, Server], password: str) -> None:
    post, server = guarded
    mailer = SmtpMailer(replace(server, user="dangan", password=password), SENDER)
    with pytest.raises(MailerDown, match="用户名或密码") as caught:
        mailer.send(MAIL)
    assert password not in str(caught.value)
    assert password not in repr(mailer.server)
    assert post.mails == []


def test_a_chinese_mailbox_at_an_old_server_is_rejected_for_good(serve: Callable[..., tuple[Post, Server]]) -> None:
    post, server = serve(enable_SMTPUTF8=False)
    with SmtpMailer(server, SENDER).batch() as sender:
        with pytest.raises(MailRejected, match="SMTPUTF8") as caught:
            sender.send(replace(MAIL, to="张伟@example.cn"))
        sender.send(MAIL)
    assert caught.value.permanent
    assert len(post.mails) == 1


@pytest.fixture
def certificate(tmp_path: Path) -> ssl.SSLContext:
    """A server's context with a self-signed certificate for localhost, in `tmp_path/cert.pem`."""
    if shutil.which("openssl") is None:
        missing = "openssl is not installed (apt-get install openssl): the encrypted connections were NOT tested"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def trusting(tmp_path: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))


def test_where_encryption_is_offered_it_is_used_even_with_an_unknown_certificate(
    serve: Callable[..., tuple[Post, Server]], certificate: ssl.SSLContext
) -> None:
    post, server = serve(tls_context=certificate, require_starttls=True)
    SmtpMailer(server, SENDER).send(MAIL)
    assert len(post.mails) == 1


@pytest.mark.parametrize("demand", [{"starttls": "required"}, {"user": "dangan", "password": "s3cret"}])
def test_demanded_encryption_and_logins_need_a_certificate_that_is_trusted(
    serve: Callable[..., tuple[Post, Server]], certificate: ssl.SSLContext, tmp_path: Path, demand: dict[str, Any]
) -> None:
    post, server = serve(tls_context=certificate, require_starttls=True, authenticator=authenticator)
    with pytest.raises(MailerDown, match="证书"):
        SmtpMailer(replace(server, **demand), SENDER).send(MAIL)
    SmtpMailer(replace(server, context=trusting(tmp_path), **demand), SENDER).send(MAIL)
    assert len(post.mails) == 1


def test_demanded_encryption_that_is_not_offered_stops_the_mail(serve: Callable[..., tuple[Post, Server]]) -> None:
    post, server = serve()
    with pytest.raises(MailerDown, match="STARTTLS"):
        SmtpMailer(replace(server, starttls="required"), SENDER).send(MAIL)
    assert post.mails == []


def test_starttls_can_be_forbidden(serve: Callable[..., tuple[Post, Server]], certificate: ssl.SSLContext) -> None:
    post, server = serve(tls_context=certificate)
    SmtpMailer(replace(server, starttls="never"), SENDER).send(MAIL)
    assert post.connections == 1


def test_smtps_encrypts_from_the_first_byte(
    serve: Callable[..., tuple[Post, Server]], certificate: ssl.SSLContext, tmp_path: Path
) -> None:
    post, server = serve(ssl_context=certificate)
    SmtpMailer(replace(server, tls=True, context=trusting(tmp_path)), SENDER).send(MAIL)
    assert len(post.mails) == 1


def test_nothing_is_connected_until_the_first_mail() -> None:
    with SmtpMailer(Server("host.invalid", 25), SENDER).batch():
        pass
