"""Settings of the rules and versions over HTTP: the whole life of a change, each step with its own person."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from admin.system import System
from retention.alerts import refresh
from retention.backtesting import go_on
from tests.builders import UNIT, a_project
from tests.conftest import snapshot
from tests.functional.api.conftest import CODE, OVERDUE, Api, Everybody

BODY: dict[str, Any] = {"values": {"grace_months": 24, "acceptance_notice_days": [30, 7]}, "reason": "57号文放宽", "effective_on": "2026-04-01"}


@pytest.fixture
def late(system: System) -> System:
    a_project(system, CODE, **OVERDUE)
    refresh(system.judge)
    return system


def test_a_change_from_proposal_to_being_in_force(late: System, everybody: Everybody) -> None:
    archivist, supervisor = everybody.as_("archivist"), everybody.as_("supervisor")
    made = archivist.post("/rules/changes", json=BODY)
    assert (made.status_code, made.json["number"], made.json["tested"]) == (201, 1, False)
    at = f"/rules/changes/{made.json['id']}"
    assert supervisor.post(f"{at}/approve", json={}).status_code == 422
    asked = archivist.post(f"{at}/backtest")
    assert (asked.status_code, asked.json["state"]) == (202, "waiting")
    go_on(late.judge, 60)
    found = archivist.get(f"/rules/backtests/{asked.json['id']}").json
    assert (found["state"], found["done"], found["projects"]) == ("done", 1, 1)
    assert {group["key"] for group in found["by_unit"]} == {UNIT}
    rows = archivist.get(f"/rules/backtests/{found['id']}/projects?effect=better&rule=R31-3").json
    (change,) = [each for each in rows["items"][0]["changes"] if each["rule"] == "R31-3"]
    assert (change["before"]["outcome"], change["after"]["outcome"], change["better"]) == ("failed", "due", 1)
    book = load_workbook(BytesIO(archivist.get(f"/rules/backtests/{found['id']}/xlsx").data))
    assert book.sheetnames == ["按规则", "按单位", "明细"]
    assert sum(CODE in map(str, row) for row in book["明细"].iter_rows(values_only=True)) == len(
        archivist.get(f"/rules/backtests/{found['id']}/projects").json["items"][0]["changes"])
    assert archivist.post(f"{at}/approve", json={}).status_code == 422, "never one's own"
    assert supervisor.post(f"{at}/approve", json={"note": "同意"}).json["state"] == "approved"
    values = {day: {item["name"]: item for item in archivist.get(f"/rules/settings?as_of={day}").json["settings"]}
              for day in ("2026-03-31", "2026-04-01")}
    assert [(values[day]["grace_months"]["value"], values[day]["grace_months"]["source"]) for day in values] == [
        (3, "default"), (24, "change")]
    assert values["2026-04-01"]["acceptance_notice_days"]["value"] == [30, 7]


@pytest.mark.parametrize("deed", ["refuse", "withdraw"])
def test_a_change_that_comes_to_nothing(late: System, everybody: Everybody, deed: str) -> None:
    at = f"/rules/changes/{everybody.as_('archivist').post('/rules/changes', json=BODY).json['id']}"
    who = {"refuse": "supervisor", "withdraw": "archivist"}[deed]
    assert everybody.as_(who).post(f"{at}/{deed}", json={"note": "理由不充分"}).json["state"] == {
        "refuse": "refused", "withdraw": "withdrawn"}[deed]
    assert [turn["what"] for turn in everybody.as_("auditor").get(at).json["history"]] == ["proposed", {
        "refuse": "refused", "withdraw": "withdrawn"}[deed]]


def test_who_may_not_changes_nothing_and_who_sees_one_unit_reads_nothing_of_it(late: System, everybody: Everybody) -> None:
    change = everybody.as_("archivist").post("/rules/changes", json=BODY).json["id"]
    paths = (("/rules/changes", BODY), *((f"/rules/changes/{change}/{deed}", {"note": "理由不充分"}) for deed in (
        "backtest", "approve", "refuse", "withdraw")), ("/rules/R31-3/versions/compare", {"left": 1, "right": 2}))
    for name in ("auditor", "unit_a", "sysadmin", "secadmin"):
        everybody.token(name)
    before = snapshot()
    for name in ("auditor", "unit_a", "sysadmin", "secadmin"):
        for path, body in paths:
            assert everybody.as_(name).post(path, json=body).status_code == 403, (name, path)
    for name in ("unit_a", "sysadmin"):
        for path in ("/rules/changes", f"/rules/changes/{change}", "/rules/backtests/x", "/rules/backtests/x/projects"):
            assert everybody.as_(name).get(path).status_code == 403, (name, path)
    assert snapshot() == before


def test_the_values_old_judgements_rest_on_can_be_looked_up(late: System, archivist: Api) -> None:
    version = archivist.get(f"/findings?project={CODE}").json["items"][0]["settings_version"]
    assert archivist.get(f"/rules/settings/{version}").json["values"]["grace_months"] == 3
    assert archivist.get("/rules/settings").json["version"] == version
    assert archivist.get("/rules/settings/nothing").status_code == 404


def test_versions_of_a_rule_with_what_each_says_of_a_project(late: System, archivist: Api, everybody: Everybody) -> None:
    (only,) = archivist.get(f"/rules/R31-3/versions?project={CODE}").json["versions"]
    assert (only["version"], only["until"], only["holds"]) == (2, None, True)
    assert [finding["outcome"] for finding in only["findings"]] == ["failed"]
    assert only["settings"]["grace_months"] == 3
    assert archivist.get("/rules/R31-3/versions").json["versions"][0]["findings"] == []
    assert archivist.get("/rules/R99-9/versions").status_code == 404
    assert everybody.as_("unit_b").get(f"/rules/R31-3/versions?project={CODE}").status_code == 404
    assert archivist.post("/rules/R31-3/versions/compare", json={"left": 1, "right": 2}).status_code == 404
