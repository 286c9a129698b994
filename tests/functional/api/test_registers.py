"""Rules and clauses, the audit trail, and the calendar of deadlines."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar

from admin.system import System
from archive.audit import digest_of
from archive.clock import FixedClock
from archive.models import AuditEntry, Project
from archive.operations.people import disable_person
from retention.alerts import refresh
from retention.compliance.counted import said
from retention.headings import headed
from retention.models import FindingRecord
from tests.builders import SYSTEM, a_project
from tests.functional.api.conftest import CODE, CODE_B, Everybody, problem


@pytest.mark.parametrize("role", ["archivist", "unit_a", "auditor", "sysadmin"])
def test_everybody_may_read_the_rules(everybody: Everybody, role: str) -> None:
    body = everybody.as_(role).get("/rules").json
    assert body["total"] == len(body["items"]) > 5
    rule = next(item for item in body["items"] if item["id"] == "R31-3")
    assert rule["clause"]
    assert rule["version"] >= 1
    assert rule["arithmetic"]


def test_clauses_name_the_rules_that_cover_them(everybody: Everybody) -> None:
    rules = everybody.as_("archivist").get("/rules").json["items"]
    clauses = {item["id"]: item for item in everybody.as_("archivist").get("/clauses").json["items"]}
    for rule in rules:
        assert rule["id"] in clauses[rule["clause"]]["rules"]
    assert all(clause["summary"] and clause["citation"] for clause in clauses.values())


def test_only_the_audit_administrator_reads_the_trail(everybody: Everybody, project: Project) -> None:
    for role in ("archivist", "unit_a", "auditor", "supervisor", "sysadmin", "secadmin"):
        problem(everybody.as_(role).get("/audit"), 403, "archive.not-permitted")
    assert everybody.as_("auditadmin").get("/audit").json["total"] == AuditEntry.objects.count()


def test_entries_come_newest_first_with_their_links(everybody: Everybody, project: Project) -> None:
    items = everybody.as_("auditadmin").get("/audit?size=200").json["items"]
    assert [item["id"] for item in items] == sorted((item["id"] for item in items), reverse=True)
    for newer, older in itertools.pairwise(items):
        assert newer["previous"] == older["digest"]
    stored = AuditEntry._get_collection().find_one({"_id": items[0]["id"]})
    assert items[0]["digest"] == digest_of(stored)


def test_the_trail_is_filtered_by_subject_actor_and_time(everybody: Everybody, system: System, clock: FixedClock,
                                                         people: dict[str, Any]) -> None:
    api = everybody.as_("auditadmin")
    a_project(system, "P-1", people["archivist"])
    clock.advance(timedelta(days=1))
    a_project(system, "P-2")

    def subjects(query: str) -> set[str]:
        return {item["subject"] for item in api.get(f"/audit?size=200&{query}").json["items"]}

    assert subjects("subject=project:P-1") == {"project:P-1"}
    assert "project:P-1" in subjects("actor=archivist")
    assert "project:P-2" not in subjects("actor=archivist")
    assert subjects(f"actor={people['archivist'].id}") == subjects("actor=archivist")
    assert "project:P-2" in subjects("actor=system:tests")
    assert "project:P-1" not in subjects("from=2026-03-03")
    assert "project:P-2" in subjects("from=2026-03-03")
    assert "project:P-1" in subjects("to=2026-03-02")
    assert "project:P-2" not in subjects("to=2026-03-02")
    assert "project:P-1" in subjects("from=2026-03-02T10:00:00%2B08:00&to=2026-03-02T10:00:00%2B08:00")
    assert "project:P-1" not in subjects("from=2026-03-02T10:00:01%2B08:00&to=2026-03-02")


@pytest.mark.parametrize("value", ["yesterday", "2026-03-02T10:00:00", "2026-13-01"])
def test_a_time_that_is_none_is_refused(everybody: Everybody, value: str) -> None:
    body = problem(everybody.as_("auditadmin").get(f"/audit?from={value}"), 422)
    assert [error["field"] for error in body["errors"]] == ["from"]


def calendar(everybody: Everybody, name: str) -> Calendar:
    answer = everybody.client.get(f"/api/v1/calendar.ics?token={everybody.token(name)}")
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert b"\r\n" in answer.data
    return Calendar.from_ical(answer.data)


@pytest.fixture
def deadlines(system: System, two_projects: object) -> Callable[[str], set[str]]:
    refresh(system.judge)
    return lambda code: {f"{r.id}@dangan" for r in FindingRecord.objects(
        project=code, outcome__in=["failed", "due"], due_on__ne=None)}


def test_the_calendar_holds_the_deadlines_its_owner_may_see(everybody: Everybody,
                                                            deadlines: Callable[[str], set[str]]) -> None:
    assert deadlines(CODE)
    for name, codes in (("unit_a", [CODE]), ("unit_b", [CODE_B]), ("archivist", [CODE, CODE_B])):
        events = calendar(everybody, name).walk("VEVENT")
        assert {str(event["uid"]) for event in events} == set().union(*map(deadlines, codes))


@pytest.mark.usefixtures("deadlines")
def test_an_event_is_the_day_of_its_deadline(everybody: Everybody, system: System) -> None:
    for event in calendar(everybody, "unit_a").walk("VEVENT"):
        record = FindingRecord.objects(id=str(event["uid"]).partition("@")[0]).get()
        assert event.decoded("dtstart") == record.due_on
        assert event.decoded("dtend") == record.due_on + timedelta(days=1)
        assert str(event["summary"]) == f"{headed(record.title, record.subject)}（{CODE}）"
        assert str(event["url"]).endswith(f"/findings/{record.id}")
        assert said(record.reason, system.clock.today()) in str(event["description"])


def test_the_calendar_needs_a_token_that_is_somebodys(everybody: Everybody, system: System) -> None:
    client, token = everybody.client, everybody.token("unit_a")
    problem(client.get("/api/v1/calendar.ics"), 422)
    problem(client.get("/api/v1/calendar.ics?token=wrong"), 401)
    problem(client.get(f"/api/v1/calendar.ics?token={everybody.token('sysadmin')}"), 403)
    disable_person(SYSTEM, system.clock, "unit_a")
    problem(client.get(f"/api/v1/calendar.ics?token={token}"), 401)
