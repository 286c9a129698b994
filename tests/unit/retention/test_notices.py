"""Who is told what and when: every due mention once, none lost, at most one digest a person and day."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention import notices
from retention.notices import AlertLine, Digest, Planner, Recipient, expected_mentions, gathered, line_key, plan

DAY = date(2026, 3, 1)
MILESTONES = (60, 30, 15, 7, 0)


def line(alert_id: str = "a1", due_in: int | None = 40, **changes: object) -> AlertLine:
    due = None if due_in is None else DAY + timedelta(days=due_in)
    base = AlertLine(
        alert_id, "XM-1", "监测平台", "交通厅", "R31-3", "验收期限", "31.2", "", "H", "due", due, due_in,
        "临近期限", ("完工 2025-09-01",), "归档验收意见", DAY, MILESTONES, ("PM",),
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def person(address: str = "pm@x.cn", *targets: str, sees: frozenset[str] = frozenset({"XM-1", "XM-2"})) -> Recipient:
    return Recipient(address, "张伟", frozenset(targets or ("PM",)), sees)


class Ledger:
    """What a caller does with a plan: mail it, then write down its keys."""

    def __init__(self) -> None:
        self.told: set[tuple[str, str]] = set()
        self.digests: list[Digest] = []

    def run(self, lines: Iterable[AlertLine], people: Iterable[Recipient], day: date) -> tuple[Digest, ...]:
        digests = plan(lines, people, self.told, day)
        self.told |= {(digest.address, key) for digest in digests for key in digest.keys}
        self.digests += digests
        return digests

    def days(self, address: str = "pm@x.cn", alert_id: str = "a1") -> tuple[tuple[date, str], ...]:
        return tuple(
            (digest.day, mention.reasons[0])
            for digest in self.digests
            for mention in digest.mentions
            if digest.address == address and mention.line.alert_id == alert_id
        )


def after(*days: int) -> list[date]:
    return [DAY + timedelta(days=n) for n in days]


def told_on(lines: AlertLine, days: Iterable[date]) -> tuple[tuple[date, str], ...]:
    ledger = Ledger()
    for day in days:
        ledger.run([lines], [person()], day)
    return ledger.days()


# -- one line over time ------------------------------------------------------------------------------------------


def test_a_line_is_mentioned_when_it_opens_at_its_milestones_and_weekly_when_overdue() -> None:
    told = told_on(line(due_in=20), after(*range(40)))
    assert [(str(day), reason) for day, reason in told] == [
        ("2026-03-01", "opened"),
        ("2026-03-06", "m15"),
        ("2026-03-14", "m7"),
        ("2026-03-21", "m0"),
        ("2026-03-28", "w-7"),
        ("2026-04-04", "w-14"),
    ]


def test_the_first_mention_settles_milestones_and_weeks_that_have_passed_already() -> None:
    assert [reason for _, reason in told_on(line(due_in=-10), after(0, 1, 2, 3, 4))] == ["opened", "w-14"]


def test_a_missed_milestone_is_made_up_by_the_next_run_and_only_the_latest() -> None:
    assert told_on(line(due_in=40), after(0, 34, 35)) == ((DAY, "opened"), (DAY + timedelta(34), "m7"))


def test_a_missed_week_is_made_up_by_the_next_run_and_only_the_latest() -> None:
    assert told_on(line(due_in=1), after(0, 1, 24, 25)) == (
        (DAY, "opened"), (DAY + timedelta(1), "m0"), (DAY + timedelta(24), "w-21"),
    )  # fmt: skip


def test_a_line_without_a_date_is_mentioned_once() -> None:
    assert told_on(line(due_in=None), after(*range(60))) == ((DAY, "opened"),)


def test_a_changed_outcome_or_severity_is_mentioned() -> None:
    ledger, people = Ledger(), [person()]
    ledger.run([line()], people, DAY)
    ledger.run([line(outcome="failed")], people, DAY + timedelta(1))
    ledger.run([line(outcome="failed", severity="C")], people, DAY + timedelta(2))
    assert [reason for _, reason in ledger.days()] == ["opened", "failed:H", "failed:C"]


def test_a_state_that_swings_back_and_forth_is_not_mentioned_again() -> None:
    ledger = Ledger()
    for n in range(6):
        ledger.run([line(severity="HM"[n % 2])], [person()], DAY + timedelta(n))
    assert [reason for _, reason in ledger.days()] == ["opened", "due:M"]


def test_a_moved_date_is_mentioned_as_such_and_starts_its_milestones_anew() -> None:
    ledger = Ledger()
    ledger.run([line(due_in=10)], [person()], DAY)
    for n in range(1, 100):
        ledger.run([line(due_in=99)], [person()], DAY + timedelta(n))
    assert [reason for _, reason in ledger.days()] == ["opened", "moved", "m60", "m30", "m15", "m7", "m0"]


def test_an_alert_that_opens_again_is_mentioned_again() -> None:
    ledger = Ledger()
    ledger.run([line()], [person()], DAY)
    ledger.run([line(opened_on=DAY + timedelta(3))], [person()], DAY + timedelta(3))
    assert [reason for _, reason in ledger.days()] == ["opened", "opened"]


def test_two_openings_on_one_day_are_told_apart_by_their_event_key() -> None:
    ledger = Ledger()
    for key in ("1", "1", "2"):
        ledger.run([line(event_key=key)], [person()], DAY)
    assert [reason for _, reason in ledger.days()] == ["opened", "opened"]


def test_days_are_counted_from_the_day_of_the_plan_not_of_the_evaluation() -> None:
    (digest,) = plan([line(due_in=2)], [person()], set(), DAY + timedelta(5))
    assert digest.mentions[0].line.days_left == -3
    assert digest.overdue == 1


def test_the_ledger_key_names_alert_opening_date_and_reason() -> None:
    assert line_key(line(), "m30") == "a1/2026-03-01/2026-04-10/m30"
    assert line_key(line(), "opened") == "a1/2026-03-01/opened"


# -- who gets it -------------------------------------------------------------------------------------------------


def test_a_line_reaches_only_whom_it_is_addressed_to_and_who_may_see_its_project() -> None:
    people = [person("pm@x.cn"), person("fin@x.cn", "FIN"), person("blind@x.cn", sees=frozenset())]
    assert [digest.address for digest in plan([line()], people, set(), DAY)] == ["pm@x.cn"]


def test_one_person_in_two_roles_gets_one_digest_that_names_both() -> None:
    lines = [line(), line("a2", targets=("FIN",))]
    (digest,) = plan(lines, [person("Li@x.cn", "PM"), person(" li@X.cn", "FIN")], set(), DAY)
    assert [mention.line.alert_id for mention in digest.mentions] == ["a1", "a2"]
    assert digest.because == ("FIN", "PM")


def test_one_role_does_not_lend_its_sight_to_the_other() -> None:
    far = person("li@x.cn", "FIN", sees=frozenset({"XM-2"}))
    (digest,) = plan([line(), line("a2", targets=("FIN",))], [person("li@x.cn", "PM"), far], set(), DAY)
    assert [mention.line.alert_id for mention in digest.mentions] == ["a1"]


def test_the_ledger_is_read_without_regard_to_case() -> None:
    told = {("PM@X.CN", line_key(line(), "opened"))}
    (digest,) = plan([line()], [person()], told, DAY)
    assert "opened" not in digest.mentions[0].reasons


def test_who_had_a_digest_today_waits_until_tomorrow() -> None:
    assert plan([line()], [person()], set(), DAY, served={"PM@x.cn"}) == ()


def test_somebody_new_is_told_what_others_were_told_before() -> None:
    ledger = Ledger()
    ledger.run([line()], [person()], DAY)
    (digest,) = ledger.run([line()], [person(), person("new@x.cn")], DAY + timedelta(1))
    assert (digest.address, digest.mentions[0].reasons) == ("new@x.cn", ("opened",))


def test_without_an_address_nobody_is_planned_for() -> None:
    assert plan([line()], [person("  ")], set(), DAY) == ()


# -- how it is put together --------------------------------------------------------------------------------------


def test_lines_are_grouped_by_project_gravest_first_then_nearest() -> None:
    lines = [
        line("late", due_in=30),
        line("soon", due_in=3),
        line("undated", due_in=None),
        line("grave", project_code="XM-2", severity="C"),
        line("mild", project_code="XM-2", severity="L"),
    ]
    (digest,) = plan(lines, [person()], set(), DAY)
    found = [(group.code, [mention.line.alert_id for mention in group.mentions]) for group in digest.groups]
    assert found == [("XM-2", ["grave", "mild"]), ("XM-1", ["soon", "late", "undated"])]


def test_an_alert_given_twice_is_mentioned_once() -> None:
    (digest,) = plan([line(), line()], [person()], set(), DAY)
    assert len(digest.mentions) == 1


# -- in parts ----------------------------------------------------------------------------------------------------

def in_parts(parts: Iterable[Iterable[AlertLine]], told: set[tuple[str, str]], day: date) -> tuple[Digest, ...]:
    planner = Planner(PEOPLE, day)
    return gathered(planner.part(lines, lambda keys: {one for one in told if one[1] in keys}) for lines in parts)


def test_of_more_than_is_listed_the_most_urgent_is_and_the_rest_is_counted_and_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "LISTED_LINES", 2)
    lines = [line(f"a{n}", due_in=n - 3, project_code=f"XM-{n % 2 + 1}") for n in range(9)]
    digest, other = in_parts([lines[7:], lines[3:7], lines[:3]], set(), DAY)
    assert [mention.line.alert_id for mention in digest.mentions] == ["a0", "a1"]
    assert (digest.lines, digest.projects, digest.overdue) == (9, 2, 3)
    assert digest.keys == plan(lines, PEOPLE, set(), DAY)[0].keys
    assert in_parts([lines], {(one.address, key) for one in (digest, other) for key in one.keys}, DAY) == ()


# -- whatever happens --------------------------------------------------------------------------------------------

ADDRESSES = ("a@x.cn", "b@x.cn")
LINES = st.builds(
    line,
    alert_id=st.sampled_from(("a1", "a2", "a3")),
    due_in=st.none() | st.integers(-30, 90),
    milestones=st.lists(st.integers(0, 90), max_size=5).map(tuple),
    opened_on=st.integers(-20, 20).map(lambda n: DAY + timedelta(n)),
    targets=st.sampled_from((("PM",), ("FIN",), ("PM", "FIN"))),
    project_code=st.sampled_from(("XM-1", "XM-2")),
)
SETS = st.lists(LINES, max_size=3, unique_by=lambda one: one.alert_id)
PEOPLE = [person("a@x.cn", "PM"), person("b@x.cn", "FIN"), person("B@x.cn", "PM")]
# How many days later the next run is: 0 is a run repeated on the day, more than 1 are missed days.
GAPS = st.lists(st.integers(0, 20), max_size=30)


def simulate(lines: list[AlertLine], gaps: list[int]) -> Ledger:
    ledger, day = Ledger(), DAY
    for gap in gaps:
        day += timedelta(gap)
        ledger.run([one for one in lines if one.opened_on <= day], PEOPLE, day)
    return ledger


@given(SETS, GAPS)
def test_nothing_is_told_twice_to_an_address(lines: list[AlertLine], gaps: list[int]) -> None:
    told = Counter((d.address.casefold(), key) for d in simulate(lines, gaps).digests for key in d.keys)
    assert set(told.values()) <= {1}


@given(SETS, GAPS)
def test_there_is_at_most_one_digest_a_person_and_day_and_never_an_empty_one(
    lines: list[AlertLine], gaps: list[int]
) -> None:
    digests = simulate(lines, gaps).digests
    assert set(Counter((d.address.casefold(), d.day) for d in digests).values()) <= {1}
    assert all(digest.mentions and digest.keys for digest in digests)


@given(SETS, GAPS, st.integers(0, 60))
def test_a_repeated_run_plans_nothing(lines: list[AlertLine], gaps: list[int], later: int) -> None:
    ledger, day = simulate(lines, gaps), DAY + timedelta(sum(gaps) + later)
    ledger.run(lines, PEOPLE, day)
    assert plan(lines, PEOPLE, ledger.told, day) == ()


@given(st.lists(LINES, max_size=8, unique_by=lambda one: one.alert_id), st.lists(st.integers(0, 2), min_size=8, max_size=8), st.data())
def test_in_parts_the_same_is_told(lines: list[AlertLine], places: list[int], data: st.DataObject) -> None:
    keys = sorted({(digest.address, key) for digest in plan(lines, PEOPLE, set(), DAY) for key in digest.keys})
    told = set(data.draw(st.lists(st.sampled_from(keys)))) if keys else set()
    parts = [[one for one, place in zip(lines, places, strict=False) if place == number] for number in range(3)]
    assert in_parts(parts, told, DAY) == plan(lines, PEOPLE, told, DAY)


@given(LINES, GAPS.filter(bool))
def test_after_any_run_the_latest_passed_milestone_and_week_have_been_told(one: AlertLine, gaps: list[int]) -> None:
    """No mention that is due is lost, whichever days were missed before."""
    one = replace(one, opened_on=min(one.opened_on, DAY))
    told = {key for address, key in simulate([one], gaps).told if address.casefold() in ADDRESSES}
    last = DAY + timedelta(sum(gaps))
    due_by_now = [reason for day, reason in expected_mentions(one, one.opened_on - timedelta(400), last)]
    assert line_key(one, "opened") in told
    if one.due_on is not None:
        left = (one.due_on - last).days
        passed = [days for days in one.milestones if left <= days]
        assert not passed or line_key(one, f"m{min(passed)}") in told
        assert left > -7 or line_key(one, f"w-{-left // 7 * 7}") in told
    assert due_by_now[0] == "opened"


@settings(max_examples=200)
@given(LINES, st.integers(-10, 60), st.integers(0, 60))
def test_daily_runs_tell_exactly_what_the_dates_let_expect(one: AlertLine, start: int, length: int) -> None:
    first = DAY + timedelta(start)
    days = [first + timedelta(n) for n in range(length + 1)]
    ledger = Ledger()
    for day in days:
        ledger.run([one] if one.opened_on <= day else [], [person("a@x.cn", "PM", "FIN")], day)
    assert ledger.days("a@x.cn", one.alert_id) == expected_mentions(one, first, days[-1])


@given(LINES, st.lists(st.tuples(st.integers(1, 40), st.sampled_from(("failed:H", "failed:C", "due:H"))), max_size=4))
def test_changes_of_state_are_expected_too(one: AlertLine, moves: list[tuple[int, str]]) -> None:
    changes = {DAY + timedelta(n): new for n, new in moves}
    one, ledger = replace(one, opened_on=DAY), Ledger()
    current = one
    for n in range(45):
        day = DAY + timedelta(n)
        if day in changes:
            outcome, severity = changes[day].split(":")
            current = replace(current, outcome=outcome, severity=severity)
        ledger.run([current], [person("a@x.cn", "PM", "FIN")], day)
    expected = expected_mentions(one, DAY, DAY + timedelta(44), changes.items())
    assert ledger.days("a@x.cn", one.alert_id) == expected


def test_nothing_is_expected_before_an_alert_opens() -> None:
    assert expected_mentions(line(), DAY - timedelta(9), DAY - timedelta(1)) == ()
