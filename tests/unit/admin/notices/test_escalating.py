"""Escalation and substitutes end to end: jobs day by day, a real mail server, what is kept and what arrives."""

from datetime import date, timedelta
from typing import Any

import pytest

from admin.jobs import run_job
from admin.system import System
from archive import audit
from archive.access import Actor
from archive.clock import FixedClock
from archive.models import AuditEntry
from archive.operations.people import NewPerson, add_person
from archive.permissions import Role
from retention.alerts import refresh
from retention.findings import acknowledge, approve_waiver, ask_waiver
from retention.models import FindingRecord
from retention.substitutes import name_substitute
from tests.builders import SYSTEM, UNIT, a_project
from tests.unit.admin.postbox import Postbox, text_of

TODAY = date(2026, 3, 2)
LONG_AGO: dict[str, Any] = {"actual_completion": date(2024, 10, 20), "trial_start": date(2024, 11, 1)}  # overdue: critical


@pytest.fixture
def late(posting: System, people: dict[str, Actor]) -> FindingRecord:
    """A critical alert of `unit_a`'s, opened today; the unit has a head."""
    add_person(SYSTEM, posting.clock, NewPerson("head_a", Role.SUPERVISOR, UNIT, "head_a@example.com", "赵厅长"))
    a_project(posting, "XM-A", **LONG_AGO)
    refresh(posting.judge, None, TODAY)
    found: FindingRecord = FindingRecord.objects(alert="open", severity="C", targets__ne="HEAD").first()
    assert found, "a critical alert that is not addressed to heads"
    FindingRecord.objects(id__ne=found.id, alert="open").update(acknowledged_by="x")
    return found


def live(system: System, clock: FixedClock, days: int) -> None:
    for _ in range(days):
        clock.advance(timedelta(days=1))
        refresh(system.judge, None, clock.today())
        assert run_job(system, SYSTEM, "notices.daily", clock.today()).outcome == "done"


def turns(record: FindingRecord) -> list[tuple[date, str]]:
    return [(c.day, c.note) for c in FindingRecord.objects(id=record.id).get().history if c.what == "escalated"]


def saying(box: Postbox, address: str, words: str) -> int:
    return sum(words in text_of(mail) for mail in box.to(address))


def test_what_nobody_takes_up_goes_to_the_head_and_then_to_the_supervisor_once_each(
        posting: System, late: FindingRecord, box: Postbox, clock: FixedClock) -> None:
    live(posting, clock, 12)
    assert turns(late) == [(TODAY + timedelta(3), "已 3 天无人处理，依设置升级给单位负责人"),
                           (TODAY + timedelta(7), "已 7 天无人处理，依设置升级给主管")]
    assert saying(box, "head_a@example.com", "已 3 天无人处理，依设置升级给单位负责人") == 1
    assert saying(box, "supervisor@example.com", "已 7 天无人处理，依设置升级给主管") == 1
    assert saying(box, "head_a@example.com", "升级给主管") == saying(box, "unit_a@example.com", "升级给") == 0
    assert AuditEntry.objects(action="alert.escalated").count() == 2
    assert audit.verify()[1] == []


def test_acknowledged_it_goes_no_further(posting: System, late: FindingRecord, people: dict[str, Actor], clock: FixedClock) -> None:
    live(posting, clock, 3)
    acknowledge(people["unit_a"], clock, late.id)
    live(posting, clock, 10)
    assert len(turns(late)) == 1


def test_a_waiver_stops_the_waiting_which_begins_anew_when_it_ends(
        posting: System, late: FindingRecord, people: dict[str, Actor], clock: FixedClock) -> None:
    until = TODAY + timedelta(days=10)
    ask_waiver(people["archivist"], clock, late.id, "另有批复", until)
    approve_waiver(people["supervisor"], clock, late.id)
    live(posting, clock, 14)
    lapsed = until + timedelta(days=1)
    assert turns(late) == [(lapsed + timedelta(3), "已 3 天无人处理，依设置升级给单位负责人")]


def test_a_second_run_escalates_nothing_and_an_outage_is_made_up_for(
        posting: System, late: FindingRecord, clock: FixedClock) -> None:
    clock.advance(timedelta(days=8))
    live(posting, clock, 1)
    assert [note for _, note in turns(late)] == ["已 9 天无人处理，依设置升级给单位负责人", "已 9 天无人处理，依设置升级给主管"]
    assert run_job(posting, SYSTEM, "notices.daily", clock.today()).result["escalated"] == 0
    assert len(turns(late)) == 2


def test_a_substitute_gets_the_mails_too_and_reads_in_whose_place(
        posting: System, late: FindingRecord, people: dict[str, Actor], box: Postbox, clock: FixedClock) -> None:
    add_person(SYSTEM, posting.clock, NewPerson("li", Role.ARCHIVIST, "", "li@example.com", "李四"))
    name_substitute(people["unit_a"], clock, "li", TODAY, TODAY + timedelta(days=3))
    live(posting, clock, 1)
    assert saying(box, "unit_a@example.com", "XM-A") == 1
    assert saying(box, "unit_a@example.com", "代") == 0
    text = text_of(box.to("li@example.com")[0])
    assert "（代 unit_a）" in text
    assert "标有“代”的事项是您在unit_a外出期间代为接收的，同时也寄给本人。" in text
