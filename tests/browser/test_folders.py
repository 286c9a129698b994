"""A folder of forty files is dropped; the connection is cut and comes back, the page is loaded anew: all arrive, once."""

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from admin.system import System
from archive.models import Document, Receipt, ReceiptEntry, Upload, Version
from tests import samples
from tests.browser.conftest import Visitor
from tests.peers.faulty_proxy import FaultyProxy

pytestmark = pytest.mark.browser
CODE = "SC-2024-003"
MIB = 1 << 20
# A folder as the browser hands it over after a drop: entries with readers that give a few at a time.
DROP = """files => {
    const made = (name, path, children) => children === null
        ? {isFile: true, isDirectory: false, name, file: done => done(window.madeFiles[path])}
        : {isFile: false, isDirectory: true, name, createReader() {
            let left = [...children];
            return {readEntries: done => done(left.splice(0, 7))};
        }};
    window.madeFiles = window.madeFiles || {};
    const tree = {};
    for (const [path, text] of Object.entries(files)) {
        const parts = path.split('/'), name = parts.pop();
        window.madeFiles[path] = window.madeFiles[path] || new File([Uint8Array.from(atob(text), c => c.charCodeAt(0))], name, {lastModified: 1700000000000});
        let here = tree;
        for (const part of parts) { here = here[part] = here[part] || {}; }
        here[name] = path;
    }
    const entries = (node) => Object.entries(node).map(([name, inner]) =>
        typeof inner === 'string' ? made(name, inner, null) : made(name, '', entries(inner)));
    const event = new Event('drop', {bubbles: true, cancelable: true});
    event.dataTransfer = {files: [], items: entries(tree).map(entry => ({kind: 'file', webkitGetAsEntry: () => entry}))};
    document.getElementById('drop').dispatchEvent(event);
}"""


def a_folder(known: bytes, tmp_path: Path) -> dict[str, bytes]:
    """Forty files of every sort: papers, tables, scans without text, twins, empties, a secret, something large."""
    files: dict[str, bytes] = {}
    for n in range(1, 9):
        files[f"材料/会议纪要/第{n}次会议纪要.txt"] = f"第{n}次会议纪要\n讨论了第{n}项工作。".encode()
        files[f"材料/报告/试运行月报{n}.pdf"] = samples.pdf(tmp_path / f"{n}.pdf", [[f"试运行月报第{n}期", "运行平稳。"]]).read_bytes()
        files[f"材料/合同/补充协议{n}.docx"] = samples.word(tmp_path / f"{n}.docx", title=f"补充协议{n}", paragraphs=["甲方乙方约定"]).read_bytes()
        files[f"材料/数据/样本{n}.bin"] = bytes([n]) * 200_000 + os.urandom(100)
    files["材料/大文件.bin"] = os.urandom(6 * MIB)
    files["材料/更大的文件.bin"] = os.urandom(9 * MIB)
    files["材料/已有的文件.pdf"] = known
    files["材料/会议纪要/副本.txt"] = files["材料/会议纪要/第1次会议纪要.txt"]
    files["材料/空文件.txt"] = b""
    files["材料/不该来的.txt"] = "秘密★5年\n有关事项".encode()
    files["材料/资料.txt"] = "未写明用途".encode()
    files["材料/台账.csv"] = "编号,名称\n1,甲".encode()
    assert len(files) == 40
    return files


@pytest.fixture
def wire(site: str) -> Iterator[FaultyProxy]:
    host, port = site.removeprefix("http://").split(":")
    with FaultyProxy(host, int(port)) as proxy:
        yield proxy


@pytest.fixture
def visitor(request: pytest.FixtureRequest, chromium: Browser, site: str, wire: FaultyProxy) -> Iterator[Visitor]:
    """Through the wire that can be cut: what the browser says about cut connections is no complaint about the page."""
    width, height = getattr(request, "param", (1280, 900))
    context = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN", reduced_motion="reduce")
    context.set_default_timeout(60_000)
    made = Visitor(context, wire.before(site))
    yield made
    context.close()
    assert made.foreign == []
    assert [said for said in made.complaints if "Failed to load resource" not in said] == []


def drop(page: Page, files: dict[str, bytes]) -> None:
    page.evaluate(DROP, {path: base64.b64encode(content).decode() for path, content in files.items()})


def reload_amid(page: Page, wire: FaultyProxy) -> None:
    """Loads the page anew while files are under way, after one more cut; asked whether to leave, says yes."""
    wire.misbehave("cut", after=2 * MIB, direction="up")
    page.once("dialog", lambda dialog: dialog.accept())
    page.wait_for_timeout(300)
    wire.behave()
    page.reload()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("visitor", [(1280, 900), (390, 844)], indirect=True, ids=["1280", "390"])
def test_a_folder_arrives_whole_through_a_cut_and_a_reload(
        visitor: Visitor, wire: FaultyProxy, system: System, tmp_path: Path, gallery: Path) -> None:
    page = visitor.sign_in("archivist").open(f"/projects/{CODE}")
    before = Document.objects(project=CODE).count()
    known = system.blobs.open(Version.objects(id=Document.objects(project=CODE).first().current).get().sha256).read()
    files = a_folder(known, tmp_path)

    expect.set_options(timeout=60_000)  # forty files on a machine that has other things to do
    wire.misbehave("cut", after=7 * MIB, direction="up")
    drop(page, files)
    rows = page.locator("#files > li")
    expect(rows).to_have_count(40)
    expect(rows.filter(has_text="自动继续").first).to_be_visible()
    page.locator("#upload").screenshot(path=gallery / f"upload-cut-{visitor.page.viewport_size['width']}.png")  # type: ignore[index]
    wire.behave()
    page.wait_for_function("() => document.querySelectorAll('#files li.done').length > 4")

    reload_amid(page, wire)
    expect(page.locator("#upload-summary")).to_contain_text("重新拖入同一文件夹")
    assert 0 < page.locator("#files li.stale").count() < 40
    sent = sum(upload.offset for upload in Upload.objects)
    page.locator("#upload").screenshot(path=gallery / f"upload-reloaded-{visitor.page.viewport_size['width']}.png")  # type: ignore[index]

    drop(page, files)
    expect(page.locator("#upload-summary")).to_contain_text("上传结束", timeout=120_000)
    assert sent > 0
    contents = set(files.values()) - {files["材料/空文件.txt"], files["材料/不该来的.txt"], known}
    assert Document.objects(project=CODE).count() == before + len(contents) == before + 36
    assert Version.objects(filename="副本.txt").count() + Version.objects(filename="第1次会议纪要.txt").count() == 1
    expect(page.locator("#files li.done")).to_have_count(36)
    expect(page.locator("#files li.duplicate")).to_have_count(2)
    expect(page.locator("#files li.refused")).to_have_count(2)
    page.locator("#upload").screenshot(path=gallery / f"upload-{visitor.page.viewport_size['width']}.png")  # type: ignore[index]

    receipt = Receipt.objects.get()
    assert (receipt.filed, receipt.duplicates, receipt.refused) == (36, 2, 2)
    assert ReceiptEntry.objects(receipt=receipt.id).count() == 40
    over = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0

    page.locator("#upload-receipt a").click()
    page.get_by_label("接收人").fill("沈静")
    page.get_by_role("button", name="关闭并编号").click()
    expect(page.locator("h1")).to_have_text("YJ-2026-000001")
    page.screenshot(path=gallery / f"receipt-{visitor.page.viewport_size['width']}.png")  # type: ignore[index]
    page.get_by_role("link", name="打印").click()
    expect(page.get_by_text("接收人（签字）")).to_be_visible()
    page.screenshot(path=gallery / f"receipt-print-{visitor.page.viewport_size['width']}.png")  # type: ignore[index]


def test_a_folder_is_picked_with_the_keyboard_and_one_is_cancelled(visitor: Visitor, wire: FaultyProxy, tmp_path: Path) -> None:
    folder = tmp_path / "移交"
    (folder / "子").mkdir(parents=True)
    (folder / "子" / "甲.txt").write_text("甲的内容")
    (folder / "乙.txt").write_text("乙的内容")
    (folder / ".DS_Store").write_text("x")
    (folder / "大.bin").write_bytes(os.urandom(3 * MIB))
    page = visitor.sign_in("unit_a").open("/projects/SC-2024-001")
    wire.misbehave("stall", after=MIB, direction="up")
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="选择文件夹").press("Enter")
    chosen.value.set_files(folder)
    page.get_by_role("button", name="取消上传 移交/大.bin").press("Enter")
    expect(page.locator("#files > li")).to_have_count(2)
    wire.behave()
    expect(page.locator("#files li.done")).to_have_count(2)
    assert {entry.path for entry in ReceiptEntry.objects} == {"移交/子/甲.txt", "移交/乙.txt"}
