"""What a document says about itself, read by the conventions of official papers and report covers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.metadata import MARKER_TERMS, clean_stem, read_metadata
from ingest.verdicts import VERDICTS, verdict

OFFICIAL = """000012
特急
四川省发展和改革委员会文件
川发改高技〔2023〕12号
四川省发展和改革委员会
关于智慧交通综合管控平台建设项目可行性
研究报告的批复
省交通运输厅：
你单位《关于报送可行性研究报告的请示》（川交函〔2022〕88号）收悉。经研究，现批复如下。
一、原则同意该项目，2023年1月5日前报送材料。
附件：1.投资估算表
四川省发展和改革委员会
2023年3月8日
抄送：财政厅，省大数据中心。
四川省发展和改革委员会办公室 2023年3月10日印发
"""


def read(text: str, filename: str = "文件.pdf"):
    return read_metadata(filename, text.split("\f"))


def test_an_official_paper_is_read_in_full():
    found = read(OFFICIAL)
    assert found.title == "四川省发展和改革委员会关于智慧交通综合管控平台建设项目可行性研究报告的批复"
    assert found.doc_date == date(2023, 3, 8)
    assert found.doc_no == "川发改高技〔2023〕12号"
    assert found.issuer == "四川省发展和改革委员会"
    assert "批复" in found.terms


@pytest.mark.parametrize(("written", "day"), [
    ("2021年10月5日", date(2021, 10, 5)), ("2021 年 10 月 05 日", date(2021, 10, 5)), ("二〇二一年十月五日", date(2021, 10, 5)),
    ("二○二一年十二月三十一日", date(2021, 12, 31)), ("二零二四年二月二十九日", date(2024, 2, 29)),
    ("二〇二三年元月廿一日", date(2023, 1, 21)),
    ("二〇二一年十月十日", date(2021, 10, 10)), ("２０２１年１０月５日", date(2021, 10, 5)), ("2021-10-05", date(2021, 10, 5)),
    ("2021.10.5", date(2021, 10, 5)), ("2023年2月30日", None), ("二〇二三年十三月五日", None), ("1850年1月1日", None)])
def test_dates_are_read_in_old_and_new_style(written, day):
    assert read(f"某项目验收报告\n正文。\n某某单位\n{written}").doc_date == day


@pytest.mark.parametrize(("text", "day"), [
    ("某项目验收报告\n编制日期：2023年4月5日\n整改于2023年5月11日完成。", date(2023, 4, 5)),
    ("某项目验收报告\n2023年4月5日\n一、概况", date(2023, 4, 5)),
    ("某项目验收报告\n整改于2023年5月11日完成。", None),
    ("某合同\n正文\n签订日期：2022年1月2日\n附件", date(2022, 1, 2)),
    ("某报告\n正文\n某某局\n2023年4月5日\n附件1\n清单\n2020年1月1日", date(2023, 4, 5)),
    ("某报告\n正文\n2023年4月4日\n某某局 2023年4月5日", date(2023, 4, 5)),
    ("没有日期", None)])
def test_the_date_of_the_paper_is_told_from_dates_it_mentions(text, day):
    assert read(text).doc_date == day


def test_the_date_at_the_end_wins_over_the_cover():
    body = "\n".join("正文一行" for _ in range(80))
    assert read(f"某报告\n2023年1月1日\n{body}\f某某局\n2023年6月30日").doc_date == date(2023, 6, 30)


@pytest.mark.parametrize(("text", "number"), [
    ("川财函〔2024〕7号\n关于某事的函", "川财函〔2024〕7号"), ("川财函（2024）7号    签发人：张三", "川财函（2024）7号"),
    ("根据川财函〔2024〕7号要求，现函告如下", ""), ("第7号", "")])
def test_a_number_counts_only_on_its_own_line(text, number):
    assert read(text).doc_no == number


@pytest.mark.parametrize(("text", "issuer"), [
    ("某报告\n正文\n四川省大数据中心（盖章）\n2023年4月5日", "四川省大数据中心"),
    ("某报告\n正文\n国信测评中心有限公司 2023年4月5日", "国信测评中心有限公司"),
    ("四川省财政厅文件\n川财函〔2024〕7号\n关于某事的函", "四川省财政厅"),
    ("测评报告\n测评机构：临江国信测评中心\n日期：2023年4月5日", "临江国信测评中心"),
    ("测评报告\n建设单位：临江市水务局", "")])
def test_the_issuer_is_read_from_signature_head_or_cover(text, issuer):
    assert read(text).issuer == issuer


@pytest.mark.parametrize(("text", "title"), [
    ("某某平台建设项目验\n收报告\n建设单位：某局", "某某平台建设项目验收报告"),
    ("招标文件\n项目名称：某某", "招标文件"),
    ("智慧水务平台招标文件\n采购人：某局", "智慧水务平台招标文件"),
    ("智慧水务平台\n验收报告\n临江市水务局\n2023年4月5日", "智慧水务平台验收报告"),
    ("XX 系统 用户手册 V2\n一、概述", "XX 系统用户手册 V2"),
    ("本报告依据合同编制，共三章。", "监理月报"), ("", "监理月报")])
def test_the_title_is_the_heading_or_else_the_name(text, title):
    assert read(text, "0012_监理月报_v2.pdf").title == title


@pytest.mark.parametrize(("filename", "stem"), [
    ("0012_验收报告_某项目.pdf", "验收报告_某项目"), ("验收报告-终稿v2.1（盖章版）.docx", "验收报告"),
    ("20230501 验收报告 (1).pdf", "验收报告"), ("C:\\档案\\验收报告 扫描件.pdf", "验收报告"), ("2023-05-01验收报告", "验收报告"),
    ("合同补充材料（传输中断）.pdf", "合同补充材料（传输中断）"), ("-（甲）合同-.pdf", "（甲）合同"), ("通知（.pdf", "通知"),
    ("IPv6升级改造项目验收报告.pdf", "IPv6升级改造项目验收报告"), ("v1.pdf", "v1"), ("", "")])
def test_file_names_lose_their_noise(filename, stem):
    assert clean_stem(filename) == stem


@pytest.mark.parametrize(("text", "expected"), [
    ("验收结论：通过。", "通过"), ("验收结论：不通过。", "不通过"), ("专家组一致同意通过验收。", "通过"),
    ("综上，专家组认为该项目未通过验收。", "不通过"), ("测评结论：不合格", "不合格"), ("测评结论为合格。", "合格"),
    ("测试结论：合格", "合格"), ("检测结论为基本合格,同意进入下一阶段。", "合格"), ("密评结论：基本符合", "基本符合"),
    ("测评结论：不符合。", "不符合"), ("测评结论：符合。", "符合"), ("测评结论：部分符合。", ""),
    ("结论：未发现不合格项，系统合格。", "合格"), ("结论：无不符合项，符合合同要求。", "符合"),
    ("结论：存在3项不符合项，总体基本符合。", "基本符合"), ("验收结论：暂缓通过，待整改合格后再组织验收。", "不通过"),
    ("结论：不予通过验收。", "不通过"), ("结论：没有通过。", "不通过"), ("结论：不能通过验收，经整改合格后重新申请。", "不通过"),
    ("验收结论：□合格 □不合格", ""), ("验收结论：☑合格 □不合格", "合格"), ("验收结论：□合格 ☑不合格", "不合格"),
    ("验收结论：合格/不合格", ""), ("结论：是否通过验收由专家组决定。", ""),
    ("等级测评结论：中，综合得分78分。", "中"), ("等级测评结论为差。", "差"), ("结论为优秀。", ""),
    ("供应商应提供产品合格证，通过现场检查确认。", ""), ("本报告第七章为验收结论。", ""),
    ("一、评审结论：通过。二、最终验收结论：不合格。", "不合格"), ("", "")])
def test_a_verdict_is_read_with_its_negation(text, expected):
    assert verdict(text) == expected
    assert read(text).conclusion == expected


def test_a_verdict_cut_by_a_line_break_is_still_read():
    assert read("验收结论：不\n合格。").conclusion == "不合格"


@given(st.sampled_from(["不合格", "不符合", "不通过", "未通过"]), st.text(alphabet="该项目系统经专家组评审认为", max_size=12))
def test_a_refusal_never_reads_as_consent(word, middle):
    assert verdict(f"验收结论：{middle}{word}。") in ("不合格", "不符合", "不通过")


def test_terms_are_the_marker_words_found():
    found = read("一、功能测试\n二、性能测试\n系统整合与集\n约化建设").terms
    assert found == {"功能", "性能", "系统整合", "集约化"}


def test_an_application_that_asks_for_consent_is_not_worded_as_a_reply():
    assert "批复" not in read("关于延期验收的请示\n省发展改革委：\n当否，请批复。恳请同意。").terms


@given(st.text(), st.lists(st.text(), max_size=4))
def test_any_text_is_read_without_error(filename, pages):
    found = read_metadata(filename, pages)
    assert found.conclusion in ("", *VERDICTS)
    assert found.terms <= {*MARKER_TERMS, "批复"}


@given(st.text(alphabet="结论通过合格不符□☑二〇一年月日十3年/.-〔〕号文件局附件抄送：，。\n ", max_size=300))
def test_words_of_the_trade_in_any_order_are_read_without_error(text):
    read_metadata(text[:20], [text])
