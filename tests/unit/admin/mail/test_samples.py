"""One of each mail: it reads as Chinese throughout, names what to do, and shows nothing of the machine's own keys."""

import re
from datetime import date

import pytest

from admin.mail.samples import samples
from admin.mail.wording import span_text
from retention.headings import headed

KEYS = re.compile(r"\b[a-z]+_[a-z_]+\b")


@pytest.mark.parametrize("name", sorted(samples()))
def test_no_mail_shows_a_key_of_the_machine(name: str) -> None:
    mail = samples()[name]
    for shown in (mail.subject, mail.text):
        assert KEYS.findall(shown) == []
        assert "None" not in shown
    assert mail.text.count("您好") == mail.html.count("您好") == 1
    assert re.search("如何办结|查看|怎么办", mail.text)


def test_a_mail_of_one_kind_says_what_sets_it_apart() -> None:
    mails = samples()
    assert "2026年2月23日至2026年3月1日（7 天）没有运行" in mails["停机之后的每日提醒"].text
    assert "没有运行" not in mails["每日提醒"].text
    assert "wang@example.gov.cn 是张三指定的代收人" in mails["代人接收的每日提醒"].text
    assert "确认知悉" in mails["升级"].text
    assert "确认知悉" not in mails["每日提醒"].text


@pytest.mark.parametrize(("subject", "title", "shown"), [
    ("", "按期验收", "按期验收"), ("HT-1", "运维合同到期", "运维合同到期 · HT-1"),
    ("crypto_evaluation_report", "密码应用安全性评估报告", "密码应用安全性评估报告"), ("construction_summary", "建设总结", "项目建设总结"),
    ("data_security_assessment", "安全风险评估报告", "数据安全风险评估报告"),
    ("HT-1#2", "运维合同分年签订", "运维合同分年签订 · 合同 HT-1 第 2 年"),
    ("round:HT-1", "运维服务采购不超过三年", "运维服务采购不超过三年 · 自合同 HT-1 起的逐年续签"), ("repeated", "申请延期", "申请延期 · 多次延期")])
def test_what_a_line_is_about_is_said_in_chinese(subject: str, title: str, shown: str) -> None:
    assert headed(title, subject) == shown


def test_days_in_a_row_are_counted() -> None:
    assert span_text(date(2026, 3, 1), date(2026, 3, 1)) == "2026年3月1日"
    assert span_text(date(2026, 2, 27), date(2026, 3, 1)) == "2026年2月27日至2026年3月1日（3 天）"
