"""The document page: text with hits, versions, history, correcting, downloading."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from admin.system import System
from admin.worker import Worker
from archive.models import Document, Version
from tests import samples
from tests.builders import a_project, file_text
from tests.conftest import SYSTEM, snapshot
from tests.functional.pages.conftest import TEXT, Browser, upload


def test_it_shows_text_hits_digests_and_history(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    page = signed_in("unit_a").page(f"/documents/{filled.id}?q=基本符合&page=1")
    version = Version.objects(document=filled.id).get()
    assert "<mark>基本符合</mark>" in page
    assert version.sha256 in page
    assert version.sm3 in page
    assert "归档" in page
    assert "案卷属于您所在的单位" in page


def test_what_a_document_says_is_never_markup(system: System, worker: Worker, signed_in: Callable[[str], Browser]) -> None:
    a_project(system, "XM-1")
    filed = file_text(system, "XM-1", "<img src=x onerror=alert(1)>.txt", "<script>alert('文')</script> 会议纪要")
    worker.drain()
    browser = signed_in("archivist")
    for path in (f"/documents/{filed.document.id}?q=script", "/projects/XM-1", "/search?q=script", "/"):
        page = browser.page(path)
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path


def test_a_long_text_is_read_page_by_page(system: System, tmp_path: Path, worker: Worker,
                                          signed_in: Callable[[str], Browser]) -> None:
    a_project(system, "XM-1")
    path = samples.pdf(tmp_path / "方案.pdf", [["第一页内容"], ["第二页密码应用"], ["第三页密码应用"]])
    filed = system.intake.file(SYSTEM, "XM-1", "方案.pdf", [path.read_bytes()]).document
    worker.drain()
    browser = signed_in("auditor")
    assert "第 2 / 3 页" in browser.page(f"/documents/{filed.id}?q=密码应用")
    third = browser.page(f"/documents/{filed.id}?page=3&q=密码应用")
    assert "第 3 / 3 页" in third
    assert "第 2 页（1）" in third
    assert "第 3 / 3 页" in browser.page(f"/documents/{filed.id}?page=999")
    picture = browser.get(f"/documents/{filed.id}/pages/1.png")
    assert (picture.status_code, picture.mimetype, picture.data[:4]) == (200, "image/png", b"\x89PNG")
    assert browser.get(f"/documents/{filed.id}/pages/9.png").status_code == 404


def test_confirming_sets_what_it_is_and_who_said_so(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("archivist")
    form = {"revision": str(filled.revision), "type": "meeting_minutes", "title": "纪要", "doc_date": "2026-01-31",
            "doc_no": "", "issuer": "省数字政务厅", "conclusion": ""}
    assert "已确认" in browser.follow(f"/documents/{filled.id}/confirm", form)
    stored = Document.objects(id=filled.id).get()
    assert (stored.type, stored.type_source, stored.title, stored.doc_date) == (
        "meeting_minutes", "confirmed", "纪要", date(2026, 1, 31))
    assert "人工确认" in browser.page(f"/documents/{filled.id}")


@pytest.mark.parametrize(("change", "status", "says"), [
    ({"revision": "99"}, 409, "刚被他人修改"), ({"revision": ""}, 409, "刚被他人修改"), ({"title": " "}, 422, "不能为空"),
    ({"doc_date": "昨天"}, 422, "不是日期"), ({"type": "no_such_type"}, 422, "没有文件类型")])
def test_a_refused_correction_changes_nothing_and_keeps_what_was_typed(
        change: dict[str, str], status: int, says: str, filled: Document, signed_in: Callable[[str], Browser]) -> None:
    browser, before = signed_in("archivist"), snapshot()
    form = {"revision": str(filled.revision), "type": filled.type, "title": "手工写的题名", "doc_date": ""} | change
    answer = browser.post(f"/documents/{filled.id}/confirm", form)
    assert answer.status_code == status
    assert says in answer.text
    assert form["title"].strip() in answer.text
    assert snapshot() == before


def test_a_new_version_becomes_current_and_the_old_one_stays(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("unit_a")
    answer = browser.post(f"/documents/{filled.id}/versions", upload("新版.txt", "等级保护测评报告 新".encode()),
                          follow_redirects=True)
    assert "已添加第 2 版" in answer.text
    assert browser.get(f"/documents/{filled.id}/versions/1/content").data == TEXT.encode()
    assert browser.get(f"/documents/{filled.id}/content").data == "等级保护测评报告 新".encode()
    assert browser.get(f"/documents/{filled.id}/versions/3/content").status_code == 404


def test_a_download_carries_its_chinese_name_and_is_never_a_page(filled: Document,
                                                                signed_in: Callable[[str], Browser]) -> None:
    answer = signed_in("auditor").get(f"/documents/{filled.id}/content")
    assert answer.data == TEXT.encode()
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "filename*=UTF-8''%E5%8D%8F%E5%90%8C" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("asked", "status", "start", "end"), [
    ("bytes=0-9", 206, 0, 10), ("bytes=10-", 206, 10, None), ("bytes=-5", 206, -5, None), ("bytes=0-99999", 206, 0, None),
    ("bytes=0-1,4-5", 200, 0, None), ("items=0-1", 200, 0, None)])
def test_part_of_a_file_can_be_asked_for(asked: str, status: int, start: int, end: int | None, filled: Document,
                                         signed_in: Callable[[str], Browser]) -> None:
    answer = signed_in("auditor").get(f"/documents/{filled.id}/content", headers={"Range": asked})
    assert answer.status_code == status
    assert answer.data == TEXT.encode()[start:end]
    assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_a_part_beyond_the_end_is_refused_and_the_known_tag_sends_nothing(filled: Document,
                                                                         signed_in: Callable[[str], Browser]) -> None:
    browser, path = signed_in("auditor"), f"/documents/{filled.id}/content"
    size = len(TEXT.encode())
    beyond = browser.get(path, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{size}")
    tag = browser.get(path).headers["ETag"]
    assert browser.get(path, headers={"If-None-Match": tag}).status_code == 304
    changed = browser.get(path, headers={"Range": "bytes=0-1", "If-Range": '"other"'})
    assert (changed.status_code, len(changed.data)) == (200, size)


def test_the_history_names_people_and_keeps_details_to_the_audit(filled: Document,
                                                                 signed_in: Callable[[str], Browser]) -> None:
    page = signed_in("unit_a").page(f"/documents/{filled.id}")
    assert "系统" in page
    assert "previous" not in page
    assert "10.0.0" not in page
