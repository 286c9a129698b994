"""The first page after signing in: what each role came to do."""

from typing import Any

from flask import redirect, render_template, url_for

from admin.web.pages.liveness import silence_for
from admin.web.pages.project_lists import standings
from admin.web.pages.shared import actor, area, today
from archive import queries
from archive.access import Actor
from archive.permissions import Permission, Role
from archive.waiting_values import count_waiting
from retention import finding_lists

start_pages = area("start", __name__)
TOP = 8


@start_pages.get("/")
def start() -> Any:
    """Who reads no records is taken to the work of the post; everybody else gets an overview of the own scope."""
    who = actor()
    if who.may(Permission.PROJECT_READ):
        return render_template(f"pages/start_{_page_of(who)}.html", **_overview(who), **_for_role(who))
    if who.may(Permission.OPERATIONS_READ):
        return redirect(url_for("operations.overview"))
    return redirect(url_for("people.listing" if who.may(Permission.PERSON_MANAGE) else "audit.overview"))


def _page_of(who: Actor) -> str:
    return {Role.ARCHIVIST: "archivist", Role.UNIT: "unit", Role.AUDITOR: "auditor"}.get(who.role, "supervisor")


def _overview(who: Actor) -> dict[str, Any]:
    """What all record-reading roles see on top: exact counts of their scope."""
    day = today()
    counts = finding_lists.count_groups(who, day)
    return {
        "today": day,
        "scheduler_silent": silence_for(who),
        "counts": counts,
        "projects_total": queries.list_projects(who, size=1).total,
        "documents_total": queries.count_documents(who),
        "urgent": finding_lists.list_group(who, day, "overdue", finding_lists.Filters(), size=TOP, total=counts["overdue"]),
        "soon": finding_lists.list_group(who, day, "soon", finding_lists.Filters(), size=TOP, total=counts["soon"]),
    }


def _for_role(who: Actor) -> dict[str, Any]:
    recent = queries.recent_documents(who, TOP)
    names = {project.code: project.name for project in
             queries.list_projects(who, codes={document.project for document in recent}, size=TOP).items}
    found: dict[str, Any] = {"recent": recent, "project_names": names}
    if who.may(Permission.DOCUMENT_CONFIRM):
        found["queue"] = queries.recent_documents(who, TOP, type_source="unrecognised")
        found["queue_total"] = queries.count_documents(who, type_source="unrecognised")
        found["values_total"] = count_waiting(who)
    if who.role is Role.UNIT:
        own = queries.list_projects(who, size=200)
        found["projects"], found["standings"] = own, standings(own.items)
        found["worst"] = finding_lists.worst_of(who, [project.code for project in own.items])
    if who.role is Role.SUPERVISOR:
        found["units"] = _units(who)
    return found


def _units(who: Actor) -> list[dict[str, Any]]:
    """Every unit with its number of projects and its findings, the most overdue first."""
    by_unit = finding_lists.count_by_unit(who, today())
    empty = dict.fromkeys(finding_lists.GROUPS, 0)
    rows = [{"name": unit, "projects": queries.list_projects(who, unit=unit, size=1).total,
             **by_unit.get(unit, empty)} for unit in queries.units_of(who)]
    return sorted(rows, key=lambda row: (-row["overdue"], -row["soon"], row["name"]))
