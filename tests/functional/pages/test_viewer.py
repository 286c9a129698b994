"""The page viewer: which page it opens, where hits are, what is said where there is no picture."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image

from admin.previews import can_show
from admin.system import System
from admin.worker import Worker
from archive.models import Document, Version
from archive.operations.layouts import Layout, Line, record_layouts
from archive.operations.withdrawals import Suspicion, withdraw
from ingest import office
from ingest.drawing.base import EDGE
from tests import samples
from tests.builders import SYSTEM, UNIT, UNIT_B, a_description, a_project, file_text
from tests.conftest import snapshot
from tests.functional.pages.conftest import Browser

CODE = "XM-1"
PAGES = [["第一页内容"], ["第二页密码应用"], ["第三页没有"], ["第四页密码应用方案", "再一处密码应用"]]


def filed(system: System, worker: Worker, path: Path) -> Document:
    document: Document = system.intake.file(SYSTEM, CODE, path.name, [path.read_bytes()]).document
    worker.drain()
    return document


@pytest.fixture
def plan(system: System, worker: Worker, tmp_path: Path) -> Document:
    a_project(system, CODE, unit=UNIT)
    return filed(system, worker, samples.pdf(tmp_path / "方案.pdf", PAGES))


def pixels(browser: Browser, path: str) -> Any:
    answer = browser.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "image/png"), path
    return numpy.asarray(Image.open(io.BytesIO(answer.data)).convert("RGB"))


def marked(picture: Any) -> bool:
    return bool((picture == EDGE).all(axis=2).any())


def links(page: str, key: str) -> str:
    """The address behind a key of the keyboard; empty where there is none."""
    found = re.search(rf'href="([^"]+)" data-key="{re.escape(key)}"', page)
    return found[1].replace("&amp;", "&") if found else ""


def test_a_search_opens_the_page_with_the_hit_and_marks_it_on_the_picture(
        plan: Document, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("unit_a")
    found = browser.page("/search?q=密码应用方案")
    address = re.search(rf'href="(/documents/{plan.id}/view\?[^"]+)"', found)
    assert address
    page = browser.page(address[1].replace("&amp;", "&"))
    assert 'value="4"' in page
    assert "<mark>密码应用方案</mark>" in page
    source = re.search(r'class="page-image" src="([^"]+)"', page)
    assert source
    picture = pixels(browser, source[1].replace("&amp;", "&"))
    assert marked(picture)
    assert not marked(pixels(browser, f"/documents/{plan.id}/pages/4.png"))
    assert not marked(pixels(browser, f"/documents/{plan.id}/pages/1.png?q=密码应用方案"))


def test_one_goes_from_page_to_page_and_from_hit_to_hit(plan: Document, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("auditor")
    second = browser.page(f"/documents/{plan.id}/view?q=密码应用")
    assert 'value="2"' in second
    assert "2 页有“密码应用”，本页 1 处" in second
    assert (links(second, "p"), links(second, "n")) == ("", links(second, "n"))
    fourth = browser.page(links(second, "n"))
    assert 'value="4"' in fourth
    assert "本页 2 处" in fourth
    assert links(fourth, "n") == ""
    assert "page=2" in links(fourth, "p")
    assert "page=3" in links(fourth, "ArrowLeft")
    assert links(fourth, "ArrowRight") == ""
    third = browser.page(links(fourth, "ArrowLeft"))
    assert ("page=2" in links(third, "p"), "page=4" in links(third, "n")) == (True, True)
    assert 'value="4"' in browser.page(f"/documents/{plan.id}/view?page=999")
    assert "没有“不存在的词”" in browser.page(f"/documents/{plan.id}/view?q=不存在的词")


def test_zoom_is_kept_while_leafing_and_brings_a_larger_picture(plan: Document, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("auditor")
    page = browser.page(f"/documents/{plan.id}/view?page=2&zoom=200")
    assert "zoom-200" in page
    assert "zoom=200" in links(page, "ArrowRight")
    assert ("zoom=300" in links(page, "+"), "zoom=150" in links(page, "-")) == (True, True)
    large = pixels(browser, f"/documents/{plan.id}/pages/2.png?size=large")
    assert large.shape[0] > 1.9 * pixels(browser, f"/documents/{plan.id}/pages/2.png").shape[0]
    assert pixels(browser, f"/documents/{plan.id}/pages/2.png?size=thumb").shape[0] <= 240
    assert pixels(browser, f"/documents/{plan.id}/pages/2.png?size=nonsense").shape[0] > 1000


def test_the_pages_have_thumbnails_that_load_when_they_are_seen(plan: Document, signed_in: Callable[[str], Browser]) -> None:
    page = signed_in("auditor").page(f"/documents/{plan.id}/view?page=3&q=密码")
    assert len(re.findall(r'size=thumb" alt="" loading="lazy"', page)) == 4
    assert 'aria-current="page"' in page


def test_a_picture_is_not_sent_twice_and_not_drawn_twice(system: System, plan: Document, signed_in: Callable[[str], Browser]) -> None:
    browser, path = signed_in("auditor"), f"/documents/{plan.id}/pages/2.png?q=密码应用"
    first = browser.get(path)
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert browser.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert browser.get(path.replace("?q=密码应用", ""), headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
    version = Version.objects(document=plan.id).get()
    kept = [path.name for path in (system.settings.data_dir / "derived").rglob("*.png")]
    assert len(kept) == 2
    system.derived.forget(version.sha256)
    assert browser.get(path).data == first.data


def test_looking_changes_nothing_in_the_archive(plan: Document, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("auditor")
    browser.page("/")
    before = snapshot()
    browser.page(f"/documents/{plan.id}/view?q=密码")
    browser.get(f"/documents/{plan.id}/pages/2.png?q=密码")
    assert snapshot() == before


def test_the_pictures_of_a_withdrawn_file_go_with_it(system: System, worker: Worker, plan: Document,
                                                     signed_in: Callable[[str], Browser]) -> None:
    browser, path = signed_in("auditor"), f"/documents/{plan.id}/pages/2.png?q=密码应用"
    assert browser.get(path).status_code == 200
    version = Version.objects(document=plan.id).get()
    place = system.settings.data_dir / "derived" / version.sha256[7:9] / version.sha256[7:]
    assert list(place.iterdir())
    withdraw(system.clock, version.id, Suspicion("第 2 页带有密级标志", 2), lambda _name, _pages: a_description())
    worker.drain()
    assert not place.exists()
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize("path", ["view?q=密码应用", "view?wait=1", "pages/1.png", "pages/2.png?q=密码应用&size=large"])
def test_another_unit_sees_neither_page_nor_picture(plan: Document, signed_in: Callable[[str], Browser], path: str) -> None:
    signed_in("auditor").get(f"/documents/{plan.id}/pages/2.png?q=密码应用&size=large")     # it is kept, and stays unseen
    assert signed_in("unit_b").get(f"/documents/{plan.id}/{path}").status_code == 404
    assert signed_in("sysadmin").get(f"/documents/{plan.id}/{path}").status_code == 403


@pytest.mark.parametrize(("rotation", "corner"), [(0, (0, 0)), (180, (1, 1))])
def test_recognised_words_of_a_scan_are_marked_where_they_were_found(
        system: System, worker: Worker, tmp_path: Path, signed_in: Callable[[str], Browser], rotation: int,
        corner: tuple[int, int]) -> None:
    """The line stands at the head of the upright page, its second half is marked: in the picture, as it lies in the file."""
    a_project(system, CODE, unit=UNIT)
    path = tmp_path / "扫描件.png"
    Image.new("L", (1000, 1400), 255).save(path)
    document = filed(system, worker, path)
    version = Version.objects(document=document.id).get()
    line = Line("关于验收密码應用", (0.1, 0.1, 0.5, 0.13), 0.97)
    record_layouts(system.clock, version.id, [Layout(1, "test 1", 1000, 1400, rotation=rotation, confidence=0.97, lines=[line])])
    picture = pixels(signed_in("unit_a"), f"/documents/{document.id}/pages/1.png?q=密码应用")
    rows, columns = numpy.nonzero((picture == EDGE).all(axis=2))
    box = (columns.min() / 1000, rows.min() / 1400, columns.max() / 1000, rows.max() / 1400)
    upright = (0.3, 0.1, 0.5, 0.13)
    expected = upright if corner == (0, 0) else (1 - upright[2], 1 - upright[3], 1 - upright[0], 1 - upright[1])
    assert box == pytest.approx(expected, abs=0.008)


@pytest.mark.parametrize(("name", "content"), [
    ("说明.txt", "密码应用 <script>alert(1)</script>"), ("表.csv", "密码应用,<img src=x onerror=alert(1)>"),
    ("网页.html", "<html><body><p>密码应用</p><script>alert(1)</script><img src=x onerror=alert(1)></body></html>")])
def test_plain_formats_are_shown_as_their_text_and_nothing_runs(
        system: System, worker: Worker, signed_in: Callable[[str], Browser], name: str, content: str) -> None:
    a_project(system, CODE)
    document = file_text(system, CODE, name, content).document
    worker.drain()
    browser = signed_in("archivist")
    answer = browser.get(f"/documents/{document.id}/view?q=密码应用")
    assert "<mark>密码应用</mark>" in answer.text
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "page-image" not in answer.text
    assert browser.get(f"/documents/{document.id}/pages/1.png").status_code == 422


def test_a_damaged_file_says_why_there_is_no_picture(system: System, worker: Worker, signed_in: Callable[[str], Browser]) -> None:
    a_project(system, CODE)
    document = system.intake.file(SYSTEM, CODE, "坏.pdf", [b"%PDF-1.7\nbroken"]).document
    worker.drain()
    page = signed_in("archivist").page(f"/documents/{document.id}/view")
    assert "没有页面图像：文件已损坏或不完整。" in page
    assert "page-image" not in page


def test_an_office_file_is_converted_when_it_is_first_looked_at(
        system: System, worker: Worker, tmp_path: Path, signed_in: Callable[[str], Browser]) -> None:
    """Its text is one page, its rendition has several: the hit is found on the page where it is printed."""
    a_project(system, CODE)
    lines = [f"第{number}条 一般内容，供翻页使用。" for number in range(120)] + ["最后一条：密码应用方案。"]
    document = filed(system, worker, samples.word(tmp_path / "方案.docx", title="建设方案", paragraphs=lines))
    browser = signed_in("auditor")
    if office.missing_packages():
        assert "libreoffice-writer-nogui" in browser.page(f"/documents/{document.id}/view?wait=1")
        return
    waiting = browser.page(f"/documents/{document.id}/view?q=密码应用方案&at=1")
    assert "data-wait" in waiting
    assert "page-image" not in waiting
    page = browser.page(f"/documents/{document.id}/view?wait=1&q=密码应用方案&at=1")
    number = int((re.search(r'name="page"[^>]*value="(\d+)"', page) or [0, 0])[1])
    assert number > 2
    assert "预览由系统绘制，与原件版式可能略有差异" in page
    assert "<mark>密码应用方案</mark>" in page
    assert marked(pixels(browser, f"/documents/{document.id}/pages/{number}.png?q=密码应用方案"))
    assert not marked(pixels(browser, f"/documents/{document.id}/pages/1.png?q=密码应用方案"))
    assert "data-wait" not in browser.page(f"/documents/{document.id}/view")
    version = Version.objects(document=document.id).get()
    assert system.blobs.exists(version.sha256)
    assert can_show(version.media_type)


def test_units_do_not_learn_of_each_other_by_what_is_kept(system: System, worker: Worker, tmp_path: Path,
                                                          signed_in: Callable[[str], Browser]) -> None:
    """The same bytes in two dossiers share their pictures; who may see one document still may not see the other."""
    a_project(system, CODE, unit=UNIT)
    a_project(system, "XM-2", unit=UNIT_B)
    path = samples.pdf(tmp_path / "同一份.pdf", PAGES)
    first = filed(system, worker, path)
    second = system.intake.file(SYSTEM, "XM-2", path.name, [path.read_bytes()]).document
    assert signed_in("unit_a").get(f"/documents/{first.id}/pages/1.png").status_code == 200
    browser = signed_in("unit_b")
    assert browser.get(f"/documents/{second.id}/pages/1.png").status_code == 200
    assert browser.get(f"/documents/{first.id}/pages/1.png").status_code == 404
