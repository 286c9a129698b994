"""Generated pages are current, and hand-written ones name what exists."""

import re
from pathlib import Path

import pytest

from admin.reference import PAGES
from bench.page import latest, render

DOCS = Path(__file__).resolve().parents[2] / "docs"
ROOT = DOCS.parent


@pytest.mark.parametrize("name", sorted(PAGES))
def test_generated_pages_are_current(name: str) -> None:
    assert (DOCS / "reference" / name).read_text(encoding="utf-8") == PAGES[name](), "run: dangan docs"


def test_the_page_of_measurements_is_made_from_the_latest_report() -> None:
    assert (DOCS / "performance.md").read_text(encoding="utf-8") == render(latest()), "run: dangan bench --out … --page …"


@pytest.mark.parametrize("page", sorted(p.relative_to(ROOT).as_posix() for p in
                                        [*DOCS.glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]))
def test_pages_name_files_that_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = re.findall(r"`((?:archive|ingest|search|retention|admin|tests|docs|bench)/[\w./]+)`", text)
    linked = re.findall(r"\]\(([^)#:]+)\)", text)
    missing = [name for name in named if not (ROOT / name).exists()]
    missing += [link for link in linked if not ((ROOT / page).parent / link).exists()]
    assert missing == []
