"""What SMTP adds to the contract: envelopes, refusals, servers that break off, logins and encryption; on a loopback port."""

import os
import shutil
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from admin.mail.port import MailerDown, MailRejected
from admin.mail.smtp import Server, SmtpMailer
from tests.contracts.smtp_servers import MAIL, SENDER, Post

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


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
