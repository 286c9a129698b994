"""Secrecy markings are found where they stand, and speech about secrecy is not one."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.secrecy import TOP_LINES, secrecy_marking

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
