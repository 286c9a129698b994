"""A row is registered at a desk and on a telephone: form, picker of papers, table and history fit and work."""

import os
from pathlib import Path

import pytest

from archive.models import RegisterEntry
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser
ROWS = "/projects/SC-2024-001/registers/procurement"


@pytest.mark.parametrize("visitor", [(1280, 900), (390, 844)], indirect=True, ids=["1280", "390"])
def test_a_row_is_registered_and_corrected(visitor: Visitor) -> None:
    page = visitor.sign_in("archivist").open("/projects/SC-2024-001")
    page.get_by_role("link", name="登记簿", exact=True).last.click()
    _fits(visitor, "owner")
    page.get_by_role("link", name="采购", exact=True).click()
    for label, value in (("采购编号", "CG-2024-01"), ("采购预算（万元）", "860"), ("价格权重（%）", "10"), ("成交供应商", "软件公司")):
        page.get_by_label(label).fill(value)
    for label, choice in (("采购用途", "建设"), ("采购标的", "服务"), ("采购方式", "公开招标"), ("评审办法", "综合评分法"), ("纳入政府采购", "是")):
        page.get_by_label(label).select_option(label=choice)
    page.locator("#f-notice_on").fill("2024-03-01")
    page.get_by_label("查找佐证文件").fill("招标")
    assert page.locator(".papers label:visible").count() == 1
    page.locator(".papers label:visible input").check()
    _fits(visitor, "form")
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_role("status").get_by_text("已登记").wait_for()
    _fits(visitor, "rows")
    page.locator("td.first a").first.click()
    page.get_by_role("link", name="修改").click()
    page.get_by_label("成交供应商").fill("另一公司")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("软件公司 → 另一公司").wait_for()
    _fits(visitor, "row")
    visitor.open("/registers")
    _fits(visitor, "index")
    entry = RegisterEntry.objects.get()
    assert (entry.revision, len(entry.evidence), entry.values["budget_fen"]) == (2, 1, 860_000_000)
    assert (visitor.complaints, visitor.foreign) == ([], [])


def _fits(visitor: Visitor, name: str) -> None:
    """Nothing stands out to the right; with DANGAN_PICTURES a picture is left there."""
    page = visitor.page
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"), name
    if folder := os.environ.get("DANGAN_PICTURES", ""):
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
