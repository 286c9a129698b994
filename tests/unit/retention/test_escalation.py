"""Escalation over time, counted by hand; and whose place is taken, in the plan of the mails."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.escalation import Escalation, Idle, level_and_days, read, steps_due
from retention.notice_lines import HEAD, SUPERVISOR, AlertLine, Recipient
from retention.notices import plan
from tests.unit.retention.test_notices import DAY, line, person

FAILED = line(due_in=None, severity="C", outcome="failed")
BOTH = {HEAD, SUPERVISOR}


def steps(known: AlertLine, after: int, *, levels: Collection[str] = tuple(BOTH), told: Collection[str] = (),
          chosen: Escalation | None = None) -> tuple[tuple[str, int], ...]:
    reaches: Callable[[str], bool] = set(levels).__contains__
    return steps_due(Idle(known, DAY, told), chosen or Escalation(), DAY + timedelta(after), reaches)


@pytest.mark.parametrize(("after", "due"), [
    (2, ()), (3, ((HEAD, 3),)), (6, ((HEAD, 6),)), (7, ((HEAD, 7), (SUPERVISOR, 7)))])
def test_each_level_is_told_from_its_day_on(after: int, due: tuple[tuple[str, int], ...]) -> None:
    assert steps(FAILED, after) == due


def test_each_level_is_told_once() -> None:
    assert steps(FAILED, 7, told={HEAD}) == ((SUPERVISOR, 7),)
    assert steps(FAILED, 99, told=BOTH) == ()


def test_a_unit_without_head_is_told_to_the_supervisor_and_only_once() -> None:
    assert steps(FAILED, 3, levels={SUPERVISOR}) == ((SUPERVISOR, 3),)
    assert steps(FAILED, 7, levels={SUPERVISOR}, told={SUPERVISOR}) == ()
    assert steps(FAILED, 9, levels={HEAD}) == ((HEAD, 9),)
    assert steps(FAILED, 99, levels=()) == (), "it waits until there is somebody"


def test_lesser_matters_are_not_escalated_unless_that_was_set() -> None:
    lesser = replace(FAILED, severity="M")
    assert steps(lesser, 99) == ()
    assert steps(lesser, 20, chosen=Escalation(M=(20,))) == ((HEAD, 20),)


@pytest.mark.parametrize(("due_in", "after", "escalated"), [(100, 84, False), (100, 85, True), (10, 3, True), (-5, 3, True)])
def test_a_deadline_that_is_far_off_waits(due_in: int, after: int, escalated: bool) -> None:
    assert bool(steps(line(due_in=due_in, severity="C"), after)) is escalated
    assert bool(steps(line(due_in=due_in, severity="C", outcome="failed"), after)), "what has failed does not wait"


# -- in the mails ------------------------------------------------------------------------------------------------------

def head(address: str = "head@x.cn", level: str = HEAD) -> Recipient:
    return replace(person(address, "OTHER"), level=level)


def test_an_escalation_reaches_its_level_once_and_says_why() -> None:
    climbed = replace(FAILED, escalated=((HEAD, 3),))
    people = [person(), head(), head("boss@x.cn", SUPERVISOR)]
    digests = {d.address: d for d in plan([climbed], people, set(), DAY)}
    assert digests.keys() == {"pm@x.cn", "head@x.cn"}
    assert digests["head@x.cn"].mentions[0].reasons == ("esc-head-3",)
    assert digests["pm@x.cn"].mentions[0].reasons == ("opened",)
    assert digests["head@x.cn"].because == ("ESC",)
    told = {(d.address, key) for d in digests.values() for key in d.keys}
    moved = replace(climbed, due_on=DAY + timedelta(9), days_left=9)
    assert {d.address for d in plan([moved], people, told, DAY + timedelta(1))} == {"pm@x.cn"}, "a moved date tells it to no head anew"
    again = replace(climbed, event_key="2")
    assert {d.address for d in plan([again], people, told, DAY + timedelta(1))} == {"pm@x.cn", "head@x.cn"}


def test_who_is_addressed_anyway_hears_of_the_escalation_too() -> None:
    (digest,) = plan([replace(FAILED, escalated=((HEAD, 3),))], [replace(person(), level=HEAD)], set(), DAY)
    assert digest.mentions[0].reasons == ("esc-head-3", "opened")


def test_nobody_is_told_of_what_she_may_not_see() -> None:
    climbed = replace(FAILED, escalated=((HEAD, 3), (SUPERVISOR, 7)))
    assert plan([climbed], [replace(head(), sees=frozenset({"XM-9"}))], set(), DAY) == ()


def test_a_substitute_is_told_in_whose_place_unless_it_concerns_her_too() -> None:
    away = replace(person("li@x.cn"), on_behalf="张三")
    (digest,) = plan([FAILED], [away], set(), DAY)
    assert digest.mentions[0].on_behalf == ("张三",)
    (digest,) = plan([FAILED], [away, person("li@x.cn")], set(), DAY)
    assert digest.mentions[0].on_behalf == ()
    (digest,) = plan([FAILED], [away, replace(away, on_behalf="王五")], set(), DAY)
    assert digest.mentions[0].on_behalf == ("张三", "王五")


@settings(deadline=None, max_examples=60)
@given(days=st.lists(st.integers(1, 40), min_size=2, max_size=2, unique=True).map(sorted), severity=st.sampled_from("CHMLI"),
       acknowledged=st.integers(0, 60), missed=st.sets(st.integers(0, 60), max_size=20))
def test_run_every_day_each_level_hears_once_on_the_first_run_from_its_day(
        days: list[int], severity: str, acknowledged: int, missed: set[int]) -> None:
    chosen, known, told, heard = Escalation(**{severity: tuple(days)}), replace(FAILED, severity=severity), set[str](), {}
    for n in range(60):
        if n not in missed and n < acknowledged:
            for level, waited in steps(known, n, told=told, chosen=chosen):
                told.add(level)
                heard[level] = (n, waited)
    runs = [n for n in range(60) if n not in missed and n < acknowledged]
    expected = {level: next(((n, n) for n in runs if n >= wait), None) for level, wait in zip((HEAD, SUPERVISOR), days, strict=True)}
    assert heard == {level: found for level, found in expected.items() if found}


# -- the settings ------------------------------------------------------------------------------------------------------

def test_the_table_of_the_settings_is_read() -> None:
    assert read({}) == Escalation()
    assert read({"C": [1], "H": [], "due_within": 0}) == Escalation(C=(1,), H=(), due_within=0)
    assert level_and_days("esc-head-14") == (HEAD, 14)
    assert level_and_days("opened") is level_and_days("esc-x-1") is None


@pytest.mark.parametrize(("values", "says"), [
    (3, "应为表"), ({"X": [1]}, "没有参数 X"), ({"C": [7, 3]}, "由小到大"), ({"C": [3, 3]}, "由小到大"), ({"C": [1, 2, 3]}, "至多两个"),
    ({"C": [0]}, "由小到大"), ({"C": [True]}, "由小到大"), ({"C": "3"}, "由小到大"), ({"due_within": -1}, "due_within"),
    ({"due_within": True}, "due_within")])
def test_what_cannot_be_meant_is_refused(values: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read(values)


def test_a_day_is_a_day() -> None:
    assert date(2026, 3, 1) == DAY
