"""The daily mails: one a person and day, of what she may see, and never lost, doubled or sent a third time."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from admin import digests
from admin.digests import MOST_REFUSALS, Post, mail_id
from admin.jobs import run_job
from admin.mail.port import Message, Receipt, Sender
from admin.mail.render import REPEAT_SUBJECT
from admin.mail.smtp import SmtpMailer
from admin.system import System
from archive import audit
from archive.access import Actor
from archive.clock import FixedClock
from archive.models import AuditEntry, Lease
from archive.operations.people import NewPerson, add_person
from archive.permissions import Role
from archive.transaction import Transaction
from retention.alerts import refresh
from retention.findings import approve_waiver, ask_waiver
from retention.models import FindingRecord, Mail, Mention
from retention.open_alerts import open_lines
from tests.builders import SYSTEM, UNIT, UNIT_B, a_project
from tests.conftest import snapshot
from tests.unit.admin.postbox import SENDER, Postbox, PostOffice, text_of

A, B = "XM-A", "XM-B"
TODAY = date(2026, 3, 2)
TOMORROW = TODAY + timedelta(days=1)
DATES: dict[str, Any] = {"actual_completion": date(2025, 9, 8), "trial_start": date(2025, 9, 12)}  # due 2026-03-12
ARCHIVIST = "archivist@example.com"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    office = PostOffice()
    office.open()
    yield office
    office.close()


@pytest.fixture
def box(office: PostOffice) -> Postbox:
    return office.box


@pytest.fixture
def posting(system: System, office: PostOffice) -> System:
    """A system that mails through a real server; two projects of two units whose acceptance is due in ten days."""
    a_project(system, A, **DATES)
    a_project(system, B, unit=UNIT_B, **DATES)
    refresh(system.judge, None, TODAY)
    return dataclasses.replace(system, mailer=office.mailer())


@pytest.fixture
def archivist(posting: System) -> Actor:
    return add_person(SYSTEM, posting.clock, NewPerson("archivist", Role.ARCHIVIST, email=ARCHIVIST)).actor()


def run(system: System, day: date = TODAY) -> Post:
    return digests.run(system, open_lines(day), day)


def resend(system: System) -> Post:
    return digests.send_mails(system)


def the_mail() -> Mail:
    mail: Mail = Mail.objects.get()
    return mail


# -- who is told what ----------------------------------------------------------------------------------------------

def test_each_person_gets_one_mail_of_what_concerns_her(posting: System, people: dict[str, Actor], box: Postbox) -> None:
    post = run(posting)
    told = {"archivist", "auditor", "supervisor", "unit_a", "unit_b"}
    assert box.counts() == {f"{name}@example.com": 1 for name in told}
    assert (post.written, post.sent) == (5, 5)
    mentioned = {name: {code for code in (A, B) if code in text_of(box.to(f"{name}@example.com")[0])} for name in told}
    assert mentioned == {"archivist": {A, B}, "auditor": {A, B}, "supervisor": {A, B}, "unit_a": {A}, "unit_b": {B}}


def test_a_second_run_of_the_day_tells_nobody_anything(posting: System, people: dict[str, Actor], box: Postbox) -> None:
    run(posting)
    before = snapshot()
    assert run(posting) == Post()
    assert snapshot() == before
    run(posting, TOMORROW)
    assert max(box.counts().values()) == 1, "nothing new on the next day either"


def test_what_opens_later_in_the_day_waits_for_tomorrow(posting: System, archivist: Actor, box: Postbox) -> None:
    run(posting)
    a_project(posting, "XM-LATE", **DATES)
    refresh(posting.judge, ["XM-LATE"], TODAY)
    assert run(posting).written == 0
    refresh(posting.judge, None, TOMORROW)
    assert run(posting, TOMORROW).written == 1
    first, second = map(text_of, box.to(ARCHIVIST))
    assert "XM-LATE" not in first
    assert "XM-LATE" in second
    assert A not in second


def test_contacts_are_told_of_their_project_alone_and_once_where_they_are_people_too(
    posting: System, box: Postbox
) -> None:
    a_project(posting, "XM-C", **DATES, contact_email="Zhang@example.com", supervisor_email="li@example.com")
    add_person(SYSTEM, posting.clock, NewPerson("zhang", Role.UNIT, UNIT, email="zhang@example.com"))
    refresh(posting.judge, None, TODAY)
    run(posting)
    assert {address.casefold(): n for address, n in box.counts().items()} == {"zhang@example.com": 1, "li@example.com": 1}
    texts = {address.casefold(): text_of(mail) for address, mail in box.mails}
    assert "XM-C" in texts["li@example.com"]
    assert A not in texts["li@example.com"]
    assert A in texts["zhang@example.com"]
    assert "XM-C" in texts["zhang@example.com"]
    assert B not in texts["zhang@example.com"]


def test_who_reads_no_records_is_never_told(posting: System, box: Postbox) -> None:
    for role in (Role.SYSADMIN, Role.SECADMIN, Role.AUDITADMIN):
        add_person(SYSTEM, posting.clock, NewPerson(role.value, role, email=f"{role.value}@example.com"))
    assert run(posting).written == 0
    assert box.mails == []


def waive_all(system: System, until: date) -> None:
    asker, approver = (add_person(SYSTEM, system.clock, NewPerson(name, Role.SUPERVISOR)).actor() for name in "ab")
    for record in FindingRecord.objects(alert="open"):
        ask_waiver(asker, system.clock, record.id, "另有批复", until)
        if record.project == A:
            approve_waiver(approver, system.clock, record.id)


def test_waived_alerts_are_silent_asked_for_ones_are_not(posting: System, archivist: Actor, box: Postbox) -> None:
    waive_all(posting, TOMORROW)
    run(posting)
    assert A not in text_of(box.to(ARCHIVIST)[0])
    assert B in text_of(box.to(ARCHIVIST)[0])


def test_a_waiver_that_ended_is_silent_no_longer_even_before_the_next_evaluation(posting: System) -> None:
    waive_all(posting, TOMORROW)
    assert {line.project_code for line in open_lines(TOMORROW)} == {B}
    assert {line.project_code for line in open_lines(TOMORROW + timedelta(days=1))} == {A, B}


# -- what is kept --------------------------------------------------------------------------------------------------

def test_a_mail_its_mentions_and_its_trace_are_kept_together(posting: System, archivist: Actor, box: Postbox) -> None:
    run(posting)
    mail = the_mail()
    assert (mail.id, mail.address, mail.day, mail.state, mail.attempts) == (
        mail_id(ARCHIVIST, TODAY), ARCHIVIST, TODAY, "sent", 1)
    assert mail.sent_at == posting.clock.now()
    assert set(Mention.objects.distinct("mail")) == {mail.id}
    assert Mention.objects.count() >= mail.items > 0
    assert [e.action for e in AuditEntry.objects(subject=f"mail:{mail.id}").order_by("id")] == ["mail.written", "mail.sent"]
    sent = box.to(ARCHIVIST)[0]
    assert sent["Message-ID"] == f"<{mail.id}@{SENDER.partition('@')[2]}>"
    assert audit.verify()[1] == []


def test_the_same_mailbox_spelt_otherwise_is_the_same_mail() -> None:
    assert mail_id(" Zhang@Example.com", TODAY) == mail_id("zhang@example.com", TODAY)
    assert mail_id("zhang@example.com", TOMORROW) != mail_id("zhang@example.com", TODAY)


# -- a crash between sending and writing it down -------------------------------------------------------------------

class Killed(BaseException):
    """The process ends here; nothing may be caught and put right."""


class Dying:
    """A mailer whose process dies with its hand still on the letter box: before (`early`) or after the mail is in."""

    def __init__(self, mailer: SmtpMailer, *, early: bool = False) -> None:
        self.mailer, self.early = mailer, early

    def send(self, message: Message) -> Receipt:
        if not self.early:
            self.mailer.send(message)
        raise Killed

    @contextmanager
    def batch(self) -> Iterator[Sender]:
        yield self


def dying(system: System, **how: bool) -> System:
    assert isinstance(system.mailer, SmtpMailer)
    return dataclasses.replace(system, mailer=Dying(system.mailer, **how))


def subjects(box: Postbox) -> list[bool]:
    """Of each mail that arrived, whether it was marked as a repeat."""
    return [str(mail["Subject"]).startswith(REPEAT_SUBJECT) for mail in box.to(ARCHIVIST)]


def test_after_a_crash_there_is_one_marked_repeat_with_the_same_id(
    posting: System, archivist: Actor, box: Postbox
) -> None:
    with pytest.raises(Killed):
        run(dying(posting))
    assert the_mail().state == "sending"
    assert run(posting) == Post(sent=1, repeated=1)
    assert run(posting) == resend(posting) == Post()
    assert subjects(box) == [False, True]
    first, second = box.to(ARCHIVIST)
    assert first["Message-ID"] == second["Message-ID"]
    assert text_of(second).endswith(text_of(first))
    assert the_mail().state == "sent"


def test_after_a_second_crash_nobody_tries_again_and_it_is_shown(posting: System, archivist: Actor, box: Postbox) -> None:
    for _ in range(2):
        with pytest.raises(Killed):
            run(dying(posting))
    record = run_job(posting, SYSTEM, "notices.resend")
    assert (record.outcome, record.result["uncertain"]) == ("attention", 1)
    assert the_mail().state == "uncertain"
    assert "核实" in the_mail().error
    for day in range(3):
        run(posting, TODAY + timedelta(days=day))
        resend(posting)
    assert subjects(box) == [False, True], "never a third"


def test_a_crash_before_anything_left_costs_a_mark_but_no_mail(posting: System, archivist: Actor, box: Postbox) -> None:
    with pytest.raises(Killed):
        run(dying(posting, early=True))
    run(posting)
    assert subjects(box) == [True]


def test_a_crash_while_writing_leaves_neither_mail_nor_mention(
    posting: System, archivist: Actor, box: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot()
    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "finish", lambda self: (_ for _ in ()).throw(Killed()))
        with pytest.raises(Killed):
            run(posting)
    assert snapshot() == before
    assert run(posting).sent == 1
    assert subjects(box) == [False]


def test_a_connection_lost_on_the_way_is_a_crash_too(posting: System, archivist: Actor, box: Postbox,
                                                     clock: FixedClock) -> None:
    """The server has the mail, the sender does not know: one marked repeat, and then it is uncertain."""
    box.lost.add(ARCHIVIST)
    run(posting)
    assert (the_mail().state, the_mail().repeated) == ("queued", True)
    clock.advance(timedelta(hours=1))
    assert resend(posting).uncertain == 1
    assert the_mail().state == "uncertain"
    box.lost.clear()
    clock.advance(timedelta(days=1))
    resend(posting)
    assert subjects(box) == [False, True], "never a third"


# -- a server that is away or says no ------------------------------------------------------------------------------

def test_while_the_server_is_away_mails_are_kept_and_tried_with_growing_pauses(
    posting: System, people: dict[str, Actor], office: PostOffice, clock: FixedClock
) -> None:
    office.close()
    assert run(posting) == Post(written=5, postponed=5)
    pauses = []
    for _ in range(6):
        assert {m.state for m in Mail.objects} == {"queued"}
        assert resend(posting) == Post(), "not before its time"
        not_before = min(Mail.objects.scalar("not_before"))
        pauses.append(not_before - clock.now())
        clock.advance(max(Mail.objects.scalar("not_before")) - clock.now())
        assert resend(posting).postponed == 5
    assert pauses[0] <= timedelta(seconds=10)
    assert all(later > 1.3 * earlier for earlier, later in pairwise(pauses))
    assert all("暂时不能发送" in m.error for m in Mail.objects)
    office.open()
    clock.advance(timedelta(hours=1))
    assert resend(posting).sent == 5
    resend(posting)
    assert set(office.box.counts().values()) == {1}
    assert not any(str(mail["Subject"]).startswith(REPEAT_SUBJECT) for _, mail in office.box.mails)
    assert {(m.state, m.error) for m in Mail.objects} == {("sent", "")}


def test_tomorrow_s_mail_is_written_while_today_s_still_waits(
    posting: System, archivist: Actor, office: PostOffice, clock: FixedClock
) -> None:
    office.close()
    run(posting)
    clock.advance(timedelta(days=5))
    day = clock.today()
    refresh(posting.judge, None, day)
    run(posting, day)
    assert sorted(Mail.objects.scalar("day")) == [TODAY, day]
    office.open()
    clock.advance(timedelta(hours=1))
    resend(posting)
    assert len({m["Message-ID"] for m in office.box.to(ARCHIVIST)}) == 2 == len(office.box.to(ARCHIVIST))


@pytest.mark.parametrize("how", ["550 没有这个用户", "no address at all"])
def test_a_refusal_for_good_is_shown_and_hurts_nobody_else(
    posting: System, archivist: Actor, box: Postbox, how: str
) -> None:
    bad = "gone@example.com" if how.startswith("550") else "no address"
    box.answers["gone@example.com"] = how
    a_project(posting, "XM-C", **DATES, contact_email=bad)
    refresh(posting.judge, None, TODAY)
    record = run_job(posting, SYSTEM, "notices.daily", TODAY)
    assert (record.outcome, record.result["rejected"], record.result["sent"]) == ("attention", 1, 1)
    mail = Mail.objects.get(address=bad)
    assert mail.state == "rejected"
    assert mail.error
    assert box.counts() == {ARCHIVIST: 1}
    assert resend(posting) == Post()


def test_a_server_that_asks_to_come_back_is_asked_again_later(
    posting: System, archivist: Actor, box: Postbox, clock: FixedClock
) -> None:
    box.answers[ARCHIVIST] = "451 稍后再试"
    assert run(posting).postponed == 1
    assert the_mail().not_before > clock.now() + timedelta(minutes=3), "greylisting wants minutes"
    assert resend(posting) == Post()
    box.answers.clear()
    clock.advance(timedelta(hours=1))
    assert resend(posting).sent == 1
    assert subjects(box) == [False]


def test_a_server_that_says_later_for_ever_is_given_up_and_shown(
    posting: System, archivist: Actor, box: Postbox, clock: FixedClock
) -> None:
    box.answers[ARCHIVIST] = "451 稍后再试"
    run(posting)
    for _ in range(MOST_REFUSALS - 1):
        assert the_mail().state == "queued"
        clock.advance(timedelta(hours=1))
        resend(posting)
    assert (the_mail().state, box.mails) == ("rejected", [])


def test_a_long_outage_does_not_count_as_the_mail_s_own_refusals(
    posting: System, archivist: Actor, office: PostOffice, clock: FixedClock
) -> None:
    office.close()
    run(posting)
    for _ in range(MOST_REFUSALS + 1):
        clock.advance(timedelta(hours=1))
        resend(posting)
    office.open()
    office.box.answers[ARCHIVIST] = "451 greylisted"
    clock.advance(timedelta(hours=1))
    resend(posting)
    assert the_mail().state == "queued"
    office.box.answers.clear()
    clock.advance(timedelta(hours=1))
    assert resend(posting).sent == 1


# -- two processes -------------------------------------------------------------------------------------------------

class Meanwhile:
    """A mailer during whose sending something else happens."""

    def __init__(self, mailer: SmtpMailer, what: Callable[[], Any]) -> None:
        self.mailer, self.what = mailer, what

    def send(self, message: Message) -> Receipt:
        self.what()
        return self.mailer.send(message)

    @contextmanager
    def batch(self) -> Iterator[Sender]:
        yield self


@pytest.mark.parametrize("other", ["notices.daily", "notices.resend"])
def test_a_mail_that_one_process_is_sending_is_not_taken_for_lost_by_another(
    posting: System, archivist: Actor, box: Postbox, other: str
) -> None:
    from admin.jobs import JobBusy

    tried = []

    def meanwhile() -> None:
        assert the_mail().state == "sending"
        with pytest.raises(JobBusy):
            run_job(posting, SYSTEM, other, TODAY)
        tried.append(other)

    assert isinstance(posting.mailer, SmtpMailer)
    slow = dataclasses.replace(posting, mailer=Meanwhile(posting.mailer, meanwhile))
    assert run_job(slow, SYSTEM, "notices.daily", TODAY).outcome == "done"
    run_job(posting, SYSTEM, "notices.resend", TODAY)
    assert tried == [other]
    assert subjects(box) == [False]
    assert Lease.objects.count() == 0


def test_the_server_going_down_in_the_middle_of_a_batch_leaves_the_rest_for_later(
    posting: System, people: dict[str, Actor], office: PostOffice, clock: FixedClock
) -> None:
    office.box.answers["auditor@example.com"] = "421 正在关机"
    post = run(posting)
    assert post.sent + post.postponed == 5
    assert post.postponed >= 1
    office.box.answers.clear()
    clock.advance(timedelta(hours=1))
    resend(posting)
    assert office.box.counts() == {m.address: 1 for m in Mail.objects}
