"""Acceptance readiness over HTTP and its draft papers: what is answered, to whom, and that reading changes nothing."""

from io import BytesIO

import pytest
from docx import Document

from admin.system import System
from archive.operations.projects import waive_material
from tests.builders import SYSTEM, UNIT_B, a_project
from tests.conftest import snapshot
from tests.functional.api.conftest import CODE, CODE_B, OVERDUE, Api, Everybody


def test_it_says_what_is_missing_and_what_clears_it(system: System, archivist: Api) -> None:
    a_project(system, CODE, **OVERDUE)
    waive_material(SYSTEM, system.clock, CODE, "sharing_report", "按规定免予共享")
    before = snapshot()
    body = archivist.get(f"/projects/{CODE}/readiness").json
    states = {item["type"]: item["state"] for item in body["items"]}
    assert states["sharing_report"] == "waived"
    assert states["financial_report"] == "missing"
    assert all(item["clears_when"] for item in body["items"] if item["state"] == "missing")
    assert (body["complete"], body["due_on"], body["status"]) == (False, "2025-05-06", "验收逾期")
    assert snapshot() == before


@pytest.mark.parametrize("paper", ["checklist", "notice"])
def test_the_papers_are_drafts_in_both_formats(system: System, archivist: Api, paper: str) -> None:
    a_project(system, CODE, **OVERDUE)
    docx = archivist.get(f"/projects/{CODE}/readiness/{paper}?format=docx")
    assert "草稿" in Document(BytesIO(docx.data)).paragraphs[0].text
    assert "attachment" in docx.headers["Content-Disposition"]
    assert archivist.get(f"/projects/{CODE}/readiness/{paper}?format=pdf").data.startswith(b"%PDF")


def test_an_om_project_has_no_acceptance(system: System, archivist: Api) -> None:
    a_project(system, CODE, kind="om")
    assert archivist.get(f"/projects/{CODE}/readiness").status_code == 404


def test_another_units_readiness_does_not_exist(system: System, everybody: Everybody) -> None:
    a_project(system, CODE_B, unit=UNIT_B, **OVERDUE)
    for path in ("readiness", "readiness/notice"):
        assert everybody.as_("unit_a").get(f"/projects/{CODE_B}/{path}").status_code == 404
        assert everybody.as_("unit_b").get(f"/projects/{CODE_B}/{path}").status_code == 200
