"""What is added up as evaluations are kept is what rows and standings say when they are counted, whatever happened to them."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from admin.system import System
from archive.access import Actor
from archive.models import Contract, Project
from archive.operations.people import NewPerson, add_person
from archive.operations.projects import LedgerRow, import_ledger, waive_material
from archive.permissions import Role
from archive.transaction import collection
from retention import boards, sums
from retention.alerts import GONE, refresh
from retention.compliance.findings import Severity
from retention.finding_counts import unsettled, unsettled_by_unit
from retention.finding_lists import UNSETTLED, Filters, count_groups, list_findings
from retention.findings import STATUSES, status_of
from retention.kept import as_stored
from retention.models import AlertDay, FindingRecord, Standing, StandingSum
from tests.builders import SYSTEM, UNIT, UNIT_B, a_project, file_text
from tests.conftest import snapshot

TODAY = date(2026, 3, 2)
CODES = ("XM-1", "XM-2", "XM-3")
ROUNDS = 3


@pytest.fixture
def built(system: System) -> System:
    """One overdue, one in its trial, one of another unit; and a contract that ends."""
    a_project(system, "XM-1", actual_completion=date(2025, 1, 10), trial_start=date(2025, 1, 13), contract_signed_on=date(2024, 4, 1))
    a_project(system, "XM-2", actual_completion=date(2026, 1, 5), trial_start=TODAY - timedelta(days=160))
    a_project(system, "XM-3", unit=UNIT_B, mode="service_purchase")
    ending = {"project": "XM-1", "type": "om", "start_on": date(2025, 3, 3), "end_on": TODAY}
    import_ledger(SYSTEM, system.clock, [], [LedgerRow("HT-1", "合同", 2, ending)])
    return system


def said(today: date, who: Actor = SYSTEM) -> dict[str, Any]:
    """All that may be read from the sums."""
    units, letters = ("", UNIT, UNIT_B, "nobody's"), [str(one) for one in Severity]
    return {
        "units": boards.units(who, today), "ranked": boards.units(who, today, boards.COMPLETENESS),
        "trend": [boards.trend(who, today, unit, days) for unit in units for days in (1, 30, 366)],
        "materials": [boards.materials(who, unit) for unit in units],
        "gaps": [boards.gaps(who, today, unit=unit, late=late).total for unit in units for late in ("", "1")],
        "evaluated": boards.evaluated_on(who), "by unit": unsettled_by_unit({}) if who is SYSTEM else None,
        "unsettled": [unsettled({"unit": unit} if unit else {}) for unit in units],
        "lists": [list_findings(who, today, unit=unit, outcome=outcome, severity=letter, size=1).total
                  for unit in units for outcome in ("", *UNSETTLED) for letter in ("", "CH", *letters)],
        "statuses": [list_findings(who, today, unit=unit, status=status, size=1).total for unit in units for status in STATUSES]}


def counted_one_by_one(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """As long as a standing is as an older version kept it."""
    collection(Standing).update_one({"project": CODES[-1]}, {"$unset": {"counted": 1, "quiet": 1}})
    kept = collection(Standing).find_one({"project": CODES[-1]})
    assert sums.summed() is None
    try:
        return ask()
    finally:
        quiet = collection(FindingRecord).count_documents({"dossier": kept["_id"], "outcome": "failed", "alert": {"$ne": "open"}})
        collection(Standing).update_one({"_id": kept["_id"]}, {"$set": {"counted": sums.COUNTED, "quiet": quiet}})


def exact(*days: date) -> None:
    for day in days:
        added = said(day)
        assert added["unsettled"][0] is not None
        counted = counted_one_by_one(lambda day=day: said(day))  # type: ignore[misc]
        for name in added.keys() - {"unsettled", "by unit"}:
            assert added[name] == counted[name], (name, day)


def exact_by_status(today: date) -> None:
    rows = list(FindingRecord.objects)
    by_status = Counter(map(status_of, rows))
    for status in STATUSES:
        assert list_findings(SYSTEM, today, status=status, size=1).total == by_status[status], status
        grouped = sum(count_groups(SYSTEM, today, Filters(status=status)).values())
        assert grouped == sum(row.outcome in UNSETTLED and status_of(row) == status for row in rows), status


def renumber() -> None:
    """A contract that comes and goes: what was said of it is no more."""
    there = collection(Contract).find_one({"number": "HT-1"})["project"] == "XM-1"
    collection(Contract).update_one({"number": "HT-1"}, {"$set": {"project": "elsewhere" if there else "XM-1"}})


def take_up() -> None:
    collection(FindingRecord).update_one({"alert": "open", "acknowledged_by": ""}, {"$set": {"acknowledged_by": "a"}})


def kept_sums() -> list[dict[str, Any]]:
    """Without what has come to nothing."""
    rows = [*collection(StandingSum).find(), *collection(AlertDay).find()]
    plain = [{name: {key: n for key, n in value.items() if n} if isinstance(value, dict) else value for name, value in row.items()}
             for row in rows]
    some = ({name: value for name, value in row.items() if value} for row in plain)
    return sorted((row for row in some if row.keys() - {"_id", "of", "unit", "day"}), key=lambda row: str(row["_id"]))


def happenings(system: System, chance: random.Random, day: date) -> list[Callable[[], object]]:
    code = chance.choice(CODES)
    moved = day - timedelta(days=chance.randrange(400))
    return [
        lambda: file_text(system, code, f"{day}.txt", chance.choice(["项目建设总结", "会议纪要", "建设合同\n合同编号"])),
        lambda: collection(Project).update_one({"code": code}, {"$set": {"unit": chance.choice([UNIT, UNIT_B])}}),
        lambda: collection(Project).update_one({"code": code}, {"$set": {"trial_start": as_stored(moved)}}),
        renumber,
        lambda: waive_material(SYSTEM, system.clock, code, chance.choice(["financial_report", "trial_run_report"]), "按规定免予提交"),
        lambda: waive_until(day + timedelta(days=chance.randrange(3))), take_up,
    ]


def waive_until(day: date) -> None:
    """Exempt some open alert; the exemption lapses by itself."""
    waiver = {"reason": "x", "until": as_stored(day), "asked_by": "a", "asked_at": as_stored(day), "approved_by": "b",
              "approved_at": as_stored(day)}
    collection(FindingRecord).update_one({"alert": "open", "waiver": None}, {"$set": {"waiver": waiver}})


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happens_the_sums_are_what_is_counted(built: System, seed: int) -> None:
    chance, day, first = random.Random(seed), TODAY, TODAY
    refresh(built.judge, None, day)
    turns = [*range(len(happenings(built, chance, day)))] * ROUNDS
    chance.shuffle(turns)
    for turn in turns:
        happenings(built, chance, day)[turn]()
        day += timedelta(days=chance.choice([0, 0, 1, 1, 2, 40]))
        refresh(built.judge, chance.choice([None, None, chance.sample(CODES, 2)]), day, record_sweep=chance.random() < 0.5)
    exact(day, day - timedelta(days=1), first)
    exact_by_status(day)
    past = [turn for row in FindingRecord.objects for turn in row.history]
    assert {turn.what for turn in past} >= {"opened", "changed", "cleared", "lapsed"}
    assert GONE in {turn.note for turn in past}
    trend = boards.trend(SYSTEM, day, days=366)
    assert min(sum(turn.opened for turn in trend), sum(turn.cleared for turn in trend)) > 0, "there was something to count"


def test_sums_made_day_by_day_are_those_made_at_once(built: System) -> None:
    """As after an update: the next evaluation adds the whole history of rows that an older version kept."""
    chance = random.Random(3)
    for number in range(8):
        refresh(built.judge, None, TODAY + timedelta(days=number * 20))
        chance.choice(happenings(built, chance, TODAY + timedelta(days=number * 20)))()
    last = TODAY + timedelta(days=200)
    refresh(built.judge, None, last)
    before, answer = kept_sums(), said(last)
    for model in (StandingSum, AlertDay):
        collection(model).delete_many({})
    collection(Standing).update_many({}, {"$unset": {"counted": 1, "open": 1, "kinds": 1}})
    assert said(last)["trend"] == answer["trend"], "until then they are counted"
    refresh(built.judge, ["XM-2"], last)
    assert sums.summed() is None, "two are missing"
    assert said(last)["units"] == answer["units"]
    refresh(built.judge, None, last)
    assert sums.summed() is not None
    assert (kept_sums(), said(last)) == (before, answer)


def test_sums_grow_by_nothing_where_nothing_is_new(built: System) -> None:
    refresh(built.judge, None, TODAY)
    before = {name: rows for name, rows in snapshot().items() if name in ("standing_sums", "alert_days")}
    assert all(before.values())
    refresh(built.judge, None, TODAY, record_sweep=True)
    assert {name: snapshot()[name] for name in before} == before


def test_what_is_not_kept_adds_nothing(built: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows, standings and sums in one transaction: one that fails at its end leaves none of them."""
    refresh(built.judge, None, TODAY)
    file_text(built, "XM-1", "项目建设总结.txt", "项目建设总结")
    before = snapshot()
    with monkeypatch.context() as broken:
        broken.setattr("retention.keeping._prove", interrupted)
        with pytest.raises(KeyboardInterrupt):
            refresh(built.judge, ["XM-1"], TODAY, record_sweep=True)
    after = snapshot()
    assert {name: after[name] for name in ("standing_sums", "alert_days", "findings", "standings")} == {
        name: before[name] for name in ("standing_sums", "alert_days", "findings", "standings")}
    refresh(built.judge, ["XM-1"], TODAY, record_sweep=True)
    exact(TODAY)


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_who_sees_some_gets_numbers_of_these(built: System) -> None:
    """From their rows: the sums are of everything."""
    refresh(built.judge, None, TODAY)
    unit_b = add_person(SYSTEM, built.clock, NewPerson("b", Role.UNIT, UNIT_B)).actor()
    hers, whole = said(TODAY, unit_b), said(TODAY)
    assert hers["units"] == [unit for unit in whole["units"] if unit.unit == UNIT_B]
    assert hers["trend"][0] == boards.trend(SYSTEM, TODAY, UNIT_B, 1) != whole["trend"][0]
    assert hers["gaps"][0] == 1
    assert boards.trend(unit_b, TODAY, UNIT)[-1].open == 0
    assert hers["lists"][0] == list_findings(SYSTEM, TODAY, unit=UNIT_B).total < whole["lists"][0]
