"""Deadlines as iCalendar (RFC 5545), for a calendar that subscribes to an address. Calendars send no headers: the token
is in the address."""

from collections.abc import Iterable
from datetime import timedelta

from flask import Response
from icalendar import Calendar, Event
from pydantic import Field

from admin.api.context import Asked, actor_of, area, system
from admin.api.problems import responses
from archive.access import Actor, require
from archive.permissions import Permission
from archive.personal import mask
from archive.queries import visible_keys
from retention.models import FindingRecord

calendar_feed = area("calendar", "日历", bearer=False)
CALENDAR = {"content": {"text/calendar": {"schema": {"type": "string"}}}}
ONE_DAY = timedelta(days=1)


class CalendarQuery(Asked):
    token: str = Field(max_length=200, description="API 令牌")


@calendar_feed.get("/calendar.ics", responses={"200": {"description": "日历", **CALENDAR}, **responses(401, 403)})
def feed(query: CalendarQuery) -> Response:
    """令牌所有者能看到的、尚未了结的期限"""
    calendar = _calendar(_deadlines(actor_of(query.token)))
    return Response(calendar.to_ical(), content_type="text/calendar; charset=utf-8",
                    headers={"Content-Disposition": 'inline; filename="deadlines.ics"'})


def _deadlines(actor: Actor) -> Iterable[FindingRecord]:
    """What is due or overdue, by day."""
    require(actor, Permission.PROJECT_READ)
    query: dict[str, object] = {"outcome": {"$in": ["failed", "due"]}, "due_on": {"$ne": None}}
    keys = visible_keys(actor)
    if keys is not None:
        query["dossier"] = {"$in": sorted(keys)}
    found: Iterable[FindingRecord] = FindingRecord.objects(__raw__=query).order_by("due_on", "id")
    return found


def _calendar(records: Iterable[FindingRecord]) -> Calendar:
    calendar = Calendar()
    for name, value in (("prodid", "-//Dangan//Deadlines//ZH"), ("version", "2.0"), ("calscale", "GREGORIAN"),
                        ("x-wr-calname", "档案：合规期限"), ("x-wr-timezone", system().settings.timezone)):
        calendar.add(name, value)
    for record in records:
        calendar.add_component(_event(record))
    return calendar


def _event(record: FindingRecord) -> Event:
    """An all-day event. The same cause keeps its UID, so a moved deadline moves in the calendar."""
    assert record.due_on is not None
    address = f"{system().settings.base_url}/findings/{record.id}"
    event = Event()
    event.add("uid", f"{record.id}@dangan")
    event.add("dtstamp", system().clock.now())
    event.add("dtstart", record.due_on)
    event.add("dtend", record.due_on + ONE_DAY)
    event.add("summary", mask(f"{record.title}（{record.project}）"))
    event.add("description", mask(f"{record.project_name}\n{record.reason}\n{record.clears_when}") + f"\n{address}")
    event.add("url", address)
    event.add("transp", "TRANSPARENT")
    event.add("categories", [record.rule, record.severity])
    return event
