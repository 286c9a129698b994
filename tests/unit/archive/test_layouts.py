"""Line boxes of recognised pages: kept page by page, replaced, read as somebody, with a trace in the audit."""

import pytest

from admin.system import System
from archive import queries
from archive.access import Actor
from archive.errors import NotFound, NotPermitted
from archive.models import AuditEntry, PageLayout, Version
from archive.operations.documents import add_version, file_document
from archive.operations.layouts import Layout, Line, layouts_of, record_layouts
from archive.permissions import Permission
from tests.builders import SYSTEM, UNIT_B, a_project
from tests.conftest import snapshot
from tests.unit.archive.refusals import refused
from tests.unit.archive.test_documents import intake

CODE = "XM-2024-001"


def a_layout(page: int, *texts: str, engine: str = "rapidocr 3", **changes: object) -> Layout:
    lines = [Line(text, (0.1, 0.1 * n, 0.9, 0.1 * n + 0.05), 0.98) for n, text in enumerate(texts)]
    return Layout(page, engine, 2480, 3508, confidence=0.98, lines=lines, **changes)  # type: ignore[arg-type]


def test_pages_come_one_after_another_and_are_replaced_by_a_better_engine(system: System) -> None:
    a_project(system, CODE)
    version = file_document(SYSTEM, system.clock, intake("扫描件", project=CODE)).version
    record_layouts(system.clock, version.id, [a_layout(2, "第二页")])
    record_layouts(system.clock, version.id, [a_layout(1, "第一页", "共两行", rotation=90, skew=-1.5, seals=[(0.6, 0.7, 0.8, 0.9)])])
    record_layouts(system.clock, version.id, [a_layout(2, "第二页更好", engine="rapidocr 4", flagged=True, reason="字迹模糊")])
    first, second = layouts_of(version.id)
    assert (first.page, first.text, first.rotation, first.skew, first.seals) == (1, "第一页\n共两行", 90, -1.5, [[0.6, 0.7, 0.8, 0.9]])
    assert (second.text, second.engine, second.flagged, second.reason) == ("第二页更好", "rapidocr 4", True, "字迹模糊")
    assert list(first.lines[1].box) == [0.1, 0.1, 0.9, pytest.approx(0.15)]
    assert [layout.page for layout in layouts_of(version.id, {2, 3})] == [2]
    entries = AuditEntry.objects(action="document.pages-recognised").order_by("id")
    assert [(entry.detail["pages"], entry.detail["engine"]) for entry in entries] == [
        ([2], "rapidocr 3"), ([1], "rapidocr 3"), ([2], "rapidocr 4")]
    assert {entry.actor for entry in entries} == {"system:ocr"}


def test_nothing_is_kept_of_a_version_that_is_not_there(system: System) -> None:
    refused(NotFound, lambda: record_layouts(system.clock, "0" * 24, [a_layout(1, "无")]))
    before = snapshot()
    record_layouts(system.clock, "0" * 24, [])
    assert snapshot() == before


def test_a_page_is_read_of_the_current_version_by_those_who_see_the_dossier(system: System, people: dict[str, Actor]) -> None:
    a_project(system, CODE, unit=UNIT_B)
    filed = file_document(SYSTEM, system.clock, intake("旧", project=CODE))
    key = filed.document.id
    record_layouts(system.clock, filed.version.id, [a_layout(1, "旧版")])
    found = queries.layout_of(people["unit_b"], key, 1)
    assert found is not None
    assert found.text == "旧版"
    assert queries.layout_of(people["unit_b"], key, 2) is None
    with pytest.raises(NotFound):
        queries.layout_of(people["unit_a"], key, 1)
    for actor in people.values():
        if not actor.may(Permission.DOCUMENT_READ):
            with pytest.raises(NotPermitted):
                queries.layout_of(actor, key, 1)
    add_version(SYSTEM, system.clock, key, intake("新", project=CODE))
    assert queries.layout_of(people["unit_b"], key, 1) is None, "the boxes of the old version are not those of the new one"
    assert PageLayout.objects.count() == 1
    assert Version.objects(document=key).count() == 2
