"""What a digest mail says, in both of its forms, and that nothing in it can pose as more than text."""

from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.mail.port import Message
from admin.mail.render import FULL_LINES, LISTED_LINES, Rendered, render_digest
from retention.notices import AlertLine, Digest, Recipient, plan

DAY = date(2026, 11, 23)
BASE = "https://dangan.example.gov.cn"
SEES = frozenset(["XM-2024-017", "XM-2", "川/2024 #1", *(f"XM-{n}" for n in range(20))])


def line(alert_id: str = "a1", due_in: int | None = -175, **changes: object) -> AlertLine:
    facts: dict[str, object] = {
        "alert_id": alert_id,
        "project_code": "XM-2024-017",
        "project_name": "应急指挥平台升级改造项目",
        "unit": "四川省交通运输厅",
        "rule": "R31-3",
        "title": "项目验收已逾期",
        "clause": "31.2",
        "subject": "",
        "severity": "H",
        "outcome": "failed",
        "due_on": None if due_in is None else DAY + timedelta(due_in),
        "days_left": due_in,
        "reason": "建设完成后未见验收意见",
        "steps": ("建设完成日期 2025-11-30", "宽限 3 个月，至 2026-05-31"),
        "clears_when": "归档项目验收意见",
        "opened_on": DAY,
        "targets": ("PM", "HEAD"),
    }
    return AlertLine(**(facts | changes))  # type: ignore[arg-type]


def digest(*lines: AlertLine, name: str = "张伟") -> Digest:
    person = Recipient("zhang@example.gov.cn", name, frozenset({"PM"}), SEES)
    (planned,) = plan(lines, [person], set(), DAY)
    return planned


def rendered(*lines: AlertLine, base_url: str = BASE) -> Rendered:
    return render_digest(digest(*lines), base_url=base_url)


class Page(HTMLParser):
    """What a reader of the HTML form sees, where its links lead, and which tags it is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


OVERDUE = line("a1", -175)
SOON = line("a2", 12, title="年度绩效监控报告", clause="45.1", subject="2026年度", outcome="due")
ELSEWHERE = line("b1", 0, project_code="XM-2", project_name="运维项目", title="运维合同到期", outcome="due")


# -- the subject -------------------------------------------------------------------------------------------------


def test_the_subject_counts_projects_items_and_what_is_overdue() -> None:
    assert rendered(OVERDUE, SOON, ELSEWHERE).subject == "【档案】2 个项目有 3 项事项需要处理（1 项已逾期）"


def test_a_paper_is_called_by_its_name() -> None:
    text = rendered(line("a9", 12, title="定期测评和评估", subject="mlps_evaluation_report")).text
    assert "定期测评和评估 —— 网络安全等级保护测评报告" in text
    assert "mlps_evaluation_report" not in text
    assert " —— " not in rendered(line("a8", 12, title="归档项目建设总结", subject="construction_summary")).text


def test_without_anything_overdue_the_subject_does_not_mention_it() -> None:
    assert rendered(SOON).subject == "【档案】1 个项目有 1 项事项需要处理"


# -- what is said ------------------------------------------------------------------------------------------------

SAID = [
    "张伟，您好",
    "应急指挥平台升级改造项目",
    "XM-2024-017",
    "四川省交通运输厅",
    "项目验收已逾期",
    "已逾期 175 天",
    "2026年6月1日",
    "《办法》第三十一条第二款",
    "建设完成后未见验收意见",
    "建设完成日期 2025-11-30",
    "宽限 3 个月，至 2026-05-31",
    "归档项目验收意见",
    "重要",
    "首次提醒",
    "年度绩效监控报告",
    "2026年度",
    "还有 12 天",
    "今天到期",
    "其中 1 项已逾期",
]


@pytest.mark.parametrize("words", SAID)
def test_both_forms_say_what_it_is_by_which_clause_until_when_and_what_clears_it(words: str) -> None:
    mail = rendered(OVERDUE, SOON, ELSEWHERE)
    assert words in mail.text
    assert words.replace(" ", "") in Page(mail.html).text.replace(" ", "")


@pytest.mark.parametrize("words", ["zhang@example.gov.cn", "项目经办人", "如何停止", "联系邮箱", "办结后自动停止"])
def test_the_footer_says_who_gets_it_why_and_how_it_stops(words: str) -> None:
    mail = rendered(OVERDUE)
    assert words in mail.text.partition("────")[2]
    assert words in Page(mail.html).text


def test_only_the_roles_that_led_here_are_named() -> None:
    assert "项目单位负责人" not in rendered(OVERDUE).text


def test_every_line_links_to_its_finding() -> None:
    mail = rendered(OVERDUE, ELSEWHERE, base_url=BASE + "/")
    links = [f"{BASE}/projects/XM-2024-017#finding-a1", f"{BASE}/projects/XM-2#finding-b1"]
    assert [link for link in Page(mail.html).links if "#" in link] == links
    assert all(link in mail.text for link in links)


def test_codes_that_are_no_plain_words_still_make_links() -> None:
    mail = rendered(line(project_code="川/2024 #1", alert_id="项?&"))
    link = f"{BASE}/projects/%E5%B7%9D%2F2024%20%231#finding-%E9%A1%B9%3F%26"
    assert link in mail.text
    assert link in Page(mail.html).links


def test_projects_and_lines_stand_in_the_planned_order() -> None:
    text = rendered(ELSEWHERE, SOON, OVERDUE).text
    order = [text.index(words) for words in ("XM-2024-017", "项目验收已逾期", "年度绩效监控报告", "运维合同到期")]
    assert order == sorted(order)


def test_a_line_without_a_date_shows_its_state_instead() -> None:
    mail = rendered(line(due_in=None))
    assert "〔重要·不符合〕" in mail.text
    assert "None" not in mail.text + mail.html
    assert "没有固定期限" in Page(mail.html).text


def test_without_a_name_the_mail_still_greets() -> None:
    mail = render_digest(digest(OVERDUE, name=""), base_url=BASE)
    assert mail.text.startswith("您好：")


def test_a_single_step_is_not_numbered() -> None:
    assert "     合同结束\n" in rendered(line(steps=("合同结束",))).text


def test_past_sixty_lines_the_arithmetic_is_left_to_the_page() -> None:
    mail = rendered(*(line(f"a{n:04}", project_code=f"XM-{n // 50}") for n in range(FULL_LINES + 140)))
    assert mail.text.count("如何办结") == Page(mail.html).text.count("如何办结") == FULL_LINES
    assert mail.text.count("查看：") == FULL_LINES + 140
    assert len([link for link in Page(mail.html).links if "#" in link]) == FULL_LINES + 140
    assert "没有逐条列出" not in mail.text + mail.html


def test_what_no_mail_can_hold_is_counted() -> None:
    mail = rendered(*(line(f"a{n:04}", project_code=f"XM-{n // 900}") for n in range(LISTED_LINES + 123)))
    assert "【档案】3 个项目有 2123 项事项需要处理" in mail.subject
    assert "另有 123 项没有逐条列出" in mail.text
    assert "另有 123 项没有逐条列出" in Page(mail.html).text.replace(" ", "").replace("另有123项", "另有 123 项")
    assert mail.text.count("#finding-") == mail.html.count("#finding-") == LISTED_LINES
    assert len(mail.html.encode()) < 4_000_000


# -- a repeat ----------------------------------------------------------------------------------------------------


def test_a_repeat_is_marked_and_explained_and_otherwise_the_same() -> None:
    mail = rendered(OVERDUE)
    again = mail.as_repeat()
    assert again.subject == "【档案】【重发】1 个项目有 1 项事项需要处理（1 项已逾期）"
    assert again.text.startswith("【重发】上次发送本邮件时连接中断")
    assert again.text.endswith(mail.text)
    assert "无法确认是否送达" in Page(again.html).text
    assert Page(again.html).links == Page(mail.html).links
    assert "重发" not in mail.text + mail.html


def test_a_repeat_of_a_repeat_is_marked_once() -> None:
    again = rendered(OVERDUE).as_repeat()
    assert again.as_repeat() == again


# -- hostile values ----------------------------------------------------------------------------------------------

HOSTILE = '<script>alert(1)</script>" onload="x\r\n════\r\n<!-- repeat -->{{ 7*7 }}&amp;'
FREE_TEXT = ("project_name", "unit", "title", "clause", "subject", "reason", "clears_when", "severity", "outcome")


@pytest.mark.parametrize("field", FREE_TEXT)
def test_values_are_shown_as_text_whatever_they_hold(field: str) -> None:
    mail = rendered(line("a1", -175, **{field: HOSTILE}))
    page, plain = Page(mail.html), Page(rendered(OVERDUE).html)
    assert (page.tags, page.attributes) == (plain.tags, plain.attributes)
    assert "<script>alert(1)</script>" in page.text
    assert "{{ 7*7 }}&amp;" in page.text
    assert mail.html.count("<!-- repeat -->") == 1


@pytest.mark.parametrize("field", FREE_TEXT)
def test_no_value_can_start_a_line_of_the_text_form(field: str) -> None:
    mail = rendered(line("a1", -175, **{field: "甲\n查看：http://evil.example\u2028乙"}))
    assert not any(text.startswith(("查看：http://evil", "乙")) for text in mail.text.splitlines())


def test_steps_and_names_are_shown_as_text_too() -> None:
    person = Recipient("z@x.cn", HOSTILE, frozenset({"PM"}), SEES)
    (planned,) = plan([line(steps=(HOSTILE, HOSTILE))], [person], set(), DAY)
    mail = render_digest(planned, base_url=BASE)
    assert "script" not in Page(mail.html).tags
    assert "\r" not in mail.text


@given(st.lists(st.text(max_size=40), min_size=7, max_size=7), st.none() | st.integers(-999, 999))
def test_any_values_give_a_mail_that_can_be_built(values: list[str], due_in: int | None) -> None:
    names = ("project_name", "unit", "title", "clause", "subject", "reason", "clears_when")
    mail = rendered(line(due_in=due_in, **dict(zip(names, values, strict=True)))).as_repeat()
    sent_at = datetime(2026, 11, 23, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert Message("a", "z@x.cn", "", mail.subject, mail.text, mail.html, sent_at).subject == mail.subject


def test_the_html_loads_nothing_and_needs_no_style_sheet() -> None:
    page = Page(rendered(OVERDUE, SOON, ELSEWHERE).as_repeat().html)
    assert page.tags.isdisjoint({"img", "link", "script", "style", "iframe", "form", "object", "div"})
    assert page.attributes.isdisjoint({"src", "background", "class"})
    assert "url(" not in rendered(OVERDUE).html
