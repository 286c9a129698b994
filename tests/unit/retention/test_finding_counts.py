"""Counts added up from standings are those of the findings themselves, for whoever asks."""

from datetime import date, timedelta

import pytest

from admin.system import System
from archive.access import Actor
from archive.operations.people import NewPerson, add_person
from archive.permissions import Role
from archive.transaction import collection
from retention.alerts import refresh
from retention.finding_counts import unsettled
from retention.finding_lists import UNSETTLED, Filters, count_by_unit, count_groups, list_findings
from retention.models import FindingRecord, Standing
from tests.builders import SYSTEM, UNIT, UNIT_B, a_project, file_text

TODAY = date(2026, 3, 2)


@pytest.fixture
def judged(system: System) -> System:
    """One overdue with a paper filed, so that others of its stage are missing; one in its trial; one of another unit."""
    a_project(system, "XM-A1", actual_completion=date(2025, 1, 10), trial_start=date(2025, 1, 13),
              contract_signed_on=date(2024, 4, 1))
    a_project(system, "XM-A2", actual_completion=date(2026, 1, 5), trial_start=TODAY - timedelta(days=160))
    a_project(system, "XM-B", unit=UNIT_B)
    file_text(system, "XM-A1", "项目建设总结.txt", "项目建设总结")
    file_text(system, "XM-A1", "会议纪要.txt", "会议纪要")
    file_text(system, "XM-A1", "施工合同.txt", "建设合同\n合同编号")
    refresh(system.judge, None, TODAY)
    return system


def numbers(who: Actor) -> object:
    filters = (Filters(), Filters(unit=UNIT), Filters(project="XM-A1"), Filters(severity="H"), Filters(unit="nobody's"))
    return ([count_groups(who, TODAY, each) for each in filters], count_by_unit(who, TODAY),
            [list_findings(who, TODAY, outcome=outcome, unit=unit).total for outcome in ("", *UNSETTLED) for unit in ("", UNIT_B)])


@pytest.mark.parametrize("all_units", [True, False])
def test_what_is_added_up_is_what_is_there(judged: System, all_units: bool) -> None:
    who = SYSTEM if all_units else add_person(SYSTEM, judged.clock, NewPerson("b", Role.UNIT, UNIT_B)).actor()
    added = numbers(who)
    total = unsettled({})
    assert total is not None
    assert min(total.failed, total.quiet, total.due, total.unknown) > 0, "each kind is tried"
    collection(Standing).update_many({"project": "XM-B"}, {"$unset": {"quiet": 1, "counted": 1}})
    assert unsettled({"project": "XM-B"}) is None, "as an older version kept it"
    assert numbers(who) == added, "then each finding is counted"


def test_an_alert_is_open_where_the_standing_says_failed(judged: System) -> None:
    for row in collection(Standing).find():
        mine = {"dossier": row["_id"], "outcome": "failed"}
        findings = collection(FindingRecord)
        assert findings.count_documents({**mine, "alert": "open"}) == row["failed"]
        assert findings.count_documents({**mine, "alert": {"$ne": "open"}}) == row["quiet"]
