"""What every SearchIndex finds, counts and orders: see search/port.py. Writing is in test_search_index_writing.py."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.port import FACETS, SearchIndex
from search.query import Query, parse
from tests.contracts.search_indexes import asked, document, fill, found


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("验", "项目验收报告"),
        ("验收", "项目验收报告"),
        ("验收报", "项目验收报告"),
        ("验收报告", "项目验\n 收 报\u3000告"),
        ("驗收報告", "项目验收报告"),
        ("GB/T 22239-2019", "依据ｇｂ／ｔ22239－2019的要求"),
        ('"甲 乙"', "甲乙"),
        ("😀", "完成😀了"),
        ("成😀了", "完成😀了"),
        ('"e\u0301x"', "caf e\u0301x"),
        ("a\x00b", "a\x00b"),
        ("c:\\temp(*)", '路径 C:\\Temp(*) AND "x"'),
        ("title:x^2~", "title:x^2~[]{}"),
        ("\ud800x", "\ud800x"),
    ],
)
def test_a_piece_of_text_is_found_wherever_it_stands(index: SearchIndex, query: str, text: str) -> None:
    fill(index, document("yes", text), document("no", "别的内容"))
    assert found(index, query) == ["yes"]


def test_pieces_that_only_stand_apart_are_no_phrase(index: SearchIndex) -> None:
    fill(index, document("apart", "验收之后收报,报告", title="报", filename="告"), document("whole", "验收报告"))
    assert found(index, "验收报告") == ["whole"]


def test_a_phrase_does_not_reach_from_the_title_into_the_filename(index: SearchIndex) -> None:
    fill(index, document("a", title="验收", filename="报告.pdf"))
    assert found(index, "收报") == []
    assert found(index, "报告.pdf") == ["a"]


def test_words_are_anded_over_text_title_and_filename(index: SearchIndex) -> None:
    fill(index, document("a", "监理", title="验收", filename="终稿.docx"), document("b", "监理 验收"))
    assert found(index, "监理 验收 终稿") == ["a"]


def test_excluded_words_and_phrases_leave_documents_out(index: SearchIndex) -> None:
    fill(index, document("a", "验收 初验"), document("b", "验收 终验"), document("c", "验收", title="初 验"))
    assert found(index, "验收 -初验") == ["b"]
    assert found(index, '-"初 验" -终') == []
    assert found(index, "－初验") == ["b"]


def test_nothing_to_find_lists_what_the_filters_allow_newest_first(index: SearchIndex) -> None:
    fill(
        index,
        document("old", doc_date=date(2021, 1, 1)),
        document("none", doc_date=None),
        document("new", doc_date=date(2025, 1, 1)),
        document("other", stage="BID"),
    )
    assert found(index, stage=("ACC",)) == ["new", "old", "none"]


CHARS = "验收报告項项aAB1- \n\u3000“—½"
TEXT = st.text(st.sampled_from(CHARS), max_size=14)
DOCUMENTS = st.lists(st.tuples(TEXT, TEXT, TEXT, st.sampled_from("xyz")), max_size=8)
DOSSIERS = st.none() | st.frozensets(st.sampled_from("xyz"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DOCUMENTS, st.lists(TEXT, max_size=2), st.lists(TEXT, max_size=2), DOSSIERS)
def test_matching_is_substring_search_within_the_dossiers_allowed(
    index: SearchIndex,
    rows: list[tuple[str, str, str, str]],
    wanted: list[str],
    unwanted: list[str],
    dossiers: frozenset[str] | None,
) -> None:
    index.remove(list(index.ids()))
    documents = [
        document(str(number), text, title=title, filename=filename, dossier=dossier)
        for number, (text, title, filename, dossier) in enumerate(rows)
    ]
    fill(index, *documents)
    for text in (" ".join([*(f'"{w}"' for w in wanted), *(f'-"{u}"' for u in unwanted)]), " ".join(wanted)):
        query = parse(text)
        expected = {
            d.id for d in documents
            if query.matches(d.text, d.title, d.filename) and (dossiers is None or d.dossier in dossiers)
        }  # fmt: skip
        result = index.search(asked(query, dossiers=dossiers))
        assert {hit.document for hit in result.hits} == expected
        assert result.total == len(expected) == sum(result.facets["type"].values())


# Access, filters, facets, order, paging


def test_access_is_inside_the_count_and_the_facets(index: SearchIndex) -> None:
    fill(
        index,
        document("mine", "验收", dossier="a", project="P1"),
        document("secret", "验收", dossier="b", project="P2"),
    )
    result = index.search(asked("验收", dossiers=frozenset({"a", "unknown"})))
    assert ([hit.document for hit in result.hits], result.total, result.facets["project"]) == (["mine"], 1, {"P1": 1})
    nothing = index.search(asked("验收", dossiers=frozenset()))
    assert (nothing.hits, nothing.total, nothing.facets) == ((), 0, {name: {} for name in FACETS})
    assert index.search(asked("-监理", dossiers=frozenset({"b"}))).total == 1


def test_each_filter_takes_alternatives_and_filters_are_anded(index: SearchIndex) -> None:
    fill(
        index,
        document("1", project="P1", type="contract", stage="CON", dossier="a"),
        document("2", project="P1", type="contract", stage="BID", dossier="b"),
        document("3", project="P2", type="report", stage="CON", dossier="a"),
    )
    assert set(found(index, project=("P1", "P2"), stage=("CON",))) == {"1", "3"}
    assert found(index, type=("contract",), within=frozenset({"b"})) == ["2"]
    assert found(index, project=("P",)) == []


def test_a_filter_by_dossier_narrows_the_access_and_never_widens_it(index: SearchIndex) -> None:
    fill(index, *(document(name, "验收", dossier=name, project=name) for name in "abc"))
    for query in ("验收", ""):
        result = index.search(asked(query, dossiers=frozenset("ab"), within=frozenset("bc")))
        assert ([hit.document for hit in result.hits], result.facets["project"]) == (["b"], {"b": 1})
    assert set(found(index, "验收", within=frozenset("ac"))) == {"a", "c"}
    for dossiers, within in ((None, frozenset[str]()), (frozenset("a"), frozenset("b"))):
        result = index.search(asked("验收", dossiers=dossiers, within=within))
        assert (result.hits, result.total, result.facets) == ((), 0, {name: {} for name in FACETS})


def test_dates_are_inclusive_and_leave_out_what_has_none(index: SearchIndex) -> None:
    days = [date(2023, 12, 31), date(2024, 1, 1), date(2024, 12, 31), date(2025, 1, 1)]
    fill(index, *(document(str(day), doc_date=day) for day in days), document("none", doc_date=None))
    within = found(index, date_from=date(2024, 1, 1), date_to=date(2024, 12, 31), sort="date_asc")
    assert within == ["2024-01-01", "2024-12-31"]
    assert found(index, date_to=date(2024, 1, 1), sort="date_asc") == ["2023-12-31", "2024-01-01"]
    assert found(index, date_from=date(2024, 12, 31), date_to=date(2024, 1, 1)) == []


def test_facets_count_everything_that_matches_whatever_the_page(index: SearchIndex) -> None:
    fill(index, *(document(f"{n}", "验收", project=f"P{n % 3}", doc_date=date(2020 + n % 2, 1, 1)) for n in range(30)))
    index.put([document("no date", "验收", doc_date=None, type="other", stage="BID")])
    index.commit()
    result = index.search(asked("验收", limit=2))
    assert (len(result.hits), result.total) == (2, 31)
    assert result.facets["year"] == {"2020": 15, "2021": 15}
    assert result.facets["project"] == {"P0": 10, "P1": 10, "P2": 10, "XM-2024-001": 1}
    assert result.facets["type"] == {"acceptance_report": 30, "other": 1}
    assert result.facets["stage"] == {"ACC": 30, "BID": 1}


def test_many_different_values_are_all_counted(index: SearchIndex) -> None:
    for start in (0, 700):
        fill(index, *(document(f"{n}", "验收", project=f"P{n % 900}") for n in range(start, start + 700)))
    counts = index.search(asked("验收")).facets["project"]
    assert len(counts) == 900
    assert sum(counts.values()) == 1400


def test_orders(index: SearchIndex) -> None:
    rows = [("c", "第10期监理月报", date(2024, 3, 1)), ("a", "第2期监理月报", date(2024, 1, 1)), ("b", "报告", None)]
    for id_, title, day in rows:
        fill(index, document(id_, title=title, doc_date=day))
    assert found(index, sort="date_desc") == ["c", "a", "b"]
    assert found(index, sort="date_asc") == ["a", "c", "b"]
    assert found(index, sort="title") == ["b", "a", "c"]


def test_relevance_prefers_titles_and_many_mentions(index: SearchIndex) -> None:
    filler = "系统运行情况良好" * 20
    fill(
        index,
        document("once", f"{filler}等保测评"),
        document("often", f"等保测评{filler}等保测评,等保测评"),
        document("titled", filler + "等保测评", title="等保测评报告"),
        *(document(f"other-{n}", filler) for n in range(20)),
    )
    result = index.search(asked("等保测评"))
    assert [hit.document for hit in result.hits] == ["titled", "often", "once"]
    scores = [hit.score for hit in result.hits]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] > 0


@pytest.mark.parametrize("sort", ["relevance", "date_desc", "date_asc", "title"])
def test_pages_put_together_are_the_whole_list(index: SearchIndex, sort: str) -> None:
    fill(index, *(document(f"{n}", "验收" * (n % 4 + 1), title=f"报告{n % 5}") for n in range(23)))
    whole = found(index, "验收", sort=sort)
    pages = [found(index, "验收", sort=sort, offset=offset, limit=5) for offset in range(0, 30, 5)]
    assert [id_ for page in pages for id_ in page] == whole
    assert len(set(whole)) == 23


def test_a_limit_of_nothing_still_counts(index: SearchIndex) -> None:
    fill(index, document("a", "验收"))
    result = index.search(asked("验收", limit=0))
    assert (result.hits, result.total, result.facets["year"]) == ((), 1, {"2024": 1})
    assert index.search(asked("验收", facets=False)).facets == {name: {} for name in FACETS}


def test_pages_far_beyond_the_end_are_empty_and_huge_ones_whole(index: SearchIndex) -> None:
    fill(index, document("a", "验收"), document("b", "验收"))
    for sort in ("relevance", "date_desc", "title"):
        beyond = index.search(asked("验收", sort=sort, offset=10**12, limit=10**12))
        assert (beyond.hits, beyond.total) == ((), 2)
        assert len(found(index, "验收", sort=sort, limit=10**12)) == 2


def test_a_hit_brings_back_the_card_it_was_given(index: SearchIndex) -> None:
    odd = document("a\ud800", "文", title='<标 题>"\ud83d', filename="a\tb\x00.pdf", doc_date=None, version=7)
    fill(index, odd)
    assert index.search(asked()).hits[0].card == odd.card()


def test_an_empty_query_object_lists_everything(index: SearchIndex) -> None:
    fill(index, document("a"), document("b"))
    assert set(found(index, Query())) == {"a", "b"}
