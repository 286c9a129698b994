"""Values of documents that nobody has confirmed yet, document by document: the part of the review queue on values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from archive.access import Actor, require
from archive.models import Document
from archive.models.fields import READ, DocumentFields, FieldValue
from archive.permissions import Permission
from archive.queries import Page, visible_keys

MOST_COUNTED = 2000  # beyond, "so many or more": counting all of a large archive would be paid for by every page
DOUBTFUL = 0.6  # what is less sure is compared with nothing until a person has looked at it


@dataclass(frozen=True, slots=True)
class WaitingValues:
    """A document and the values of its current version that wait for a person, in the order they are always shown."""

    document: Document
    fields: DocumentFields
    values: Sequence[FieldValue]


def waiting_values(actor: Actor, page: int = 1, size: int = 50, project: str = "", *, doubtful: bool = False) -> Page:
    """What waits in the dossiers the actor sees, read last first; `doubtful`: only documents with values that are not sure.

    `total` stops at MOST_COUNTED.
    """
    require(actor, Permission.DOCUMENT_CONFIRM)
    page, size = max(page, 1), min(max(size, 1), 200)
    stages = _stages(actor, project, doubtful)
    rows = DocumentFields._get_collection().aggregate([*stages, {"$skip": (page - 1) * size}, {"$limit": size}])
    items = [_waiting(row) for row in rows]
    return Page(items, _count(stages), page, size)


def count_waiting(actor: Actor, project: str = "") -> int:
    """How many documents have values that wait, up to MOST_COUNTED."""
    require(actor, Permission.DOCUMENT_CONFIRM)
    return _count(_stages(actor, project, doubtful=False))


def _stages(actor: Actor, project: str, doubtful: bool) -> list[dict[str, Any]]:
    """Values of a version that is no longer the current one are nobody's business any more."""
    wanted: dict[str, Any] = {"state": READ, **({"confidence": {"$lt": DOUBTFUL}} if doubtful else {})}
    match: dict[str, Any] = {"found.state": READ, "found": {"$elemMatch": wanted}}
    if project:
        match["project"] = project
    if (keys := visible_keys(actor)) is not None:
        match["dossier"] = {"$in": sorted(keys)}
    return [
        {"$match": match}, {"$sort": {"read_at": -1, "_id": -1}},
        {"$lookup": {"from": "documents", "localField": "document", "foreignField": "_id", "as": "of"}},
        {"$match": {"$expr": {"$eq": [{"$first": "$of.current"}, "$_id"]}}}]


def _count(stages: Sequence[dict[str, Any]]) -> int:
    found = DocumentFields._get_collection().aggregate([*stages, {"$limit": MOST_COUNTED}, {"$count": "total"}])
    return int(next(iter(found), {"total": 0})["total"])


def _waiting(row: dict[str, Any]) -> WaitingValues:
    document = Document._from_son(row.pop("of")[0])
    fields = DocumentFields._from_son(row)
    return WaitingValues(document, fields, [value for value in fields.found if value.state == READ])
