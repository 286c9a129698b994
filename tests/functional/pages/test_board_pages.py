"""The board pages: each role's own, the numbers of the reader, and what is taken away as XLSX and PDF."""

from collections.abc import Callable
from io import BytesIO

from openpyxl import load_workbook

from archive.models import Document
from tests.builders import UNIT, UNIT_B
from tests.functional.pages.conftest import Browser

BOARDS = ("gaps", "units", "materials")


def test_each_role_begins_with_its_board(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    for role, board in (("unit_a", "gaps"), ("archivist", "materials"), ("supervisor", "units"), ("auditor", "units")):
        assert signed_in(role).get("/boards").location == f"/boards/{board}"


def test_a_unit_sees_its_own_numbers_and_no_other_units_name(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("unit_b")
    for board in BOARDS:
        page = browser.page(f"/boards/{board}") + browser.page(f"/boards/{board}?unit={UNIT}&material=fsr_approval")
        assert "XM-A" not in page
        assert UNIT not in page.replace(f"unit={UNIT}", "").replace(f'value="{UNIT}"', "")


def test_the_supervisor_sees_all_units_the_trend_and_the_heat_map(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    page = signed_in("supervisor").page("/boards/units")
    for wanted in (UNIT, UNIT_B, "预警趋势", "<svg", "阶段与材料", "缺 "):
        assert wanted in page


def test_a_cell_of_the_heat_map_leads_to_the_projects_that_lack_it(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    page = signed_in("archivist").page("/boards/gaps?material=fsr_approval")
    assert "XM-A" in page
    assert "XM-B" in page


def test_boards_are_taken_away_as_spreadsheet_and_pdf(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("unit_b")
    for board in BOARDS:
        sheet = browser.get(f"/boards/{board}.xlsx")
        book = load_workbook(BytesIO(sheet.data))
        cells = [str(value) for page in book for row in page.iter_rows(values_only=True) for value in row if value is not None]
        assert cells
        assert not [cell for cell in cells if "XM-A" in cell or UNIT in cell]
        assert "attachment" in sheet.headers["Content-Disposition"]
        assert browser.get(f"/boards/{board}.pdf").data.startswith(b"%PDF")
    book = load_workbook(BytesIO(browser.get("/boards/gaps.xlsx").data))
    assert any("XM-B" in map(str, row) for row in book.active.iter_rows(values_only=True))
