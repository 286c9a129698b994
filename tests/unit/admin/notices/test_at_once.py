"""Mails at once, once a week, and what they bring for a calendar: through a real server, by the jobs that send them."""

import dataclasses
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar

from admin.jobs import run_job
from admin.system import System
from archive.access import Actor
from archive.clock import FixedClock
from archive.models import JobRun
from archive.operations.people import NewPerson, add_person
from archive.permissions import Role
from archive.transaction import database
from retention.alerts import refresh
from retention.choices import decline
from retention.models import FindingRecord, Mail, Mention
from tests.builders import SYSTEM, UNIT, UNIT_B, a_project
from tests.unit.admin.postbox import Postbox, text_of

TODAY = date(2026, 3, 2)
DATES: dict[str, Any] = {"actual_completion": date(2025, 9, 8), "trial_start": date(2025, 9, 12)}  # due 2026-03-12
LONG_AGO: dict[str, Any] = {"actual_completion": date(2024, 10, 20), "trial_start": date(2024, 11, 1)}  # overdue: critical


def urgent(system: System) -> dict[str, Any]:
    return dict(run_job(system, SYSTEM, "notices.urgent", TODAY).result)


@pytest.fixture
def archivist(posting: System) -> Actor:
    return add_person(SYSTEM, posting.clock, NewPerson("archivist", Role.ARCHIVIST, email="archivist@example.com")).actor()


@pytest.fixture
def critical(posting: System, archivist: Actor) -> set[str]:
    """The archivist's critical alerts of a project long overdue; beside it one with nothing grave."""
    a_project(posting, "XM-OK", **DATES)
    a_project(posting, "XM-LATE", unit=UNIT_B, **LONG_AGO)
    refresh(posting.judge, None, TODAY)
    found = {r.id for r in FindingRecord.objects(alert="open", severity="C", targets="ARCH")}
    assert found, "the scene holds something critical for the archivist"
    return found


def settled(kind: str) -> set[str]:
    mails = list(Mail.objects(kind=kind).scalar("id"))
    return {key.partition("/")[0] for key in Mention.objects(mail__in=mails).scalar("key")}


def test_what_is_critical_goes_out_at_once_and_the_digest_tells_only_the_rest(
        posting: System, critical: set[str], box: Postbox, clock: FixedClock) -> None:
    assert urgent(posting) == {**dict.fromkeys(("repeated", "postponed", "rejected", "uncertain"), 0), "written": 1, "sent": 1}
    (mail,) = box.to("archivist@example.com")
    assert str(mail["Subject"]).startswith("【档案】【严重】")
    assert "一经发现立即通知" in text_of(mail)
    assert "XM-OK" not in text_of(mail)
    assert settled("urgent") == critical
    assert run_job(posting, SYSTEM, "notices.daily", TODAY).outcome == "done"
    assert settled("digest") & critical == set()
    assert settled("digest")
    assert len(box.to("archivist@example.com")) == 2


def test_a_minute_without_news_leaves_no_trace(posting: System, critical: set[str], box: Postbox) -> None:
    urgent(posting)
    runs, mails = JobRun.objects.count(), len(box.mails)
    for _ in range(3):
        assert urgent(posting) == {}
    assert (JobRun.objects.count(), len(box.mails)) == (runs, mails)


def test_what_opens_right_after_is_gathered_and_comes_ten_minutes_later(
        posting: System, critical: set[str], box: Postbox, clock: FixedClock) -> None:
    urgent(posting)
    for code in ("XM-1", "XM-2"):
        a_project(posting, code, **LONG_AGO)
        refresh(posting.judge, [code], TODAY)
        assert urgent(posting) == {}
    clock.advance(timedelta(minutes=11))
    assert urgent(posting)["written"] == 1
    assert all(code in text_of(box.to("archivist@example.com")[1]) for code in ("XM-1", "XM-2"))
    assert "XM-LATE" not in text_of(box.to("archivist@example.com")[1])


def test_old_critical_alerts_are_not_asked_for_every_minute(posting: System, critical: set[str], box: Postbox) -> None:
    """What the digest has had days to tell is the digest's."""
    assert run_job(posting, SYSTEM, "notices.urgent", TODAY + timedelta(days=2)).result == {}
    assert box.mails == []


# -- the calendar that comes along -----------------------------------------------------------------------------------

def attached(mail: EmailMessage) -> Calendar:
    (part,) = list(mail.iter_attachments())
    assert (part.get_content_type(), part.get_filename()) == ("text/calendar", "deadlines.ics")
    assert part.get_param("method") == "PUBLISH"
    assert part.get_content_charset() == "utf-8"
    return Calendar.from_ical(part.get_payload(decode=True))


def test_a_mail_brings_its_deadlines_under_the_uids_of_the_feed(posting: System, critical: set[str], box: Postbox) -> None:
    from admin.web.app import create_app
    from archive.operations.people import issue_token

    run_job(posting, SYSTEM, "notices.daily", TODAY)
    calendar = attached(box.to("archivist@example.com")[0])
    assert str(calendar["method"]) == "PUBLISH"
    events = {str(event["uid"]): event for event in calendar.walk("VEVENT")}
    dated = {f"{r.id}@dangan": r for r in FindingRecord.objects(alert="open", targets="ARCH", due_on__ne=None)}
    assert events.keys() == dated.keys()
    assert {uid: event.decoded("dtstart") for uid, event in events.items()} == {uid: r.due_on for uid, r in dated.items()}
    token = issue_token(SYSTEM, posting.clock, "archivist")
    feed = Calendar.from_ical(create_app(posting).test_client().get(f"/api/v1/calendar.ics?token={token}").data)
    same = {str(event["uid"]): event.to_ical() for event in feed.walk("VEVENT")}
    assert {uid: event.to_ical() for uid, event in events.items()} == {uid: same[uid] for uid in events}


def test_a_mail_without_any_day_brings_nothing(posting: System, archivist: Actor, box: Postbox) -> None:
    a_project(posting, "XM-A", **DATES)
    refresh(posting.judge, None, TODAY)
    database()["findings"].update_many({}, {"$unset": {"due_on": 1}})
    run_job(posting, SYSTEM, "notices.daily", TODAY)
    (mail,) = box.to("archivist@example.com")
    assert list(mail.iter_attachments()) == []
    assert "deadlines.ics" not in text_of(mail)


# -- once a week -----------------------------------------------------------------------------------------------------

def test_supervisors_get_one_summary_a_week_made_up_for_where_its_day_was_missed(
        posting: System, people: dict[str, Actor], box: Postbox) -> None:
    a_project(posting, "XM-A", **DATES)
    a_project(posting, "XM-B", unit=UNIT_B, **LONG_AGO)
    add_person(SYSTEM, posting.clock, NewPerson("head_a", Role.SUPERVISOR, UNIT, "head_a@example.com"))
    refresh(posting.judge, None, TODAY)
    weekly = dataclasses.replace(posting, settings=dataclasses.replace(posting.settings, weekly_day=3))
    for n in range(14):  # the first days belong to the Wednesday before
        assert run_job(weekly, SYSTEM, "notices.weekly", TODAY + timedelta(days=n)).outcome == "done"
    assert {m.day for m in Mail.objects(kind="weekly")} == {date(2026, 2, 25), date(2026, 3, 4), date(2026, 3, 11)}
    assert box.counts() == {"supervisor@example.com": 3, "head_a@example.com": 3}
    text = text_of(box.to("supervisor@example.com")[0])
    assert text.index(UNIT_B) < text.index(UNIT), "the unit with more that is late comes first"
    assert UNIT_B not in text_of(box.to("head_a@example.com")[0])
    assert "account/notices" in text


def test_who_declined_gets_none(posting: System, people: dict[str, Actor], box: Postbox) -> None:
    a_project(posting, "XM-A", **DATES)
    refresh(posting.judge, None, TODAY)
    decline(people["supervisor"], posting.clock, ["weekly"])
    assert run_job(posting, SYSTEM, "notices.weekly", TODAY).result["written"] == 0
    assert box.mails == []
