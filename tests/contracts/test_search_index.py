"""What every SearchIndex promises: see search/port.py."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.errors import IndexBusy, IndexNeedsRebuild, RebuildNotRunning
from search.port import FACETS, IndexedDocument, SearchIndex
from search.query import Query, parse
from tests.contracts.search_indexes import IMPLEMENTATIONS, asked, document, found

ROOT = Path(__file__).parents[2]
Reopen = Callable[..., SearchIndex]


@pytest.fixture(params=sorted(IMPLEMENTATIONS))
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def reopen(engine: str, tmp_path: Path) -> Iterator[Reopen]:
    """Opens the test's index, as often as asked; `writable=True` for the one that writes."""
    opened: list[SearchIndex] = []

    def opening(writable: bool = False) -> SearchIndex:
        opened.append(IMPLEMENTATIONS[engine](str(tmp_path), writable))
        return opened[-1]

    yield opening
    for index in reversed(opened):
        index.close()


@pytest.fixture
def index(reopen: Reopen) -> SearchIndex:
    writer = reopen(writable=True)
    assert writer.prepare()
    return writer


def fill(index: SearchIndex, *documents: IndexedDocument) -> None:
    index.put(documents)
    index.commit()


# Matching


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
        document("mine", "验收", dossier="a", unit="甲局"),
        document("secret", "验收", dossier="b", unit="乙局"),
    )
    result = index.search(asked("验收", dossiers=frozenset({"a", "unknown"})))
    assert ([hit.document for hit in result.hits], result.total, result.facets["unit"]) == (["mine"], 1, {"甲局": 1})
    nothing = index.search(asked("验收", dossiers=frozenset()))
    assert (nothing.hits, nothing.total, nothing.facets) == ((), 0, {name: {} for name in FACETS})
    assert index.search(asked("-监理", dossiers=frozenset({"b"}))).total == 1


def test_each_filter_takes_alternatives_and_filters_are_anded(index: SearchIndex) -> None:
    fill(
        index,
        document("1", project="P1", type="contract", stage="CON", unit="甲局"),
        document("2", project="P1", type="contract", stage="BID", unit="乙局"),
        document("3", project="P2", type="report", stage="CON", unit="甲局"),
    )
    assert set(found(index, project=("P1", "P2"), stage=("CON",))) == {"1", "3"}
    assert found(index, type=("contract",), unit=("乙局",)) == ["2"]
    assert found(index, project=("P",)) == []


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
    odd = document("a\ud800", "文", title='<标 题>"\ud83d', filename="a\tb\x00.pdf", doc_date=None, version=7, unit="")
    fill(index, odd)
    assert index.search(asked()).hits[0].card == odd.card()


# Writing


def test_what_is_not_committed_is_not_found(index: SearchIndex, reopen: Reopen) -> None:
    fill(index, document("a", "验收"))
    index.put([document("b", "验收")])
    index.remove(["a"])
    assert found(index, "验收") == found(reopen(), "验收") == ["a"]
    index.commit()
    assert found(index, "验收") == found(reopen(), "验收") == ["b"]


def test_an_open_reader_sees_each_commit_at_once(index: SearchIndex, reopen: Reopen) -> None:
    reader = reopen()
    assert found(reader, "验收") == []
    for number in range(5):
        fill(index, document(str(number), "验收"))
        assert len(found(reader, "验收")) == reader.count() == number + 1


def test_putting_again_replaces(index: SearchIndex) -> None:
    fill(index, document("a", "初验"))
    fill(index, document("a", "终验"))
    index.put([document("a", "甲"), document("a", "乙")])
    index.commit()
    assert (found(index, "验"), found(index, "乙"), index.count()) == ([], ["a"], 1)


def test_a_late_lower_version_is_left_out_before_and_after_the_commit(index: SearchIndex) -> None:
    assert index.put([document("a", "第三版", version=3), document("a", "第二版", version=2)]) == 1
    assert index.version_of("a") == 3
    index.commit()
    assert index.put([document("a", "第一版", version=1)]) == 0
    index.commit()
    assert (found(index, "第三版"), found(index, "第一版"), index.version_of("a")) == (["a"], [], 3)


def test_removing_forgets_the_version(index: SearchIndex) -> None:
    fill(index, document("a", version=9))
    index.remove(["a", "never there"])
    assert index.version_of("a") is None
    assert index.put([document("a", "重新归档", version=1)]) == 1
    index.commit()
    assert (found(index, "重新归档"), index.version_of("a")) == (["a"], 1)


def test_ids_names_exactly_the_documents_held(index: SearchIndex) -> None:
    fill(index, *(document(f"d{n}") for n in range(50)))
    index.remove([f"d{n}" for n in range(0, 50, 2)])
    index.commit()
    assert sorted(index.ids()) == sorted(f"d{n}" for n in range(1, 50, 2))
    assert index.count() == 25


def test_closing_keeps_what_was_put(reopen: Reopen) -> None:
    writer = reopen(writable=True)
    writer.prepare()
    writer.put([document("a", "验收", version=4)])
    writer.close()
    again = reopen(writable=True)
    again.prepare()
    assert (found(again, "验收"), again.version_of("a")) == (["a"], 4)


def test_a_second_writer_is_told_that_the_index_is_busy(index: SearchIndex, reopen: Reopen) -> None:
    fill(index, document("a", "验收"))
    second = reopen(writable=True)
    with pytest.raises(IndexBusy):
        second.put([document("b")])
    with pytest.raises(IndexBusy):
        second.begin_rebuild()
    assert found(second, "验收") == ["a"]
    index.close()
    fill(second, document("b", "验收"))
    assert second.count() == 2


def test_a_missing_index_asks_for_a_rebuild_instead_of_finding_nothing(reopen: Reopen) -> None:
    with pytest.raises(IndexNeedsRebuild):
        reopen().search(asked("验收"))
    assert reopen().info().state == "needs_rebuild"


KILLED = """
import os, signal, sys
from tests.contracts.search_indexes import IMPLEMENTATIONS, document
index = IMPLEMENTATIONS[sys.argv[1]](sys.argv[2], True)
index.prepare()
index.put([document(f"kept-{n}", "已提交的验收报告" * 50) for n in range(200)])
index.commit()
if sys.argv[3] == "rebuilding":
    index.begin_rebuild()
    index.refill([document(f"lost-{n}", "没有提交的验收报告" * 500) for n in range(200)])
index.put([document(f"lost-{n}", "没有提交的验收报告" * 500) for n in range(2000)])
index.remove([f"kept-{n}" for n in range(200)])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("moment", ["writing", "rebuilding"])
def test_a_killed_writer_costs_only_what_it_had_not_committed(
    engine: str, reopen: Reopen, tmp_path: Path, moment: str
) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, engine, str(tmp_path), moment], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    index = reopen(writable=True)
    index.prepare()
    assert sorted(index.ids()) == sorted(f"kept-{n}" for n in range(200))
    assert index.search(asked("提交的验收报告")).total == 200
    fill(index, document("new", "提交的验收报告"))
    assert index.search(asked("提交的验收报告")).total == 201


# Rebuilding


def test_a_rebuild_answers_from_the_old_index_until_it_is_finished(index: SearchIndex, reopen: Reopen) -> None:
    reader = reopen()
    fill(index, document("stale", "验收"), document("a", "验收"))
    index.begin_rebuild()
    assert index.info().state == "rebuilding"
    assert index.refill([document("a", "验收"), document("b", "验收")]) == 2
    assert set(found(reader, "验收")) == set(found(index, "验收")) == {"stale", "a"}
    index.finish_rebuild()
    assert set(found(reader, "验收")) == set(found(index, "验收")) == {"a", "b"}
    fill(index, document("c", "验收"))
    assert reader.count() == index.count() == 3
    assert index.info().state == "ready"


def test_what_changes_during_a_rebuild_is_in_both_indexes_and_not_undone(index: SearchIndex) -> None:
    fill(index, document("gone", "验收"), document("changed", "旧"))
    index.begin_rebuild()
    fill(index, document("changed", "新"), document("added", "验收"))
    index.remove(["gone"])
    index.commit()
    assert (found(index, "验收"), found(index, "新")) == (["added"], ["changed"])
    assert index.refill([document("gone", "验收"), document("changed", "旧"), document("kept", "验收")]) == 1
    index.finish_rebuild()
    assert (set(found(index, "验收")), found(index, "新"), found(index, "旧")) == ({"added", "kept"}, ["changed"], [])


def test_an_abandoned_rebuild_changes_nothing(index: SearchIndex) -> None:
    fill(index, document("a", "验收"))
    index.begin_rebuild()
    index.refill([document("b", "验收")])
    index.abandon_rebuild()
    assert found(index, "验收") == ["a"]
    for late in (index.finish_rebuild, lambda: index.refill([])):
        with pytest.raises(RebuildNotRunning):
            late()
    index.begin_rebuild()
    index.begin_rebuild()
    index.finish_rebuild()
    assert index.count() == 0


def test_searches_never_fail_while_indexes_are_replaced(index: SearchIndex, reopen: Reopen) -> None:
    documents = [document(f"d{n}", "验收报告") for n in range(20)]
    fill(index, *documents)
    reader, stop = reopen(), threading.Event()
    totals: list[int] = []
    failures: list[Exception] = []

    def searching() -> None:
        while not stop.is_set():
            try:
                totals.append(reader.search(asked("验收报告")).total)
            except Exception as error:
                failures.append(error)

    thread = threading.Thread(target=searching)
    thread.start()
    for _ in range(8):
        index.begin_rebuild()
        index.refill(documents)
        index.finish_rebuild()
        fill(index, document("d0", "验收报告"))
    stop.set()
    thread.join()
    assert failures == []
    assert set(totals) == {20}


def test_a_new_index_asks_to_be_filled_until_a_rebuild_was_finished(index: SearchIndex, reopen: Reopen) -> None:
    fill(index, document("a", "验收"))
    index.begin_rebuild()
    index.close()
    interrupted = reopen(writable=True)
    assert interrupted.prepare()
    interrupted.begin_rebuild()
    interrupted.finish_rebuild()
    assert not interrupted.prepare()
    assert not reopen().prepare()


def test_info_counts_documents_and_bytes(index: SearchIndex) -> None:
    fill(index, document("a", "验收"), document("b", "验收"))
    info = index.info()
    assert (info.state, info.documents, info.reason) == ("ready", 2, "")
    assert info.size > 0


def test_an_empty_query_object_lists_everything(index: SearchIndex) -> None:
    fill(index, document("a"), document("b"))
    assert set(found(index, Query())) == {"a", "b"}
