"""Projects, contracts and dossiers: what is answered, who may, whose they are, and that nobody overwrites the unseen."""

from datetime import date
from typing import Any
from urllib.parse import quote

import pytest

from archive.models import Project
from archive.operations.projects import LedgerRow, import_ledger
from tests.builders import SYSTEM, UNIT, UNIT_B, a_project, file_text
from tests.conftest import snapshot
from tests.functional.api.conftest import CODE, CODE_B, Api, Everybody, problem

NEW = {"code": "XM-2025-009", "name": "数据共享平台", "unit": UNIT, "mode": "service_purchase", "kind": "extend",
       "approved_on": "2025-02-28", "total_investment_fen": 123_456_789_012, "classified": False}


def test_a_project_is_registered_and_read_back_as_given(archivist: Api) -> None:
    made = archivist.post("/projects", json=NEW)
    assert made.status_code == 201
    read = archivist.get(made.headers["Location"].removeprefix("/api/v1"))
    assert read.json == made.json
    assert NEW.items() <= read.json.items()
    assert read.headers["ETag"] == made.headers["ETag"] == f'"{read.json["revision"]}"'
    assert read.json["created_at"] == "2026-03-02T02:00:00Z"
    assert read.json["trial_start"] is None


def test_chinese_is_written_as_it_is(archivist: Api) -> None:
    assert "数据共享平台" in archivist.post("/projects", json=NEW).get_data(as_text=True)


@pytest.mark.parametrize(("change", "field"), [
    ({"mode": "自行建设"}, "mode"), ({"approved_on": "2025-02-30"}, "approved_on"), ({"nmae": "x"}, "nmae"),
    ({"total_investment_fen": -1}, "total_investment_fen"), ({"total_investment_fen": 2**63}, "total_investment_fen"),
    ({"total_investment_fen": 1.5}, "total_investment_fen"), ({"code": ""}, "code"), ({"classified": "maybe"}, "classified"),
    ({"name": None}, "name"), ({"name": "x" * 301}, "name")])
def test_a_bad_value_is_refused_by_its_name(archivist: Api, change: dict[str, Any], field: str) -> None:
    before = snapshot()
    body = problem(archivist.post("/projects", json=NEW | change), 422, "api.validation")
    assert [error["field"] for error in body["errors"]] == [field]
    assert snapshot() == before


@pytest.mark.parametrize("code", ["a/b", "   "])
def test_a_code_that_cannot_be_an_address_is_refused(archivist: Api, code: str) -> None:
    assert problem(archivist.post("/projects", json=NEW | {"code": code}), 422, "archive.invalid")["errors"]


def test_every_missing_field_is_named_at_once(archivist: Api) -> None:
    body = problem(archivist.post("/projects", json={}), 422)
    assert {error["field"] for error in body["errors"]} == {"code", "name", "unit", "mode"}


def test_the_same_code_twice_is_a_conflict(archivist: Api, project: Project) -> None:
    before = snapshot()
    problem(archivist.post("/projects", json=NEW | {"code": CODE}), 409, "archive.already-exists")
    assert snapshot() == before


@pytest.mark.parametrize("role", ["unit_a", "auditor", "supervisor", "sysadmin", "secadmin", "auditadmin"])
def test_only_archivists_register_and_change_projects(everybody: Everybody, project: Project, role: str) -> None:
    api = everybody.as_(role)
    before = snapshot()
    problem(api.post("/projects", json=NEW), 403, "archive.not-permitted")
    refused = api("PATCH", f"/projects/{CODE}", json={"name": "改"}, headers={"If-Match": '"1"'})
    assert refused.status_code == 403
    assert snapshot() == before


def test_a_change_needs_the_state_it_was_made_from(archivist: Api, project: Project) -> None:
    tag = archivist.get(f"/projects/{CODE}").headers["ETag"]
    changed = archivist("PATCH", f"/projects/{CODE}", json={"trial_start": "2025-01-02"}, headers={"If-Match": tag})
    assert changed.status_code == 200
    assert changed.json["trial_start"] == "2025-01-02"
    assert changed.json["name"] == project.name
    assert changed.headers["ETag"] != tag
    before = snapshot()
    stale = archivist("PATCH", f"/projects/{CODE}", json={"name": "别的"}, headers={"If-Match": tag})
    problem(stale, 412, "api.precondition-failed")
    problem(archivist("PATCH", f"/projects/{CODE}", json={"name": "别的"}), 428, "api.precondition-required")
    weak = archivist("PATCH", f"/projects/{CODE}", json={"name": "别的"}, headers={"If-Match": f"W/{changed.headers['ETag']}"})
    problem(weak, 412)
    assert snapshot() == before


def test_null_empties_a_date_and_what_is_not_given_stays(archivist: Api, project: Project) -> None:
    changed = archivist("PATCH", f"/projects/{CODE}", json={"approved_on": None}, headers={"If-Match": '"1"'})
    assert changed.json["approved_on"] is None
    assert (changed.json["name"], changed.json["mode"]) == (project.name, "self_build")


def test_the_code_of_a_project_cannot_be_changed(archivist: Api, project: Project) -> None:
    answer = archivist("PATCH", f"/projects/{CODE}", json={"code": "other"}, headers={"If-Match": '"1"'})
    assert problem(answer, 422)["errors"][0]["field"] == "code"


@pytest.mark.parametrize("path", ["", "/dossier", "/documents", "/findings", "/contracts"])
def test_another_units_dossier_does_not_exist(everybody: Everybody, two_projects: object, path: str) -> None:
    mine, other = everybody.as_("unit_a"), everybody.as_("unit_b")
    assert mine.get(f"/projects/{CODE}{path}").status_code == 200
    hidden = problem(other.get(f"/projects/{CODE}{path}"), 404, "archive.not-found")
    absent = problem(other.get(f"/projects/NO-SUCH{path}"), 404, "archive.not-found")
    assert hidden["detail"].replace(CODE, "NO-SUCH") == absent["detail"]


def test_lists_hold_only_what_one_may_see(everybody: Everybody, two_projects: object) -> None:
    for name, codes in (("archivist", [CODE, CODE_B]), ("unit_a", [CODE]), ("unit_b", [CODE_B])):
        body = everybody.as_(name).get("/projects").json
        assert ([item["code"] for item in body["items"]], body["total"]) == (codes, len(codes))


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditadmin"])
def test_the_three_administrators_read_no_records(everybody: Everybody, project: Project, role: str) -> None:
    problem(everybody.as_(role).get("/projects"), 403)
    problem(everybody.as_(role).get(f"/projects/{CODE}"), 403)


def test_lists_come_in_pages(system: Any, archivist: Api) -> None:
    for number in range(5):
        a_project(system, f"P-{number}")
    first, last = archivist.get("/projects?page=1&size=2").json, archivist.get("/projects?page=3&size=2").json
    assert [item["code"] for item in first["items"]] == ["P-0", "P-1"]
    assert [item["code"] for item in last["items"]] == ["P-4"]
    assert (first["total"], first["page"], first["size"]) == (5, 1, 2)
    assert archivist.get("/projects?page=9").json["items"] == []


@pytest.mark.parametrize(("query", "field"), [
    ("page=0", "page"), ("size=201", "size"), ("size=viele", "size"), ("pgae=1", "pgae"), ("mode=x", "mode")])
def test_a_bad_parameter_is_named(archivist: Api, query: str, field: str) -> None:
    body = problem(archivist.get(f"/projects?{query}"), 422, "api.validation")
    assert [error["field"] for error in body["errors"]] == [field]


def test_filters_narrow_the_list(archivist: Api, two_projects: object) -> None:
    for query in (f"unit={UNIT_B}", "q=水文", "q=xm-2024-002"):
        assert [item["code"] for item in archivist.get(f"/projects?{query}").json["items"]] == [CODE_B]
    assert archivist.get("/projects?kind=om").json["total"] == 0


def test_a_code_with_unusual_characters_has_an_address(archivist: Api) -> None:
    code = "川政务〔2024〕7号 #1?%"
    made = archivist.post("/projects", json=NEW | {"code": code})
    assert made.headers["Location"] == f"/api/v1/projects/{quote(code, safe='')}"
    assert archivist.get(f"/projects/{quote(code, safe='')}").json["code"] == code


def test_contracts_are_listed_with_their_project(system: Any, archivist: Api, project: Project) -> None:
    values = {"project": CODE, "type": "build", "signed_on": date(2024, 5, 1), "amount_fen": 100}
    assert not import_ledger(SYSTEM, system.clock, [], [LedgerRow("HT-1", "合同", 2, values)]).errors
    body = archivist.get(f"/projects/{CODE}/contracts").json
    assert body["total"] == 1
    assert body["items"][0].items() >= {"number": "HT-1", "signed_on": "2024-05-01", "amount_fen": 100}.items()


def test_the_dossier_says_what_is_there_what_is_missing_and_who_asks(system: Any, archivist: Api, project: Project) -> None:
    empty = archivist.get(f"/projects/{CODE}/dossier").json
    assert empty["completeness"] == 0
    materials = [material for stage in empty["stages"] for material in stage["materials"]]
    assert {m["state"] for m in materials} == {"missing", "not_applicable"}
    wanted = next(m for m in materials if m["state"] == "missing" and m["level"] == "mandatory")
    assert wanted["clause"]

    from ingest.describe import Given

    filed = system.intake.file(SYSTEM, CODE, "x.txt", [b"content"], Given(type=wanted["type"]))
    body = archivist.get(f"/projects/{CODE}/dossier").json
    found = next(m for stage in body["stages"] for m in stage["materials"] if m["type"] == wanted["type"])
    assert found["state"] == "present"
    assert [document["id"] for document in found["documents"]] == [filed.document.id]
    assert 0 < body["completeness"] < 1
    assert sum(stage["missing"] for stage in body["stages"]) == sum(stage["missing"] for stage in empty["stages"]) - 1


def test_documents_of_a_dossier_are_listed_newest_first(system: Any, archivist: Api, project: Project) -> None:
    ids = [file_text(system, CODE, f"{n}.txt", f"text {n}").document.id for n in range(3)]
    body = archivist.get(f"/projects/{CODE}/documents?size=2").json
    assert [item["id"] for item in body["items"]] == ids[:0:-1]
    assert body["total"] == 3
    assert archivist.get(f"/projects/{CODE}/documents?type=no_such").json["total"] == 0
