"""What people do with the pages, in a real browser."""

import base64
import re
from collections.abc import Mapping

import pytest
from playwright.sync_api import Page, expect

from admin.system import System
from archive.models import Document, Version
from retention.models import FindingRecord
from tests.browser.conftest import Visitor, press

pytestmark = pytest.mark.browser
NARROW = pytest.mark.parametrize("visitor", [(390, 844)], indirect=True, ids=["390"])
MAIN_PAGES = ("/", "/projects", "/projects/SC-2024-001", "/search?q=密码应用", "/findings", "/rules", "/clauses", "/account")


# Notes the largest number of files that were under way at one time.
COUNT_UPLOADS = """() => {
    window.mostAtOnce = 0;
    new MutationObserver(() => {
        const states = [...document.querySelectorAll('#files > li:is(:not([class]), [class=""]) .state')].map(state => state.textContent);
        window.mostAtOnce = Math.max(window.mostAtOnce, states.filter(state => state !== '等待中').length);
    }).observe(document.getElementById('files'), {childList: true, subtree: true, characterData: true, attributes: true});
}"""


def drop(page: Page, files: Mapping[str, bytes]) -> None:
    """As when files are dragged from the desktop and let go over the zone, all at once."""
    encoded = {name: base64.b64encode(content).decode() for name, content in files.items()}
    transfer = page.evaluate_handle("""files => {
        const transfer = new DataTransfer();
        for (const [name, text] of Object.entries(files)) {
            transfer.items.add(new File([Uint8Array.from(atob(text), c => c.charCodeAt(0))], name));
        }
        return transfer;
    }""", encoded)
    page.dispatch_event("#drop", "dragover", {"dataTransfer": transfer})
    page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})


def test_several_files_are_dropped_at_once_and_each_tells_how_it_went(visitor: Visitor, system: System) -> None:
    page = visitor.sign_in("archivist").open("/projects/SC-2024-003")
    known = Document.objects(project="SC-2024-003").first()
    same = system.blobs.open(_sha(known)).read()
    page.evaluate(COUNT_UPLOADS)
    drop(page, {
        "服务需求方案.txt": "项目服务需求方案\n一、必要性".encode(), "会议纪要.txt": "第一次会议纪要".encode(),
        "采购公告.txt": "招标公告\n项目概况".encode(), "已有的文件.pdf": same, "不该来的.txt": "秘密★5年\n有关事项".encode(),
        "资料.txt": "未写明用途".encode(), "大文件.bin": b"\x00\x01" * 3_000_000})

    rows = page.locator("#files > li")
    expect(rows).to_have_count(7)
    expect(page.locator("#upload-summary")).to_contain_text("上传结束", timeout=60_000)
    expect(page.locator("#files li.done")).to_have_count(5)
    expect(page.locator("#files progress")).to_have_count(7)
    assert page.locator("#files progress").evaluate_all("bars => bars.every(bar => bar.value === 100)")
    expect(rows.filter(has_text="服务需求方案.txt").locator(".result")).to_contain_text("项目服务需求方案（自动识别）")
    expect(rows.filter(has_text="资料.txt").locator(".result")).to_contain_text("待确认")
    duplicate = page.locator("#files li.duplicate")
    expect(duplicate).to_contain_text("没有重复保存")
    expect(duplicate.get_by_role("link")).to_have_attribute("href", f"/documents/{known.id}")
    expect(page.locator("#files li.refused")).to_contain_text("密级标志")
    assert page.evaluate("() => window.mostAtOnce") == 3

    # The list of materials shows them without the page being loaded again.
    expect(page.locator("#materials[data-refreshed]")).to_be_visible()
    page.locator("#stage-BLD > summary").click()
    expect(page.locator("#materials").get_by_role("link", name=re.compile("会议纪要")).first).to_be_visible()
    assert Document.objects(project="SC-2024-003").count() == 8 + 5

    # What somebody has to look at comes first, and can be looked at alone; what is next is said.
    expect(page.locator("#upload-next")).to_contain_text("还缺必备材料")
    page.locator("#upload-only").get_by_role("button", name="未收入 1").click()
    expect(rows.locator("visible=true")).to_have_count(1)
    page.get_by_role("link", name="申请复核").click()
    expect(page.locator("h1")).to_have_text("因密级标志未收入的文件")
    page.get_by_text("认为有误，申请复核").click()
    page.get_by_label("为什么不是密级标志").fill("公文格式标准中的示例")
    page.get_by_role("button", name="提出复核").click()
    expect(page.get_by_text("等待认定")).to_be_visible()


def test_picked_files_take_the_chosen_type(visitor: Visitor) -> None:
    page = visitor.sign_in("unit_a").open("/projects/SC-2024-001")
    page.get_by_label("这批文件的类型").select_option("meeting_minutes")
    page.set_input_files("#picker", [{"name": "甲.txt", "mimeType": "text/plain", "buffer": "甲".encode()},
                                     {"name": "乙.txt", "mimeType": "text/plain", "buffer": "乙".encode()}])
    expect(page.locator("#files li.done")).to_have_count(2)
    assert Document.objects(project="SC-2024-001", type="meeting_minutes", type_source="given").count() == 2


def test_a_search_leads_to_the_marked_words_on_their_page(visitor: Visitor) -> None:
    page = visitor.sign_in("auditor").open("/")
    page.get_by_placeholder("例如").fill("密码应用方案已通过评估")
    page.get_by_placeholder("例如").press("Enter")
    expect(page.locator(".hit mark").first).to_have_text("密码应用方案已通过评估")
    page.locator(".facets-toggle").get_by_role("link", name=re.compile("省水文局")).click()
    expect(page.locator(".chip")).to_contain_text("省水文局")
    page.locator(".hit .pages a").last.click()
    expect(page.locator("#reader mark").first).to_have_text("密码应用方案已通过评估")
    picture = page.locator("img.page-image")
    expect(picture).to_be_visible()
    page.wait_for_function("() => document.querySelector('img.page-image').naturalWidth > 500")


def test_an_explanation_opens_in_place_and_from_a_link(visitor: Visitor) -> None:
    finding = FindingRecord.objects(project="SC-2024-001", rule="R31-3").get()
    page = visitor.sign_in("supervisor").open("/findings?rule=R31-3")
    row = page.locator(f"#finding-{finding.id}")
    expect(row.get_by_text("推算过程")).to_be_hidden()
    row.locator("> summary").focus()
    press(page, "Enter")
    expect(row.get_by_text("推算过程")).to_be_visible()
    expect(row.locator("ol li")).to_have_count(len(finding.steps))

    row.get_by_role("link", name=finding.project_name).click()
    there = page.locator(f"#finding-{finding.id}")
    expect(there).to_have_attribute("open", "")
    expect(there.get_by_text("推算过程")).to_be_in_viewport()


def test_a_waiver_is_asked_for_and_approved_by_a_second_person(visitor: Visitor) -> None:
    finding = FindingRecord.objects(project="SC-2024-001", rule="R31-3").get()
    page = visitor.sign_in("archivist").open(f"/findings/{finding.id}")
    page.get_by_text("申请豁免").first.click()
    page.get_by_label("理由").fill("领导小组已同意延期")
    page.get_by_label("豁免至").fill("2026-06-30")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("等待另一位有权人员批准")).to_be_visible()
    page.get_by_role("button", name="退出").click()
    page = visitor.sign_in("supervisor").open(f"/findings/{finding.id}")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="批准豁免").click()
    expect(page.get_by_text("豁免已批准")).to_be_visible()


def test_the_type_is_confirmed_with_one_of_the_proposals(visitor: Visitor) -> None:
    document = Document.objects(type_source="unrecognised").first()
    page = visitor.sign_in("archivist").open(f"/documents/{document.id}")
    choice = page.get_by_label("文件类型")
    choice.select_option("meeting_minutes")
    page.locator("#confirm").get_by_role("button", name="确认", exact=True).click()
    expect(page.get_by_text("已确认。")).to_be_visible()
    expect(page.locator(".page-head")).to_contain_text("人工确认")


@pytest.mark.parametrize("role", ["archivist", "unit_a", "auditor", "supervisor", "sysadmin", "secadmin", "auditadmin"])
def test_everything_in_the_navigation_works_without_complaint(role: str, visitor: Visitor) -> None:
    page = visitor.sign_in(role).open("/rules")
    links = page.locator(".menu a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    for link in links:
        visitor.open(link)
        expect(page.locator("main")).to_be_visible()


@NARROW
def test_on_a_telephone_nothing_runs_over_the_edge_and_the_menu_folds(visitor: Visitor) -> None:
    page = visitor.sign_in("archivist").open("/")
    expect(page.locator(".menu")).to_be_hidden()
    page.get_by_role("button", name="展开导航").click()
    expect(page.get_by_role("link", name="核对事项", exact=True)).to_be_visible()
    for path in (*MAIN_PAGES, f"/documents/{Document.objects.first().id}", "/projects/SC-2024-001/edit", "/backoffice/documents/"):
        visitor.open(path)
        over = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, (path, over)


def test_every_field_has_a_label_and_every_picture_a_text(visitor: Visitor) -> None:
    page = visitor.sign_in("archivist").open("/")
    for path in (*MAIN_PAGES, f"/documents/{Document.objects.first().id}", "/projects/SC-2024-001/edit", "/projects/import"):
        visitor.open(path)
        nameless = page.evaluate("""() => [...document.querySelectorAll('input, select, textarea')]
            .filter(field => field.type !== 'hidden' && !(field.labels && field.labels.length) && !field.ariaLabel)
            .filter(field => field.getAttribute('aria-hidden') !== 'true').map(field => field.outerHTML)""")
        assert nameless == [], path
        assert page.locator("img:not([alt])").count() == 0, path
        assert page.locator("h1").count() <= 1, path
        repeated = page.evaluate("""() => { const ids = [...document.querySelectorAll('[id]')].map(node => node.id);
            return ids.filter((id, n) => ids.indexOf(id) !== n); }""")
        assert repeated == [], path


def test_the_keyboard_reaches_the_text_first(visitor: Visitor) -> None:
    page = visitor.sign_in("auditor").open("/projects")
    press(page, "Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    press(page, "Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_printed_dossier_shows_every_stage_and_no_buttons(visitor: Visitor) -> None:
    page = visitor.sign_in("auditor").open("/projects/SC-2024-001")
    page.emulate_media(media="print")
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("header.top")).to_be_hidden()
    assert page.locator("details:is(.stage, .more-rows):not([open])").count() == 0
    expect(page.locator("#contracts")).to_contain_text("云岭软件有限公司")


def _sha(document: Document) -> str:
    return str(Version.objects(id=document.current).get().sha256)
