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


def test_a_form_shows_numbers_masked_and_keeps_them(system, worker, signed_in):
    a_project(system, "XM-1")
    key = file_text(system, "XM-1", f"{NUMBER}.txt", TEXT).document.id
    worker.drain()
    browser, document = signed_in("archivist"), Document.objects.get(id=key)
    browser.follow(f"/documents/{key}/confirm", {"title": f"名单 {NUMBER}", "issuer": "张三 13812345678", "type": "meeting_minutes",
                                                 "revision": str(document.revision)})
    page = browser.page(f"/documents/{key}")
    assert "名单 1101**********002X</textarea>" in page
    assert 'value="张三 138****5678"' in page
    form = {"title": "参会名单 1101**********002X", "issuer": "张三 138****5678", "type": "meeting_minutes",
            "revision": str(Document.objects.get(id=key).revision)}
    browser.follow(f"/documents/{key}/confirm", form)
    kept = Document.objects.get(id=key)
    assert (kept.title, kept.issuer) == (f"参会名单 {NUMBER}", "张三 13812345678")
    said = str([entry.detail for entry in AuditEntry.objects(subject=f"document:{key}")])
    assert "1101**********002X" in said
    assert NUMBER not in said


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


EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def test_nothing_that_came_in_is_ever_markup(system, worker, signed_in):
    """Title, file name, text, snippet, a project's name from the ledger, what a person wrote as her purpose."""
    a_project(system, "XM-1", name=f"项目{EVIL}", contact=EVIL)
    key = file_text(system, "XM-1", f"甲{EVIL.replace('/', '')}.txt", f"内部\n会议 {EVIL} 纪要 {NUMBER}").document.id
    worker.drain()
    browser = signed_in("archivist")
    browser.post(f"/documents/{key}/confirm", {"revision": "1", "type": "meeting_minutes", "title": EVIL, "issuer": EVIL})
    worker.drain()
    browser.post(f"/documents/{key}/unmask", {"purpose": EVIL})
    for path in (f"/documents/{key}?q=script", f"/documents/{key}/view?q=script", "/projects/XM-1", "/search?q=script", "/",
                 "/projects", "/projects/XM-1/labelled/内部", "/findings"):
        page = browser.page(path)
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
    assert "<script>alert" not in signed_in("auditadmin").page("/audit")


DRAFTED = "关于一体化协同办公平台建设项目的会议纪要。会议听取了承建单位的汇报，讨论了系统架构、数据共享、安全保障和资金安排，形成如下意见。" * 3 + \
    "一是加快需求确认，二是落实测评，三是按期验收。各有关单位应当按照分工推进，重要事项及时报告。会议还研究了培训、运维和绩效目标，" \
    "要求监理单位加强旁站，审计单位提前介入，档案员随时归档。省数字政务厅、省水文局、省大数据中心有关负责同志参加会议并发言。"


def test_a_likely_version_is_joined_with_one_click_and_taken_back(system, worker, signed_in):
    a_project(system, "XM-1")
    first = file_text(system, "XM-1", "纪要.txt", DRAFTED).document.id
    later = file_text(system, "XM-1", "纪要修改稿.txt", DRAFTED + "另增一段补充说明。").document.id
    worker.drain()
    browser, reader = signed_in("archivist"), signed_in("unit_a")
    assert "归为" in browser.page(f"/documents/{later}")
    seen = reader.page(f"/documents/{later}")
    assert "可能是同一文件" in seen
    assert "归为" not in seen
    before = snapshot()
    assert reader.post(f"/documents/{later}/alike", {"pair": f"{later}|{first}", "choice": "join"}).status_code == 403
    assert snapshot() == before
    assert "撤销归并" in browser.follow(f"/documents/{later}/alike", {"pair": f"{later}|{first}", "choice": "join"})
    assert Document.objects.count() == 1
    browser.post(f"/documents/{first}/alike", {"pair": f"{later}|{first}", "choice": "separate"})
    assert Document.objects.count() == 2


def test_the_same_file_elsewhere_is_told_to_who_sees_it(system, worker, signed_in):
    a_project(system, "XM-1")
    a_project(system, "XM-2", unit="省水文局")
    key = file_text(system, "XM-1", "合同.txt", "合同正文").document.id
    file_text(system, "XM-2", "合同.txt", "合同正文")
    worker.drain()
    assert "同一文件已在项目" in signed_in("archivist").page(f"/documents/{key}")
    assert "XM-2" not in signed_in("unit_a").page(f"/documents/{key}")
