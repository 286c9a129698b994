"""What people see of findings, and what they may do to an alert: acknowledge, and waive with four eyes."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from admin.system import System
from archive.access import Actor
from archive.clock import FixedClock
from archive.errors import Conflict, Invalid, NotFound, NotPermitted
from archive.models import AuditEntry
from archive.operations.people import NewPerson, add_person
from archive.operations.projects import update_project
from archive.permissions import Permission, Role
from archive.queries import find_project
from retention import findings
from retention.alerts import finding_id, refresh
from retention.finding_lists import list_findings
from retention.findings import (
    LONGEST_WAIVER_DAYS,
    acknowledge,
    approve_waiver,
    ask_waiver,
    find_finding,
    live_findings,
    live_findings_of_all,
    view_finding,
)
from retention.models import FindingRecord
from tests.builders import SYSTEM, UNIT_B, a_project
from tests.conftest import snapshot
from tests.unit.archive.refusals import refused, refused_without

A, B = "XM-A", "XM-B"
TODAY = date(2026, 3, 2)
DUE = date(2026, 3, 12)
KEY, KEY_B = finding_id(A, "R31-3", ""), finding_id(B, "R31-3", "")
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def judged(system: System) -> System:
    """Two projects of two units, both ten days before acceptance is due, with their alerts open."""
    dates: dict[str, Any] = {"actual_completion": date(2025, 9, 8), "trial_start": date(2025, 9, 12)}
    a_project(system, A, **dates)
    a_project(system, B, unit=UNIT_B, **dates)
    refresh(system.judge, None, TODAY)
    assert {(r.alert, r.due_on) for r in FindingRecord.objects(rule="R31-3")} == {("open", DUE)}
    return system


@pytest.fixture
def head(judged: System) -> Actor:
    return add_person(SYSTEM, judged.clock, NewPerson("head", Role.SUPERVISOR)).actor()


@pytest.fixture
def keeper(judged: System) -> Actor:
    return add_person(SYSTEM, judged.clock, NewPerson("keeper", Role.ARCHIVIST)).actor()


def status(key: str = KEY) -> str:
    return view_finding(SYSTEM, key, TODAY).status


# -- who may -------------------------------------------------------------------------------------------------------

DEEDS: Mapping[str, tuple[Permission, Callable[[Actor, System], Any]]] = {
    "acknowledge": (Permission.ALERT_ACKNOWLEDGE, lambda a, s: acknowledge(a, s.clock, KEY, "已安排")),
    "ask": (Permission.ALERT_WAIVE, lambda a, s: ask_waiver(a, s.clock, KEY, "另有批复", TOMORROW)),
    "approve": (Permission.ALERT_WAIVE, lambda a, s: approve_waiver(a, s.clock, KEY)),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_each_operation_asks_for_its_permission(judged: System, people: dict[str, Actor], deed: str) -> None:
    if deed == "approve":
        ask_waiver(SYSTEM, judged.clock, KEY, "另有批复", TOMORROW)
    permission, attempt = DEEDS[deed]
    allowed = refused_without(permission, people, lambda actor: attempt(actor, judged))
    if people["unit_b"] in allowed:
        refused(NotFound, lambda: attempt(people["unit_b"], judged), KEY)
    attempt(allowed[0], judged)
    assert AuditEntry.objects(actor=allowed[0].id, subject=f"finding:{KEY}").count() == 1


def test_findings_of_another_unit_do_not_exist(judged: System, people: dict[str, Actor]) -> None:
    unit = people["unit_a"]
    assert find_finding(unit, KEY).project == A
    for read in (lambda: find_finding(unit, KEY_B), lambda: view_finding(unit, KEY_B, TODAY),
                 lambda: live_findings(judged.judge, unit, B), lambda: find_finding(unit, "0" * 24)):
        with pytest.raises(NotFound):
            read()
    assert {v.project for v in list_findings(unit, TODAY, size=200).items} == {A}
    assert {v.project for v in live_findings_of_all(judged.judge, unit, TODAY)} == {A}
    assert {v.project for v in live_findings_of_all(judged.judge, people["auditor"], TODAY)} == {A, B}
    for administrator in ("sysadmin", "secadmin", "auditadmin"):
        with pytest.raises(NotPermitted):
            list_findings(people[administrator], TODAY)
        with pytest.raises(NotPermitted):
            live_findings_of_all(judged.judge, people[administrator], TODAY)


# -- acknowledging -------------------------------------------------------------------------------------------------

def test_an_acknowledged_alert_stays_open_and_says_who(judged: System, keeper: Actor) -> None:
    acknowledge(keeper, judged.clock, KEY, "已联系建设单位" + "。" * 600)
    record = find_finding(SYSTEM, KEY)
    assert (record.alert, record.acknowledged_by, status()) == ("open", keeper.id, "acknowledged")
    assert [c.what for c in record.history] == ["opened", "acknowledged"]
    assert len(record.history[-1].note) == 500


def test_what_has_no_open_alert_cannot_be_acknowledged_or_waived(judged: System, head: Actor, keeper: Actor) -> None:
    quiet = FindingRecord.objects(project=A, alert="none").first().id
    for key in (quiet,):
        refused(Invalid, lambda key=key: acknowledge(head, judged.clock, key), "没有未了结的预警")  # type: ignore[misc]
        refused(Invalid, lambda key=key: ask_waiver(head, judged.clock, key, "理由", TOMORROW))  # type: ignore[misc]
        refused(Invalid, lambda key=key: approve_waiver(head, judged.clock, key))  # type: ignore[misc]


# -- waiving -------------------------------------------------------------------------------------------------------

def test_a_waiver_needs_two_persons(judged: System, head: Actor, keeper: Actor) -> None:
    refused(Invalid, lambda: approve_waiver(head, judged.clock, KEY), "没有待批准的申请")
    ask_waiver(keeper, judged.clock, KEY, " 另有批复 ", TOMORROW)
    assert status() == "waiver_pending"
    refused(Invalid, lambda: approve_waiver(keeper, judged.clock, KEY), "申请人不能批准自己的申请")
    approve_waiver(head, judged.clock, KEY)
    waiver = find_finding(SYSTEM, KEY).waiver
    assert waiver is not None
    assert (status(), waiver.reason, waiver.until, waiver.asked_by, waiver.approved_by) == (
        "waived", "另有批复", TOMORROW, keeper.id, head.id)
    refused(Invalid, lambda: approve_waiver(head, judged.clock, KEY), "没有待批准的申请")


def test_asking_again_needs_the_second_person_again(judged: System, head: Actor, keeper: Actor) -> None:
    ask_waiver(keeper, judged.clock, KEY, "一", TOMORROW)
    approve_waiver(head, judged.clock, KEY)
    ask_waiver(head, judged.clock, KEY, "二", TOMORROW + timedelta(days=30))
    assert status() == "waiver_pending"
    refused(Invalid, lambda: approve_waiver(head, judged.clock, KEY))
    approve_waiver(keeper, judged.clock, KEY)
    assert status() == "waived"


@pytest.mark.parametrize(("reason", "days", "field"), [
    ("", 1, "理由"), ("  ", 1, "理由"), ("理由", 0, "截止日期"), ("理由", -1, "截止日期"),
    ("理由", LONGEST_WAIVER_DAYS + 1, "截止日期")])
def test_a_waiver_has_a_reason_and_an_end(judged: System, head: Actor, reason: str, days: int, field: str) -> None:
    until = TODAY + timedelta(days=days)
    error = refused(Invalid, lambda: ask_waiver(head, judged.clock, KEY, reason, until))
    assert error.facts["field"] == field


def test_a_waiver_ends_after_its_day_and_with_its_alert(judged: System, head: Actor, keeper: Actor) -> None:
    for until, day in ((TOMORROW, TOMORROW), (TOMORROW, TOMORROW + timedelta(days=1))):
        ask_waiver(keeper, judged.clock, KEY, "另有批复", until)
        approve_waiver(head, judged.clock, KEY)
        refresh(judged.judge, [A], day)
        assert status() == ("waived" if day <= until else "open")
    ask_waiver(keeper, judged.clock, KEY, "另有批复", TODAY + timedelta(days=99))
    approve_waiver(head, judged.clock, KEY)
    settle, unsettle = {"acceptance_date": TODAY, "acceptance_result": "合格"}, {"acceptance_date": None,
                                                                             "acceptance_result": ""}
    for values in (settle, unsettle):
        update_project(SYSTEM, judged.clock, A, find_project(SYSTEM, A).revision, values)
        refresh(judged.judge, [A], TODAY)
    assert status() == "open", "a new episode is not waived by what was said of the old one"


def test_an_alert_that_changed_under_ones_hands_conflicts(judged: System, head: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = find_finding(SYSTEM, KEY)
    acknowledge(SYSTEM, judged.clock, KEY)
    monkeypatch.setattr(findings, "find_finding", lambda actor, key: stale)
    refused(Conflict, lambda: acknowledge(head, judged.clock, KEY), "事项")


# -- lists ---------------------------------------------------------------------------------------------------------

def test_a_list_without_a_status_holds_what_is_not_settled_most_urgent_first(judged: System) -> None:
    page = list_findings(SYSTEM, TODAY, size=200)
    assert {v.outcome for v in page.items} <= {"failed", "due", "unknown"}
    assert page.total == len(page.items) > 10
    order = [("failed", "due", "unknown").index(v.outcome) for v in page.items]
    assert order == sorted(order)
    assert list_findings(SYSTEM, TODAY, page=2, size=3).items == page.items[3:6]


def test_a_list_is_narrowed_by_everything_it_may_be_asked_for(judged: System, keeper: Actor) -> None:
    acknowledge(keeper, judged.clock, KEY)

    def keys(**match: Any) -> set[str]:
        return {v.id for v in list_findings(SYSTEM, TODAY, size=200, **match).items}

    assert keys(rule="R31-3") == {KEY, KEY_B}
    assert keys(rule="R31-3", unit=UNIT_B) == keys(rule="R31-3", project=B) == {KEY_B}
    assert keys(status="acknowledged") == {KEY}
    assert KEY_B in keys(status="open")
    assert KEY not in keys(status="open")
    assert all(v.outcome == "passed" for v in list_findings(SYSTEM, TODAY, outcome="passed").items)
    assert keys(outcome="unknown")
    assert keys(severity="C").isdisjoint({KEY})
    assert keys(status="waived") == set()


def test_days_left_are_counted_from_the_day_that_is_asked_for(judged: System) -> None:
    assert view_finding(SYSTEM, KEY, TODAY).days_left == 10
    assert view_finding(SYSTEM, KEY, DUE + timedelta(days=1)).days_left == -1


def test_live_findings_are_of_the_day_asked_for_and_change_nothing(judged: System, clock: FixedClock) -> None:
    before = snapshot()
    now = {v.id: v for v in live_findings(judged.judge, SYSTEM, A)}
    later = {v.id: v for v in live_findings(judged.judge, SYSTEM, A, DUE + timedelta(days=1))}
    assert (now[KEY].outcome, now[KEY].days_left, now[KEY].status) == ("due", 10, "open")
    assert (later[KEY].outcome, later[KEY].days_left, later[KEY].status) == ("failed", -1, "open")
    assert set(FindingRecord.objects(project=A).scalar("id")) == {
        key for key, v in now.items() if v.outcome in ("failed", "due", "unknown")}
    assert snapshot() == before
