"""The review desk in a real browser: types by key and by click, values beside their page, contradictions settled."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from admin.system import System
from admin.worker import Worker
from archive.access import system_actor
from archive.fields import fields_of
from archive.models import Document, TypeEvidence
from archive.models.fields import Dismissal
from tests import samples
from tests.browser.conftest import Visitor, press
from tests.builders import file_text

pytestmark = pytest.mark.browser
CODE = "SC-2024-003"
ACTOR = system_actor("tests")
OPEN = {"运维合同.txt": "工程监理合同\n委托人：某单位\n系统运维由他人负责，软件测试合同另签。", "资料一.txt": "今天天气很好", "资料二.txt": "未写明用途"}
CONTRACT = ["信用平台采购服务合同", "合同编号：HT-2024-01", "甲方：省营商环境局", "乙方：青岚华拓信息有限公司", "合同金额：128万元"]
REPORT = ["信用平台项目验收报告", "合同编号：HT-2024-01", "乙方：青岚创远科技有限公司", "合同金额：138万元", "验收结论：通过"]


@pytest.fixture
def waiting(site: str, system: System, tmp_path: Path) -> None:
    """What a person has to look at: three files of no sure type, two papers that tell different amounts."""
    for name, text in OPEN.items():
        file_text(system, CODE, name, text)
    for name, lines in (("服务合同.pdf", CONTRACT), ("验收报告.pdf", REPORT)):
        path = samples.pdf(tmp_path / name, [lines], title=lines[0])
        system.intake.file(ACTOR, CODE, name, [path.read_bytes()])
    Worker(system).drain()


def pictured(page: Page, gallery: Path, name: str) -> None:
    page.wait_for_function("() => [...document.images].filter(i => i.loading !== 'lazy').every(image => image.complete)")
    width = (page.viewport_size or {"width": 0})["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=gallery / f"{name}-{width}.png")


@pytest.mark.parametrize("visitor", [(1280, 900), (390, 844)], indirect=True, ids=["1280", "390"])
def test_everything_that_waits_is_decided_at_the_desk(visitor: Visitor, waiting: None, gallery: Path) -> None:
    page = visitor.sign_in("archivist").open(f"/documents/unconfirmed?project={CODE}")
    rows = page.locator("[data-review]")
    expect(rows).to_have_count(3)
    doubted = rows.filter(has_text="工程监理合同")
    expect(doubted.locator("[data-candidate]")).to_have_count(3)
    expect(doubted).to_contain_text("文件名含“运维”“合同”")
    pictured(page, gallery, "review")
    _types(page)
    _values(page, gallery)
    _contradictions(page, gallery)


def _types(page: Page) -> None:
    """The first has the focus at once; after each decision the next one has it; at the end the list is empty."""
    rows = page.locator("[data-review]")
    expect(rows.first).to_be_focused()
    press(page, "ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    press(page, "ArrowUp")
    press(page, "t")
    page.keyboard.type("会议纪要")
    press(page, "Enter")
    expect(rows).to_have_count(2)
    expect(rows.first).to_be_focused()
    press(page, "t")
    page.keyboard.type("会议纪要")
    press(page, "Enter")
    expect(rows).to_have_count(1)
    expect(rows.first).to_be_focused()
    press(page, "1")
    expect(page.get_by_text("没有待确认类型的文件")).to_be_visible()
    assert Document.objects(project=CODE, type_source="unrecognised").count() == 0
    assert TypeEvidence.objects(project=CODE, filename="资料二.txt", type="meeting_minutes").count() == 1
    kept = TypeEvidence.objects.get(filename="运维合同.txt")
    assert (kept.proposed, kept.by_name) == (kept.type, "沈静")


def _still(page: Page) -> bool:
    """Whether a value waits, asked of the whole page: of one that is still coming, everything seems done."""
    page.wait_for_load_state("load")
    return page.locator(".values .here").count() > 0


def _values(page: Page, gallery: Path) -> None:
    """A value with its page and its words marked there; confirmed, corrected and denied by key; the list empties."""
    page.goto(page.url.split("/documents")[0] + f"/documents/unconfirmed/values?project={CODE}")
    expect(page.locator(".values .here")).to_be_visible()
    report = Document.objects.get(project=CODE, filename="验收报告.pdf")
    if page.locator("#desk > header h2").inner_text() != report.title:
        press(page, "n")
        expect(page.locator("#desk > header h2")).to_have_text(report.title)
    page.locator(".values a", has_text="合同金额").first.click()
    expect(page.locator(".values .value")).to_have_text("1,380,000.00 元")
    expect(page.locator("#contradictions")).to_contain_text("服务合同")
    page.wait_for_function("() => { const i = document.querySelector('.evidence img'); return i && i.complete && i.naturalWidth > 500; }")
    pictured(page, gallery, "review-values")
    press(page, "2")
    expect(page.locator("#typed")).to_be_focused()
    page.locator("#typed").fill("128万元")
    press(page, "Enter")
    expect(page.get_by_role("status").filter(has_text="已确认")).to_be_visible()
    corrected = fields_of(ACTOR, report.id).get("contract_amount")
    assert corrected is not None
    assert (corrected.state, corrected.value, corrected.read_value) == ("corrected", "128000000", "138000000")
    while _still(page):
        before = page.locator("#desk").inner_text()
        press(page, "1")
        page.wait_for_function("before => (document.querySelector('#desk') || {}).innerText !== before", arg=before)
    expect(page.get_by_text("没有待确认的字段")).to_be_visible()


def _contradictions(page: Page, gallery: Path) -> None:
    """The amount that was corrected contradicts no more; the supplier still does, until somebody says why it does not."""
    page.get_by_role("link", name="前后不一致").click()
    left = page.locator(".panel .hit")
    expect(left).to_have_count(1)
    expect(left).to_contain_text("青岚创远科技有限公司")
    pictured(page, gallery, "review-contradictions")
    left.get_by_text("不成立").first.click()
    left.get_by_label("理由").fill("乙方已更名，附更名通知")
    left.get_by_role("button", name="注明不成立").click()
    expect(page.get_by_text("没有未处理的前后不一致")).to_be_visible()
    assert Dismissal.objects.get(project=CODE).by_name == "沈静"
