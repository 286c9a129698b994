"""Settings changed with care: proposed by one, tried on every project, approved by another, in force from a day on."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from admin.system import System
from archive.access import Actor
from archive.clock import FixedClock
from archive.errors import Invalid, NotFound, NotPermitted
from archive.models import AuditEntry
from archive.operations.people import NewPerson, add_person
from archive.permissions import Permission, Role
from retention import rule_changes as core
from retention.alerts import refresh
from retention.backtesting import go_on
from retention.backtests import ask_settings, backtests_of, find_backtest, list_rows, summary_of
from retention.change_models import BackTest, RuleChange
from retention.compliance.rule_settings import RuleSettings
from retention.compliance.setting_values import version_of
from retention.findings import live_findings
from retention.models import FindingRecord
from tests.builders import SYSTEM, UNIT, UNIT_B, a_project
from tests.conftest import snapshot
from tests.unit.archive.refusals import refused_without

OVERDUE: dict[str, Any] = {"actual_completion": date(2025, 1, 10), "trial_start": date(2025, 1, 13)}  # due 2025-07-14
TODAY = date(2026, 3, 2)
BEGINS = TODAY + timedelta(days=10)
BASE = RuleSettings()
REASON = "国办函〔2026〕57号文要求放宽"


@pytest.fixture
def late(system: System) -> System:
    a_project(system, "XM-A", **OVERDUE)
    a_project(system, "XM-B", unit=UNIT_B)
    a_project(system, "XM-C", unit=UNIT_B, **OVERDUE)
    refresh(system.judge, None, TODAY)
    return system


def proposed(system: System, actor: Actor, **values: Any) -> RuleChange:
    return core.propose(actor, system.clock, BASE, values or {"grace_months": 12}, REASON, BEGINS)


def tried(system: System, actor: Actor, change: RuleChange) -> BackTest:
    test = ask_settings(actor, system.clock, BASE, change.id)
    go_on(system.judge, 60)
    return find_backtest(actor, test.id)


def approved(system: System, people: dict[str, Actor], **values: Any) -> RuleChange:
    change = proposed(system, people["archivist"], **values)
    tried(system, people["archivist"], change)
    return core.approve(people["supervisor"], system.clock, BASE, change.id)


# -- in force ------------------------------------------------------------------------------------------------------

def test_an_approved_change_holds_from_its_day_on_over_the_file(late: System, people: dict[str, Actor]) -> None:
    approved(late, people)
    before, after = (late.judge.settings_on(day) for day in (BEGINS - timedelta(days=1), BEGINS))
    assert (before.grace_months, after.grace_months) == (3, 12)
    assert core.in_force(BASE, BEGINS).sources == {"grace_months": 1}
    assert core.in_force(RuleSettings(grace_months=0), BEGINS).settings.grace_months == 12
    due = {day: next(v.due_on for v in live_findings(late.judge, SYSTEM, "XM-A", day) if v.rule == "R31-3")
           for day in (BEGINS - timedelta(days=1), BEGINS)}
    assert list(due.values()) == [date(2025, 7, 14), date(2026, 4, 13)]


def test_a_later_change_stands_over_an_earlier_one_and_none_gives_the_file_its_say_again(
        late: System, people: dict[str, Actor]) -> None:
    approved(late, people)
    second = core.propose(people["supervisor"], late.clock, BASE, {"grace_months": None}, REASON, BEGINS + timedelta(days=5))
    tried(late, people["supervisor"], second)
    core.approve(people["archivist"], late.clock, BASE, second.id)
    day = BEGINS + timedelta(days=5)
    assert [core.in_force(BASE, d).settings.grace_months for d in (day - timedelta(days=1), day)] == [12, 3]
    assert core.in_force(BASE, day).sources == {}
    assert [change.number for change in core.coming(TODAY)] == [1, 2]


def test_findings_name_the_values_they_were_judged_by_and_these_stay_known(late: System, people: dict[str, Actor]) -> None:
    old = FindingRecord.objects(project="XM-A", rule="R31-3").get().settings_version
    assert old == version_of(BASE)
    approved(late, people)
    assert isinstance(late.clock, FixedClock)
    late.clock.advance(timedelta(days=10))
    refresh(late.judge)
    record = FindingRecord.objects(project="XM-A", rule="R31-3").get()
    assert record.settings_version not in ("", old)
    assert [core.settings_version(key).values["grace_months"] for key in (old, record.settings_version)] == [3, 12]
    with pytest.raises(NotFound):
        core.settings_version("000000000000")


# -- the life of a proposal ----------------------------------------------------------------------------------------

def test_a_proposal_alone_changes_no_judgement(late: System, people: dict[str, Actor]) -> None:
    change = proposed(late, people["archivist"])
    assert (change.number, change.state, change.before) == (1, "proposed", {"grace_months": 3})
    assert late.judge.settings_on(BEGINS + timedelta(days=999)) == BASE


def test_approval_needs_another_person_and_a_back_test_of_what_would_hold(late: System, people: dict[str, Actor]) -> None:
    change = proposed(late, people["archivist"])
    refusals: list[Callable[[], object]] = [
        lambda: core.approve(people["supervisor"], late.clock, BASE, change.id),  # not tried yet
        lambda: core.approve(people["archivist"], late.clock, BASE, change.id),   # her own
        lambda: core.refuse(people["archivist"], late.clock, change.id, "不合适"),
        lambda: core.withdraw(people["supervisor"], late.clock, change.id)]
    for ask in refusals:
        before = snapshot()
        with pytest.raises(Invalid):
            ask()
        assert snapshot() == before
    tried(late, people["archivist"], change)
    with pytest.raises(Invalid, match="提出人"):
        core.approve(people["archivist"], late.clock, BASE, change.id)
    with pytest.raises(Invalid, match="参数有了变化"):  # the file says something else now
        core.approve(people["supervisor"], late.clock, RuleSettings(trial_months=1), change.id)
    done = core.approve(people["supervisor"], late.clock, BASE, change.id, "同意")
    assert (done.state, done.decided_by) == ("approved", people["supervisor"].id)
    assert [turn.what for turn in done.history] == ["proposed", "approved"]
    assert AuditEntry.objects(action="rules.approved").get().detail["values"] == {"grace_months": 12}


def test_a_decided_proposal_stays_decided(late: System, people: dict[str, Actor]) -> None:
    refused = proposed(late, people["archivist"])
    core.refuse(people["supervisor"], late.clock, refused.id, "理由不充分")
    taken_back = proposed(late, people["archivist"])
    core.withdraw(people["archivist"], late.clock, taken_back.id)
    for key in (refused.id, taken_back.id):
        before = snapshot()
        for ask in (lambda key=key: core.approve(people["supervisor"], late.clock, BASE, key),
                    lambda key=key: core.refuse(people["supervisor"], late.clock, key, "再次退回"),
                    lambda key=key: core.withdraw(people["archivist"], late.clock, key),
                    lambda key=key: ask_settings(people["archivist"], late.clock, BASE, key)):
            with pytest.raises(Invalid):
                ask()
        assert snapshot() == before
    assert [change.state for change in core.list_changes(people["auditor"]).items] == ["withdrawn", "refused"]


def test_its_day_must_lie_ahead_when_it_is_approved_too(late: System, people: dict[str, Actor]) -> None:
    change = proposed(late, people["archivist"])
    tried(late, people["archivist"], change)
    assert isinstance(late.clock, FixedClock)
    late.clock.advance(timedelta(days=10))
    with pytest.raises(Invalid, match="最早为明天"):
        core.approve(people["supervisor"], late.clock, BASE, change.id)


@pytest.mark.parametrize(("values", "reason", "begins"), [
    ({}, REASON, BEGINS), ({"grace_months": 3}, REASON, BEGINS), ({"grace_months": "viel"}, REASON, BEGINS),
    ({"grace_month": 1}, REASON, BEGINS), ({"basis": "nie"}, REASON, BEGINS), ({"grace_months": 12}, "  ", BEGINS),
    ({"grace_months": 12}, REASON, TODAY), ({"nothing": None}, REASON, BEGINS), ({"om_max_years": 0}, REASON, BEGINS)])
def test_what_no_rule_could_work_with_is_not_even_proposed(late: System, people: dict[str, Actor], values: dict[str, Any],
                                                           reason: str, begins: date) -> None:
    before = snapshot()
    with pytest.raises(Invalid):
        core.propose(people["archivist"], late.clock, BASE, values, reason, begins)
    assert snapshot() == before


@pytest.mark.parametrize("deed", ["propose", "approve", "refuse", "withdraw", "test"])
def test_only_who_may_change_rules_may(late: System, people: dict[str, Actor], deed: str) -> None:
    change = proposed(late, SYSTEM)
    tried(late, SYSTEM, change)
    deeds: dict[str, Callable[[Actor], object]] = {
        "propose": lambda who: proposed(late, who), "approve": lambda who: core.approve(who, late.clock, BASE, change.id),
        "refuse": lambda who: core.refuse(who, late.clock, change.id, "理由不充分"),
        "withdraw": lambda who: core.withdraw(who, late.clock, change.id),
        "test": lambda who: ask_settings(who, late.clock, BASE, change.id)}
    refused_without(Permission.RULE_CHANGE, people, deeds[deed])


def test_who_is_bound_to_a_unit_neither_changes_nor_reads_what_concerns_all(late: System, people: dict[str, Actor]) -> None:
    bound = add_person(SYSTEM, late.clock, NewPerson("bound", Role.ARCHIVIST, UNIT)).actor()
    change = proposed(late, people["archivist"])
    test = tried(late, people["archivist"], change)
    before = snapshot()
    for who in (bound, people["unit_a"], people["sysadmin"]):
        for ask in (lambda who=who: proposed(late, who), lambda who=who: core.find_change(who, change.id),
                    lambda who=who: core.list_changes(who), lambda who=who: summary_of(who, test.id),
                    lambda who=who: list_rows(who, test.id), lambda who=who: backtests_of(who, change.id)):
            with pytest.raises(NotPermitted):
                ask()
    assert snapshot() == before


# -- the back-test -------------------------------------------------------------------------------------------------

def test_it_says_who_becomes_compliant_and_which_alerts_vanish(late: System, people: dict[str, Actor]) -> None:
    change = proposed(late, people["archivist"])
    test = tried(late, people["archivist"], change)
    assert (test.state, test.done, test.total) == ("done", 3, 3)
    found = summary_of(SYSTEM, test.id)
    group = next(group for group in found.by_rule if group.key == "R31-3")
    assert (group.projects, group.better, group.worse) == (2, 2, 0)
    assert {group.key for group in found.by_unit} == {UNIT, UNIT_B}
    rows = list_rows(SYSTEM, test.id, effect="better", rule="R31-3")
    assert [row.project for row in rows.items] == ["XM-A", "XM-C"]
    assert list_rows(SYSTEM, test.id, effect="worse", rule="R31-3").total == 0
    assert [row.project for row in list_rows(SYSTEM, test.id, unit=UNIT).items] == ["XM-A"]
    shown = next(each for each in rows.items[0].changes if each["rule"] == "R31-3")
    assert (shown["before"]["outcome"], shown["after"]["outcome"]) == ("failed", "due")
    assert any("12 个月宽限" in step for step in shown["after"]["steps"])


def test_it_equals_judging_with_the_values_once_they_hold(late: System, people: dict[str, Actor]) -> None:
    test = tried(late, people["archivist"], proposed(late, people["archivist"], grace_months=0, overdue_critical_days=1))
    kept = {(row.project, each["rule"], each["subject"]): each["after"]["outcome"]
            for row in list_rows(SYSTEM, test.id, size=200).items for each in row.changes if each["after"]}
    base = RuleSettings(grace_months=0, overdue_critical_days=1)
    for code in ("XM-A", "XM-B", "XM-C"):
        now = {(code, v.rule, v.subject): (v.outcome, v.severity, v.due_on) for v in live_findings(late.judge, SYSTEM, code)}
        from dataclasses import replace
        then = {(code, v.rule, v.subject): v for v in live_findings(replace(late.judge, settings=base), SYSTEM, code)}
        differ = {key: v.outcome for key, v in then.items() if (v.outcome, v.severity, v.due_on) != now.get(key)}
        assert differ == {key: outcome for key, outcome in kept.items() if key[0] == code}


def test_interrupted_it_goes_on_behind_what_is_through_and_nothing_comes_twice(late: System, people: dict[str, Actor]) -> None:
    change = proposed(late, people["archivist"])
    test = ask_settings(people["archivist"], late.clock, BASE, change.id)
    whole = tried(late, SYSTEM, proposed(late, SYSTEM))
    again = ask_settings(people["archivist"], late.clock, BASE, change.id)
    assert again.id != test.id, "one that is through is asked for anew"
    while find_backtest(SYSTEM, again.id).state != "done":
        go_on(late.judge, 0.0001, batch=1)  # as if killed after every project
    assert summary_of(SYSTEM, again.id) == summary_of(SYSTEM, whole.id)
    assert find_backtest(SYSTEM, again.id).done == 3


def test_one_that_waits_is_joined_and_one_nobody_needs_any_more_stops(late: System, people: dict[str, Actor]) -> None:
    change = proposed(late, people["archivist"])
    first, second = (ask_settings(people["archivist"], late.clock, BASE, change.id) for _ in range(2))
    assert first.id == second.id
    core.withdraw(people["archivist"], late.clock, change.id)
    go_on(late.judge, 60)
    assert find_backtest(SYSTEM, first.id).state == "stopped"
    before = snapshot()
    assert go_on(late.judge, 60).projects == 0
    assert snapshot() == before


def test_a_back_test_changes_nothing_but_itself(late: System, people: dict[str, Actor]) -> None:
    change = proposed(late, people["archivist"])
    ask_settings(people["archivist"], late.clock, BASE, change.id)
    before = snapshot()
    go_on(late.judge, 60)
    after = snapshot()
    assert {name for name in after if after[name] != before.get(name)} <= {"backtests", "backtest_rows", "audit", "chain_heads"}
