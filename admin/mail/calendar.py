"""Deadlines as iCalendar (RFC 5545): the same events in the feed a calendar subscribes to and in what a mail brings along.

The same matter has the same UID in both, so a calendar that knows it from one does not show it twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

from archive.personal import mask
from retention.headings import headed
from retention.notices import AlertLine

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Deadline:
    """One matter with a day, as a calendar is told of it."""

    id: str
    day: date
    title: str
    project: str
    project_name: str
    reason: str
    clears_when: str
    rule: str
    severity: str


def calendar_of(deadlines: Iterable[Deadline], *, now: datetime, timezone: str, base_url: str, method: str = "") -> str:
    """The text of a calendar; `method` is PUBLISH where it travels in a mail."""
    calendar = Calendar()
    for name, value in (("prodid", "-//Dangan//Deadlines//ZH"), ("version", "2.0"), ("calscale", "GREGORIAN"),
                        ("method", method), ("x-wr-calname", "档案：合规期限"), ("x-wr-timezone", timezone)):
        if value:
            calendar.add(name, value)
    for deadline in deadlines:
        calendar.add_component(_event(deadline, now, base_url.rstrip("/")))
    return bytes(calendar.to_ical()).decode()


def deadlines_of(lines: Iterable[AlertLine]) -> list[Deadline]:
    """Those of the lines that have a day."""
    return [Deadline(line.alert_id, line.due_on, headed(line.title, line.subject), line.project_code, line.project_name, line.reason,
                     line.clears_when, line.rule, line.severity) for line in lines if line.due_on is not None]


def _event(deadline: Deadline, now: datetime, base_url: str) -> Event:
    """An all-day event. The same cause keeps its UID, so a moved deadline moves in the calendar."""
    address = f"{base_url}/findings/{deadline.id}"
    event = Event()
    event.add("uid", f"{deadline.id}@dangan")
    event.add("dtstamp", now)
    event.add("dtstart", deadline.day)
    event.add("dtend", deadline.day + ONE_DAY)
    event.add("summary", mask(f"{deadline.title}（{deadline.project}）"))
    event.add("description", mask(f"{deadline.project_name}\n{deadline.reason}\n{deadline.clears_when}") + f"\n{address}")
    event.add("url", address)
    event.add("transp", "TRANSPARENT")
    event.add("categories", [deadline.rule, deadline.severity])
    return event
