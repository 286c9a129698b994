"""The daily mails through crashes and beside other processes: never lost, doubled or sent a third time."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from admin import digests
from admin.digests import Post
from admin.jobs import run_job
from admin.mail.port import Message, Receipt, Sender
from admin.mail.smtp import SmtpMailer
from admin.system import System
from archive import audit
from archive.access import Actor
from archive.clock import FixedClock
from archive.models import Lease
from archive.transaction import Transaction
from retention.models import Mention
from tests.builders import SYSTEM
from tests.conftest import snapshot
from tests.unit.admin.digests.conftest import ARCHIVIST, TODAY, TOMORROW, A, resend, run, subjects, the_mail
from tests.unit.admin.postbox import Postbox, text_of

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


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_a_mail_with_very_many_mentions_is_sent_once_all_are_stored_or_written_anew(
    posting: System, archivist: Actor, box: Postbox, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    """Its transactions are as many as `MOST_KEYS` says; the process dies after the first few of them."""
    monkeypatch.setattr(digests, "MOST_KEYS", 2)
    finish, left = Transaction.finish, iter(range(kept))

    def dies(tx: Transaction) -> None:
        next(left, None) is not None or (_ for _ in ()).throw(Killed())
        finish(tx)

    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "finish", dies)
        with pytest.raises(Killed):
            run(posting)
    assert (the_mail().state, Mention.objects.count()) == ("writing", 2 * kept)
    assert resend(posting).sent == 0
    assert run(posting).sent == 1
    assert (the_mail().state, subjects(box)) == ("sent", [False])
    assert set(Mention.objects.scalar("mail")) == {the_mail().id}
    assert run(posting) == Post()
    assert audit.verify()[1] == []


def test_what_was_not_written_to_the_end_is_told_the_next_day(
    posting: System, archivist: Actor, box: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digests, "MOST_KEYS", 2)
    with monkeypatch.context() as patch:
        patch.setattr(digests, "_mention", lambda *_: (_ for _ in ()).throw(Killed()))
        with pytest.raises(Killed):
            run(posting)
    assert run(posting, TOMORROW).sent == 1
    assert (the_mail().day, subjects(box)) == (TOMORROW, [False])
    assert A in text_of(box.to(ARCHIVIST)[0])


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
