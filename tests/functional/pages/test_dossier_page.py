"""The dossier page: what is there, what is missing, and filing files from the browser."""

from collections.abc import Callable
from datetime import date
from typing import Any

from lxml import html

from admin.system import System
from admin.worker import Worker
from archive.models import Document, Project
from tests.builders import a_project
from tests.conftest import snapshot
from tests.functional.pages.conftest import TEXT, Browser, upload


def test_it_shows_facts_milestones_materials_and_contracts(system: System, filled: Document,
                                                           signed_in: Callable[[str], Browser]) -> None:
    page = signed_in("unit_a").page("/projects/XM-A")
    assert "一体化协同办公平台建设项目" in page
    assert "2024-03-01" in page
    assert "案卷属于您所在的单位" in page
    assert "可行性研究报告" in page
    assert f"/documents/{filled.id}" in page
    assert "缺失" in page
    assert "还没有登记合同" in page


def test_amounts_are_in_wan_and_exact(system: System, signed_in: Callable[[str], Browser]) -> None:
    a_project(system, "XM-1", total_investment_fen=1_234_567_890_12)
    assert "123,456.789012 万元" in signed_in("auditor").page("/projects/XM-1")


def test_a_file_is_filed_and_the_answer_says_what_it_is(system: System, filled: Document,
                                                        signed_in: Callable[[str], Browser]) -> None:
    answer = signed_in("unit_a").send("/projects/XM-A/upload", "可行性研究报告（终稿）.txt", "可行性研究报告\n第一章".encode())
    assert answer.status_code == 201
    body = answer.get_json()
    assert body["status"] == "filed"
    assert body["type"] == "可行性研究报告（代项目建议书）"
    assert body["source"] == "自动识别"
    assert body["reasons"]
    document = Document.objects(project="XM-A", type="feasibility_report").get()
    assert body["url"] == f"/documents/{document.id}"
    assert document.filename == "可行性研究报告（终稿）.txt"


def test_the_same_bytes_are_a_duplicate_with_a_link(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    answer = signed_in("archivist").send("/projects/XM-A/upload", "另一个名字.txt", TEXT.encode())
    assert answer.status_code == 200
    assert answer.get_json()["status"] == "duplicate"
    assert answer.get_json()["url"] == f"/documents/{filled.id}"


def test_a_marked_file_is_refused_with_the_reason_and_nothing_is_kept(filled: Document,
                                                                      signed_in: Callable[[str], Browser]) -> None:
    documents = Document.objects.count()
    answer = signed_in("archivist").send("/projects/XM-A/upload", "通知.txt", "机密★10年\n关于有关事项的通知".encode())
    assert answer.status_code == 422
    assert answer.get_json()["status"] == "refused"
    assert "密级标志" in answer.get_json()["message"]
    assert Document.objects.count() == documents


def test_a_given_type_wins_over_recognition(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    answer = signed_in("archivist").send("/projects/XM-A/upload?type=meeting_minutes", "材料.txt", "某某".encode())
    assert answer.get_json()["type_source"] == "given"
    assert Document.objects(project="XM-A", type="meeting_minutes").count() == 1


def test_a_browser_without_scripts_can_file_too(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("archivist")
    answer = browser.post("/projects/XM-A/upload", upload("会议纪要.txt", "会议纪要内容".encode()), follow_redirects=True)
    assert "已归档" in answer.text
    assert "没有选择文件" in browser.follow("/projects/XM-A/upload", {})


def test_the_list_of_materials_can_be_fetched_alone(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    part = signed_in("archivist").page("/projects/XM-A/materials")
    assert "<html" not in part
    assert "应归档材料" in part


def test_a_classified_project_takes_catalogue_entries_only(system: System, worker: Worker,
                                                           signed_in: Callable[[str], Browser]) -> None:
    a_project(system, "XM-S", classified=True)
    browser = signed_in("archivist")
    page = browser.page("/projects/XM-S")
    assert "登记目录条目" in page
    assert "upload.js" not in page
    assert browser.send("/projects/XM-S/upload", "a.txt", b"text").status_code == 422
    assert Document.objects.count() == 0
    entry = {"title": "分级保护方案", "type": "classified_protection_plan", "location": "机要室 3 号柜", "doc_date": "2024-05-01"}
    assert "已登记目录条目" in browser.follow("/projects/XM-S/catalogue", entry)
    document = Document.objects(project="XM-S").get()
    assert (document.catalogue_only, document.location, document.doc_date) == (True, "机要室 3 号柜", date(2024, 5, 1))
    assert "机要室 3 号柜" in browser.page(f"/documents/{document.id}")
    before = snapshot()
    assert "存放位置" in browser.follow("/projects/XM-S/catalogue", entry | {"location": " "})
    assert "不是日期" in browser.follow("/projects/XM-S/catalogue", entry | {"doc_date": "2024-13-01"})
    assert snapshot() == before


def test_waiving_a_material_needs_a_reason(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("archivist")
    before = snapshot()
    assert "须写明理由" in browser.follow("/projects/XM-A/materials/feasibility_report/waive", {"reason": "  "})
    assert snapshot() == before
    assert "已登记豁免" in browser.follow("/projects/XM-A/materials/feasibility_report/waive", {"reason": "合并编报"})
    assert [w.type for w in Project.objects(code="XM-A").get().waivers] == ["feasibility_report"]
    assert "合并编报" in browser.page("/projects/XM-A")


def test_facts_are_changed_from_the_form_as_it_was_shown(system: System, filled: Document,
                                                         signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("archivist")
    shown = _form_values(browser.page("/projects/XM-A/edit"))
    assert browser.post("/projects/XM-A/edit", shown | {"trial_start": "2026-01-05", "total_investment_fen": "1,980.5"}
                        ).status_code == 302
    project = Project.objects(code="XM-A").get()
    assert (project.trial_start, project.total_investment_fen) == (date(2026, 1, 5), 1_980_500_000)
    assert (project.approved_on, project.name) == (date(2024, 3, 1), "一体化协同办公平台建设项目")

    stale = browser.post("/projects/XM-A/edit", shown | {"trial_start": "2025-01-01"})
    assert stale.status_code == 409
    assert "刚被他人修改" in stale.text
    bad = browser.post("/projects/XM-A/edit", _form_values(browser.page("/projects/XM-A/edit")) | {"total_investment_fen": "很多"})
    assert bad.status_code == 422
    assert "不是金额" in bad.text
    assert "很多" in bad.text
    assert Project.objects(code="XM-A").get().trial_start == date(2026, 1, 5)


def test_a_project_is_registered_from_the_form(system: System, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("archivist")
    values = {"code": "XM-N", "name": "新项目", "unit": "省数字政务厅", "mode": "service_purchase", "kind": "new"}
    assert browser.post("/projects/new", values).headers["Location"] == "/projects/XM-N"
    assert Project.objects(code="XM-N").get().mode == "service_purchase"
    again = browser.post("/projects/new", values)
    assert again.status_code == 409 or "已存在" in again.text
    assert browser.post("/projects/new", values | {"code": ""}).status_code == 422
    assert browser.post("/projects/new", values | {"code": "XM-O", "mode": "other"}).status_code == 422
    assert Project.objects.count() == 1


def _form_values(page: str) -> dict[str, str]:
    """What the form would send as it stands: inputs with a value, ticked boxes, chosen options."""
    values: dict[str, str] = {}
    document: Any = html.fromstring(page)
    form = document.xpath('//form[.//input[@name="revision"]]')[0]
    for field in form.xpath(".//input[@name]"):
        if field.get("type") != "checkbox" or field.get("checked") is not None:
            values[field.get("name")] = field.get("value") or ""
    for choice in form.xpath(".//select[@name]"):
        values[choice.get("name")] = choice.xpath("./option[@selected]/@value")[0]
    del values["csrf_token"]
    return values
