"""The gate for scans: whoever uploads one is told what is wrong with it, in the list of her uploads."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from admin.system import System
from admin.worker import Worker
from archive.access import Actor
from archive.models import Document, Upload
from archive.models.uploads import UploadState
from archive.operations.layouts import layouts_of
from archive.operations.likenesses import dismiss
from ingest.ocr.none import NoOcr
from ingest.ocr.numbering import note_numbering
from tests.builders import SYSTEM, UNIT, UNIT_B, a_project, file_text
from tests.functional.pages.conftest import Browser
from tests.unit.ingest.ocr.scans import scan_pdf

CODE = "XM-A"
MINUTES = "项目协调会会议纪要\n" + "".join(f"第{number}项议题由责任处室牵头落实并于月底前反馈办理情况。\n" for number in range(1, 60))


def uploaded(system: System, owner: Actor, document: Document, code: str = CODE) -> None:
    Upload(owner=owner.id, project=code, channel="browser", size=1, offset=1, place="x", path=document.filename,
           state=UploadState.FILED.value, document=document.id, version=document.current, created_at=system.clock.now(),
           expires_at=system.clock.now() + timedelta(days=1)).save()


def test_blank_coarse_and_missing_pages_are_told_beside_the_upload(
        system: System, worker: Worker, people: dict[str, Actor], signed_in: Callable[[str], Browser]) -> None:
    a_project(system, CODE)
    worker.subscriptions = Worker(replace(system, ocr=NoOcr())).subscriptions
    scan = system.intake.file(SYSTEM, CODE, "扫描件.pdf", [scan_pdf(3, dpi=100, blank={2})]).document
    uploaded(system, people["unit_a"], scan)
    browser = signed_in("unit_a")

    def told() -> tuple[bool, list[tuple[str, str]]]:
        [item] = browser.get(f"/projects/{CODE}/uploads").get_json()["items"]
        return item["pending"], [(check["severity"], check["text"]) for check in item["checks"]]

    assert told() == (True, []), "its pages are yet to be looked at: the page asks again"
    worker.drain()
    pending, checks = told()
    assert not pending
    assert [severity for severity, _ in checks] == ["warning", "info"]
    assert "分辨率只有 100 dpi，低于 200 dpi" in checks[0][1]
    assert "第 2 页是空白页" in checks[1][1]
    pages = [f"正文\n- {number} -" for number in (1, 2, 4)]
    note_numbering(system.clock, scan.current, pages, layouts_of(scan.current))
    assert any("印刷的页码不连续" in text for _, text in told()[1])
    assert signed_in("unit_b").get(f"/projects/{CODE}/uploads").status_code == 404


def test_a_paper_nearly_the_same_as_one_that_is_there_is_told_beside_the_upload(
        system: System, worker: Worker, people: dict[str, Actor], signed_in: Callable[[str], Browser]) -> None:
    for code, unit in ((CODE, UNIT), ("XM-B", UNIT_B)):
        a_project(system, code, unit=unit)
    first = file_text(system, CODE, "协调会纪要.txt", MINUTES).document
    later = file_text(system, CODE, "协调会纪要（盖章）.txt", MINUTES + "以上内容已经各处室会签。").document
    foreign = file_text(system, "XM-B", "外单位纪要.txt", MINUTES + "抄送各成员单位。").document
    uploaded(system, people["unit_a"], later)
    uploaded(system, people["unit_b"], foreign, "XM-B")

    def told(name: str, code: str) -> dict[str, Any]:
        [item] = signed_in(name).get(f"/projects/{code}/uploads").get_json()["items"]
        return dict(item)

    assert told("unit_a", CODE)["pending"], "it is yet to be compared: the page asks again"
    worker.drain()
    item = told("unit_a", CODE)
    assert not item["pending"]
    assert (item["alike"]["title"], item["alike"]["url"]) == (first.title, f"/documents/{first.id}")
    assert item["alike"]["percent"] > 60
    assert "alike" not in told("unit_b", "XM-B"), "of a foreign dossier nobody is told"
    dismiss(people["archivist"], system.clock, f"{later.id}|{first.id}")
    assert "alike" not in told("unit_a", CODE)
