"""The what-if page: it begins with what is, shows only what would change, and writes nothing."""

from collections.abc import Callable
from datetime import date
from html import unescape

import pytest

from admin.system import System
from archive.models import Project
from retention.alerts import refresh
from tests.builders import a_project
from tests.conftest import snapshot
from tests.functional.pages.conftest import Browser


@pytest.fixture
def late(system: System) -> Project:
    found = a_project(system, "XM-A", actual_completion=date(2025, 1, 10), trial_start=date(2025, 1, 13))
    refresh(system.judge)
    return found


def test_accepted_on_this_day_shows_now_and_then_with_the_arithmetic(late: Project, signed_in: Callable[[str], Browser]) -> None:
    browser, before = signed_in("unit_a"), snapshot()
    assert "/projects/XM-A/what-if?accepted_on=2026-03-02" in unescape(browser.page("/projects/XM-A"))
    page = browser.page("/projects/XM-A/what-if?accepted_on=2026-03-02")
    for wanted in ("会改变的判断", "预警消失", "2025-07-14", "R31-3"):
        assert wanted in page
    assert snapshot() == before


def test_the_form_as_it_comes_supposes_nothing(late: Project, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("archivist")
    assert "会改变的判断" not in browser.page("/projects/XM-A/what-if?p.actual_completion=2025-01-10&s.grace_months=3")
    page = browser.page("/projects/XM-A/what-if?p.actual_completion=2025-01-10&s.grace_months=12")
    assert "3 → 12" in page
    emptied = browser.page("/projects/XM-A/what-if?p.actual_completion=&p.trial_start=")
    assert "R31-3" in emptied


def test_what_cannot_be_is_said_beside_the_form(late: Project, signed_in: Callable[[str], Browser]) -> None:
    page = signed_in("archivist").page("/projects/XM-A/what-if?s.grace_months=viel")
    assert "应为整数" in page
    assert "试运行期满后组织验收的宽限月数" in page
    assert "不是日期" in signed_in("archivist").page("/projects/XM-A/what-if?accepted_on=x")
