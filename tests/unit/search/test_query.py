import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.chinese import squash
from search.errors import QueryTooLong
from search.query import MAX_LENGTH, Query, parse


@pytest.mark.parametrize(
    ("text", "terms", "phrases", "excluded"),
    [
        ("", (), (), ()),
        ("  \u3000\n", (), (), ()),
        ("验收", ("验收",), (), ()),
        ("验收\u3000報告 验收", ("验收", "报告"), (), ()),
        ('"验收 报告"', (), ("验收报告",), ()),
        ("“验收 报告”终稿", ("终稿",), ("验收报告",), ()),
        ("「验收」『报告』", (), ("验收", "报告"), ()),
        ("＂验收＂", (), ("验收",), ()),
        ("验收 -初验", ("验收",), (), ("初验",)),
        ("－初验 −终验 ﹣预验", (), (), ("初验", "终验", "预验")),
        ('-"初 验" -“终 验”', (), (), ("初验", "终验")),
        ('"甲"-乙', (), ("甲",), ("乙",)),
        ("GB/T 22239-2019", ("gb/t", "22239-2019"), (), ()),
        ("--甲", (), (), ("-甲",)),
        ("甲 - 乙 --", ("甲", "乙"), (), ()),
        ('"没有 结束', (), ("没有结束",), ()),
        ('"关于“数字政府”的通知"', (), ("关于“数字政府”的通知",), ()),
        ("关于“数字政府”的通知", ("关于", "的通知"), ("数字政府",), ()),
        ('"" “” 「', (), (), ()),
        ("” 」 甲", ("甲",), (), ()),
        ("\ud800甲", ("\ufffd甲",), (), ()),
        ("a AND b:*", ("a", "and", "b:*"), (), ()),
    ],
)
def test_parsing(text: str, terms: tuple[str, ...], phrases: tuple[str, ...], excluded: tuple[str, ...]) -> None:
    assert parse(text) == Query(terms, phrases, excluded)


@given(st.text(max_size=MAX_LENGTH) | st.text(st.sampled_from('甲 "“”「」『』-－＂a\u3000'), max_size=60))
def test_every_string_is_a_query_of_squashed_pieces(text: str) -> None:
    query = parse(text)
    for piece in (*query.terms, *query.phrases, *query.excluded):
        assert piece
        assert not any(char.isspace() for char in piece)


@given(st.text(st.characters(exclude_characters='"＂', exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_a_phrase_in_quotes_is_its_squashed_text(text: str) -> None:
    assert parse(f'"{text}"').phrases == ((squash(text),) if squash(text) else ())


def test_a_query_above_the_limit_is_refused_with_its_length() -> None:
    assert parse("验" * MAX_LENGTH).terms == ("验" * MAX_LENGTH,)
    with pytest.raises(QueryTooLong, match="1001") as caught:
        parse("验" * (MAX_LENGTH + 1))
    assert caught.value.facts == {"length": 1001, "limit": 1000}


def test_required_names_words_and_phrases_once() -> None:
    query = parse('验收 报告 "验收" -终')
    assert query.required == ("验收", "报告")
    assert not query.is_empty
    assert parse(" - ").is_empty


@pytest.mark.parametrize(
    ("query", "values", "expected"),
    [
        ("验收 报告", ("验\n收", "报告.pdf"), True),
        ("收报", ("验收", "报告"), False),
        ("验收 -初", ("验收", "初稿"), False),
        ("-初", ("验收",), True),
        ("", ("",), True),
    ],
)
def test_matches_defines_what_engines_must_find(query: str, values: tuple[str, ...], expected: bool) -> None:
    assert parse(query).matches(*values) is expected
