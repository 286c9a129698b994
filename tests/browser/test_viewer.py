"""The page viewer in a real browser: from a search to the marked word, by keys, on a desk and on a telephone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from archive.models import Document
from tests.browser.conftest import Visitor, press

pytestmark = pytest.mark.browser


def ready(page: Page) -> None:
    page.wait_for_function("() => { const i = document.querySelector('.sheet img'); return i && i.complete && i.naturalWidth > 500; }")


def at_page(page: Page, number: str) -> None:
    """The page is shown and listens: its script is the last thing in it, a key pressed before is nobody's."""
    expect(page.locator("#goto")).to_have_value(number)
    page.wait_for_load_state("load")


def test_keys_lead_through_pages_and_hits(visitor: Visitor) -> None:
    page = visitor.sign_in("auditor").open("/search?q=密码应用方案已通过评估")
    page.locator(".hit h2 a").first.click()
    expect(page).to_have_url(re.compile(r"/documents/\w+/view\?at=1"))
    ready(page)
    expect(page.locator("#reader mark").first).to_have_text("密码应用方案已通过评估")
    press(page, "n")
    expect(page).to_have_url(re.compile("page=2"))
    at_page(page, "2")
    press(page, "ArrowRight")
    at_page(page, "3")
    press(page, "p")
    at_page(page, "2")
    press(page, "+")
    expect(page.locator(".sheet.zoom-150")).to_be_visible()
    page.wait_for_load_state("load")
    page.wait_for_function("() => document.querySelector('.sheet img').naturalWidth > 1300")
    press(page, "/")
    page.keyboard.type("附件")
    press(page, "Enter")
    at_page(page, "3")
    expect(page.locator("#reader mark").first).to_have_text("附件")
    page.locator(".thumbs a").first.click()
    at_page(page, "1")
    page.wait_for_function("() => [...document.querySelectorAll('.thumbs img')].every(i => i.complete && i.naturalWidth > 50)")


@pytest.mark.parametrize("visitor", [(1280, 900), (390, 844)], indirect=True, ids=["1280", "390"])
def test_pictures_of_the_viewer(visitor: Visitor, gallery: Path) -> None:
    width = visitor.page.viewport_size["width"] if visitor.page.viewport_size else 0
    document = Document.objects(project="SC-2024-001", type="crypto_evaluation_report").first()
    page = visitor.sign_in("archivist").open(f"/documents/{document.id}/view?q=密码应用")
    ready(page)
    page.wait_for_function("() => [...document.images].every(image => image.complete)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    picture = gallery / f"viewer-{width}.png"
    page.screenshot(path=picture)
    assert picture.stat().st_size > 20_000
