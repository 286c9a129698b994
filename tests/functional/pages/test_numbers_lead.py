"""Every number of the start pages and boards is a link to the list that has exactly so many rows."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from admin.system import System
from retention.alerts import refresh
from retention.models import FindingRecord
from tests.builders import UNIT_B, a_project, file_text
from tests.functional.pages.conftest import Browser

LINK = re.compile(r'<a[^>]*href="(/(?:findings|boards/gaps|projects)(?:\?[^"]*)?)"[^>]*>(?:<b>)?([^<]*?\d+[^<]*)<')
TOTAL = re.compile(r'<span class="muted">(\d+) (?:项|个)')


@pytest.fixture
def judged(system: System) -> System:
    a_project(system, "XM-A1", actual_completion="2025-01-10", trial_start="2025-01-13")
    file_text(system, "XM-A1", "可行性研究报告.txt", "可行性研究报告")  # of the rest of its stage each paper is lacking by itself
    a_project(system, "XM-A2", mode="service_purchase")
    a_project(system, "XM-B", unit=UNIT_B)
    refresh(system.judge)
    return system


def rows_of(browser: Browser, url: str) -> int:
    """The rows of the list on all its pages; where it says how many these are, it says the same."""
    rows, said, number = 0, None, 1
    while True:
        page = browser.page(f"{url}{'&' if '?' in url else '?'}page={number}")
        rows += page.count('<details class="finding"') + page.count('<td class="first title">')
        said = TOTAL.search(page)
        if 'rel="next"' not in page:
            assert said is None or int(said[1]) == rows, url
            return rows
        number += 1


@pytest.mark.parametrize(("role", "path", "least"), [
    ("archivist", "/", 3), ("supervisor", "/", 8), ("auditor", "/", 3), ("unit_a", "/", 4), ("supervisor", "/boards/units", 6),
    ("archivist", "/boards/materials", 20), ("unit_a", "/boards/gaps", 2)])
def test_a_number_leads_to_so_many_rows(judged: System, signed_in: Callable[[str], Browser], role: str, path: str, least: int) -> None:
    browser = signed_in(role)
    links = {(unescape(url), text.strip()) for url, text in LINK.findall(browser.page(path)) if "/projects/" not in url}
    checked = 0
    for url, text in sorted(links)[::max(len(links) // 24, 1)]:
        number = re.search(r"\d+", text)
        assert number
        assert rows_of(browser, url) == int(number[0]), (url, text)
        checked += 1
    assert checked >= least


def test_what_is_counted_first_is_open_as_alert_and_nothing_is_lost(judged: System, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("archivist")
    groups = {name: rows_of(browser, f"/findings?group={name}") for name in ("overdue", "soon", "later", "missing", "papers")}
    assert groups["overdue"] == FindingRecord.objects(alert="open", outcome="failed").count() > 0
    assert groups["papers"] > 0
    assert sum(groups.values()) == FindingRecord.objects(outcome__in=("failed", "due", "unknown")).count()
    assert f"<b>{groups['overdue']}</b><span>已逾期或不符合</span>" in browser.page("/")
