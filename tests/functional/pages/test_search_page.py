"""The search page: results that lead to the page of the hit, facets as links, and honest empty answers."""

import re
from collections.abc import Callable

import pytest

from admin.system import System
from archive.models import Document
from tests.builders import file_text
from tests.functional.pages.conftest import Browser


def test_a_hit_is_marked_and_leads_to_its_page(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    page = signed_in("unit_a").page("/search?q=性能测试")
    assert "<mark>性能测试</mark>" in page
    assert f"/documents/{filled.id}/view?at=1&amp;q=%E6%80%A7%E8%83%BD%E6%B5%8B%E8%AF%95" in page
    assert "找到 1 件" in page
    assert "案卷属于您所在的单位" in page
    assert "索引是最新的" in page


def test_facets_count_and_narrow_and_can_be_taken_back(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("auditor")
    everything = browser.page("/search")
    assert "全部 2 件" in everything
    link = re.search(r'href="(/search\?[^"]*unit=[^"]+)"', everything)
    assert link
    narrowed = browser.page(link[1].replace("&amp;", "&"))
    assert "找到 1 件" in narrowed
    assert "<span>水文遥测平台建设项目</span>" in everything
    assert 'class="chip"' in narrowed


@pytest.mark.parametrize(("query", "says"), [
    ("from=2026-99-01", "不是日期"), ("to=昨天", "不是日期"), ("q=" + "长" * 1001, "超过上限")])
def test_a_question_that_cannot_be_asked_is_explained(query: str, says: str, filled: Document,
                                                      signed_in: Callable[[str], Browser]) -> None:
    answer = signed_in("auditor").get(f"/search?{query}")
    assert answer.status_code == 422
    assert says in answer.text


def test_nothing_found_is_said_kindly(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    page = signed_in("auditor").page("/search?q=完全不存在的词")
    assert "没有找到" in page
    assert "找到 0 件" in page


def test_what_is_not_indexed_yet_is_announced(system: System, filled: Document, signed_in: Callable[[str], Browser]) -> None:
    file_text(system, "XM-A", "新到.txt", "刚刚收到的纪要")
    assert "可能暂时搜不到" in signed_in("auditor").page("/search?q=纪要")


@pytest.mark.parametrize("query", ["page=0", "page=-3", "page=99999999", "page=x", "sort=nothing", "type=nothing",
                                   "q=%00", "q=%22", "q=-", "q=%F0%9F%98%80", "project=%27%7B%24ne%3A1%7D"])
def test_no_address_breaks_the_page(query: str, filled: Document, signed_in: Callable[[str], Browser]) -> None:
    assert signed_in("auditor").get(f"/search?{query}").status_code == 200


@pytest.mark.parametrize("path", [
    "/projects?text=%00", "/projects?text=" + "a" * 5000, "/projects?unit=%00&page=-1", "/projects?text=(%5B",
    "/findings?status=nothing&group=nothing", "/findings?unit=%24where", "/findings?group=soon&page=9999"])
def test_no_filter_breaks_a_list(path: str, filled: Document, signed_in: Callable[[str], Browser]) -> None:
    assert signed_in("auditor").get(path).status_code == 200
