"""What is told at once, what a person may do without, and how units are ranked: pure plans, checked by hand."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.notice_reasons import keys_of
from retention.notices import Recipient, expected_mentions, plan
from retention.optional import REMINDERS, WEEKLY
from retention.urgent import plan_urgent
from retention.weekly import summaries, turn_of
from tests.unit.retention.test_notices import DAY, MILESTONES, line, person

CRITICAL = line("c1", due_in=None, severity="C", outcome="failed")
SEES = frozenset({"XM-1", "XM-2"})


def declining(*kinds: str, address: str = "pm@x.cn") -> Recipient:
    return replace(person(address), declines=frozenset(kinds))


# -- at once ---------------------------------------------------------------------------------------------------------

def test_only_what_is_critical_is_told_at_once_and_the_digest_does_not_repeat_it() -> None:
    lines = [CRITICAL, line("h1")]
    (now,) = plan_urgent(lines, [person()], set(), DAY)
    assert [(m.line.alert_id, m.reasons) for m in now.mentions] == [("c1", ("opened",))]
    already = {("pm@x.cn", key) for key in now.keys}
    assert plan_urgent(lines, [person()], already, DAY) == ()
    (morning,) = plan(lines, [person()], already, DAY + timedelta(1))
    assert [m.line.alert_id for m in morning.mentions] == ["h1"]


def test_what_grows_critical_is_told_at_once_what_stays_critical_waits_for_its_reminders() -> None:
    (first,) = plan([line(due_in=20)], [person()], set(), DAY)
    told = {("pm@x.cn", key) for key in first.keys}
    grown = line(due_in=20, severity="C")
    (now,) = plan_urgent([grown], [person()], told, DAY + timedelta(1))
    assert now.mentions[0].reasons == ("due:C",)
    told |= {("pm@x.cn", key) for key in now.keys}
    assert plan_urgent([grown], [person()], told, DAY + timedelta(6)) == (), "m15 is the digest's"
    (digest,) = plan([grown], [person()], told, DAY + timedelta(6))
    assert digest.mentions[0].reasons == ("m15",)


def test_what_grows_critical_while_its_date_moves_is_told_at_once() -> None:
    """A paper that is missing when acceptance is applied for: what was due by then is broken since today."""
    (first,) = plan([line(due_in=20)], [person()], set(), DAY)
    told = {("pm@x.cn", key) for key in first.keys}
    (now,) = plan_urgent([line(due_in=1, severity="C", outcome="failed")], [person()], told, DAY + timedelta(1))
    assert now.mentions[0].reasons[0] == "moved"
    told |= {("pm@x.cn", key) for key in now.keys}
    assert plan_urgent([line(due_in=1, severity="C", outcome="failed")], [person()], told, DAY + timedelta(1)) == ()


def test_who_had_such_a_mail_a_moment_ago_gets_the_rest_in_the_next() -> None:
    assert plan_urgent([CRITICAL], [person()], set(), DAY, served={"PM@x.cn"}) == ()
    assert len(plan_urgent([CRITICAL], [person()], set(), DAY)) == 1


def test_the_keys_to_ask_the_ledger_for_are_all_that_a_plan_can_settle() -> None:
    lines = [CRITICAL, line("c2", due_in=5, severity="C")]
    (now,) = plan_urgent(lines, [person()], set(), DAY)
    assert set(now.keys) <= keys_of(lines, DAY)


# -- optional --------------------------------------------------------------------------------------------------------

@settings(deadline=None, max_examples=60)
@given(due_in=st.integers(-40, 90), severity=st.sampled_from("CHMLI"), failing=st.integers(0, 90))
def test_who_declines_reminders_misses_only_milestones_of_lesser_matters(due_in: int, severity: str, failing: int) -> None:
    """Against the count from dates: everything comes but milestones while an M, L or I is not overdue; that it is, comes."""
    told: set[tuple[str, str]] = set()
    heard = []
    fails_on = DAY + timedelta(failing)
    for n in range(100):
        day = DAY + timedelta(n)
        known = line(due_in=due_in, severity=severity, outcome="failed" if day >= fails_on else "due")
        for digest in plan([known], [declining(REMINDERS)], told, day):
            told |= {("pm@x.cn", key) for key in digest.keys}
            heard.append((day, digest.mentions[0].reasons[0]))
    changes = [(fails_on, f"failed:{severity}")] if failing else []
    base = line(due_in=due_in, severity=severity, outcome="due" if failing else "failed")
    wanted = [(day, reason) for day, reason in expected_mentions(base, DAY, DAY + timedelta(99), changes)
              if not (severity in "MLI" and reason[0] == "m")]
    days = {day for day, _ in wanted}
    if severity in "MLI" and 0 < due_in < 99 and failing != due_in:
        days.add(DAY + timedelta(due_in + 1))
    assert [day for day, _ in heard] == sorted(days)


def test_one_of_two_who_share_a_mailbox_cannot_decline_for_both() -> None:
    known = line(due_in=40, severity="M")
    (first,) = plan([known], [declining(REMINDERS)], set(), DAY)
    told = {("pm@x.cn", key) for key in first.keys}
    later = DAY + timedelta(10)
    assert plan([known], [declining(REMINDERS)], told, later) == ()
    assert len(plan([known], [declining(REMINDERS), person()], told, later)) == 1
    assert len(plan([replace(known, severity="H")], [declining(REMINDERS)], told, later)) == 1
    assert MILESTONES[1] == 30


# -- weekly ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("today", "weekday", "turn"), [
    (date(2026, 3, 2), 1, date(2026, 3, 2)), (date(2026, 3, 1), 1, date(2026, 2, 23)), (date(2026, 3, 5), 5, date(2026, 2, 27)),
    (date(2026, 3, 8), 7, date(2026, 3, 8)), (date(2026, 3, 7), 7, date(2026, 3, 1))])
def test_the_week_begins_on_the_day_that_was_set(today: date, weekday: int, turn: date) -> None:
    assert turn_of(today, weekday) == turn


def test_units_are_ranked_by_what_is_late_then_by_what_is_open() -> None:
    lines = [
        line("1", 10, unit="甲"), line("2", 20, unit="甲"), line("3", 30, unit="甲"),
        line("4", -3, unit="乙", outcome="failed"),
        line("5", -9, unit="丙", outcome="failed", severity="C", opened_on=DAY - timedelta(7)), line("6", 5, unit="丙", project_code="XM-2"),
        line("7", None, unit="丁", outcome="unknown", opened_on=DAY - timedelta(30))]
    (summary,) = summaries(lines, [person("head@x.cn")], DAY, 1)
    assert [(u.unit, u.projects, u.late, u.open, u.critical, u.fresh, u.longest) for u in summary.units] == [
        ("丙", 2, 1, 2, 1, 1, 9), ("乙", 1, 1, 1, 0, 1, 3), ("甲", 1, 0, 3, 0, 3, 0), ("丁", 1, 0, 1, 0, 0, 0)]
    assert (summary.late, summary.open, summary.week) == (2, 7, date(2026, 2, 23))


def test_a_summary_holds_what_the_supervisor_sees_and_goes_to_who_wants_it() -> None:
    lines = [line("1", unit="甲"), line("2", unit="乙", project_code="XM-2")]
    one = replace(person("a@x.cn"), sees=frozenset({"XM-2"}))
    assert [[u.unit for u in s.units] for s in summaries(lines, [one], DAY, 1)] == [["乙"]]
    assert summaries(lines, [replace(one, sees=frozenset())], DAY, 1) == []
    assert summaries(lines, [declining(WEEKLY)], DAY, 1) == []
    assert len(summaries(lines, [declining(WEEKLY), person("PM@x.cn ")], DAY, 1)) == 1, "a shared mailbox: one wants it"


def test_the_summary_goes_to_who_takes_the_place_too_and_says_in_whose() -> None:
    lines = [line("a"), line("b", project_code="XM-2")]
    away = replace(person("head@x.cn", "HEAD"), name="李处长", level="supervisor")
    instead = replace(away, address="wang@x.cn", name="王五", on_behalf="李处长", sees=frozenset({"XM-1"}))
    own, other = summaries(lines, [away, instead], DAY, 1)
    assert (own.address, own.open, own.on_behalf) == ("head@x.cn", 2, ())
    assert (other.address, other.open, other.on_behalf) == ("wang@x.cn", 1, ("李处长",))
    both = summaries(lines, [instead, replace(away, address="wang@x.cn", name="王五")], DAY, 1)
    assert [(one.open, one.on_behalf) for one in both] == [(2, ())], "she reads it for herself as well"
    declined = [replace(one, declines=frozenset({WEEKLY})) for one in (away, instead)]
    assert summaries(lines, declined, DAY, 1) == []
