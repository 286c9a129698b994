"""What rules get of the registers: typed, of the right owner, by the day judged, and asked again when a row changes."""

from datetime import date
from decimal import Decimal

import pytest

from admin.system import System
from admin.worker import Worker
from archive.errors import Invalid, NotFound
from archive.models import Project
from archive.operations.registers import add_entry, change_entry, withdraw_entry
from retention.compliance.facts import Facts, ProjectFacts
from retention.compliance.rows import make_row
from retention.models import Standing
from tests.builders import SYSTEM, UNIT, UNIT_B, a_project

CODE, SECOND, FOREIGN = "XM-1", "XM-2", "XM-3"
TODAY = date(2026, 3, 2)
PROCUREMENT = {"number": "CG-1", "purpose": "build", "object": "services", "method": "open_tender", "price_weight": "12.5",
               "contract_signed_on": date(2024, 4, 1), "award_fen": 12_345, "suppliers": 3, "government_procured": True}


def facts(system: System, code: str, today: date = TODAY) -> Facts:
    (found,) = system.judge.facts([Project.objects(code=code).get()], today)
    return found


def test_a_row_answers_by_type() -> None:
    row = make_row("procurement", PROCUREMENT, owner=CODE, evidence=("d1", "d2"))
    assert (row.date("contract_signed_on"), row.fen("award_fen"), row.integer("suppliers")) == (date(2024, 4, 1), 12_345, 3)
    assert (row.percent("price_weight"), row.choice("method"), row.flag("government_procured")) == (Decimal("12.5"), "open_tender", True)
    assert (row.date("award_on"), row.fen("budget_fen"), row.flag("bundled"), row.choice("evaluation"), row.text("supplier")) == (
        None, None, None, "", "")
    assert (row.evidence, row.name, row.shown("method"), row.shown("award_fen")) == (("d1", "d2"), "采购 CG-1", "公开招标", "0.012345")
    assert make_row("profile", {}).name == "项目特征"


@pytest.mark.parametrize(("name", "ask"), [("method", "text"), ("award_fen", "integer"), ("award_fen", "date"), ("nothing", "text"),
                                           ("number", "choice"), ("contract", "choice"), ("price_weight", "fen"), ("suppliers", "flag")])
def test_a_slip_in_a_rule_shows(name: str, ask: str) -> None:
    row = make_row("procurement", PROCUREMENT)
    with pytest.raises(KeyError, match=name):
        getattr(row, ask)(name)


def test_a_case_cannot_hold_what_the_register_would_refuse() -> None:
    with pytest.raises(Invalid):
        make_row("procurement", {"number": "CG-1"})
    with pytest.raises(NotFound):
        Facts(ProjectFacts("X"), TODAY).rows("nothing")


def test_rows_are_seen_from_their_day_on() -> None:
    payments = tuple(make_row("payment", {"number": f"PZ-{day}", "paid_on": day, "amount_fen": 1, "purpose": "build"})
                     for day in (date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)))
    judged = Facts(ProjectFacts("X"), TODAY, registers=payments)
    assert [row.date("paid_on") for row in judged.rows("payment")] == [date(2026, 3, 1), TODAY]
    newest = judged.row("payment")
    assert newest is not None
    assert newest.date("paid_on") == TODAY
    assert judged.row("profile") is None


def test_rows_of_a_unit_are_found_by_the_projects_they_name() -> None:
    systems = tuple(make_row("system", {"number": number, "name": "甲", "status": "in_use", "project": code})
                    for number, code in (("1", CODE), ("2", SECOND), ("3", None)))
    judged = Facts(ProjectFacts(CODE), TODAY, registers=systems)
    for asked, numbers in (((SECOND,), ["2"]), ((CODE, SECOND), ["1", "2"]), ((CODE, ""), ["1", "3"]), (("",), ["3"]), (("X",), [])):
        assert [row.text("number") for row in judged.rows_naming("system", *asked)] == numbers
    assert judged.own_rows("system") == judged.rows_naming("system", CODE) == systems[:1]


def test_facts_hold_the_projects_rows_and_its_units(system: System) -> None:
    a_project(system, CODE)
    a_project(system, SECOND)
    a_project(system, FOREIGN, unit=UNIT_B)
    add = lambda key, owner, values: add_entry(SYSTEM, system.clock, key, owner, values)  # noqa: E731
    later = add("payment", CODE, {"number": "PZ-2", "paid_on": "2024-06-01", "amount_fen": 2, "purpose": "build"})
    add("payment", CODE, {"number": "PZ-1", "paid_on": "2024-05-01", "amount_fen": 1, "purpose": "build"})
    add("payment", FOREIGN, {"number": "PZ-9", "paid_on": "2024-05-01", "amount_fen": 9, "purpose": "build"})
    add("system", UNIT, {"number": "XT-1", "name": "甲", "status": "in_use", "project": CODE})
    add("system", UNIT, {"number": "XT-2", "name": "乙", "status": "building"})
    add("system", UNIT_B, {"number": "XT-9", "name": "丙", "status": "in_use"})
    mine, second, foreign = (facts(system, code) for code in (CODE, SECOND, FOREIGN))
    assert [row.text("number") for row in mine.rows("payment")] == ["PZ-1", "PZ-2"], "oldest first"
    assert [row.text("number") for row in second.rows("payment")] == []
    assert [row.text("number") for row in mine.rows("system")] == [row.text("number") for row in second.rows("system")] == ["XT-1", "XT-2"]
    assert [row.text("number") for row in mine.own_rows("system")] == ["XT-1"]
    assert second.own_rows("system") == ()
    assert [row.text("number") for row in second.rows_naming("system", "")] == ["XT-2"]
    assert facts(system, CODE, date(2020, 1, 1)).rows("payment") == ()
    assert mine.own_rows("payment") == mine.rows("payment")
    assert [row.text("number") for key in ("system", "payment") for row in foreign.rows(key)] == ["XT-9", "PZ-9"]
    withdraw_entry(SYSTEM, system.clock, later.id, 1, "重复")
    assert [row.text("number") for row in facts(system, CODE).rows("payment")] == ["PZ-1"]


def test_a_changed_row_has_its_projects_judged_again(system: System, worker: Worker) -> None:
    for code, unit in ((CODE, UNIT), (SECOND, UNIT), (FOREIGN, UNIT_B)):
        a_project(system, code, unit=unit)
    worker.drain()
    def judged() -> set[str]:
        seen = {standing.project for standing in Standing.objects(evaluated_on=system.clock.today())}
        Standing.objects.update(set__evaluated_on=date(2020, 1, 1))
        return seen
    assert judged() == {CODE, SECOND, FOREIGN}
    entry = add_entry(SYSTEM, system.clock, "payment", CODE, {"number": "1", "paid_on": "2024-05-01", "amount_fen": 1, "purpose": "om"})
    worker.drain()
    assert judged() == {CODE}
    change_entry(SYSTEM, system.clock, entry.id, 1, {"amount_fen": 2})
    worker.drain()
    assert judged() == {CODE}
    add_entry(SYSTEM, system.clock, "sharing_year", UNIT, {"year": 2025, "not_shared": True})
    worker.drain()
    assert judged() == {CODE, SECOND}
