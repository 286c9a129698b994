"""Search over HTTP: hits with pages and snippets, exact totals, and nothing of a dossier one may not see."""

from collections.abc import Callable
from typing import Any

import pytest

from admin.system import System
from ingest.describe import Given
from tests.builders import SYSTEM, UNIT, UNIT_B, file_text
from tests.functional.api.conftest import CODE, CODE_B, Everybody, problem

Settle = Callable[[], int]


@pytest.fixture
def corpus(system: System, two_projects: object, settled: Settle) -> dict[str, str]:
    """One document in each unit's dossier with the same word, one beside it; ids by filename."""
    from datetime import date

    files = {"a.txt": (CODE, "密码应用安全性评估 <b>方案</b>", date(2024, 3, 1)),
             "b.txt": (CODE_B, "密码应用安全性评估 报告", date(2025, 3, 1)), "c.txt": (CODE, "会议纪要", None)}
    ids = {}
    for name, (code, text, day) in files.items():
        given = Given(type="meeting_minutes", title=name, doc_date=day)
        ids[name] = system.intake.file(SYSTEM, code, name, [text.encode()], given).document.id
    settled()
    return ids


def found(everybody: Everybody, name: str, query: str) -> dict[str, Any]:
    answer = everybody.as_(name).get(f"/search?{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    body: dict[str, Any] = answer.get_json()
    return body


def names(body: dict[str, Any]) -> set[str]:
    return {item["filename"] for item in body["items"]}


def test_a_hit_says_which_document_page_and_why(everybody: Everybody, corpus: dict[str, str]) -> None:
    body = found(everybody, "archivist", "q=安全性评估&project=XM-2024-001")
    item = body["items"][0]
    assert (item["document"], item["project"], item["page"], item["pages"]) == (corpus["a.txt"], CODE, 1, [1])
    assert "<mark>" in item["snippet"]
    assert "&lt;b&gt;" in item["snippet"]
    assert item["score"] > 0
    assert (body["total"], body["page"], body["size"]) == (1, 1, 20)
    assert body["index_lag_s"] == 0


def test_words_phrases_and_exclusions(everybody: Everybody, corpus: dict[str, str]) -> None:
    assert names(found(everybody, "archivist", "q=密码 评估")) == {"a.txt", "b.txt"}
    assert names(found(everybody, "archivist", 'q="评估 报告"')) == {"b.txt"}
    assert names(found(everybody, "archivist", "q=密码 -报告")) == {"a.txt"}


def test_another_units_documents_are_in_no_item_count_or_facet(everybody: Everybody, corpus: dict[str, str]) -> None:
    for query in ("q=密码", "q=", "q=密码&project=" + CODE_B, "q=b.txt", "q=密码&unit=" + UNIT_B):
        body = found(everybody, "unit_a", query)
        assert "b.txt" not in names(body)
        assert body["total"] == len(body["items"])
        assert UNIT_B not in body["facets"]["unit"]
        assert CODE_B not in body["facets"]["project"]
        assert CODE_B not in str(body)
    assert found(everybody, "unit_a", "q=密码")["facets"]["unit"] == {UNIT: 1}
    assert found(everybody, "archivist", "q=密码")["facets"]["unit"] == {UNIT: 1, UNIT_B: 1}


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditadmin"])
def test_the_three_administrators_find_nothing(everybody: Everybody, corpus: dict[str, str], role: str) -> None:
    problem(everybody.as_(role).get("/search?q=密码"), 403, "archive.not-permitted")


def test_filters_dates_and_order(everybody: Everybody, corpus: dict[str, str]) -> None:
    assert names(found(everybody, "archivist", "from=2025-01-01")) == {"b.txt"}
    assert names(found(everybody, "archivist", "to=2024-12-31")) == {"a.txt"}
    several = found(everybody, "archivist", f"project={CODE}&project={CODE_B}&type=meeting_minutes")
    assert several["total"] == 3
    oldest_first = found(everybody, "archivist", "sort=date_asc")["items"]
    assert [item["filename"] for item in oldest_first] == ["a.txt", "b.txt", "c.txt"]


def test_pages_of_results_do_not_overlap(everybody: Everybody, corpus: dict[str, str]) -> None:
    pages = [found(everybody, "archivist", f"sort=title&size=2&page={n}") for n in (1, 2, 3)]
    assert [item["filename"] for page in pages for item in page["items"]] == ["a.txt", "b.txt", "c.txt"]
    assert {page["total"] for page in pages} == {3}


def test_the_lag_of_the_index_is_told(everybody: Everybody, system: System, corpus: dict[str, str]) -> None:
    from datetime import timedelta

    file_text(system, CODE, "d.txt", "密码 新")
    system.clock.advance(timedelta(seconds=7))  # type: ignore[attr-defined]  # a FixedClock
    assert found(everybody, "archivist", "q=密码")["index_lag_s"] == 7


@pytest.mark.parametrize(("query", "field"), [
    ("sort=best", "sort"), ("from=gestern", "from"), ("typ=x", "typ"), ("type=no_such", "type"), ("stage=XXX", "stage"),
    ("from=2025-01-02&to=2025-01-01", "to"), ("size=0", "size")])
def test_a_question_that_cannot_be_meant_is_refused_by_name(everybody: Everybody, query: str, field: str) -> None:
    body = problem(everybody.as_("archivist").get(f"/search?{query}"), 422)
    assert [error["field"] for error in body["errors"]] == [field]


def test_a_question_too_long_is_refused(everybody: Everybody) -> None:
    problem(everybody.as_("archivist").get("/search?q=" + "长" * 1001), 422, "search.query-too-long")


def test_a_far_page_is_empty_and_costs_nothing(everybody: Everybody, corpus: dict[str, str]) -> None:
    body = found(everybody, "archivist", "q=密码&page=1000000&size=200")
    assert (body["items"], body["total"]) == ([], 2)
