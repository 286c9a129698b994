"""The registers over HTTP: told, added to, changed under If-Match, withdrawn, with history; by whom, and whose they are."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest

from archive.models import Project
from archive.registers import REGISTERS
from tests.builders import UNIT, UNIT_B
from tests.conftest import snapshot
from tests.functional.api.conftest import CODE, CODE_B, Api, Everybody, problem

PROCUREMENT: Mapping[str, Any] = {"number": "CG-1", "purpose": "build", "object": "services", "method": "open_tender", "price_weight": 12.5,
                                  "award_fen": 123_456_789_012, "government_procured": True, "bid_deadline": "2024-03-01"}
ROWS = f"/projects/{CODE}/registers/procurement"
SYSTEMS = f"/units/{quote(UNIT)}/registers/system"
IN_USE = {"number": "XT-1", "name": "协同办公", "status": "in_use"}


def made(api: Api, path: str = ROWS, values: Mapping[str, Any] = PROCUREMENT, **more: Any) -> Any:
    answer = api.post(path, json={"values": values, **more})
    assert answer.status_code == 201, answer.text
    return answer


def test_the_registers_are_told_with_their_columns(archivist: Api) -> None:
    items = archivist.get("/registers").json["items"]
    assert [item["key"] for item in items] == list(REGISTERS)
    column = {c["name"]: c for item in items if item["key"] == "procurement" for c in item["columns"]}
    assert column["method"]["choices"][0] == {"key": "open_tender", "name": "公开招标"}
    assert (column["number"]["required"], column["number"]["unique"], column["award_fen"]["kind"]) == (True, True, "fen")


def test_a_row_is_added_and_read_back_as_given(archivist: Api, project: Project) -> None:
    paper = archivist.post(f"/projects/{CODE}/documents", data={"file": (BytesIO("招标文件".encode()), "招标文件.txt")})
    answer = made(archivist, evidence=[paper.json["id"]])
    assert answer.json["values"] == PROCUREMENT
    assert (answer.json["owner"], answer.json["evidence"]) == (CODE, [paper.json["id"]])
    read = archivist.get(answer.headers["Location"].removeprefix("/api/v1"))
    assert read.json == answer.json
    assert read.headers["ETag"] == answer.headers["ETag"] == '"1"'
    assert archivist.get(ROWS).json["items"] == archivist.get("/registers/procurement/rows").json["items"] == [answer.json]
    step, = archivist.get(f"/register-rows/{answer.json['id']}/history").json["items"]
    assert {"column": "evidence", "before": [], "after": [paper.json["id"]]} in step["changes"]


def test_a_units_rows_are_added_and_listed(archivist: Api, project: Project) -> None:
    made(archivist, SYSTEMS, IN_USE)
    assert archivist.get(SYSTEMS).json["total"] == 1
    assert archivist.get("/registers/system/rows").json["items"][0]["owner"] == UNIT


@pytest.mark.parametrize(("values", "field"), [
    ({"number": None}, "采购编号"), ({"method": "公开招标"}, "采购方式"), ({"award_fen": 1.5}, "成交金额"), ({"award_fen": -1}, "成交金额"),
    ({"bid_deadline": "2024-02-30"}, "投标截止日期"), ({"colour": "red"}, "colour"), ({"price_weight": 101}, "价格权重（%）"),
    ({"government_procured": "yes"}, "纳入政府采购"), ({"contract": "HT-9"}, "合同编号"), ({"supplier": "x" * 501}, "成交供应商"),
    ({"award_fen": 2**63}, "成交金额"), ({"document_on": "2024-03-02"}, "投标截止日期")])
def test_a_bad_value_is_refused_by_its_column(archivist: Api, project: Project, values: dict[str, Any], field: str) -> None:
    before = snapshot()
    body = problem(archivist.post(ROWS, json={"values": {**PROCUREMENT, **values}}), 422, "archive.invalid")
    assert [error["field"] for error in body["errors"]] == [field]
    assert snapshot() == before


@pytest.mark.parametrize("body", [{}, {"values": []}, {"values": {"number": ["x"]}}, {"values": {"number": {"$ne": 1}}}, {"values": {}, "x": 1},
                                  {"values": dict(PROCUREMENT), "evidence": ["d"] * 51}])
def test_what_is_no_row_is_refused(archivist: Api, project: Project, body: Any) -> None:
    before = snapshot()
    problem(archivist.post(ROWS, json=body), 422, "api.validation")
    assert snapshot() == before


def test_the_same_row_twice_is_a_conflict_but_once_by_its_key(archivist: Api, project: Project) -> None:
    first = archivist.post(ROWS, json={"values": PROCUREMENT}, headers={"Idempotency-Key": "k"})
    again = archivist.post(ROWS, json={"values": PROCUREMENT}, headers={"Idempotency-Key": "k"})
    assert again.json == first.json
    before = snapshot()
    problem(archivist.post(ROWS, json={"values": PROCUREMENT}), 409, "archive.already-exists")
    assert snapshot() == before


def test_a_change_needs_the_state_it_was_made_from(archivist: Api, project: Project) -> None:
    address = f"/register-rows/{made(archivist).json['id']}"
    changed = archivist("PATCH", address, json={"values": {"bid_deadline": None, "suppliers": 3}}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"], changed.json["values"]["suppliers"]) == (200, '"2"', 3)
    assert "bid_deadline" not in changed.json["values"]
    before = snapshot()
    for method, path, body in (("PATCH", address, {"values": {"suppliers": 4}}), ("POST", f"{address}/withdraw", {"reason": "重复"})):
        problem(archivist(method, path, json=body), 428)
        problem(archivist(method, path, json=body, headers={"If-Match": '"1"'}), 412)
    assert snapshot() == before
    steps = archivist.get(f"{address}/history").json["items"]
    assert [step["what"] for step in steps] == ["changed", "added"]
    assert steps[0]["changes"] == [{"column": "suppliers", "before": None, "after": 3},
                                   {"column": "bid_deadline", "before": "2024-03-01", "after": None}]
    assert {"column": "price_weight", "before": None, "after": 12.5} in steps[1]["changes"]


def test_a_withdrawn_row_says_why(archivist: Api, project: Project) -> None:
    address = f"/register-rows/{made(archivist).json['id']}"
    gone = archivist.post(f"{address}/withdraw", json={"reason": "登错项目"}, headers={"If-Match": '"1"'})
    assert (gone.json["withdrawn"], gone.json["reason"]) == (True, "登错项目")
    assert archivist.get(ROWS).json["total"] == 0
    assert archivist.get(f"{ROWS}?withdrawn=true").json["items"] == [gone.json]
    problem(archivist("PATCH", address, json={"values": {}}, headers={"If-Match": '"2"'}), 422, "archive.invalid")


@pytest.mark.parametrize("role", ["auditor", "supervisor", "sysadmin", "secadmin", "auditadmin"])
def test_only_archivists_and_the_unit_write(everybody: Everybody, project: Project, role: str) -> None:
    address = f"/register-rows/{made(everybody.as_('unit_a')).json['id']}"
    api = everybody.as_(role)
    api.get("/projects")
    before = snapshot()
    attempts = (("POST", ROWS, {"values": PROCUREMENT}), ("POST", SYSTEMS, {"values": IN_USE}), ("PATCH", address, {"values": {"package": "2"}}),
                ("POST", f"{address}/withdraw", {"reason": "x"}))
    for method, path, body in attempts:
        problem(api(method, path, json=body, headers={"If-Match": '"1"'}), 403, "archive.not-permitted")
    assert snapshot() == before
    for path in ("/registers", ROWS, address, f"{address}/history", "/registers/procurement/rows"):
        assert api.get(path).status_code == (200 if role in ("auditor", "supervisor") else 403)


def test_another_units_rows_are_not_found(everybody: Everybody, two_projects: tuple[Project, Project]) -> None:
    archivist, stranger = everybody.as_("archivist"), everybody.as_("unit_b")
    address = f"/register-rows/{made(archivist).json['id']}"
    unit_row = f"/register-rows/{made(archivist, SYSTEMS, IN_USE).json['id']}"
    stranger.get("/projects")
    before = snapshot()
    for path in (address, unit_row, f"{address}/history", ROWS, SYSTEMS):
        problem(stranger.get(path), 404, "archive.not-found")
    for path in (ROWS, SYSTEMS):
        problem(stranger.post(path, json={"values": PROCUREMENT}), 404, "archive.not-found")
    problem(stranger("PATCH", address, json={"values": {"package": "2"}}, headers={"If-Match": '"1"'}), 404)
    problem(stranger.post(f"{address}/withdraw", json={"reason": "x"}, headers={"If-Match": '"1"'}), 404)
    assert snapshot() == before
    assert stranger.get("/registers/procurement/rows").json["total"] == 0
    made(stranger, f"/projects/{CODE_B}/registers/procurement")
    assert stranger.get("/registers/procurement/rows").json["total"] == 1


@pytest.mark.parametrize("path", [f"/projects/{CODE}/registers/system", f"/units/{quote(UNIT_B)}/registers/procurement",
                                  f"/projects/{CODE}/registers/nothing", "/registers/nothing/rows", "/register-rows/nothing",
                                  "/units/nothing/registers/system"])
def test_what_there_is_not_is_not_found(archivist: Api, two_projects: Any, path: str) -> None:
    problem(archivist.get(path), 404, "archive.not-found")
