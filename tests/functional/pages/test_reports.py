"""The forms for outside platforms say what is registered, count what is to be counted, and leave open what nobody said."""

import io
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest
from docx import Document as Word

from admin.system import System
from archive.models import Contract, Document
from archive.operations.documents import catalogue_document
from archive.operations.projects import update_project
from archive.operations.registers import add_entry, withdraw_entry
from tests.builders import SYSTEM, a_description
from tests.functional.pages.conftest import Browser

WAN = 1_000_000


@pytest.fixture
def told(filled: Document, system: System) -> None:
    """A project that was paid twice, adjusted twice by itself and once with approval, and accepted."""
    update_project(SYSTEM, system.clock, "XM-A", 1, {
        "total_investment_fen": 1000 * WAN, "acceptance_date": date(2026, 1, 9), "acceptance_result": "通过", "contact": "赵工"})
    Contract(number="HT-1", project="XM-A", type="build", supplier="软件公司", amount_fen=800 * WAN).save()

    def add(key: str, **values: object) -> str:
        return add_entry(SYSTEM, system.clock, key, "XM-A", values).id

    add("payment", number="1", paid_on="2025-05-01", amount_fen=240 * WAN, purpose="build", contract="HT-1")
    add("payment", number="2", paid_on="2026-02-01", amount_fen=100 * WAN, purpose="build")
    withdrawn = add("payment", number="3", paid_on="2026-02-02", amount_fen=77 * WAN, purpose="build")
    withdraw_entry(SYSTEM, system.clock, withdrawn, 1, "重复")
    for number, kind, amount in (("T-1", "self", 50), ("T-2", "self", 75), ("T-3", "major", 300)):
        add("adjustment", number=number, kind=kind, reason="technology", amount_fen=amount * WAN, content="换模块")
    add("platform", platform="registration", matter="registration", number="BA-001")
    add("platform", platform="registration", matter="acceptance", number="YS-001", submitted_on="2026-01-15")
    catalogue_document(SYSTEM, system.clock, "XM-A", a_description(type="acceptance_opinion", title="验收意见书"), "库房")


def words(browser: Browser, report: str) -> str:
    """All text of the Word form."""
    answer = browser.get(f"/projects/XM-A/reports/{report}.docx")
    assert answer.status_code == 200
    document = Word(io.BytesIO(answer.data))
    cells = [" ".join(cell.text for cell in row.cells) for table in document.tables for row in table.rows]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


@pytest.mark.parametrize(("report", "there", "not_there"), [
    ("acceptance", ("项目验收情况报备表", "BA-001", "YS-001（2026-01-15）", "验收日期 2026-01-09", "HT-1 （待填） 软件公司 800", "验收意见书"), ("HT-9",)),
    ("performance", ("2026 年度绩效监控报告", "合同金额（万元） 800", "累计支付（万元） 340", "2026 年支付（万元） 100", "42.50%", "尚无登记"), ("77",)),
    ("adjustment", ("自行调整次数 2", "累计调整金额（万元） 125", "12.50%", "T-2 技术方案优化 换模块 75"), ("T-3",))])
def test_a_form_says_what_is_registered(told: None, signed_in: Callable[[str], Browser], report: str, there: tuple[str, ...],
                                        not_there: tuple[str, ...]) -> None:
    text = words(signed_in("unit_a"), report)
    assert [word for word in there if word not in text] == []
    assert [word for word in not_there if word in text] == []
    assert "（待填）" in text


def test_the_same_form_comes_as_a_workbook(told: None, signed_in: Callable[[str], Browser]) -> None:
    answer = signed_in("archivist").get("/projects/XM-A/reports/performance.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    values = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any("42.50%" in value for value in values)
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]


def test_a_project_of_which_nothing_is_known_leaves_all_open(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    for report in ("acceptance", "performance", "adjustment"):
        assert "（待填）" in words(signed_in("archivist"), report)


def test_they_are_offered_where_the_registers_are(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    page = signed_in("auditor").page("/projects/XM-A/registers")
    for report in ("acceptance", "performance", "adjustment"):
        assert f"/projects/XM-A/reports/{report}.docx" in page
    assert signed_in("unit_b").get("/projects/XM-A/reports/acceptance.docx").status_code == 404
