"""What was inside a file, on the pages: the bundle lists it, what came out says where from, the dossier shows both."""

from collections.abc import Callable

import pytest

from admin.system import System
from admin.worker import Worker
from archive.contents import MEMBERS_A_PAGE
from archive.models import Document
from tests.builders import SYSTEM, a_project
from tests.functional.pages.conftest import Browser
from tests.unit.ingest.unpacking.bundles import encrypted, zipped

MEMBERS = {"验收/会议纪要.txt": "第一次例会纪要，讨论竣工图纸。".encode(), "锁住.txt": b"locked"}


@pytest.fixture
def bundle(system: System, worker: Worker) -> Document:
    a_project(system, "XM-1")
    filed = system.intake.file(SYSTEM, "XM-1", "材料.zip", [encrypted(MEMBERS, "锁住.txt")]).document
    worker.drain()
    return Document.objects(id=filed.id).get()  # type: ignore[no-any-return]


def test_the_bundle_lists_what_was_inside_and_what_became_of_it(bundle: Document, signed_in: Callable[[str], Browser]) -> None:
    page = signed_in("unit_a").page(f"/documents/{bundle.id}")
    child = Document.objects(parent=bundle.id).get()
    assert "包内文件" in page
    assert f'href="/documents/{child.id}"' in page
    assert "设有口令" in page
    assert "锁住.txt" in page


def test_what_came_out_says_where_from(bundle: Document, signed_in: Callable[[str], Browser]) -> None:
    page = signed_in("unit_a").page(f"/documents/{Document.objects(parent=bundle.id).get().id}")
    assert "取自" in page
    assert f'href="/documents/{bundle.id}#contents"' in page
    assert "验收/会议纪要.txt" in page


def test_the_dossier_shows_both_ends(bundle: Document, signed_in: Callable[[str], Browser]) -> None:
    page = signed_in("unit_a").page("/projects/XM-1")
    assert "内含 1 件" in page
    assert "取自" in page


def test_nobody_else_learns_of_it(bundle: Document, signed_in: Callable[[str], Browser]) -> None:
    child = Document.objects(parent=bundle.id).get()
    for key in (bundle.id, child.id):
        assert signed_in("unit_b").get(f"/documents/{key}").status_code == 404


def test_a_bundle_that_waits_says_so(system: System, signed_in: Callable[[str], Browser]) -> None:
    a_project(system, "XM-1")
    filed = system.intake.file(SYSTEM, "XM-1", "材料.zip", [zipped(MEMBERS)]).document
    assert "正在解包" in signed_in("unit_a").page(f"/documents/{filed.id}")


def test_many_members_are_shown_by_the_page(system: System, worker: Worker, signed_in: Callable[[str], Browser]) -> None:
    a_project(system, "XM-1")
    links = {f"临时/~${n:03}.tmp": b"x" for n in range(MEMBERS_A_PAGE + 5)}
    filed = system.intake.file(SYSTEM, "XM-1", "材料.zip", [zipped(links)]).document
    worker.drain()
    browser = signed_in("unit_a")
    assert "~$000.tmp" in browser.page(f"/documents/{filed.id}")
    second = browser.page(f"/documents/{filed.id}?members=2")
    assert "~$000.tmp" not in second
    assert "~$204.tmp" in second
    assert "共 205 个" in second
    assert "包内文件" in browser.page(f"/documents/{filed.id}?members=nonsense")
