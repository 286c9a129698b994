"""Clauses, days and reasons in Chinese."""

from datetime import date

import pytest

from admin.mail.wording import cite, clause_label, day_text, days_text, numeral, reason_text, targets_text


@pytest.mark.parametrize(
    ("clause", "label"),
    [
        ("31.2", "第三十一条第二款"),
        ("9", "第九条"),
        ("10", "第十条"),
        ("20", "第二十条"),
        ("54", "第五十四条"),
        ("8(3)", "第八条第（三）项"),
        ("29(1)-(3)", "第二十九条第（一）项至第（三）项"),
        ("31.1-2", "第三十一条第一款至第二款"),
        ("33 s.3", "第三十三条第三句"),
        ("8 lead", "第八条"),
        ("31.2, 50", "第三十一条第二款、第五十条"),
        ("采购法46", "采购法46"),
        ("", ""),
    ],
)
def test_a_clause_of_the_register_is_read_out_in_chinese(clause: str, label: str) -> None:
    assert clause_label(clause) == label


def test_only_articles_of_the_measures_are_cited_as_such() -> None:
    assert cite("31.2") == "《办法》第三十一条第二款"
    assert cite("政府采购法 46") == "政府采购法 46"
    assert cite("31.2, 采购法47") == "第三十一条第二款、采购法47"


def test_every_number_of_an_article_has_its_own_numeral() -> None:
    assert len({numeral(number) for number in range(1, 100)}) == 99


def test_there_is_no_numeral_beyond_two_digits() -> None:
    with pytest.raises(ValueError, match="100"):
        numeral(100)


@pytest.mark.parametrize(
    ("left", "text"), [(12, "还有 12 天"), (0, "今天到期"), (-3, "已逾期 3 天"), (None, "没有固定期限")]
)
def test_days_left_are_put_in_words(left: int | None, text: str) -> None:
    assert days_text(left) == text


def test_a_day_is_written_out() -> None:
    assert day_text(date(2026, 3, 1)) == "2026年3月1日"
    assert day_text(None) == "没有固定期限"


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("opened", "首次提醒"),
        ("moved", "期限有变"),
        ("failed:H", "状态有变"),
        ("w-14", "逾期周提醒"),
        ("m30", "临期提醒"),
    ],
)
def test_every_reason_of_the_planner_has_a_name(reason: str, text: str) -> None:
    assert reason_text(reason) == text


def test_roles_are_named_and_unknown_ones_shown_as_they_are() -> None:
    assert targets_text(("PM", "ARCH", "X")) == "项目经办人、档案员、X"
