"""A year day by day, over many projects with a scripted history: alerts and mails are those a slow model foretells.

`make test` lives through a smaller one, with a week in which no scheduler runs; `make test-slow` through 200 projects
and 365 days. What rules nobody foretells say is taken as it comes; whom it is told to, and when, is foretold for all.
"""

import dataclasses
from collections import Counter
from datetime import date, timedelta

import pytest

from admin.system import System
from admin.worker import Worker
from archive import audit
from archive.clock import FixedClock
from archive.models import AuditEntry, Person
from retention.models import FindingRecord, InboxLine, Mail
from tests.functional.year.both import Year
from tests.functional.year.living import Living, days_between
from tests.functional.year.post import Someone
from tests.functional.year.script import absences, script
from tests.functional.year.world import Event
from tests.unit.admin.postbox import PostOffice, text_of

PAIRS = {"archivist": "auditor", "unit1": "archivist", "head1": "unit1", "supervisor": "auditor"}


def a_year(system: System, clock: FixedClock, office: PostOffice, *, seed: int, projects: int, first: date, days: int,
           away: range, units: int) -> Year:
    system = dataclasses.replace(system, mailer=office.mailer())
    names = tuple(f"省第{n}厅" for n in range(1, units + 1))
    people = [Someone("archivist", "archivist"), Someone("auditor", "auditor"), Someone("supervisor", "supervisor"),
              *(Someone(f"unit{n}", "unit", unit) for n, unit in enumerate(names, 1)),
              *(Someone(f"head{n}", "supervisor", unit) for n, unit in enumerate(names[:1], 1))]
    told = [*script(seed, projects, first, days, names),
            *absences(seed, first, days, PAIRS, tuple(one.name for one in people))]
    events: dict[date, list[Event]] = {}
    for event in sorted(told, key=lambda one: one.day):
        events.setdefault(event.day, []).append(event)
    return Year(Living(system, clock, Worker(system)), office, {one.name: one for one in people}, events, first,
                first + timedelta(days=days - 1), frozenset(first + timedelta(days=n) for n in away),
                frozenset(first + timedelta(days=n) for n in range(0, days, 9)))


def check_the_whole(year: Year) -> None:
    """After the last day: nothing was said twice, everything arrived, and what was told lies in the inboxes, too."""
    arrived = Counter(str(mail["Message-ID"]) for _, mail in year.office.box.mails)
    assert set(arrived.values()) == {1}
    assert len(arrived) == Mail.objects.count() == Mail.objects(state="sent").count()
    addresses = {person.id: person.email for person in Person.objects}
    rules = {record.id: record.rule for record in FindingRecord.objects.only("id", "rule")}
    lines = {(addresses[line.person], line.day, (line.project, rules[line.finding], line.subject)) for line in InboxLine.objects(finding__ne="")}
    # A second run on a day adds to the inbox at once what the mails leave for the next morning.
    assert [one for one in lines - year.inbox if one[1] not in year.twice] == []
    assert [(who, day, key) for who, day, key in year.inbox - lines
            if day - timedelta(days=1) not in year.twice or (who, day - timedelta(days=1), key) not in lines] == []
    for key, turns in year.lives.turns.items():
        record = FindingRecord.objects(project=key[0], rule=key[1], subject=key[2]).get()
        assert [(c.what, c.day) for c in record.history if c.what in ("opened", "cleared")] == turns
    assert audit.verify()[1] == []


def check_the_silence(year: Year) -> None:
    """The days nobody judged are in the ledger of evaluations, made up for; the first mails after them, and no others, say so."""
    back = max(year.away) + timedelta(days=1)
    judged = AuditEntry.objects(action="compliance.swept")
    by_day: dict[str, set[str]] = {}
    late = [(entry.detail["day"], code) for entry in judged if entry.detail.get("caught_up") for code in entry.detail["projects"]]
    for entry in judged:
        by_day.setdefault(entry.detail["day"], set()).update(entry.detail["projects"])
    assert by_day.keys() == {day.isoformat() for day in days_between(year.first, year.last)}
    assert {day for day, _ in late} == {day.isoformat() for day in year.away}
    assert len(late) == len(set(late))
    begun = {code: min(day for day, events in year.events.items() if any(e.code == code for e in events)) for code in year.units}
    for day in days_between(year.first, year.last):
        there = {code for code, first in begun.items() if first < day or (day in year.away and first == day)}
        assert there <= by_day[day.isoformat()]
    assert AuditEntry.objects(action="compliance.caught-up").count() == len(year.away)
    telling = {(mail.address, mail.day) for mail in Mail.objects if "没有运行" in mail.text}
    assert telling == {(mail.address, mail.day) for mail in Mail.objects(kind="digest", day=back)}
    assert all("没有运行" in text_of(mail) for _, mail in year.office.box.mails if str(mail["Message-ID"]).startswith(f"<{back:%Y%m%d}-")
               and "每周汇总" not in str(mail["Subject"]) and "严重" not in str(mail["Subject"]))


@pytest.mark.timeout(1200)
def test_a_season_with_a_week_without_scheduler(system: System, clock: FixedClock, office: PostOffice) -> None:
    year = a_year(system, clock, office, seed=5, projects=5, first=date(2026, 9, 14), days=30, away=range(10, 17), units=2)
    year.live()
    check_the_whole(year)
    check_the_silence(year)
    assert {"opened", "moved", "state", "week", "notice", "climbed", "urgent"} <= year.post.seen
    assert year.told["weekly"]


@pytest.mark.slow
@pytest.mark.timeout(8 * 3600)
def test_a_year_of_two_hundred_projects(system: System, clock: FixedClock, office: PostOffice) -> None:
    year = a_year(system, clock, office, seed=1, projects=200, first=date(2026, 1, 5), days=365, away=range(130, 137), units=10)
    year.live()
    check_the_whole(year)
    check_the_silence(year)
