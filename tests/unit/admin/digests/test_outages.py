"""The daily mails and a server that is away or says no: kept, tried again later, in the end given up and shown."""

from datetime import timedelta
from itertools import pairwise

import pytest

from admin.digests import MOST_REFUSALS, Post
from admin.jobs import run_job
from admin.mail.render import REPEAT_SUBJECT
from admin.system import System
from archive.access import Actor
from archive.clock import FixedClock
from retention.alerts import refresh
from retention.models import Mail
from tests.builders import SYSTEM, a_project
from tests.unit.admin.digests.conftest import ARCHIVIST, DATES, TODAY, resend, run, subjects, the_mail
from tests.unit.admin.postbox import Postbox, PostOffice


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
