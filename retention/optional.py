"""What a person may do without: reminders of lesser matters before their day, and the weekly summary. Pure.

Never optional: what is critical or grave, what is overdue, what opened, changed or was moved, what was escalated.
"""

from collections.abc import Mapping

from retention.notice_lines import Mention

WEEKLY, REMINDERS = "weekly", "reminders"
KINDS: Mapping[str, str] = {
    WEEKLY: "每周汇总", REMINDERS: "一般、轻微和提示事项的临期提醒"}
LESSER = frozenset("MLI")


def is_reminder(mention: Mention) -> bool:
    """Only that a deadline of a lesser matter is nearer than before."""
    line = mention.line
    return line.severity in LESSER and not line.overdue and all(reason[:1] == "m" and reason[1:].isdigit()
                                                                for reason in mention.reasons)
