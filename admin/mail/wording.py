"""The words of the mails: clauses, days, reasons, subjects, severities and roles in Chinese. Functions over plain values."""

import re
from datetime import date

from retention.escalation import level_and_days

OUTCOME = {"failed": "不符合", "due": "待办", "unknown": "待核实", "passed": "符合", "not_applicable": "不适用"}
TARGET = {
    "ARCH": "档案员",
    "PM": "项目经办人",
    "HEAD": "项目单位负责人",
    "FIN": "财务人员",
    "PROC": "采购人员",
    "SEC": "安全保密员",
    "AUD": "审计员",
    "ESC": "事项升级的告知对象",
}
LEVEL = {"head": "单位负责人", "supervisor": "主管"}
_DIGITS = "零一二三四五六七八九"
_ARTICLE = re.compile(
    r"(?P<article>[1-9]\d?)"
    r"(?:\.(?P<paragraph>[1-9]\d?)(?:-(?P<to_paragraph>[1-9]\d?))?)?"
    r"(?:\((?P<item>[1-9]\d?)\)(?:-\((?P<to_item>[1-9]\d?)\))?)?"
    r"(?: s\.(?P<sentence>[1-9]))?"
    r"(?: lead)?"
)


def numeral(number: int) -> str:
    """A number from 1 to 99 in Chinese: 10 is 十, 31 is 三十一."""
    if not 1 <= number <= 99:
        raise ValueError(f"articles are numbered from 1 to 99, not {number}")
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def clause_label(clause: str) -> str:
    """The register's notation in Chinese: `31.2` is 第三十一条第二款, `8(3)` 第八条第（三）项, `31.2, 50` both.

    What is not in this notation (a statute's own name) is given back as it is.
    """
    parts = [part.strip() for part in clause.split(",")]
    found = [_ARTICLE.fullmatch(part) for part in parts]
    return "、".join(part if match is None else _label(match) for part, match in zip(parts, found, strict=True))


def cite(clause: str) -> str:
    """The clause as cited in a mail: articles of the measures are led by 《办法》, other sources name themselves."""
    own = all(_ARTICLE.fullmatch(part.strip()) for part in clause.split(","))
    return f"《办法》{clause_label(clause)}" if own else clause_label(clause)


def days_text(days_left: int | None) -> str:
    if days_left is None:
        return "没有固定期限"
    if days_left < 0:
        return f"已逾期 {-days_left} 天"
    return f"还有 {days_left} 天" if days_left else "今天到期"


def day_text(day: date | None) -> str:
    return "没有固定期限" if day is None else f"{day.year}年{day.month}月{day.day}日"


def span_text(first: date, last: date) -> str:
    """Days from one to another, both included."""
    count = (last - first).days + 1
    return day_text(first) if count == 1 else f"{day_text(first)}至{day_text(last)}（{count} 天）"


def reason_text(reason: str, *, overdue: bool = False) -> str:
    """Why a line stands in today's mail, from the planner's reason. What was missed before the day is said after it."""
    if climbed := level_and_days(reason):
        return escalation_text(*climbed)
    if reason == "news":
        return "通知"
    if reason == "opened":
        return "首次提醒"
    if reason == "moved":
        return "期限有变"
    if ":" in reason:
        return "状态有变"
    if reason.startswith("w"):
        return "逾期周提醒"
    return "到期提醒" if overdue else "临期提醒"


def escalation_text(level: str, days: int) -> str:
    return f"已 {days} 天无人处理，依设置升级给{LEVEL[level]}"


def targets_text(targets: tuple[str, ...]) -> str:
    return "、".join(TARGET.get(target, target) for target in targets)


def _label(match: re.Match[str]) -> str:
    article, first, last = match["article"], match["paragraph"], match["to_paragraph"]
    text = f"第{numeral(int(article))}条"
    if first:
        text += _range(f"第{numeral(int(first))}款", f"第{numeral(int(last))}款" if last else "")
    if match["item"]:
        last = match["to_item"]
        text += _range(f"第（{numeral(int(match['item']))}）项", f"第（{numeral(int(last))}）项" if last else "")
    return text + (f"第{numeral(int(match['sentence']))}句" if match["sentence"] else "")


def _range(first: str, last: str) -> str:
    return f"{first}至{last}" if last else first
