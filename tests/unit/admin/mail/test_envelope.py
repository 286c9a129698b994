"""What a server that reports deliveries (RFC 3461) is told on the envelope; aiosmtpd does not know these words."""

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from admin.mail.address import smtp_address
from admin.mail.port import Message
from admin.mail.smtp import Server, SmtpMailer
from archive.errors import Invalid

MESSAGE = Message("20260302-0123456789abcdef0123", "li@example.cn", "李", "题", "文", "<p>文</p>", datetime(2026, 3, 2, tzinfo=UTC))


@pytest.fixture
def talk() -> Iterator[tuple[int, list[str]]]:
    """A port, and what was said to the server on it."""
    said: list[str] = []
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(20)

    def serve() -> None:
        line, _ = listening.accept()
        with line, line.makefile("rwb") as stream:
            def answer(text: str) -> None:
                stream.write(text.encode() + b"\r\n")
                stream.flush()

            answer("220 here")
            body = False
            for raw in stream:
                words = raw.decode("utf-8", "replace").strip()
                if body:
                    body = words != "."
                    if not body:
                        answer("250 ok")
                    continue
                said.append(words)
                if words.upper().startswith("EHLO"):
                    stream.write(b"250-here\r\n250-SMTPUTF8\r\n")
                    answer("250 DSN")
                elif words.upper() == "DATA":
                    body = True
                    answer("354 go on")
                else:
                    answer("221 bye" if words.upper() == "QUIT" else "250 ok")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield int(listening.getsockname()[1]), said
    listening.close()
    thread.join(5)


def test_the_id_of_the_mail_goes_on_the_envelope(talk: tuple[int, list[str]]) -> None:
    port, said = talk
    SmtpMailer(Server("127.0.0.1", port, timeout=10), "dangan@archive.example.cn", "bounces+{id}@archive.example.cn").send(MESSAGE)
    (sender,) = [line for line in said if line.lower().startswith("mail ")]
    (recipient,) = [line for line in said if line.lower().startswith("rcpt ")]
    assert f"<bounces+{MESSAGE.id}@archive.example.cn>" in sender
    assert "RET=HDRS" in sender
    assert f"ENVID={MESSAGE.id}" in sender
    assert recipient.endswith("NOTIFY=FAILURE")


def test_the_address_of_bounces_is_read_from_the_setting_and_checked() -> None:
    address = smtp_address("smtp://mail.example.cn?from=a@example.cn&bounce=b%2B{id}@example.cn")
    assert address.bounce == "b+{id}@example.cn"
    assert SmtpMailer(Server("h", 25), "a@example.cn", address.bounce).bounce == "b+{id}@example.cn"
    with pytest.raises(Invalid):
        SmtpMailer(Server("h", 25), "a@example.cn", "nowhere")
