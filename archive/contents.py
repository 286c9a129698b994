"""Reading, as somebody, what came out of a document and what it came out of.

What was inside a document is filed in the document's own dossier, so whoever sees the one sees the other; the dossier is
compared all the same.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archive.access import Actor
from archive.errors import NotFound
from archive.models import Document, Member, OutboxEvent, Unpacking
from archive.queries import find_document

MEMBERS_A_PAGE = 200


@dataclass(frozen=True, slots=True)
class Contents:
    """What is known of the inside of a current version. `waiting`: it is still to be taken apart, or being so now."""

    unpacking: Unpacking | None
    waiting: bool
    members: Sequence[Member]
    total: int
    children: Mapping[str, Document]


def contents_of(actor: Actor, key: str, page: int = 1) -> Contents:
    """One page of the members of a document's current version. Raises NotFound."""
    document = find_document(actor, key)
    unpacking = Unpacking.objects(id=document.current).first()
    waiting = unpacking is None and OutboxEvent.objects(kind="document.bundle", subject=key, finished=False).first() is not None
    found = Member.objects(version=document.current).order_by("number")
    members = list(found.skip((max(page, 1) - 1) * MEMBERS_A_PAGE).limit(MEMBERS_A_PAGE))
    named = {member.child for member in members if member.child}
    children = Document.objects(id__in=sorted(named), dossier=document.dossier)
    return Contents(unpacking, waiting, members, found.count(), {child.id: child for child in children})


def parent_of(actor: Actor, document: Document) -> Document | None:
    """The document it was inside of; None where there is none or the actor may not see it."""
    try:
        return find_document(actor, document.parent) if document.parent else None
    except NotFound:
        return None


def children_of(documents: Sequence[Document]) -> dict[str, list[str]]:
    """The ids of what was inside each of these documents, oldest first. No access check: for documents allowed already."""
    dossiers = {document.id: document.dossier for document in documents}
    rows = Document._get_collection().find(
        {"parent": {"$in": sorted(dossiers), "$gt": ""}}, {"parent": 1, "dossier": 1}).sort("_id", 1)
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row["dossier"] == dossiers[row["parent"]]:
            found[row["parent"]].append(row["_id"])
    return dict(found)
