"""A person of one unit cannot learn by any page that another unit's dossier exists."""

import re
from collections.abc import Callable

import pytest

from archive.models import Document
from retention.models import FindingRecord
from tests.conftest import snapshot
from tests.functional.pages.conftest import Browser


def test_a_foreign_dossier_answers_as_one_that_does_not_exist(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    browser, finding = signed_in("unit_b"), FindingRecord.objects(project="XM-A").first()
    nothing = "0" * 24
    pairs = [("/projects/XM-A", "/projects/XM-Z"), ("/projects/XM-A/materials", "/projects/XM-Z/materials"),
             (f"/documents/{filled.id}", f"/documents/{nothing}"),
             (f"/documents/{filled.id}/content", f"/documents/{nothing}/content"),
             (f"/documents/{filled.id}/pages/1.png", f"/documents/{nothing}/pages/1.png"),
             (f"/documents/{filled.id}/versions/1/content", f"/documents/{nothing}/versions/1/content"),
             (f"/findings/{finding.id}", f"/findings/{nothing}")]
    for there, nowhere in pairs:
        one, other = browser.get(there), browser.get(nowhere)
        assert one.status_code == other.status_code == 404, there
        known = one.text.replace("XM-A", "X").replace(str(filled.id), "X").replace(finding.id, "X")
        assert _without_tokens(known) == _without_tokens(other.text.replace("XM-Z", "X").replace(nothing, "X")), there


def test_a_foreign_dossier_takes_no_form(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    browser, finding = signed_in("unit_b"), FindingRecord.objects(project="XM-A").first()
    before = snapshot()
    for path in (f"/findings/{finding.id}/acknowledge", "/projects/XM-A/catalogue", "/projects/XM-A/upload",
                 f"/documents/{filled.id}/versions"):
        assert browser.post(path).status_code == 404, path
    assert browser.send("/projects/XM-A/upload", "a.txt", b"x").status_code == 404
    assert snapshot() == before


@pytest.mark.parametrize("path", ["/", "/projects", "/projects?text=XM-A", "/search", "/search?q=测评", "/findings",
                                  "/search?project=XM-A", "/findings?project=XM-A"])
def test_lists_hold_nothing_of_another_unit(path: str, filled: Document, signed_in: Callable[[str], Browser]) -> None:
    own, foreign = signed_in("unit_a").page(path), signed_in("unit_b").page(path)
    assert "一体化协同办公平台" not in foreign
    assert "协同平台等级保护" not in foreign
    assert "省数字政务厅" not in foreign
    assert "一体化协同办公平台" in own


def _without_tokens(page: str) -> str:
    return re.sub(r'(content|value)="[\w.-]{40,}"', "", page)
