"""The pages of the registers: a row is registered with its papers, found again, corrected, withdrawn, and its history read."""

from collections.abc import Callable
from html import unescape

import pytest

from admin.system import System
from archive.models import Contract, Document, RegisterEntry
from archive.operations.registers import add_entry, change_entry
from archive.registers import REGISTERS
from archive.registers.columns import UNIT as UNIT_SCOPE
from tests.builders import SYSTEM, UNIT, UNIT_B
from tests.conftest import snapshot
from tests.functional.pages.conftest import Browser

ROWS = "/projects/XM-A/registers/payment"
PAYMENT = {"number": "PZ-1", "paid_on": "2024-05-01", "amount_fen": "12.5", "purpose": "build", "treasury": "1", "payee": "<软件>公司"}
SYSTEMS = f"/units/{UNIT}/registers/system"


@pytest.fixture
def archivist(filled: Document, signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("archivist")


def test_a_row_is_registered_with_its_papers(archivist: Browser, filled: Document, system: System) -> None:
    Contract(number="HT-1", project="XM-A", type="build", supplier="软件公司").save()
    form = archivist.page(ROWS)
    assert filled.title in form
    assert '<option value="HT-1">软件公司</option>' in form
    shown = archivist.follow(ROWS, {**PAYMENT, "contract": "HT-1", "evidence": filled.id})
    assert "已登记：资金支付 PZ-1" in shown
    assert "&lt;软件&gt;公司" in shown
    entry = RegisterEntry.objects.get()
    assert entry.values == {"number": "PZ-1", "paid_on": "2024-05-01", "amount_fen": 12_500_000, "purpose": "build", "treasury": True,
                            "payee": "<软件>公司", "contract": "HT-1"}
    assert entry.evidence == [filled.id]
    row = archivist.page(f"/register-rows/{entry.id}")
    for word in ("12.5 万元", "国库集中支付", filled.title, "建设", "HT-1", "修改历史", "archivist"):
        assert word in row, word
    assert "PZ-1" in archivist.page("/registers/payment")


@pytest.mark.parametrize(("change", "words"), [
    ({"amount_fen": "一百"}, "支付金额"), ({"amount_fen": ""}, "必须填写"), ({"paid_on": "2024-02-30"}, "不是日期"), ({"purpose": "x"}, "可选的值"),
    ({"contract": "HT-9"}, "没有“HT-9”"), ({"evidence": "nothing"}, "佐证文件")])
def test_a_bad_form_is_shown_again_as_typed(archivist: Browser, change: dict[str, str], words: str) -> None:
    before = snapshot()
    answer = archivist.post(ROWS, {**PAYMENT, **change})
    assert answer.status_code == 422
    assert words in unescape(answer.text)
    assert 'value="PZ-1"' in answer.text
    assert '<details class="panel fold no-print" id="add" open>' in answer.text
    assert snapshot() == before


def test_a_row_is_corrected_from_the_state_that_was_seen(archivist: Browser, filled: Document, system: System) -> None:
    entry = add_entry(SYSTEM, system.clock, "payment", "XM-A", {**PAYMENT, "amount_fen": 1, "treasury": True}, [filled.id])
    address = f"/register-rows/{entry.id}"
    assert 'value="0.000001"' in archivist.page(address)
    shown = archivist.follow(address, {**PAYMENT, "treasury": "", "revision": "1", "evidence": filled.id})
    assert "已保存" in shown
    assert "0.000001 万元 → 12.5 万元" in " ".join(shown.split())
    assert "是 → —" in " ".join(shown.split())
    assert RegisterEntry.objects.get().revision == 2
    before = snapshot()
    stale = archivist.post(address, {**PAYMENT, "payee": "别人", "revision": "1"})
    assert (stale.status_code, "刚被他人修改" in stale.text) == (409, True)
    assert archivist.post(address, {**PAYMENT, "revision": "x"}).status_code == 422
    assert snapshot() == before


def test_a_row_is_withdrawn_with_a_reason(archivist: Browser, system: System) -> None:
    entry = add_entry(SYSTEM, system.clock, "payment", "XM-A", {**PAYMENT, "amount_fen": 1, "treasury": None})
    address = f"/register-rows/{entry.id}"
    assert "请写明为什么撤销" in archivist.follow(f"{address}/withdraw", {"revision": "1", "reason": " "})
    assert "登错项目" in archivist.follow(f"{address}/withdraw", {"revision": "1", "reason": "登错项目"})
    page = archivist.page(address)
    assert "这条登记已撤销" in page
    assert 'id="edit"' not in page
    assert "PZ-1" not in archivist.page(ROWS)
    assert "已撤销" in archivist.page(f"{ROWS}?withdrawn=1")


def test_a_unit_keeps_its_systems(signed_in: Callable[[str], Browser], filled: Document) -> None:
    browser = signed_in("unit_a")
    assert SYSTEMS.replace(UNIT, "") in browser.page(f"/units/{UNIT}/registers").replace("%E7%9C%81%E6%95%B0%E5%AD%97%E6%94%BF%E5%8A%A1%E5%8E%85", "")
    shown = browser.follow(SYSTEMS, {"number": "XT-1", "name": "协同办公", "status": "in_use", "project": "XM-A", "evidence": filled.id})
    assert "已登记：系统目录 XT-1" in shown
    assert "协同办公" in shown
    assert browser.get(f"/units/{UNIT_B}/registers/system").status_code == 404
    assert "协同办公" not in signed_in("unit_b").page("/registers/system")


def test_who_only_reads_is_offered_no_form(signed_in: Callable[[str], Browser], filled: Document, system: System) -> None:
    entry = add_entry(SYSTEM, system.clock, "payment", "XM-A", {**PAYMENT, "amount_fen": 1, "treasury": None})
    for role in ("auditor", "supervisor"):
        for path in (ROWS, f"/register-rows/{entry.id}", SYSTEMS):
            assert '<form class="body' not in signed_in(role).page(path)


def test_every_register_has_its_form(archivist: Browser) -> None:
    for key, register in REGISTERS.items():
        page = archivist.page(f"/units/{UNIT}/registers/{key}" if register.scope == UNIT_SCOPE else f"/projects/XM-A/registers/{key}")
        assert all(f'name="{name}"' in page for name in register.names), key
        assert f"/registers/{key}" in archivist.page("/registers")


def test_evidence_that_went_away_stays_named_until_it_is_taken_off(archivist: Browser, filled: Document, system: System) -> None:
    entry = add_entry(SYSTEM, system.clock, "payment", "XM-A", {**PAYMENT, "amount_fen": 1, "treasury": None})
    change_entry(SYSTEM, system.clock, entry.id, 1, {}, [filled.id])
    RegisterEntry.objects(id=entry.id).update_one(set__evidence=["gone"])
    assert "已移除或无权查看的文件" in archivist.page(f"/register-rows/{entry.id}")
    archivist.follow(f"/register-rows/{entry.id}", {**PAYMENT, "revision": "2", "evidence": "gone"})
    assert RegisterEntry.objects.get().evidence == ["gone"]


def test_the_dossier_leads_to_its_registers(archivist: Browser) -> None:
    assert "/projects/XM-A/registers" in archivist.page("/projects/XM-A")
    assert "资金支付" in archivist.page("/projects/XM-A/registers")
