"""One connection to an SMTP server: reached, greeted, encrypted as set, logged in. Knows nothing of messages."""

import smtplib
import socket
import ssl
from dataclasses import dataclass, field

from admin.mail.port import MailerDown, one_line

START_TLS = ("required", "opportunistic", "never")


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how to connect. `tls` is `smtps://`; `timeout` in seconds, for each step of the dialogue.

    `starttls` is one of START_TLS: `opportunistic` encrypts where the server offers it; `required` refuses a server that does not.
    `context` overrides which certificates are trusted (an installation with its own authority).
    """

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    starttls: str = "opportunistic"
    timeout: float = 30.0
    context: ssl.SSLContext | None = None

    @property
    def label(self) -> str:
        return f"邮件服务器 {self.host}:{self.port} "

    def trust(self) -> ssl.SSLContext:
        """Certificates are checked wherever encryption was demanded or a password is at stake.

        Opportunistic encryption without a login takes any certificate: the alternative would be no encryption.
        """
        if self.context is not None:
            return self.context
        context = ssl.create_default_context()
        if not (self.tls or self.user or self.starttls == "required"):
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def connect(server: Server) -> smtplib.SMTP:
    """A connection ready for mails. Raises OSError, UnicodeError or MailerDown, and then leaves no socket open."""
    connection = _open(server)
    try:
        connection.ehlo_or_helo_if_needed()
        _encrypt(connection, server)
        if server.user:
            connection.login(server.user, server.password)
    except (OSError, UnicodeError, MailerDown):
        connection.close()
        raise
    return connection


def alive(connection: smtplib.SMTP) -> bool:
    """Whether a connection that was idle still answers; asked before a message, when nothing can be sent twice."""
    try:
        return connection.noop()[0] == 250
    except OSError:
        return False


def reply(code: int, said: bytes | str) -> str:
    """A server's answer on one short line; bytes that are no text must not stop the report."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return one_line(f"{code} {text}")[:300]


def explain(error: Exception) -> str:
    """What went wrong, in one short line for the person who looks after the mail settings."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"用户名或密码未被接受：{reply(error.smtp_code, error.smtp_error)}"
        case smtplib.SMTPSenderRefused():
            return f"发件人未被接受：{reply(error.smtp_code, error.smtp_error)}"
        case smtplib.SMTPResponseException():
            return reply(error.smtp_code, error.smtp_error)
        case smtplib.SMTPNotSupportedError():
            return f"服务器不支持所需的登录方式：{one_line(str(error))}"
        case TimeoutError() | smtplib.SMTPServerDisconnected(__context__=TimeoutError()):
            return "服务器在限定时间内没有应答"
        case smtplib.SMTPServerDisconnected():
            return "服务器中断了连接"
        case ssl.SSLCertVerificationError():
            return f"服务器的证书不受信任：{error.verify_message}"
        case ConnectionRefusedError():
            return "服务器拒绝连接，请核对主机和端口"
        case socket.gaierror():
            return "找不到该主机名"
        case UnicodeError():
            return "用户名或密码含有邮件服务器不能处理的字符"
    return one_line(str(error) or type(error).__name__)[:300]


def _open(server: Server) -> smtplib.SMTP:
    # Without an own name smtplib asks the DNS for one, which takes long where there is none.
    name = socket.gethostname()
    name = name if name.isascii() else "localhost"
    if server.tls:
        return smtplib.SMTP_SSL(
            server.host, server.port, local_hostname=name, timeout=server.timeout, context=server.trust()
        )
    return smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=server.timeout)


def _encrypt(connection: smtplib.SMTP, server: Server) -> None:
    if server.tls or server.starttls == "never":
        return
    if connection.has_extn("starttls"):
        connection.starttls(context=server.trust())
        connection.ehlo_or_helo_if_needed()
    elif server.starttls == "required":
        raise MailerDown(engine=server.label, reason="服务器不提供 STARTTLS 加密，而设置要求必须加密")
