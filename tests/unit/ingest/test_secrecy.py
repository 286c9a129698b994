"""Secrecy markings are found where they stand, and speech about secrecy is not one."""

import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.chinese import fold
from ingest.secrecy import TOP_LINES, first_marking, secrecy_marking

MARKED = [
    ("绝密★", "绝密", ""), ("机密★10年", "机密", "10年"), ("秘密★", "秘密", ""), ("机 密 ★", "机密", ""),
    ("機密★長期", "机密", "长期"), ("绝密★启用前", "绝密", "启用前"), ("机密☆5年", "机密", "5年"), ("秘密*3年", "秘密", "3年"),
    ("机密＊１０年", "机密", "10年"), ("绝密 ★ 20 年", "绝密", "20年"), ("秘密★6个月", "秘密", "6个月"),
    ("机密★（10年）", "机密", "10年"), ("机密⭐️10年", "机密", "10年"),
    ("秘密", "秘密", ""), ("　机　密　", "机密", ""), ("秘密5年", "秘密", "5年"), ("【机密】", "机密", ""), ("（秘密）", "秘密", ""),
    ("000123    机密★10年", "机密", "10年"), ("机密★1年 特急", "机密", "1年"), ("份号：000001 秘密★10年", "秘密", "10年"),
    ("特急\n机密★10年", "机密", "10年"), ("密级：机密★10年", "机密", "10年"), ("密 级 : 机密", "机密", ""),
    ("密级：秘密级", "秘密", ""), ("密级和保密期限：机密★20年", "机密", "20年"), ("密级：机密  编号：12", "机密", ""),
    ("机密★10年四川省人民政府文件", "机密", "10年"), ("某省保密局文件   机密★10年", "机密", "10年"),
    ("某项目\n机密★10年\n方案", "机密", "10年"), ("机\n密\n★\n某项目方案", "机密", ""),
    ("秘\n密\n关于某项目的报告", "秘密", ""), ("国家\n机密★10年", "机密", "10年"),
]
UNMARKED = [
    "商业秘密", "保守国家秘密法", "国家秘密", "工作秘密", "秘密级", "绝密级计算机", "秘密级及以上信息系统", "机密性", "机密性、完整性",
    "保密协议", "涉及国家秘密的，按规定办理。", "本项目不涉及国家秘密", "文件密级分为绝密、机密、秘密",
    "标注为机密★10年的文件，应当专人保管。",
    "“绝密★”", "绝密★、机密★、秘密★为密级标志", "机密★标志的使用说明", "商业秘密★5年", "核心商密★5年", "密级：内部", "密级：公开",
    "密级：",
    "密级：非密", "密级：□绝密 □机密 □秘密", "安全等级：机密性", "★", "",
    "本项目不涉及国家\n秘密", "商业\n秘密",
]


@pytest.mark.parametrize(("page", "level", "period"), MARKED)
def test_a_marking_is_found(page, level, period):
    marking = secrecy_marking(page + "\n四川省某单位关于某项目的报告\n正文。")
    assert marking is not None
    assert (marking.level, marking.period) == (level, period)


@pytest.mark.parametrize("line", UNMARKED)
def test_speech_about_secrecy_is_not_a_marking(line):
    assert secrecy_marking(line) is None
    assert secrecy_marking(f"关于某项目的报告\n{line}\n正文。") is None


def test_a_marking_quoted_below_the_top_area_is_not_one():
    above = "\n".join(f"第{n}条 标志管理规定。" for n in range(TOP_LINES))
    assert secrecy_marking(above + "\n机密★10年") is None


def test_empty_lines_do_not_push_a_marking_out_of_the_top_area():
    assert secrecy_marking("\n \n" * 40 + "机密★10年")


def test_the_line_is_given_as_it_stands():
    marking = secrecy_marking("000123   機 密★10年  ")
    assert marking is not None
    assert marking.text == "000123   機 密★10年"


@given(st.text())
def test_any_text_gets_an_answer(page):
    marking = secrecy_marking(page)
    assert marking is None or marking.level in ("绝密", "机密", "秘密")


@given(st.text(alphabet="的项目系统报告一二，。：:秘机密绝商国家 ", max_size=60))
def test_without_a_star_only_a_line_of_its_own_can_mark(page):
    if secrecy_marking("某某" + page.replace(" ", "").replace(":", "").replace("：", "")):
        pytest.fail("running text was taken for a marking")


@pytest.mark.parametrize("page", ["1" * 199, "特急 " * 60 + "x", " " * 198 + "密", "机密★" + " a" * 90 + "。", "a 机密★" * 25,
                                  "0 " * 99 + "x", "份号:" * 60, "密" * 4000, "机\n" * 2000])
def test_no_line_takes_long(page):
    start = time.perf_counter()
    secrecy_marking(page)
    assert time.perf_counter() - start < 0.2


LOOKALIKES = [("机密女10年", "机密", "10年"), ("秘密女", "秘密", ""), ("绝密大长期", "绝密", "长期"), ("机蜜★1O年", "机密", "1o年"),
              ("杌密 女 5 年", "机密", "5年"), ("必密x3年", "秘密", "3年"), ("★机密★", "机密", ""), ("机 密 ★ 1 0 年", "机密", "10年"),
              ("祕密★3年", "秘密", "3年"), ("绝宓*", "绝密", ""), ("密级：□公开 □内部 ☑秘密 □机密", "秘密", ""),
              ("機密女長期", "机密", "长期")]


@pytest.mark.parametrize(("line", "level", "period"), LOOKALIKES)
def test_what_recognition_makes_of_a_marking_is_found(line, level, period):
    marking = secrecy_marking(f"000012\n{line}\n特急\n某项目方案")
    assert marking is not None
    assert (marking.level, marking.period) == (level, period)


BODY = "第一章 概述\n本项目建设内容如下。\n"


@pytest.mark.parametrize("line", ["机密★10年", "秘密女5年", "机密", "密级：机密", "绝密★"])
@pytest.mark.parametrize("page", [2, 3, 40])
def test_a_marking_in_the_head_of_any_page_is_found(line, page):
    pages = [BODY] * (page - 1) + [f"{line}\n附件：某方案\n正文"] + [BODY]
    marking = first_marking(pages)
    assert marking is not None
    assert marking.page == page


LAW = ("中华人民共和国保守国家秘密法\n第一章 总则\n第一条 为了保守国家秘密，维护国家安全和利益，制定本法。\n",
       "第十四条 国家秘密的密级分为绝密、机密、秘密三级。\n绝密级国家秘密是最重要的国家秘密。\n机密级国家秘密是重要的国家秘密。\n",
       "秘密级国家秘密是一般的国家秘密。\n第十五条 保密期限\n绝密级不超过三十年，机密级不超过二十年，秘密级不超过十年。\n")
HARMLESS = {
    "a law": LAW,
    "a list of levels": ("密级\n绝密\n机密\n秘密\n内部\n公开\n",),
    "a list with stars": ("标志样式\n绝密★\n机密★\n秘密★\n",),
    "a document type list": ("归档范围表\n序号\n文件名称\n密级\n保管期限\n1\n可行性研究报告\n秘密\n永久\n2\n合同\n公开\n30年\n",),
    "a table that goes on": ("目录\n序号\n题名\n密级\n1\n某报告\n公开\n", "秘密\n2\n另一报告\n公开\n"),
    "a sentence over the page's end": ("本项目不涉及国家", "秘密\n也不涉及商业秘密。\n"),
    "headings": ("保密\n保密协议\n国家秘密\n第三章 保密管理\n", "国家秘密\n定密责任人\n"),
    "deep in a later page": (BODY, BODY * 6 + "机密★10年\n"),
    "bare below a later page's head": (BODY, "附录\n术语\n定义\n解释\n机密\n说明\n"),
    "properties": ("数据安全要求\n机密性\n完整性\n可用性\n", "机密性\n完整性\n"),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_speaks_of_secrets_is_let_in(name):
    assert first_marking(HARMLESS[name]) is None


def test_a_cover_may_bear_its_label_anywhere():
    assert first_marking(["某系统\n建设方案\n" + "\n".join(f"第{n}行" for n in range(20)) + "\n密级：机密★5年\n"])


@given(st.lists(st.text(max_size=80), max_size=4))
def test_any_pages_get_an_answer(pages):
    marking = first_marking(pages)
    assert marking is None or 1 <= marking.page <= len(pages)


def test_no_other_character_is_taken_for_that_of_a_level():
    """A text without 密, 蜜, 宓 is not folded before it is passed over."""
    folded = {fold(char) for code in range(sys.maxunicode + 1) if (char := chr(code)) not in "密蜜宓"}

    assert not folded & {*"密蜜宓"}
