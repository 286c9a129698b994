"""Mails that come back: sent through a real server, the reports put into a real mailbox, read by the job."""

import dataclasses
from collections.abc import Iterator
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from admin.jobs import run_job
from admin.mail.smtp import Server, SmtpMailer
from admin.notices.bounces import DONE, LEFT
from admin.settings import BadSetting, load
from admin.system import System
from archive import audit
from archive.access import Actor
from archive.clock import FixedClock
from archive.models import AuditEntry
from archive.operations.people import NewPerson, add_person, find_person
from archive.permissions import Role
from retention.alerts import refresh
from retention.delivery import undelivered
from retention.inbox import inbox_of, mail_states
from retention.models import Mail
from tests.builders import SYSTEM, a_project
from tests.conftest import snapshot
from tests.peers.dovecot import Dovecot, running_dovecot
from tests.unit.admin.notices.bouncing import in_words, report
from tests.unit.admin.postbox import SENDER, PostOffice

TODAY = date(2026, 3, 2)
DATES: dict[str, Any] = {"actual_completion": date(2025, 9, 8), "trial_start": date(2025, 9, 12)}
GONE = "gone@example.cn"


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with running_dovecot() as running:
        yield running


@pytest.fixture
def dovecot(server: Dovecot) -> Dovecot:
    server.empty(DONE, LEFT)
    return server


@pytest.fixture
def posting(system: System, office: PostOffice, dovecot: Dovecot) -> System:
    """A system with an archivist whose address is wrong, and one mail on its way to her."""
    mailer = SmtpMailer(Server("127.0.0.1", office.port, timeout=10), SENDER, "bounces+{id}@archive.example.cn")
    made = dataclasses.replace(system, mailer=mailer, settings=dataclasses.replace(system.settings, bounce_url=dovecot.url))
    add_person(SYSTEM, system.clock, NewPerson("archivist", Role.ARCHIVIST, "", GONE))
    a_project(made, "XM-A", **DATES)
    refresh(made.judge, None, TODAY)
    run_job(made, SYSTEM, "notices.daily", TODAY)
    return made


def the_mail(office: PostOffice) -> EmailMessage:
    return office.box.to(GONE)[0]


def look(system: System) -> dict[str, Any]:
    return dict(run_job(system, SYSTEM, "notices.bounces", TODAY).result)


def head_of(mail: EmailMessage, *without: str) -> dict[str, str]:
    return {name: str(mail[name]).replace("\n", "") for name in ("Message-ID", "X-Dangan-Mail") if name not in without}


def test_a_mail_that_came_back_counts_as_not_delivered_and_says_why(posting: System, office: PostOffice, dovecot: Dovecot,
                                                                     clock: FixedClock) -> None:
    mail = Mail.objects.get()
    dovecot.deliver(report(head=head_of(the_mail(office))))
    assert look(posting) == {"bounced": 1, "known": 0, "other": 0, "unmoved": 0}
    mail.reload()
    assert (mail.state, mail.error) == (
        "bounced", "退信：550 5.1.1 <gone@example.cn>: Recipient address rejected: User unknown")
    assert AuditEntry.objects.get(action="mail.bounced").subject == f"mail:{mail.id}"
    assert (len(dovecot.letters()), len(dovecot.letters(DONE))) == (0, 1)
    assert undelivered([GONE], clock.now())[GONE].id == mail.id
    archivist: Actor = find_person("archivist").actor()
    lines = inbox_of(archivist).items
    assert lines
    assert {mail_states(archivist, lines)[line.id].state for line in lines} == {"bounced"}, "the second path says so"
    assert audit.verify()[1] == []


def test_the_address_it_was_sent_from_names_the_mail(posting: System, office: PostOffice, dovecot: Dovecot) -> None:
    """All a server left of it is the address to which it returned it."""
    mail = Mail.objects.get()
    assert office.box.senders == [f"bounces+{mail.id}@archive.example.cn"]
    dovecot.deliver(report(to=f"bounces+{mail.id}@archive.example.cn", head={"Message-ID": "<x@other>"}))
    assert look(posting)["bounced"] == 1


@pytest.mark.parametrize("without", ["Message-ID", "X-Dangan-Mail"])
def test_a_server_that_changed_half_of_the_marks_is_understood(posting: System, office: PostOffice, dovecot: Dovecot,
                                                               without: str) -> None:
    dovecot.deliver(report(head=head_of(the_mail(office), without), kind="message/rfc822"))
    assert look(posting)["bounced"] == 1


def test_delays_strangers_letters_and_answers_change_nothing(posting: System, office: PostOffice, dovecot: Dovecot) -> None:
    before = {m.id: m.state for m in Mail.objects}
    dovecot.deliver(report(action="delayed", status="4.4.1", head=head_of(the_mail(office))))
    dovecot.deliver(report(head={"Message-ID": "<20260302-ffffffffffffffffffff@archive.example.cn>"}))
    dovecot.deliver("From: zhang@example.cn\r\nSubject: hi\r\n\r\n外出".encode())
    assert look(posting) == {"bounced": 0, "known": 1, "other": 2, "unmoved": 0}
    assert {m.id: m.state for m in Mail.objects} == before
    assert (len(dovecot.letters(DONE)), len(dovecot.letters(LEFT))) == (1, 2)


def test_the_same_bounce_twice_counts_once_and_nothing_is_sent_again(posting: System, office: PostOffice, dovecot: Dovecot,
                                                                     clock: FixedClock) -> None:
    for _ in range(2):
        dovecot.deliver(in_words(Mail.objects.get().id))
    assert look(posting) == {"bounced": 1, "known": 1, "other": 0, "unmoved": 0}
    before = snapshot()
    clock.advance(timedelta(hours=1))
    assert look(posting)["bounced"] == 0
    run_job(posting, SYSTEM, "notices.resend")
    assert len(office.box.mails) == 1
    assert snapshot()["mails"] == before["mails"]


def test_a_later_mail_that_arrives_takes_the_flag_away(posting: System, office: PostOffice, dovecot: Dovecot,
                                                       clock: FixedClock) -> None:
    dovecot.deliver(report(head=head_of(the_mail(office))))
    look(posting)
    clock.advance(timedelta(days=2))
    a_project(posting, "XM-B", **DATES)
    refresh(posting.judge, None, clock.today())
    run_job(posting, SYSTEM, "notices.daily", clock.today())
    assert undelivered([GONE], clock.now()), "it has not proved itself yet"
    clock.advance(timedelta(days=2))
    assert undelivered([GONE], clock.now()) == {}


def test_a_mailbox_out_of_reach_is_a_failed_job_without_the_password(posting: System) -> None:
    away = dataclasses.replace(posting, settings=dataclasses.replace(
        posting.settings, bounce_url="imap://u:very-secret@127.0.0.1:9/INBOX?starttls=never"))
    record = run_job(away, SYSTEM, "notices.bounces")
    assert record.outcome == "failed"
    assert "邮箱服务器" in record.error
    assert "very-secret" not in repr(snapshot())


def test_without_a_mailbox_of_its_own_nothing_is_read(system: System) -> None:
    assert run_job(system, SYSTEM, "notices.bounces").result == {}
    url = "imap://u:p@h/INBOX?starttls=never"
    with pytest.raises(BadSetting, match="DANGAN_BOUNCE_URL"):
        load({"DANGAN_IMAP_URL": url, "DANGAN_BOUNCE_URL": url})
