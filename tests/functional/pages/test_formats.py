"""How values look, and names in headers: the small pure functions of the pages."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.web.auth import local_path
from admin.web.downloads import disposition
from admin.web.pages import formats
from admin.web.pages.project_forms import fen_of
from archive.errors import Invalid


@given(st.integers(0, 10**15))
def test_money_survives_the_way_to_the_form_and_back(fen: int) -> None:
    assert fen_of(formats.wan_input(fen), "总投资") == fen
    assert fen_of(formats.wan(fen), "总投资") == fen


@pytest.mark.parametrize("text", ["1e400", "NaN", "-1", "1.1234567", "一百", "Infinity", "1 2"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        fen_of(text, "总投资")


@pytest.mark.parametrize(("days", "words"), [(3, "还有 3 天"), (0, "今天到期"), (-1, "逾期 1 天"), (None, "")])
def test_days_left_are_said_as_people_say_them(days: int | None, words: str) -> None:
    assert formats.left(days) == words


def test_instants_are_shown_in_the_archives_time_zone() -> None:
    assert formats.moment(ZoneInfo("Asia/Shanghai"))(datetime(2026, 3, 1, 16, 5, tzinfo=UTC)) == "2026-03-02 00:05"


@pytest.mark.parametrize(("size", "words"), [(0, "0 字节"), (1023, "1023 字节"), (1024, "1.0 KB"), (5 << 30, "5.0 GB")])
def test_sizes_are_rounded_only_above_a_kilobyte(size: int, words: str) -> None:
    assert formats.filesize(size) == words


@pytest.mark.parametrize(("id", "cited"), [
    ("31.2", "第31条第2款"), ("8(8)", "第8条第8项"), ("36", "第36条"), ("16.1(2)", "第16条第1款第2项"), ("别的", "别的")])
def test_clauses_are_cited_the_chinese_way(id: str, cited: str) -> None:
    assert formats.citation(id) == cited


@given(st.text(min_size=1, max_size=60))
def test_a_file_name_never_leaves_its_header(filename: str) -> None:
    header = disposition(filename.encode(errors="replace").decode(), inline=False)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2


@given(st.text(max_size=40))
def test_a_local_path_is_local(text: str) -> None:
    path = local_path(text, "/home")
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
