import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.chinese import LONG, fold, squash


@pytest.mark.parametrize(("written", "folded"), [
    ("ＡＢＣ１２３（）", "abc123()"), ("項目驗收報告", "项目验收报告"), ("監理", "监理"), ("Server", "server"),
    ("㎡", "㎡"), ("\N{KANGXI RADICAL SUN}", "日"), ("\N{CJK COMPATIBILITY IDEOGRAPH-F900}", "岂"), ("", "")])
def test_what_is_written_differently_reads_the_same(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_every_character_stays_at_its_place(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(text) == "".join(map(fold, text))


@given(st.text(min_size=1))
def test_a_long_text_folds_as_its_parts_do(text: str) -> None:
    long = text * (LONG // len(text) + 1)
    assert len(long) >= LONG
    assert fold(long) == "".join(map(fold, long))
    assert fold("\ud800Ａ" * LONG) == "\ud800a" * LONG


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_squashed_text_has_no_space(text: str) -> None:
    assert not any(c.isspace() and c not in "\x1c\x1d\x1e\x1f" for c in squash(text))


def test_a_phrase_cut_by_lines_and_spaces_is_whole() -> None:
    assert squash("竣 工\n验　收\t報\r\n告") == "竣工验收报告"


def test_every_character_of_the_plane_folds_to_one_that_stays() -> None:
    for code in range(0x10000):
        once = fold(chr(code))
        assert len(once) == 1, hex(code)
        assert fold(once) == once, hex(code)
