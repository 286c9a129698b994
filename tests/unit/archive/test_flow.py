import re

from hypothesis import given
from hypothesis import strategies as st

from archive.flow import flow_text


def squashed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_a_phrase_cut_by_a_page_break_is_whole_again() -> None:
    flow = flow_text(["本项目通过竣工\n第1页", "验收，同意投入运行\n第2页"])
    assert "竣工验收" in squashed(flow.text)


def test_page_numbers_of_every_usual_form_leave_the_join() -> None:
    for foot in ("第1页", "- 1 -", "—1—", "第 1 页 共 2 页", "第1页（共2页）", "1/2", "1", "第一页", "Page 1 of 2", "－１－"):
        second = foot.replace("1", "2").replace("一", "二").replace("１", "２")
        flow = flow_text([f"竣工\n\n{foot}\n", f"验收\n{second}", f"结论\n{foot}"])
        assert "竣工验收" in squashed(flow.text), foot


def test_a_number_that_does_not_count_the_pages_stays() -> None:
    flow = flow_text(["合计\n500", "其中\n120", "其他\n380"])
    assert squashed(flow.text) == "合计500其中120其他380"


def test_running_titles_leave_the_join_and_stay_once() -> None:
    pages = [f"某某项目验收报告\n{text}\n四川某某公司  内部资料" for text in ("由甲方组", "织验收并由", "专家签字")]
    flow = flow_text(pages)
    assert "由甲方组织验收并由专家签字" in squashed(flow.text)
    assert flow.text.count("某某项目验收报告") == 1
    assert flow.text.count("内部资料") == 1


def test_a_running_title_may_carry_the_page_number_and_differ_left_and_right() -> None:
    texts = ["建设内容全", "部完成，系", "统运行稳定", "，同意验收", "。专家组签", "字确认"]
    heads = [f"{n + 7}  系统建设总结报告" if n % 2 else f"数据中心工程  {n + 7}" for n in range(len(texts))]
    flow = flow_text([f"{head}\n{text}" for head, text in zip(heads, texts, strict=True)])
    assert "部完成，系统运行稳定，同意验收。专家组签字确认" in squashed(flow.text)
    assert flow.text.count("系统建设总结报告") == flow.text.count("数据中心工程") == 1


def test_titles_that_differ_in_a_number_are_not_one_title() -> None:
    pages = [f"附件{n}\n正文{n}" for n in range(1, 5)]
    assert squashed(flow_text(pages).text) == "".join(f"附件{n}正文{n}" for n in range(1, 5))


def test_the_first_head_and_the_last_foot_are_kept() -> None:
    flow = flow_text(["报告\n甲\n第1页", "报告\n乙\n第2页", "报告\n丙\n第3页"])
    assert flow.text == "报告\n甲\n乙\n丙\n第3页"


def test_a_place_in_the_text_maps_to_its_page() -> None:
    flow = flow_text(["甲甲", "", "乙", "丙"])
    assert [flow.page_at(flow.text.index(c)) for c in "甲乙丙"] == [1, 3, 4]
    assert len(flow.starts) == 4


def test_nothing_makes_nothing() -> None:
    assert flow_text([]).text == ""
    assert flow_text(["", ""]).starts == (0, 0)


LINE = st.text(alphabet="甲乙丙丁戊 一二0123页第-", max_size=8)
PAGES = st.lists(st.lists(LINE, max_size=6).map("\n".join), max_size=6)


@given(PAGES)
def test_every_word_line_of_the_pages_is_in_the_flow(pages: list[str]) -> None:
    text = squashed(flow_text(pages).text)
    for line in "\n".join(pages).split("\n"):
        if not re.search(r"[0-9一二页]", line):
            assert squashed(line) in text


@given(PAGES)
def test_starts_rise_and_the_pieces_are_runs_of_lines_of_their_pages(pages: list[str]) -> None:
    flow = flow_text(pages)
    assert len(flow.starts) == len(pages)
    assert list(flow.starts) == sorted(flow.starts)
    for start, end, page in zip(flow.starts, (*flow.starts, len(flow.text) + 1)[1:], pages, strict=True):
        assert flow.text[start:end].strip("\n") in page
