"""Values and contradictions where people meet them: on the document's and the dossier's page, and over the API."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from admin.system import System
from admin.worker import Worker
from archive.access import Actor
from archive.fields import fields_of
from archive.models import Document
from archive.models.fields import Dismissal
from archive.operations.people import issue_token
from retention.contradictions import contradictions_of
from tests.builders import SYSTEM, a_project, file_text
from tests.conftest import snapshot
from tests.functional.pages.conftest import Browser

CONTRACT = "采购合同\n合同编号：HT-2024-01\n乙方：青岚华拓信息有限公司\n合同金额：128万元\n"
REPORT = "项目验收报告\n合同编号：HT-2024-01\n合同金额：138万元\n"


@pytest.fixture
def contract(system: System, worker: Worker) -> Document:
    a_project(system, "XM-A")
    filed: Document = file_text(system, "XM-A", "采购合同.txt", CONTRACT).document
    file_text(system, "XM-A", "项目验收报告.txt", REPORT)
    worker.drain()
    return Document.objects.get(id=filed.id)


def test_values_are_shown_with_their_page_and_confirmed(contract: Document, signed_in: Callable[[str], Browser]) -> None:
    browser, path = signed_in("archivist"), f"/documents/{contract.id}"
    page = browser.page(path)
    assert "1,280,000.00 元" in page
    assert f"/documents/{contract.id}?page=1" in page
    assert "待确认" in page
    said = browser.follow(f"{path}/fields/contract_amount", {"said": "as_read", "revision": "1"})
    assert "已确认" in said
    browser.follow(f"{path}/fields/party_b", {"said": "typed", "value": "青岚华拓信息科技有限公司", "revision": "2"})
    browser.follow(f"{path}/fields/contract_no", {"said": "none", "revision": "3"})
    assert {f.key: f.state for f in fields_of(SYSTEM, contract.id).found} == {
        "contract_amount": "confirmed", "party_b": "corrected", "contract_no": "rejected"}
    assert "原读作 青岚华拓信息有限公司" in browser.page(path)


@pytest.mark.parametrize("form", [{"said": "as_read", "revision": "7"}, {"said": "as_read"}, {"said": "typed", "value": "很多", "revision": "1"}])
def test_what_cannot_be_kept_is_said(contract: Document, form: dict[str, str], signed_in: Callable[[str], Browser]) -> None:
    browser, before = signed_in("archivist"), snapshot()
    assert "已确认。" not in browser.follow(f"/documents/{contract.id}/fields/contract_amount", form)
    assert snapshot() == before


def test_a_reader_sees_values_without_buttons(contract: Document, signed_in: Callable[[str], Browser]) -> None:
    page = signed_in("auditor").page(f"/documents/{contract.id}")
    assert "1,280,000.00 元" in page
    assert "/fields/contract_amount" not in page


def test_a_contradiction_is_listed_and_dismissed(contract: Document, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("archivist")
    page = browser.page("/projects/XM-A")
    assert "写作 1,280,000.00 元" in page
    assert "写作 1,380,000.00 元" in page
    key = contradictions_of(SYSTEM, "XM-A")[0].id
    said = browser.follow(f"/projects/XM-A/contradictions/{key}/dismiss", {"reason": "含暂列金"})
    assert "含暂列金" in said
    assert Dismissal.objects.get().by_name
    assert "0 处待处理" in browser.page("/projects/XM-A")


def test_the_same_over_the_api(app: Flask, system: System, people: dict[str, Actor], contract: Document) -> None:
    client = app.test_client()

    def ask(method: str, path: str, name: str, **rest: Any) -> tuple[int, Any]:
        token = issue_token(SYSTEM, system.clock, name)
        response = client.open(f"/api/v1{path}", method=method, headers={"Authorization": f"Bearer {token}"}, **rest)
        return response.status_code, response.json

    status, body = ask("GET", f"/documents/{contract.id}/fields", "auditor")
    amount = next(field for field in body["fields"] if field["key"] == "contract_amount")
    assert (status, amount["value"], amount["shown"], amount["page"], amount["state"]) == (200, "128000000", "1,280,000.00 元", 1, "read")
    path = f"/documents/{contract.id}/fields/contract_amount"
    assert ask("POST", path, "unit_a", json={"revision": 1})[0] == 403
    assert ask("POST", path, "archivist", json={"revision": 5})[0] == 409
    assert ask("POST", path, "archivist", json={"revision": 1, "value": "很多"})[0] == 422
    status, body = ask("POST", path, "archivist", json={"revision": 1})
    assert (status, next(f for f in body["fields"] if f["key"] == "contract_amount")["confirmed_by"]) == (200, "archivist")
    assert ask("GET", f"/documents/{contract.id}/fields", "unit_b")[0] == 404
    status, body = ask("GET", "/projects/XM-A/contradictions", "auditor")
    assert (status, len(body["items"])) == (200, 1)
    item = body["items"][0]
    assert (item["left"]["document"], item["left"]["confirmed"], item["right"]["confirmed"]) == (contract.id, True, False)
    assert ask("POST", f"/projects/XM-A/contradictions/{item['id']}/dismiss", "auditor", json={"reason": "x"})[0] == 403
    status, body = ask("POST", f"/projects/XM-A/contradictions/{item['id']}/dismiss", "archivist", json={"reason": "含暂列金"})
    assert (status, body["items"][0]["dismissed"]) == (200, "含暂列金")
    assert ask("GET", "/projects/XM-A/contradictions", "unit_b")[0] == 404
