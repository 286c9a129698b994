"""Printed page numbers: a gap is told with its pages; what only looks like a number, or was misread, is not."""

import pytest

from archive.models import LayoutLine, PageLayout
from ingest.ocr.numbering import Printed, printed_on, remarks_on


def layout(page: int, *lines: tuple[str, float]) -> PageLayout:
    return PageLayout(id=f"v/{page}", version="v", document="d", page=page, engine="test", lines=[
        LayoutLine(text=text, box=[0.4, top, 0.6, top + 0.02], score=0.9) for text, top in lines])


def scanned(*numbers: str, top: float = 0.93) -> list[Printed]:
    layouts = {page: layout(page, ("正文 2024", 0.5), *([(number, top)] if number else [])) for page, number in enumerate(numbers, 1)}
    return printed_on([""] * len(numbers), layouts)


@pytest.mark.parametrize("form", ["{}", "- {} -", "—{}—", "第 {} 页", "第{}页 共9页", "{}/9", "· {} ·"])
def test_a_page_that_was_left_out_is_told_however_numbers_are_written(form: str) -> None:
    [remark, *_] = remarks_on(scanned(*(form.format(number) for number in (1, 2, 4, 5))))
    assert (remark.code, remark.pages) == ("missing_page_number", (2, 3))
    assert "第 2 页印的是 2，第 3 页印的是 4，其间少 1 页" in remark.text


@pytest.mark.parametrize("numbers", [
    ("1", "2", "3", "4"), ("", "1", "2", "", "4", "5"), ("3", "4", "5"), ("1", "2", "", "4"), ("1", "2", "7", "4", "5"),
    ("1", "2", "3", "1", "2", "3"), ("1", "4"), ("2024", "8", "15"), ("", "", ""), ("5", "4", "3", "2", "1"),
    ("1", "2", "3", "4", "400"), ("第 1 页", "12", "第 3 页", "7", "第 5 页")])
def test_numbers_that_follow_each_other_restart_or_were_misread_say_nothing(numbers: tuple[str, ...]) -> None:
    assert remarks_on(scanned(*numbers)) == []


def test_a_wide_gap_is_believed_where_pages_on_both_sides_speak_for_it() -> None:
    [remark] = remarks_on(scanned("1", "2", "3", "20", "21"))
    assert remark.pages == (3, 4)
    assert "其间少 16 页" in remark.text


def test_an_end_before_the_stated_number_of_pages_is_told() -> None:
    [remark] = remarks_on(scanned("第1页 共5页", "第2页 共5页", "第3页 共5页"))
    assert (remark.code, remark.pages) == ("missing_last_pages", (3,))
    assert "共 5 页" in remark.text
    assert remarks_on(scanned("第1页 共5页", "第2页 共3页", "第3页 共5页", "第4页 共5页", "第5页 共5页")) == []


def test_only_head_and_foot_are_looked_at_and_the_better_series_wins() -> None:
    assert scanned("1", "2", "4", top=0.5) == []
    both = {page: layout(page, (str(page + page // 3), 0.05), (f"- {page} -", 0.93), ("3", 0.5)) for page in (1, 2, 3, 4)}
    del both[1].lines[0]
    assert remarks_on(printed_on([""] * 4, both)) == []


def test_pages_with_text_of_their_own_count_by_their_first_and_last_line() -> None:
    pages = ["标题\n正文\n- 1 -", "", "标题\n正文\n- 4 -"]
    [remark] = remarks_on(printed_on(pages, {2: layout(2, ("- 2 -", 0.93))}))
    assert remark.pages == (2, 3)
