"""Reports of what was not delivered: read in every form, tied to one of our mails by whatever a server left of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admin.mail.dsn import Report, report_of
from tests.unit.admin.notices.bouncing import in_words, report

KEY = "20260302-" + "0123456789abcdef0123"
URGENT = "20260302-u" + "0123456789abcdef0123"
HOST = "@archive.example.cn"


@pytest.mark.parametrize("letter", [
    report(envelope=KEY), report(to=f"bounces+{KEY}{HOST}"), report(head={"Message-ID": f"<{KEY}{HOST}>"}),
    report(head={"Message-ID": "<another@ses.example>", "X-Dangan-Mail": KEY}),
    report(head={"Message-ID": f"<{KEY}{HOST}>", "Subject": "x"}, kind="message/rfc822")],
    ids=["envelope", "address", "message-id", "own header", "whole mail"])
def test_the_mail_is_known_again_by_any_of_its_marks(letter: bytes) -> None:
    found = report_of(letter)
    assert found
    assert (found.action, found.mails) == ("failed", (KEY,))
    assert found.reason == "550 5.1.1 <gone@example.cn>: Recipient address rejected: User unknown"


def test_mails_of_every_kind_are_known() -> None:
    assert report_of(report(envelope=URGENT)) == Report(
        "failed", "550 5.1.1 <gone@example.cn>: Recipient address rejected: User unknown", (URGENT,))


def test_a_delay_is_no_failure_and_a_status_without_words_is_told() -> None:
    late = report_of(report(envelope=KEY, action="delayed", status="4.4.1", said="connect timed out"))
    assert late
    assert (late.action, late.reason) == ("delayed", "4.4.1 connect timed out")
    mute = report_of(report(envelope=KEY, said=""))
    assert mute
    assert mute.reason == "5.1.1"


def test_words_alone_are_believed_from_a_machine_with_a_code_and_an_id() -> None:
    found = report_of(in_words(KEY))
    assert found
    assert (found.action, found.mails) == ("failed", (KEY,))
    assert found.reason.startswith("550 User not found")
    assert report_of(in_words(KEY, sender="zhang@example.cn")) is None, "a person's answer that quotes the mail"
    assert report_of(in_words(KEY).replace(b"550 ", b"")) is None
    assert report_of(in_words("nothing")) is None


def test_an_out_of_office_answer_is_no_report() -> None:
    assert report_of(f"From: zhang@example.cn\r\nIn-Reply-To: <{KEY}{HOST}>\r\n\r\n外出".encode()) is None


@settings(deadline=None, max_examples=200)
@given(st.one_of(st.binary(max_size=400), st.integers(0, 1800).map(lambda n: report(envelope=KEY)[:n]),
                 st.binary(max_size=60).map(lambda junk: report(envelope=KEY).replace(b"Action: failed", b"Action: " + junk))))
def test_whatever_is_sent_back_is_read_without_harm(letter: bytes) -> None:
    found = report_of(letter)
    assert found is None or len(found.reason) <= 300


def test_a_bomb_of_parts_ends_soon() -> None:
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(20_000))
    assert report_of(nested) is None
