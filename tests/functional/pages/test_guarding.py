"""On the pages: numbers masked, shown once for a purpose; labels; what had to go and what is to be done."""

from archive.models import AuditEntry, Document
from archive.operations.withdrawals import Suspicion, withdraw
from ingest.describe import describe
from tests.builders import a_project, file_text
from tests.conftest import snapshot

NUMBER = "11010519491231002X"
TEXT = f"内部资料 注意保存\n参会人员名单\n张三 {NUMBER}\n完"


def test_numbers_are_masked_and_shown_once_for_a_purpose(system, worker, signed_in):
    a_project(system, "XM-1")
    key = file_text(system, "XM-1", "名单.txt", TEXT).document.id
    worker.drain()
    browser = signed_in("archivist")
    for path in (f"/documents/{key}", f"/documents/{key}/view", "/search?q=张三", "/projects/XM-1", "/projects/XM-1/labelled/内部"):
        page = browser.page(path)
        assert NUMBER not in page, path
    page = browser.page(f"/documents/{key}")
    assert "1101**********002X" in page
    assert "页面图像和原件未遮盖" in page
    shown = browser.post(f"/documents/{key}/unmask", {"purpose": "核对参会人员", "page": "1"})
    assert NUMBER in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert AuditEntry.objects(action="document.unmasked").count() == 1
    assert "1101**********002X" in browser.page(f"/documents/{key}")
    assert "用途" in browser.follow(f"/documents/{key}/unmask", {"purpose": " "})
    assert AuditEntry.objects(action="document.unmasked").count() == 1


def test_who_may_not_sees_no_button_and_gets_nothing(system, worker, signed_in):
    a_project(system, "XM-1")
    key = file_text(system, "XM-1", "名单.txt", TEXT).document.id
    worker.drain()
    browser = signed_in("unit_a")
    assert "记入审计" not in browser.page(f"/documents/{key}")
    before = snapshot()
    answer = browser.post(f"/documents/{key}/unmask", {"purpose": "核对参会人员"})
    assert answer.status_code == 403
    assert NUMBER not in answer.text
    assert snapshot() == before


def test_labels_are_shown_and_lead_to_lists(system, worker, signed_in):
    a_project(system, "XM-1")
    key = file_text(system, "XM-1", "名单.txt", TEXT).document.id
    worker.drain()
    browser = signed_in("unit_a")
    assert "labelled" in browser.page("/projects/XM-1")
    for label in ("内部", "含个人信息"):
        assert key in browser.page(f"/projects/XM-1/labelled/{label}")
        assert label in browser.page(f"/documents/{key}")
    assert key not in browser.page("/projects/XM-1/labelled/工作秘密")
    assert browser.get("/projects/XM-1/labelled/别的").status_code == 404
    assert "各页已检查" in browser.page(f"/documents/{key}")


def test_what_had_to_go_is_told_where_it_was(system, worker, signed_in):
    a_project(system, "XM-1")
    filed = file_text(system, "XM-1", "凤凰名单.txt", "正文", )
    withdraw(system.clock, Document.objects(id=filed.document.id).get().current, Suspicion("第 2 页带有密级标志（机密）", 2), describe)
    worker.drain()
    browser = signed_in("unit_a")
    page = browser.page("/projects/XM-1")
    assert "第 2 页带有密级标志（机密）" in page
    assert "登记目录条目" in page
    assert "凤凰" not in page
    gone = browser.get(f"/documents/{filed.document.id}")
    assert gone.status_code == 404
    assert "登记目录条目" in gone.text
    assert signed_in("unit_b").get(f"/documents/{filed.document.id}").status_code == 404
