"""The mailbox against a real IMAP server: whose letter it is decides, each is filed once, nobody is answered in a loop."""

import email
import email.policy
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from admin.mailbox.address import ImapAddress
from admin.mailbox.letters import letter_of
from admin.mailbox.server import modified_utf7
from admin.mailbox.source import DONE, LEFT, Mailbox
from admin.sources import SourceThread
from admin.system import System
from archive import audit
from archive.access import Actor
from archive.errors import EngineDown
from archive.models import AuditEntry, Document, MailboxLetter, Receipt, Version
from archive.operations.people import NewPerson, add_person, disable_person
from archive.operations.sources import sources
from archive.permissions import Role
from tests.builders import SYSTEM, UNIT_B, a_project
from tests.conftest import snapshot
from tests.peers.dovecot import PASSWORD, Dovecot, running_dovecot

CODE = "XM-2024-001"
TAGGED = f"archive+{CODE.lower()}@dangan.example.cn"


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with running_dovecot() as server:
        yield server


@pytest.fixture
def mailbox(system: System, people: dict[str, Actor], dovecot: Dovecot) -> Mailbox:
    a_project(system)
    dovecot.empty()
    return a_mailbox(system, dovecot)


def a_mailbox(system: System, dovecot: Dovecot, trusted: str = "") -> Mailbox:
    return Mailbox(system.intake, system.mailer, system.clock, ImapAddress.parse(dovecot.url), trusted)


def a_letter(sender: str = "archivist@example.com", to: str = TAGGED, subject: str = "第一次例会会议纪要", body: str = "请归档。",
             **headers: str) -> bytes:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, to, subject
    letter["Message-ID"] = "<1@example.com>"
    for name, value in headers.items():
        letter[name.replace("_", "-")] = value
    letter.set_content(body)
    letter.add_attachment("附件内容".encode(), maintype="text", subtype="plain", filename="签到表.txt")
    return letter.as_bytes(policy=email.policy.SMTP)


def answers(system: System) -> list[EmailMessage]:
    folder = system.settings.data_dir / "mail"
    return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)  # type: ignore[misc]
            for path in sorted(folder.glob("*mailbox-*.eml"))]


def test_a_letter_is_filed_as_it_came_for_the_person_who_sent_it(system: System, mailbox: Mailbox, dovecot: Dovecot) -> None:
    sent = a_letter()
    dovecot.deliver(sent)
    assert mailbox.look().counts == {"filed": 1, "duplicates": 0, "refused": 0, "unclear": 0}
    document, version = Document.objects.get(), Version.objects.get()
    assert (document.project, document.filename, document.created_by) == (CODE, "第一次例会会议纪要.eml", "system:mailbox")
    with system.blobs.open(version.sha256) as stream:
        assert stream.read() == sent
    assert AuditEntry.objects.get(action="document.filed").actor_name == "邮箱代收（archivist）"
    assert AuditEntry.objects.get(action="mailbox.filed").detail["on_behalf_of"] == "archivist"
    assert (dovecot.letters(), dovecot.letters(DONE)) == ([], [sent])
    assert (Receipt.objects.get().channel, Receipt.objects.get().handed_by) == ("mailbox", "archivist")
    assert mailbox.look().taken == 0
    assert answers(system) == []
    assert audit.verify()[1] == []


@pytest.mark.parametrize(("to", "subject", "more"), [
    ("archive@dangan.example.cn", f"[{CODE}] 验收意见", {}), ("archive@dangan.example.cn", f"回复：【{CODE.lower()}】验收意见", {}),
    ("a@example.cn", "验收意见", {"Cc": f"收件 <{TAGGED}>"}), ("a@example.cn", "验收意见", {"Delivered_To": TAGGED}),
    ("a@example.cn", "验收意见", {"X_Original_To": TAGGED}), (f"bob+news@example.cn, {TAGGED}", "[通知] 验收意见", {})])
def test_the_project_is_named_by_a_tag_or_in_the_subject(mailbox: Mailbox, dovecot: Dovecot, to: str, subject: str,
                                                         more: dict[str, str]) -> None:
    dovecot.deliver(a_letter(to=to, subject=subject, **more))
    assert mailbox.look().counts["filed"] == 1


@pytest.mark.parametrize(("letter", "says", "answered"), [
    ({"sender": "nobody@elsewhere.com"}, "不属于任何在用的用户", False),
    ({"sender": "archivist@example.com, unit_a@example.com"}, "不属于任何在用的用户", False),
    ({"sender": "gone@example.com"}, "不属于任何在用的用户", False),
    ({"sender": "twin@example.com"}, "属于多人", False),
    ({"sender": "auditor@example.com"}, "无权向它归档", True),
    ({"sender": "unit_b@example.com"}, "无权向它归档", True),
    ({"to": "archive+XM-9@example.cn"}, "没有找到项目“XM-9”", True),
    ({"to": "archive@example.cn"}, "没有写明项目", True),
    ({"to": f"{TAGGED}, archive+XM-B@example.cn"}, "每个项目各发一封", True),
    ({"to": "archive+XM-C@example.cn"}, "涉密项目", True)])
def test_what_is_not_filed_is_put_aside_and_told_to_people_we_know(
        system: System, mailbox: Mailbox, dovecot: Dovecot, letter: dict[str, str], says: str, answered: bool) -> None:
    a_project(system, "XM-B", unit=UNIT_B)
    a_project(system, "XM-C", classified=True)
    for name, address in (("gone", "gone@example.com"), ("twin1", "twin@example.com"), ("twin2", "Twin@example.com")):
        add_person(SYSTEM, system.clock, NewPerson(name, Role.ARCHIVIST, "", address))
    disable_person(SYSTEM, system.clock, "gone")
    sent = a_letter(**letter)
    dovecot.deliver(sent)
    looked = mailbox.look()
    assert (looked.taken, looked.counts["filed"]) == (1, 0)
    assert (Document.objects.count(), Receipt.objects.count()) == (0, 0)
    assert says in MailboxLetter.objects.get().reason
    assert (dovecot.letters(), dovecot.letters(LEFT)) == ([], [sent])
    assert "elsewhere" not in repr(snapshot()), "of a stranger nothing is kept"
    told = answers(system)
    assert len(told) == answered
    for answer in told:
        assert answer["Auto-Submitted"] == "auto-generated"
        assert answer["In-Reply-To"] == "<1@example.com>"
        assert letter.get("sender", "archivist@example.com") in str(answer["To"])


@pytest.mark.parametrize("header", [
    {"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"List_Id": "<l.example.com>"}, {"Return_Path": "<>"},
    {"X_Auto_Response_Suppress": "All"}])
def test_a_program_is_never_answered(system: System, mailbox: Mailbox, dovecot: Dovecot, header: dict[str, str]) -> None:
    dovecot.deliver(a_letter(to="archive@example.cn", **header))
    assert mailbox.look().counts["unclear"] == 1
    assert answers(system) == []


def test_one_person_is_answered_once_an_hour(system: System, mailbox: Mailbox, dovecot: Dovecot) -> None:
    for number in range(3):
        dovecot.deliver(a_letter(to="archive@example.cn", subject=f"第 {number} 封"))
    assert mailbox.look().counts["unclear"] == 3
    assert len(answers(system)) == 1
    assert len(dovecot.letters(LEFT)) == 3


@pytest.mark.parametrize(("results", "believed"), [
    (["mx.example.cn; dmarc=pass header.from=example.com"], True),
    (["mx.example.cn; spf=fail smtp.mailfrom=example.com; dkim=pass header.d=example.com"], True),
    (["mx.example.cn 1; spf=pass smtp.mailfrom=bounce@example.com"], True),
    (["mx.example.cn; spf=pass smtp.mailfrom=evil.com; dkim=pass header.d=evil.com"], False),
    (["mx.example.cn; dmarc=fail header.from=example.com"], False),
    (["mx.evil.com; dmarc=pass"], False), ([], False),
    (["mx.example.cn; spf=none", "mx.example.cn; dmarc=pass"], False)])  # the lower one was there before ours
def test_where_the_server_is_trusted_only_genuine_senders_file(
        system: System, mailbox: Mailbox, dovecot: Dovecot, results: list[str], believed: bool) -> None:
    head = "".join(f"Authentication-Results: {each}\r\n" for each in results).encode()
    dovecot.deliver(head + a_letter())
    looked = a_mailbox(system, dovecot, trusted="mx.example.cn").look()
    assert looked.counts["filed"] == believed
    assert Document.objects.count() == believed
    assert answers(system) == []


@pytest.mark.parametrize("step", ["before the record", "before the move"])
def test_cut_off_at_any_step_a_letter_is_filed_once(system: System, mailbox: Mailbox, dovecot: Dovecot,
                                                    monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    dovecot.deliver(a_letter())

    def cut(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("admin.mailbox.source." + ("record_letter" if step == "before the record" else "_moved"), cut)
    with pytest.raises(KeyboardInterrupt):
        mailbox.look()
    assert len(dovecot.letters()) == 1
    monkeypatch.undo()
    mailbox.look()
    assert (Document.objects.count(), Version.objects.count(), MailboxLetter.objects.count()) == (1, 1, 1)
    assert (dovecot.letters(), len(dovecot.letters(DONE))) == ([], 1)


def test_a_letter_beyond_the_limit_is_not_even_fetched(system: System, mailbox: Mailbox, dovecot: Dovecot,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system.intake, "max_bytes", 2 << 20)
    dovecot.deliver(a_letter(body="很长的正文。\n" * 200_000))
    assert mailbox.look().counts["refused"] == 1
    assert "超过上限 2 MiB" in MailboxLetter.objects.get().reason
    dovecot.deliver(a_letter(body="一百多万字节的正文。\n" * 40_000))
    assert mailbox.look().counts["filed"] == 1
    assert Version.objects.get().size > 1 << 20, "it came in several pieces"


def test_a_server_that_moves_nothing_keeps_letters_that_are_passed_over(system: System, people: dict[str, Actor]) -> None:
    a_project(system)
    with running_dovecot(move=False) as plain:
        mailbox = a_mailbox(system, plain)
        plain.deliver(a_letter())
        assert mailbox.look().counts["filed"] == 1
        plain.deliver(a_letter(subject="第二封"))
        assert mailbox.look().counts == {"filed": 1, "duplicates": 0, "refused": 0, "unclear": 0}
    assert Document.objects.count() == 2


def test_a_server_out_of_reach_is_told_without_the_password(system: System, mailbox: Mailbox) -> None:
    wrong = Mailbox(system.intake, system.mailer, system.clock, replace(mailbox.address, password="wrong-secret"), "")
    with pytest.raises(EngineDown, match="邮箱服务器") as caught:
        wrong.look()
    assert "wrong-secret" not in str(caught.value)
    away = Mailbox(system.intake, system.mailer, system.clock, replace(mailbox.address, port=9), "")
    assert not SourceThread(system, away, 60)._look()
    assert "邮箱服务器" in sources([away.key])[0].error
    assert PASSWORD not in repr(snapshot())
    assert PASSWORD not in repr(mailbox.address)


@pytest.mark.parametrize(("value", "says"), [
    ("http://a:b@c", "imaps://"), ("imaps://host/INBOX", "用户名"), ("imaps://u@host", "口令"), ("imaps://u:p@host:x/", "端口"),
    ("imaps://u:p@host/?tls=1", "没有参数 tls"), ("imap://u:p@host/?starttls=maybe", "required"),
    ("imaps://u:p@host/?ca=/nowhere.pem", "/nowhere.pem")])
def test_an_address_that_cannot_be_used_is_named_without_its_password(value: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ImapAddress.parse(value)


def test_parts_of_an_address() -> None:
    address = ImapAddress.parse("imaps://u%40dept:p%2Fw@host/收件/项目")
    assert (address.host, address.port, address.tls, address.user, address.password, address.folder) == (
        "host", 993, True, "u@dept", "p/w", "收件/项目")


def test_names_of_folders_go_as_imap_writes_them() -> None:
    assert [modified_utf7(name) for name in ("INBOX", "台北", "A&B", "~peter/mail/台北/日本語")] == [
        "INBOX", "&U,BTFw-", "A&-B", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"]


@pytest.mark.parametrize("head", [b"", b"\xff\xfe\x00", b"Subject: =?utf-8?B?!!!?=\r\nFrom: =?x?=\r\n\r\n",
                                  b"Subject: =?nosuch?Q?a?=\r\n\r\n", b"From: a@b@c\r\nTo: +@,+,<\r\n\r\n" + b"X" * 100_000])
def test_heads_of_any_kind_are_read(head: bytes) -> None:
    letter = letter_of(head)
    assert letter.automatic, "who cannot be answered is not"


def test_the_password_is_in_no_file_of_ours(tmp_path: Path) -> None:
    assert "p@ss" not in repr(ImapAddress.parse("imaps://u:p%40ss@host/"))
