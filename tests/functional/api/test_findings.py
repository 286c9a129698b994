"""Findings over HTTP: stored and as of a day, whose they are, and the four eyes of a waiver."""

from datetime import date
from typing import Any

import pytest

from admin.system import System
from archive.models import Project
from retention.alerts import refresh
from retention.models import FindingRecord
from tests.conftest import snapshot
from tests.functional.api.conftest import CODE, CODE_B, Api, Everybody, problem

CONTRACT = {"rule", "clause", "outcome", "severity", "due_on", "days_left", "reason", "inputs", "steps", "clears_when"}


@pytest.fixture
def judged(system: System, two_projects: tuple[Project, Project]) -> None:
    refresh(system.judge)


@pytest.fixture
def open_one(judged: None) -> FindingRecord:
    """An open alert of the first unit's project."""
    record: FindingRecord = FindingRecord.objects(project=CODE, alert="open").order_by("id").first()
    assert record is not None
    return record


def test_a_project_is_judged_now_with_every_outcome(archivist: Api, judged: None) -> None:
    body = archivist.get(f"/projects/{CODE}/findings?size=200").json
    assert body["as_of"] == "2026-03-02"
    assert body["total"] == len(body["items"]) > 10
    assert all(item.keys() >= CONTRACT for item in body["items"])
    assert {item["project"] for item in body["items"]} == {CODE}
    assert len({item["outcome"] for item in body["items"]}) > 1


def test_a_project_can_be_judged_as_of_another_day(archivist: Api, judged: None) -> None:
    before = snapshot()
    body = archivist.get(f"/projects/{CODE}/findings?as_of=2024-11-05&size=200").json
    assert body["as_of"] == "2024-11-05"
    due = [item for item in body["items"] if item["due_on"]]
    assert due
    for item in due:
        assert item["days_left"] == (date.fromisoformat(item["due_on"]) - date(2024, 11, 5)).days
    assert snapshot() == before


def test_stored_findings_are_those_still_to_be_settled(archivist: Api, judged: None) -> None:
    body = archivist.get("/findings?size=200").json
    assert {item["outcome"] for item in body["items"]} <= {"failed", "due", "unknown"}
    assert {item["project"] for item in body["items"]} == {CODE, CODE_B}


@pytest.mark.parametrize("as_of", ["", "&as_of=2026-03-02"])
def test_filters_mean_the_same_for_stored_and_for_fresh_findings(archivist: Api, judged: None, as_of: str) -> None:
    every = archivist.get(f"/findings?size=200{as_of}").json["items"]
    assert every
    for name in ("rule", "severity", "unit", "project", "outcome"):
        value = every[0][name]
        got = archivist.get(f"/findings?size=200&{name}={value}{as_of}").json["items"]
        assert {item["id"] for item in got} == {item["id"] for item in every if item[name] == value}
    passed = archivist.get(f"/findings?size=200&status=passed{as_of}").json["items"]
    assert {item["outcome"] for item in passed} <= {"passed"}


def test_today_fresh_and_stored_findings_agree(archivist: Api, judged: None) -> None:
    stored, fresh = (archivist.get(f"/findings?size=200{q}").json for q in ("", "&as_of=2026-03-02"))
    assert {item["id"]: item["outcome"] for item in stored["items"]} == {
        item["id"]: item["outcome"] for item in fresh["items"]}


@pytest.mark.parametrize("as_of", ["", "&as_of=2026-03-02"])
def test_another_units_findings_do_not_exist(everybody: Everybody, judged: None, as_of: str) -> None:
    mine = everybody.as_("unit_a").get(f"/findings?size=200{as_of}").json
    everything = everybody.as_("archivist").get(f"/findings?size=200{as_of}").json
    assert {item["project"] for item in mine["items"]} == {CODE}
    assert mine["total"] == sum(item["project"] == CODE for item in everything["items"]) < everything["total"]
    assert everybody.as_("unit_a").get(f"/findings?project={CODE_B}{as_of}").json["total"] == 0
    theirs = next(item["id"] for item in everything["items"] if item["project"] == CODE_B)
    problem(everybody.as_("unit_a").get(f"/findings/{theirs}"), 404, "archive.not-found")
    problem(everybody.as_("unit_a").get(f"/projects/{CODE_B}/findings"), 404)


@pytest.mark.parametrize(("query", "field"), [
    ("status=offen", "status"), ("severity=X", "severity"), ("rule=R99-9", "rule"), ("as_of=heute", "as_of"),
    ("outcome=good", "outcome"), ("until=x", "until")])
def test_a_bad_filter_is_named(archivist: Api, query: str, field: str) -> None:
    assert {error["field"] for error in problem(archivist.get(f"/findings?{query}"), 422)["errors"]} == {field}


def test_acknowledging_keeps_the_alert_open_and_says_who(everybody: Everybody, open_one: FindingRecord) -> None:
    answer = everybody.as_("unit_a").post(f"/findings/{open_one.id}/acknowledge", json={"note": "已联系测评机构"})
    assert answer.status_code == 200
    assert answer.json["status"] == "acknowledged"
    assert answer.json["history"][-1].items() >= {"what": "acknowledged", "note": "已联系测评机构"}.items()
    assert FindingRecord.objects(id=open_one.id).get().alert == "open"


def test_an_acknowledgement_needs_no_body(archivist: Api, open_one: FindingRecord) -> None:
    assert archivist.post(f"/findings/{open_one.id}/acknowledge").json["status"] == "acknowledged"
    problem(archivist.post(f"/findings/{open_one.id}/acknowledge", json={"notes": "x"}), 422, "api.validation")


def test_a_waiver_holds_after_a_second_person_says_yes(everybody: Everybody, open_one: FindingRecord) -> None:
    path = f"/findings/{open_one.id}"
    wish = {"reason": "主管部门已书面同意延期", "until": "2026-06-30"}
    asked = everybody.as_("archivist").post(f"{path}/waive", json=wish)
    assert (asked.status_code, asked.json["status"]) == (200, "waiver_pending")
    before = snapshot()
    problem(everybody.as_("archivist").post(f"{path}/waive/approve"), 422, "archive.invalid")
    assert snapshot() == before
    approved = everybody.as_("supervisor").post(f"{path}/waive/approve")
    assert (approved.status_code, approved.json["status"]) == (200, "waived")
    waiver = approved.json["waiver"]
    assert (waiver["reason"], waiver["until"]) == (wish["reason"], wish["until"])
    assert waiver["asked_by"] != waiver["approved_by"]


@pytest.mark.parametrize(("wish", "field"), [
    ({"until": "2026-06-30"}, "reason"), ({"reason": "  ", "until": "2026-06-30"}, "reason"), ({"reason": "x"}, "until"),
    ({"reason": "x", "until": "2026-03-02"}, "截止日期"), ({"reason": "x", "until": "2027-04-01"}, "截止日期")])
def test_a_waiver_needs_a_reason_and_an_end(archivist: Api, open_one: FindingRecord, wish: dict[str, Any],
                                            field: str) -> None:
    before = snapshot()
    body = problem(archivist.post(f"/findings/{open_one.id}/waive", json=wish), 422)
    assert [error["field"] for error in body["errors"]] == [field]
    assert snapshot() == before


@pytest.mark.parametrize(("role", "action", "status"), [
    ("auditor", "acknowledge", 403), ("auditor", "waive", 403), ("unit_a", "waive", 403), ("unit_b", "acknowledge", 404),
    ("sysadmin", "acknowledge", 403), ("auditadmin", "waive", 403), ("unit_a", "waive/approve", 403)])
def test_who_may_not_act_on_an_alert_changes_nothing(everybody: Everybody, open_one: FindingRecord, role: str,
                                                     action: str, status: int) -> None:
    api = everybody.as_(role)
    before = snapshot()
    body = {"waive": {"reason": "x", "until": "2026-06-30"}, "acknowledge": {"note": "x"}}.get(action)
    problem(api.post(f"/findings/{open_one.id}/{action}", json=body), status)
    assert snapshot() == before


def test_an_acknowledgement_sent_twice_under_one_key_is_noted_once(archivist: Api, open_one: FindingRecord) -> None:
    path, key = f"/findings/{open_one.id}/acknowledge", {"Idempotency-Key": "once"}
    first, again = (archivist.post(path, json={"note": "x"}, headers=key) for _ in range(2))
    assert again.json == first.json
    assert sum(change["what"] == "acknowledged" for change in again.json["history"]) == 1


def test_settings_of_a_system_reach_the_judgement(system: System, archivist: Api, judged: None) -> None:
    """The API asks the system's judge, not one of its own."""
    rules = {item["rule"] for item in archivist.get(f"/projects/{CODE}/findings?size=200").json["items"]}
    assert rules == {finding.rule for finding in system.judge.judge(
        [Project.objects(code=CODE).get()], system.clock.today())[CODE]}
