"""The audit trail over HTTP, for the one post that reads it. Newest first; every entry carries its links of the chain."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response
from pydantic import Field, field_validator

from admin.api.context import Listing, Paging, Strict, actor, answer, area, system
from archive.access import require
from archive.models import AuditEntry, Person
from archive.permissions import Permission
from archive.queries import page_of

audit = area("audit", "审计")
YEARS = range(1900, 9999)  # what can be put into another time zone and a day later
DAY_OR_INSTANT = "日期（2024-03-01）或带时区的时刻（2024-03-01T08:00:00+08:00）"


class AuditQuery(Paging):
    subject: str = Field("", max_length=500, description="对象，例如 project:XM-2024-001、document:…、finding:…")
    actor: str = Field("", max_length=100, description="人员的用户名或标识，或 system:任务")
    since: str = Field("", alias="from", description=f"不早于：{DAY_OR_INSTANT}")
    until: str = Field("", alias="to", description=f"不晚于（日期含当天）：{DAY_OR_INSTANT}")

    @field_validator("since", "until")
    @classmethod
    def _moment(cls, value: str) -> str:
        if value:
            _parse(value)
        return value


class AuditOut(Strict):
    """One entry; `digest` covers every other field, `previous` is the digest before it."""

    id: int
    at: datetime
    actor: str
    actor_name: str
    action: str
    subject: str
    detail: dict[str, Any]
    previous: str
    digest: str


class AuditList(Listing):
    items: Sequence[AuditOut]


@audit.get("/audit", responses={200: AuditList})
def listed(query: AuditQuery) -> Response:
    """审计记录，新的在前；只有安全审计员可读"""
    require(actor(), Permission.AUDIT_READ)
    page = page_of(AuditEntry.objects(__raw__=_match(query)).order_by("-id"), query.page, query.size)
    return answer(AuditList.model_validate(page))


def _match(query: AuditQuery) -> dict[str, Any]:
    match: dict[str, Any] = {"subject": query.subject} if query.subject else {}
    if query.actor:
        person = Person.objects(name=query.actor).first()
        match["actor"] = {"$in": [query.actor, *([person.id] if person else [])]}
    zone = ZoneInfo(system().settings.timezone)
    between = {"$gte": _start(query.since, zone)} if query.since else {}
    if query.until:
        between |= _end(query.until, zone)
    return match | ({"at": between} if between else {})


def _start(value: str, zone: ZoneInfo) -> datetime:
    moment = _parse(value)
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), zone)


def _end(value: str, zone: ZoneInfo) -> dict[str, datetime]:
    moment = _parse(value)
    if isinstance(moment, datetime):
        return {"$lte": moment}
    return {"$lt": datetime.combine(moment, time(), zone) + timedelta(days=1)}


def _parse(value: str) -> date | datetime:
    """Raises ValueError in words for anything else."""
    try:
        # A plus sign not encoded in an address is a space.
        moment = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value.replace(" ", "+"))
    except ValueError:
        raise ValueError(f"应为{DAY_OR_INSTANT}。") from None
    if moment.year not in YEARS:
        raise ValueError(f"年份应在 {YEARS[0]} 至 {YEARS[-1]} 之间。")
    if isinstance(moment, datetime) and moment.tzinfo is None:
        raise ValueError(f"时刻须带时区；应为{DAY_OR_INSTANT}。")
    return moment
