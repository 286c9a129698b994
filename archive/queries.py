"""Reading records as somebody: every function takes the actor and answers only what the access statement allows.

What the actor may not see is NotFound, never "forbidden": that something exists is already an answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive import text_parts
from archive.access import Actor, may_see, require, sees_everything, visible
from archive.errors import NotFound, Withdrawn
from archive.models import Contract, Document, PageLayout, Project, Remarks, TextPart, TextRecord, Version
from archive.models.withdrawals import Withdrawal
from archive.permissions import Permission
from archive.personal import PERSONAL_LABEL, mask_pages
from archive.remarks import GRAVEST_FIRST, Remark

COPIES = 20


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: its items, how many there are in all, which page this is (from 1), items a page."""

    items: Sequence[Any]
    total: int
    page: int
    size: int


def find_project(actor: Actor, code: str) -> Project:
    """Raises NotFound where there is none or the actor may not see it."""
    require(actor, Permission.PROJECT_READ)
    project: Project | None = Project.objects(code=code).first()
    if project is None or not may_see(actor, project.label()):
        raise NotFound(what="项目", key=code)
    return project


def list_projects(actor: Actor, *, text: str = "", unit: str = "", mode: str = "", kind: str = "", page: int = 1,
                  size: int = 50, codes: Iterable[str] | None = None) -> Page:
    """Projects by code; `text` looks into code and name."""
    require(actor, Permission.PROJECT_READ)
    query: dict[str, Any] = {"$and": [visible(actor)]}
    for name, value in (("unit", unit), ("mode", mode), ("kind", kind)):
        if value:
            query[name] = value
    if codes is not None:
        query["code"] = {"$in": list(codes)}
    if text:
        pattern = {"$regex": _literal(text), "$options": "i"}
        query["$and"].append({"$or": [{"code": pattern}, {"name": pattern}]})
    return page_of(Project.objects(__raw__=query).order_by("code"), page, size)


def units_of(actor: Actor) -> list[str]:
    """Names of the units of which the actor sees at least one dossier."""
    require(actor, Permission.PROJECT_READ)
    return sorted(Project.objects(__raw__=visible(actor)).distinct("unit"))


def visible_keys(actor: Actor) -> frozenset[str] | None:
    """The dossier keys the actor may see; None where that is all of them. For the filter inside a search."""
    require(actor, Permission.DOCUMENT_READ)
    if sees_everything(actor):
        return None
    return frozenset(Project.objects(__raw__=visible(actor)).distinct("id"))


def keys_of_units(actor: Actor, units: Iterable[str]) -> frozenset[str]:
    """The keys of these units' dossiers, of those the actor may see. For a filter inside a search."""
    require(actor, Permission.DOCUMENT_READ)
    of_units = {"unit": {"$in": sorted(set(units))}}
    return frozenset(Project.objects(__raw__={"$and": [visible(actor), of_units]}).distinct("id"))


def units_by_key(keys: Iterable[str]) -> dict[str, str]:
    """The unit of each dossier. No access check: for dossiers a search already allowed."""
    return _units("_id", keys)


def units_by_code(codes: Iterable[str]) -> dict[str, str]:
    """The unit of each project. No access check: as `units_by_key`."""
    return _units("code", codes)


def _units(field: str, values: Iterable[str]) -> dict[str, str]:
    rows = Project._get_collection().find({field: {"$in": sorted(set(values))}}, {field: 1, "unit": 1})
    return {row[field]: row["unit"] for row in rows}


def visible_codes(actor: Actor) -> frozenset[str]:
    """The codes of every project the actor may see."""
    return frozenset(Project.objects(__raw__=visible(actor)).distinct("code"))


def contracts_of(actor: Actor, code: str) -> list[Contract]:
    return list(Contract.objects(project=find_project(actor, code).code).order_by("start_on", "number"))


def find_document(actor: Actor, key: str) -> Document:
    """Raises NotFound where there is none or the actor may not see its dossier."""
    require(actor, Permission.DOCUMENT_READ)
    document: Document | None = Document.objects(id=key).first()
    project = Project.objects(id=document.dossier).first() if document else None
    if document is None:
        _tell_withdrawn(actor, key)
    if document is None or project is None or not may_see(actor, project.label()):
        raise NotFound(what="文件", key=key)
    return document


def copies_elsewhere(actor: Actor, sha256: str, dossier: str) -> list[Document]:
    """Documents of other dossiers that hold these very bytes, of those the actor may see."""
    keys = visible_keys(actor)
    match: dict[str, Any] = {"sha256": sha256, "dossier": {"$ne": dossier}}
    if keys is not None:
        match["dossier"] = {"$in": sorted(keys - {dossier})}
    found = Version.objects(__raw__=match).limit(COPIES).scalar("document")
    return list(Document.objects(id__in=list(found)).order_by("created_at", "id"))


def _tell_withdrawn(actor: Actor, key: str) -> None:
    """Raises Withdrawn where the document had to go and the actor may see the dossier it was in."""
    trace = Withdrawal.objects(document=key, whole=True).order_by("-at").first()
    project = Project.objects(id=trace.dossier).first() if trace else None
    if trace and project and may_see(actor, project.label()):
        raise Withdrawn(what="文件", key=key, day=f"{trace.at:%Y-%m-%d}", reason=trace.reason)


def withdrawals_of(actor: Actor, code: str, *, page: int = 1, size: int = 50) -> Page:
    """What had to be removed from a dossier, newest first: traces without content."""
    require(actor, Permission.DOCUMENT_READ)
    return page_of(Withdrawal.objects(dossier=find_project(actor, code).id).order_by("-at", "-id"), page, size)


def list_documents(actor: Actor, code: str, *, page: int = 1, size: int = 50, type_key: str = "", stage: str = "",
                   type_source: str = "", label: str = "", parent: str = "") -> Page:
    """Documents of a project, newest first; `label` may be what pages call themselves, or 含个人信息."""
    project = find_project(actor, code)
    query: dict[str, Any] = {"dossier": project.id, "type": type_key, "stage": stage, "type_source": type_source,
                             "parent": parent}
    query["labels"] = "" if label == PERSONAL_LABEL else label
    query["personal"] = {"$nin": [None, {}]} if label == PERSONAL_LABEL else ""
    return page_of(Document.objects(__raw__={k: v for k, v in query.items() if v}).order_by("-created_at", "-id"),
                   page, size)


def recent_documents(actor: Actor, limit: int = 20, **match: str) -> list[Document]:
    """What arrived last in any dossier the actor sees; `match` narrows by a document's fields."""
    keys = visible_keys(actor)
    query: dict[str, Any] = dict(match)
    if keys is not None:
        query["dossier"] = {"$in": sorted(keys)}
    return list(Document.objects(__raw__=query).order_by("-created_at", "-id").limit(limit))


def count_documents(actor: Actor, **match: str) -> int:
    keys = visible_keys(actor)
    query: dict[str, Any] = dict(match)
    if keys is not None:
        query["dossier"] = {"$in": sorted(keys)}
    return int(Document.objects(__raw__=query).count())


def versions_of(actor: Actor, key: str) -> list[Version]:
    """Newest first; none for a catalogue entry."""
    return list(Version.objects(document=find_document(actor, key).id).order_by("-number"))


def current_version(actor: Actor, key: str) -> Version:
    """Raises NotFound for a catalogue entry, which has no bytes here."""
    document = find_document(actor, key)
    version: Version | None = Version.objects(id=document.current).first() if document.current else None
    if version is None:
        raise NotFound(what="文件内容", key=key)
    return version


def text_of(actor: Actor, key: str, *, reveal: bool = False) -> tuple[TextRecord | None, list[str]]:
    """The text record of the current version (None while unread) and its pages, personal numbers masked.

    `reveal`: as it is; only `operations/unmasking.py` asks for that, which leaves an audit entry.
    """
    document = find_document(actor, key)
    record: TextRecord | None = TextRecord.objects(id=document.current).first()
    pages = pages_by_version([document.current]).get(document.current, [])
    return record, pages if reveal else mask_pages(pages)


def layout_of(actor: Actor, key: str, page: int) -> PageLayout | None:
    """Where the lines of a page (from 1) of the current version stand; None where it was not recognised from a picture."""
    document = find_document(actor, key)
    layout: PageLayout | None = PageLayout.objects(id=f"{document.current}/{page}").first() if document.current else None
    return layout


def remarks_of(actor: Actor, key: str) -> list[Remark]:
    """What all engines say about the current version, the gravest first."""
    rows = Remarks.objects(version=find_document(actor, key).current).order_by("id")
    return sorted((item.plain() for row in rows for item in row.items), key=lambda item: GRAVEST_FIRST.index(item.severity))


def pages_by_version(versions: Sequence[str]) -> dict[str, list[str]]:
    """Text pages of each version that has any. No access check: for engines, and for ids a search already allowed."""
    order = [("version", 1), ("first_page", 1), ("piece", 1)]
    return text_parts.pages_by_version(TextPart._get_collection().find({"version": {"$in": list(versions)}}).sort(order))


def texts_of(keys: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Pages of the current version of each document that has text. No access check: as `pages_by_version`."""
    rows = Document._get_collection().find({"_id": {"$in": list(keys)}}, {"current": 1})
    current = {row["current"]: row["_id"] for row in rows if row.get("current")}
    return {current[version]: pages for version, pages in pages_by_version(list(current)).items()}


def page_of(query: Any, page: int, size: int) -> Page:
    page, size = max(page, 1), min(max(size, 1), 200)
    return Page(list(query.skip((page - 1) * size).limit(size)), query.count(), page, size)


def _literal(text: str) -> str:
    """What the user typed, matched as it stands; MongoDB takes no NUL in a pattern."""
    text = text.replace("\0", "")
    return "".join("\\" + c if c in r"\.^$*+?()[]{}|-" else c for c in text[:200])
