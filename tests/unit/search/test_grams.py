from hypothesis import given
from hypothesis import strategies as st

from search.grams import joined_pairs, pairs, phrase_pairs, searchable, singles

SQUASHED = st.text(st.sampled_from("甲乙ab|"), max_size=12)


def test_pairs_overlap_by_one_character() -> None:
    assert pairs("甲乙丙") == "甲乙 乙丙"
    assert pairs("甲") == pairs("") == ""


def test_singles_are_each_character_once() -> None:
    assert singles("乙甲乙") == "乙 甲"


def test_searchable_text_holds_nothing_an_engine_cannot_store() -> None:
    assert searchable("驗 收\ud800\n") == "验收\ufffd"


def _at(tokens: list[str], wanted: list[tuple[int, str]]) -> bool:
    """Whether the wanted tokens stand at their distances somewhere: what an engine's phrase query does."""
    return any(
        all(start + offset < len(tokens) and tokens[start + offset] == token for offset, token in wanted)
        for start in range(len(tokens))
    )


@given(SQUASHED, SQUASHED.filter(lambda phrase: len(phrase) >= 2))
def test_phrase_pairs_stand_in_a_text_exactly_where_the_phrase_does(text: str, phrase: str) -> None:
    assert _at(pairs(text).split(), phrase_pairs(phrase)) == (phrase in text)


@given(st.text(st.sampled_from("甲乙丙"), min_size=2, max_size=12), st.data())
def test_phrase_pairs_pin_down_every_character(phrase: str, data: st.DataObject) -> None:
    changed = data.draw(st.integers(0, len(phrase) - 1))
    assert not _at(pairs(f"{phrase[:changed]}丁{phrase[changed + 1 :]}").split(), phrase_pairs(phrase))


@given(st.lists(SQUASHED, max_size=3), SQUASHED.filter(lambda phrase: len(phrase) >= 2))
def test_no_phrase_reaches_across_two_values(values: list[str], phrase: str) -> None:
    assert _at(joined_pairs(values).split(), phrase_pairs(phrase)) == any(phrase in value for value in values)
