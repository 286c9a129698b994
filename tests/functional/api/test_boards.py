"""The boards over HTTP: what is counted is what the lists hold, and only of what the reader may see."""

import pytest

from admin.system import System
from retention.alerts import refresh
from tests.builders import UNIT, UNIT_B, a_project
from tests.functional.api.conftest import CODE, CODE_B, OVERDUE, Api, Everybody


@pytest.fixture
def judged(system: System) -> System:
    a_project(system, CODE, **OVERDUE)
    a_project(system, CODE_B, unit=UNIT_B, mode="service_purchase")
    refresh(system.judge)
    return system


def test_every_number_is_the_length_of_its_list(judged: System, archivist: Api) -> None:
    units = archivist.get("/boards/units").json
    assert {unit["unit"] for unit in units["items"]} == {UNIT, UNIT_B}
    for unit in units["items"]:
        name = unit["unit"]
        gaps = archivist.get(f"/boards/gaps?unit={name}").json
        assert (gaps["total"], sum(gap["failed"] for gap in gaps["items"])) == (unit["projects"], unit["failed"])
        assert archivist.get(f"/boards/gaps?unit={name}&late=true").json["total"] == unit["overdue_projects"]
        assert archivist.get(f"/findings?unit={name}&status=open&outcome=failed").json["total"] == unit["failed"]
    for stage in archivist.get("/boards/materials").json["stages"]:
        for material in stage["materials"][:2]:
            totals = {state: archivist.get(f"/boards/gaps?material={material['type']}&state={state}").json["total"]
                      for state in ("needs", "lacks", "has")}
            assert totals == {"needs": material["needed"], "lacks": material["missing"], "has": material["needed"] - material["missing"]}


def test_the_trend_ends_with_what_is_open_now(judged: System, archivist: Api) -> None:
    days = archivist.get("/boards/trend?days=3").json["days"]
    assert [day["day"] for day in days] == ["2026-02-28", "2026-03-01", "2026-03-02"]
    assert days[-1]["open"] == archivist.get("/findings?status=open").json["total"] > 0


def test_a_unit_counts_its_own_only_and_administrators_nothing(judged: System, everybody: Everybody) -> None:
    api = everybody.as_("unit_b")
    assert [unit["unit"] for unit in api.get("/boards/units").json["items"]] == [UNIT_B]
    assert [gap["project"] for gap in api.get("/boards/gaps").json["items"]] == [CODE_B]
    assert api.get(f"/boards/gaps?unit={UNIT}").json["total"] == 0
    assert api.get(f"/boards/materials?unit={UNIT}").json["stages"] == []
    assert api.get(f"/boards/trend?unit={UNIT}").json["days"][-1]["open"] == 0
    for path in ("gaps", "units", "materials", "trend"):
        assert everybody.as_("sysadmin").get(f"/boards/{path}").status_code == 403
        assert everybody.as_(None).get(f"/boards/{path}").status_code == 401
