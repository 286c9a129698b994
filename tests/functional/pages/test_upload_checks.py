"""The gate for scans: whoever uploads one is told what is wrong with it, in the list of her uploads."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from admin.system import System
from admin.worker import Worker
from archive.access import Actor
from archive.models import Upload
from archive.models.uploads import UploadState
from archive.operations.layouts import layouts_of
from ingest.ocr.none import NoOcr
from ingest.ocr.numbering import note_numbering
from tests.builders import SYSTEM, a_project
from tests.functional.pages.conftest import Browser
from tests.unit.ingest.ocr.scans import scan_pdf

CODE = "XM-A"


def test_blank_coarse_and_missing_pages_are_told_beside_the_upload(
        system: System, worker: Worker, people: dict[str, Actor], signed_in: Callable[[str], Browser]) -> None:
    a_project(system, CODE)
    worker.subscriptions = Worker(replace(system, ocr=NoOcr())).subscriptions
    scan = system.intake.file(SYSTEM, CODE, "扫描件.pdf", [scan_pdf(3, dpi=100, blank={2})]).document
    Upload(owner=people["unit_a"].id, project=CODE, channel="browser", size=1, offset=1, place="x", path="扫描件.pdf",
           state=UploadState.FILED.value, document=scan.id, version=scan.current, created_at=system.clock.now(),
           expires_at=system.clock.now() + timedelta(days=1)).save()
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
