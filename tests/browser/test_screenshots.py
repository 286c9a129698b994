"""Pictures of the main pages at the width of a desk and of a telephone, for the documentation."""

from pathlib import Path

import pytest

from archive.models import Document
from retention.models import FindingRecord
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("visitor", [(1280, 900), (390, 844)], indirect=True, ids=["1280", "390"])
def test_pictures_of_the_main_pages(visitor: Visitor, gallery: Path, request: pytest.FixtureRequest) -> None:
    width = visitor.page.viewport_size["width"] if visitor.page.viewport_size else 0
    document = Document.objects(project="SC-2024-001", type="crypto_evaluation_report").first()
    finding = FindingRecord.objects(project="SC-2024-001", rule="R31-3").get()
    pages = {
        "start": "/", "projects": "/projects", "dossier": "/projects/SC-2024-001",
        "document": f"/documents/{document.id}?q=密码应用", "search": "/search?q=密码应用方案",
        "findings": f"/findings?group=overdue#finding-{finding.id}", "boards": "/boards/units",
        "readiness": "/projects/SC-2024-001#acceptance",
        "what-if": "/projects/SC-2024-001/what-if?accepted_on=2026-03-12#result"}
    visitor.sign_in("archivist")
    for name, path in pages.items():
        page = visitor.open(path)
        page.wait_for_function("() => [...document.images].every(image => image.complete)")
        picture = gallery / f"{name}-{width}.png"
        page.screenshot(path=picture)
        assert picture.stat().st_size > 20_000
