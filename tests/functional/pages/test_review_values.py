"""The review desk's pile of values: what waits, of which version, for whom; and that its forms lead back to it."""

from collections.abc import Callable

import pytest

from admin.system import System
from admin.worker import Worker
from archive.access import Actor
from archive.errors import NotPermitted
from archive.fields import fields_of
from archive.models import Document
from archive.operations.fields import confirm_field
from archive.waiting_values import count_waiting, waiting_values
from tests.builders import SYSTEM, UNIT_B, a_project, file_text
from tests.functional.pages.conftest import Browser

CONTRACT = "采购合同\n合同编号：HT-2024-01\n乙方：青岚华拓信息有限公司\n合同金额：128万元\n"
REPORT = "项目验收报告\n合同编号：HT-2024-01\n合同金额：138万元\n"
DESK = "/documents/unconfirmed/values"


@pytest.fixture
def contract(system: System, worker: Worker) -> Document:
    a_project(system, "XM-A")
    a_project(system, "XM-B", unit=UNIT_B, name="水文遥测平台建设项目")
    filed: Document = file_text(system, "XM-A", "采购合同.txt", CONTRACT).document
    file_text(system, "XM-B", "项目验收报告.txt", REPORT)
    worker.drain()
    return Document.objects.get(id=filed.id)


def test_only_what_is_read_and_current_waits(contract: Document, system: System, worker: Worker, people: dict[str, Actor]) -> None:
    who = people["archivist"]
    assert count_waiting(who) == 2
    only = waiting_values(who, project="XM-A")
    assert [(item.document.id, [value.key for value in item.values]) for item in only.items] == [
        (contract.id, ["contract_no", "party_b", "contract_amount"])]
    confirm_field(who, system.clock, contract.id, "party_b", 1)
    assert [v.key for v in waiting_values(who, project="XM-A").items[0].values] == ["contract_no", "contract_amount"]
    system.intake.add_version(SYSTEM, contract.id, "采购合同-修订.txt", ["采购合同\n合同编号：HT-2024-02\n".encode()])
    worker.drain()
    assert waiting_values(who, project="XM-A").total == 1, "the values of the old version are nobody's business any more"
    assert [v.value for v in waiting_values(who, project="XM-A").items[0].values] == ["HT-2024-02"]
    assert waiting_values(who, doubtful=True).total == 0


def test_who_may_not_confirm_has_no_desk(contract: Document, people: dict[str, Actor]) -> None:
    for name in ("unit_a", "auditor", "supervisor", "secadmin"):
        with pytest.raises(NotPermitted):
            waiting_values(people[name])


def test_one_value_after_the_other_and_back_to_the_desk(contract: Document, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("archivist")
    page = browser.page(f"{DESK}?project=XM-A")
    assert "1,280,000.00 元" in page
    assert "“合同编号：HT-2024-01”" in page or "HT-2024-01" in page
    form = {"said": "as_read", "revision": "1", "next": f"{DESK}?project=XM-A"}
    answer = browser.post(f"/documents/{contract.id}/fields/contract_no", form)
    assert (answer.status_code, answer.location) == (302, f"{DESK}?project=XM-A")
    page = browser.page(f"{DESK}?project=XM-A&field=contract_amount")
    assert 'name="value" value="1,280,000.00 元"' in page
    for revision, key in ((2, "party_b"), (3, "contract_amount")):
        browser.post(f"/documents/{contract.id}/fields/{key}", {"said": "as_read", "revision": str(revision)})
    assert "没有待确认的字段" in browser.page(f"{DESK}?project=XM-A")
    assert "没有待确认的字段" not in browser.page(f"{DESK}?page=7")     # past the end: the front of what is left
    assert all(value.state == "confirmed" for value in fields_of(SYSTEM, contract.id).found)


def test_a_form_does_not_lead_away_from_this_site(contract: Document, signed_in: Callable[[str], Browser]) -> None:
    form = {"said": "as_read", "revision": "1", "next": "//evil.example.com/"}
    assert signed_in("archivist").post(f"/documents/{contract.id}/fields/contract_no", form).location == f"/documents/{contract.id}#fields"


def test_contradictions_are_listed_by_dossier_and_settled_there(contract: Document, system: System, worker: Worker,
                                                                signed_in: Callable[[str], Browser]) -> None:
    file_text(system, "XM-A", "项目验收报告.txt", REPORT + "验收组于现场验收。")
    worker.drain()
    browser, desk = signed_in("archivist"), "/documents/unconfirmed/contradictions"
    page = browser.page(desk)
    assert 'id="of-XM-A"' in page
    assert 'id="of-XM-B"' not in page
    key = page.split("/contradictions/")[1].split("/")[0]
    said = browser.follow(f"/projects/XM-A/contradictions/{key}/dismiss", {"reason": "补充协议已说明", "next": desk})
    assert "没有未处理的前后不一致" in said
