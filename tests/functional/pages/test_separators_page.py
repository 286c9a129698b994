"""Separator sheets from the dossier page: for who may file, one for each paper that is missing, never for a classified project."""

import re
from collections.abc import Callable

import pypdfium2

from admin.system import System
from archive.models import Document
from tests.builders import a_project
from tests.functional.pages.conftest import Browser

PATH = "/projects/XM-A/separators.pdf"


def sheets(browser: Browser, path: str) -> int:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["Content-Disposition"]
    with pypdfium2.PdfDocument(answer.data) as printed:
        return len(printed)


def test_the_dossier_leads_to_a_sheet_for_each_paper_that_is_missing(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("unit_a")
    page = browser.page("/projects/XM-A")
    missing = re.search(r'href="([^"]+)">为所缺的 (\d+) 项必备材料各打印一张', page)
    assert missing
    assert sheets(browser, missing[1]) == int(missing[2]) > 5
    assert f'href="{PATH}"' in page
    assert sheets(browser, PATH) == 1
    assert sheets(browser, PATH + "?type=meeting_minutes&type=meeting_minutes&type=build_contract") == 2


def test_who_may_not_file_and_what_is_not_scanned_get_none(system: System, filled: Document,
                                                           signed_in: Callable[[str], Browser]) -> None:
    a_project(system, "XM-S", classified=True)
    auditor, archivist = signed_in("auditor"), signed_in("archivist")
    assert auditor.get(PATH).status_code == 403
    assert 'id="separators"' not in auditor.page("/projects/XM-A")
    assert signed_in("unit_b").get(PATH).status_code == 404
    assert "没有文件类型" in archivist.get(PATH + "?type=no_such_type").text
    refused = archivist.get("/projects/XM-S/separators.pdf")
    assert refused.status_code == 422
    assert "涉密项目只登记目录" in refused.text
    assert 'id="separators"' not in archivist.page("/projects/XM-S")
