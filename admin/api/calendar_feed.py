"""Deadlines as iCalendar (RFC 5545), for a calendar that subscribes to an address. Calendars send no headers: the token
is in the address."""

from collections.abc import Iterable

from flask import Response
from pydantic import Field

from admin.api.context import Asked, actor_of, area, system
from admin.api.problems import responses
from admin.mail.calendar import Deadline, calendar_of
from archive.access import Actor, require
from archive.permissions import Permission
from archive.queries import visible_keys
from retention.compliance.counted import said
from retention.headings import headed
from retention.models import FindingRecord

calendar_feed = area("calendar", "日历", bearer=False)
CALENDAR = {"content": {"text/calendar": {"schema": {"type": "string"}}}}


class CalendarQuery(Asked):
    token: str = Field(max_length=200, description="API 令牌")


@calendar_feed.get("/calendar.ics", responses={"200": {"description": "日历", **CALENDAR}, **responses(401, 403)})
def feed(query: CalendarQuery) -> Response:
    """令牌所有者能看到的、尚未了结的期限"""
    return Response(_calendar(_deadlines(actor_of(query.token))), content_type="text/calendar; charset=utf-8",
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


def _calendar(records: Iterable[FindingRecord]) -> str:
    today = system().clock.today()
    found = [Deadline(record.id, record.due_on, headed(record.title, record.subject), record.project, record.project_name,
                      said(record.reason, today), record.clears_when, record.rule, record.severity)
             for record in records if record.due_on is not None]
    settings = system().settings
    return calendar_of(found, now=system().clock.now(), timezone=settings.timezone, base_url=settings.base_url)
