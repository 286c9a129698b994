"""Reading registers as somebody: as `archive/queries.py`, what the actor may not see is NotFound.

A row of a project is seen by whoever sees its dossier, a row of a unit by whoever sees all dossiers of that unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from archive.access import ALL_UNITS, Actor, may_see, require, visible
from archive.errors import NotFound
from archive.models import Document, Project, RegisterChange, RegisterEntry, Unit
from archive.permissions import Permission
from archive.queries import Page, find_project, page_of, visible_keys
from archive.registers import REGISTERS, register_of
from archive.registers.columns import PROJECT, UNIT, Register
from archive.transaction import collection


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose rows: `name` is the project's code or the unit's name; `dossier` is empty for a unit."""

    scope: str
    name: str
    unit: str
    dossier: str = ""
    title: str = ""


def owner_of(actor: Actor, register: Register, name: str) -> Owner:
    """Raises NotFound where there is none or the actor may not see it."""
    if register.scope == UNIT:
        return unit_owner(actor, name)
    return project_owner(actor, name)


def project_owner(actor: Actor, code: str) -> Owner:
    project = find_project(actor, code)
    return Owner(PROJECT, project.code, project.unit, project.id, project.name)


def unit_owner(actor: Actor, name: str) -> Owner:
    require(actor, Permission.PROJECT_READ)
    if not sees_unit(actor, name) or Unit.objects(id=name).first() is None:
        raise NotFound(what="单位", key=name[:100])
    return Owner(UNIT, name, name, title=name)


def units_seen(actor: Actor) -> list[str]:
    """Names of the units whose own registers the actor may read."""
    require(actor, Permission.PROJECT_READ)
    return [name for name in Unit.objects.order_by("id").scalar("id") if sees_unit(actor, name)]


def sees_unit(actor: Actor, name: str) -> bool:
    return may_see(actor, {"audience": [ALL_UNITS], "unit": [name], "assigned": []})


def find_entry(actor: Actor, key: str) -> tuple[RegisterEntry, Register, Owner]:
    """A row, withdrawn or not, with its definition and owner. Raises NotFound."""
    require(actor, Permission.PROJECT_READ)
    entry: RegisterEntry | None = RegisterEntry.objects(id=key).first()
    if entry is None or entry.register not in REGISTERS:
        raise NotFound(what="登记", key=key[:40])
    try:
        register = register_of(entry.register)
        return entry, register, owner_of(actor, register, entry.owner)
    except NotFound:
        raise NotFound(what="登记", key=key[:40]) from None


def entries_of(actor: Actor, register: Register, owner: str, *, withdrawn: bool = False, page: int = 1,
               size: int = 50) -> Page:
    """Rows of an owner in the order in which they were registered; with `withdrawn` those that no longer hold as well."""
    match: dict[str, Any] = {"register": register.key, "scope": register.scope, "owner": owner_of(actor, register, owner).name}
    if not withdrawn:
        match["withdrawn"] = False
    return page_of(RegisterEntry.objects(__raw__=match).order_by("created_at", "id"), page, size)


def all_entries(actor: Actor, register: Register, *, page: int = 1, size: int = 50) -> Page:
    """Rows of every owner the actor sees, by owner; withdrawn ones left out."""
    require(actor, Permission.PROJECT_READ)
    match: dict[str, Any] = {"register": register.key, "scope": register.scope, "withdrawn": False}
    if register.scope == UNIT:
        match["owner"] = {"$in": units_seen(actor)}
    else:
        match["dossier"] = {"$in": sorted(Project.objects(__raw__=visible(actor)).distinct("id"))}
    return page_of(RegisterEntry.objects(__raw__=match).order_by("owner", "created_at", "id"), page, size)


def counts_of(owner: Owner) -> dict[str, int]:
    """How many rows each register of this owner has; the owner was found for the actor."""
    match = {"scope": owner.scope, "owner": owner.name, "withdrawn": False}
    rows = collection(RegisterEntry).aggregate([{"$match": match}, {"$group": {"_id": "$register", "n": {"$sum": 1}}}])
    return {row["_id"]: row["n"] for row in rows}


def history_of(actor: Actor, key: str) -> list[RegisterChange]:
    """What happened to a row, newest first."""
    entry, _, _ = find_entry(actor, key)
    return list(RegisterChange.objects(entry=entry.id).order_by("-revision"))


def evidence_of(actor: Actor, ids: Sequence[str]) -> dict[str, Document]:
    """Those of the documents that are there and that the actor may see."""
    keys = visible_keys(actor)
    found = Document.objects(id__in=sorted(set(ids))).only("id", "title", "type", "doc_date", "project", "dossier")
    return {document.id: document for document in found if keys is None or document.dossier in keys}
