"""Open alerts as the lines people are told of. Every notice begins with all of them, so they are read as plain rows."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from typing import Any

from archive.transaction import collection
from retention.compliance.counted import all_said, said
from retention.models import FindingRecord
from retention.notice_lines import AlertLine

Row = Mapping[str, Any]
AT_ONCE = 5000

_FIELDS = ("project", "project_name", "unit", "rule", "title", "clause", "subject", "severity", "outcome", "due_on", "reason", "steps",
           "clears_when", "opened_on", "milestones", "targets", "episode", "escalations", "waiver")


def open_lines(today: date, match: Row | None = None) -> list[AlertLine]:
    """Open alerts without a waiver in force on the day, of those that match."""
    return [line_of(row, today) for row in open_rows(today, match)]


def line_parts(today: date) -> Iterator[list[AlertLine]]:
    """All of them, some at a time: an archive may have more than fit into memory."""
    rows = open_rows(today)
    while part := [line_of(row, today) for row in islice(rows, AT_ONCE)]:
        yield part


def open_rows(today: date, match: Row | None = None, *fields: str) -> Iterator[dict[str, Any]]:
    """The rows of these alerts, with further fields where they are named."""
    shown = dict.fromkeys((*_FIELDS, *fields), 1)
    return (row for row in collection(FindingRecord).find({**(match or {}), "alert": "open"}, shown) if not _waived(row, today))


def line_of(row: Row, today: date) -> AlertLine:
    due_on, episode = day_of(row.get("due_on")), row["episode"]
    return AlertLine(
        alert_id=row["_id"], project_code=row["project"], project_name=row["project_name"], unit=row["unit"],
        rule=row["rule"], title=row["title"], clause=row["clause"], subject=row["subject"], severity=row["severity"],
        outcome=row["outcome"], due_on=due_on, days_left=(due_on - today).days if due_on else None, reason=said(row["reason"], today),
        steps=all_said(row["steps"], today), clears_when=row["clears_when"], opened_on=day_of(row.get("opened_on")) or today,
        milestones=tuple(row["milestones"]), targets=tuple(row["targets"]), event_key=str(episode),
        escalated=tuple((step["level"], step["days"]) for step in row["escalations"] if step["episode"] == episode))


def day_of(stored: datetime | None) -> date | None:
    """MongoDB knows no days: it keeps their midnight."""
    return stored.date() if stored else None


def _waived(row: Row, today: date) -> bool:
    waiver = row.get("waiver")
    return bool(waiver and waiver.get("approved_by") and waiver["until"].date() >= today)
