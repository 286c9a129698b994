import html
import re

from hypothesis import given
from hypothesis import strategies as st

from archive.chinese import squash
from search.grams import searchable
from search.marks import (
    HITS_LOOKED_AT,
    SNIPPET_LENGTH,
    best_cluster,
    find,
    marked,
    page_at,
    pages_with,
    pattern,
    snippet,
)

TEXT = st.text(st.sampled_from("验驗收报報a Ａ&<>\n\u3000½②2x\ud800"), max_size=40)
TERM = st.text(st.sampled_from("验收报a2&<x\ufffd"), min_size=1, max_size=4)


def _plain(marked_html: str) -> str:
    return html.unescape(re.sub("</?mark>", "", marked_html))


def _show(text: str, *terms: str) -> str:
    return snippet(text, best_cluster(find(text, terms)))


@given(TEXT, TERM)
def test_a_pattern_finds_exactly_what_is_in_the_squashed_text(text: str, term: str) -> None:
    match = pattern(term).search(text)
    assert (match is not None) == (term in searchable(text))
    if match:
        assert searchable(match[0]) == term


@given(st.text(min_size=1, max_size=5).map(searchable).filter(bool))
def test_whatever_a_query_can_hold_is_found_in_itself(term: str) -> None:
    assert (pattern(term).fullmatch(term) is not None) == (squash(term) == term)


def test_hits_have_the_offsets_of_the_text_itself() -> None:
    text = "项目驗\n 收报告,ＡＢ"
    assert [text[span.start : span.end] for span in find(text, ["验收", "ab"])] == ["驗\n 收", "ＡＢ"]


def test_a_text_full_of_white_space_is_searched_in_no_time() -> None:
    text = ("a" + " " * 2000) * 200
    assert find(text, ["a" * 50 + "b"]) == []


def test_pages_are_those_on_which_a_hit_begins() -> None:
    text, starts = "验收验收|验|收|无|验收", (0, 5, 7, 9, 11)
    assert pages_with(text, starts, ["验收"]) == (1, 5)
    assert pages_with("甲验\n收乙", (0, 3), ["验收"]) == (1,)
    assert pages_with(text, starts, ["无", "验收"]) == (1, 4, 5)
    assert pages_with("", (), ["验收"]) == ()


def test_every_page_is_found_beyond_the_hits_looked_at() -> None:
    page = "的" * (HITS_LOOKED_AT * 2)
    starts = tuple(range(0, len(page) * 3, len(page)))
    assert pages_with(page * 3, starts, ["的"]) == (1, 2, 3)
    assert len(find(page * 3, ["的"])) == HITS_LOOKED_AT


def test_an_empty_page_holds_nothing() -> None:
    assert page_at((0, 3, 3, 3, 6), 3) == 4
    assert page_at((0, 3, 3, 3, 6), 2) == 1
    assert page_at((), 0) == 1


def test_the_best_cluster_has_most_terms_then_most_hits_then_comes_first() -> None:
    gap = "。" * 200
    text = f"甲甲甲{gap}甲…乙{gap}甲乙甲{gap}甲乙甲"
    cluster = best_cluster(find(text, ["甲", "乙"]))
    assert cluster[0].start == text.index("甲乙甲")
    assert [span.term for span in cluster] == [0, 1, 0]
    assert best_cluster([]) == []


def test_a_snippet_is_escaped_marked_and_collapsed() -> None:
    assert _show('前文 <b>&\n\n  "验 收"', "验收") == "前文 &lt;b&gt;&amp; &quot;<mark>验 收</mark>&quot;"


def test_a_snippet_says_where_it_was_cut_and_keeps_its_length() -> None:
    shown = _show("甲" * 500 + "验收" + "乙" * 500, "验收")
    assert shown.startswith("…甲")
    assert shown.endswith("乙…")
    assert len(_plain(shown)) == SNIPPET_LENGTH + 2
    at_end = _show("甲" * 500 + "验收", "验收")
    assert at_end.endswith("<mark>验收</mark>")
    assert len(_plain(at_end)) == SNIPPET_LENGTH + 1
    assert not _show("验收" + "乙" * 500, "验收").startswith("…")


def test_overlapping_hits_are_one_mark() -> None:
    assert _show("竣工验收报告", "竣工验收", "验收报告", "工") == "<mark>竣工验收报告</mark>"


def test_a_phrase_longer_than_the_snippet_is_shown_and_a_torn_one_is_bounded() -> None:
    phrase = "验" * 150
    assert _show("前" * 90 + phrase + "后" * 90, phrase) == f"…<mark>{phrase}</mark>…"
    assert len(_show("验" + "\n" * 5000 + "收", "验收")) < 2 * SNIPPET_LENGTH


def test_what_json_and_pages_cannot_carry_is_replaced() -> None:
    shown = _show("\x00验\ud800收\x1b验收", "验收")
    assert shown == "验\ufffd收 <mark>验收</mark>"
    shown.encode("utf-8")


@given(TEXT, st.lists(TERM, min_size=1, max_size=3))
def test_a_snippet_never_holds_markup_of_the_text(text: str, terms: list[str]) -> None:
    shown = _show(text, *terms)
    assert re.sub(r"</?mark>|&(amp|lt|gt|quot|#x27);", "", shown).count("<") == 0
    assert re.fullmatch(r"[^<>]*(<mark>[^<>]+</mark>[^<>]*)*", shown)
    assert bool(shown) == bool(find(text, terms))


@given(TEXT, st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=5))
def test_marking_changes_no_text(text: str, ranges: list[tuple[int, int]]) -> None:
    assert _plain(marked(text, sorted(ranges))) == text.replace("\ud800", "\ufffd")
