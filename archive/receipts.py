"""Reading receipts of hand-overs as somebody: those of the dossiers the actor may see, no others."""

from collections.abc import Iterator, Sequence
from typing import Any

from archive.access import Actor, may_see, require
from archive.errors import NotFound
from archive.models import Project, TextRecord
from archive.models.receipts import Receipt, ReceiptEntry
from archive.permissions import Permission
from archive.queries import Page, find_project, page_of, visible_keys


def find_receipt(actor: Actor, key: str) -> Receipt:
    """By its id or its number. Raises NotFound where there is none or the actor may not see its dossier."""
    require(actor, Permission.DOCUMENT_READ)
    receipt: Receipt | None = Receipt.objects(__raw__={"$or": [{"_id": key}, {"number": key or "-"}]}).first()
    project = Project.objects(id=receipt.dossier).first() if receipt else None
    if receipt is None or project is None or not may_see(actor, project.label()):
        raise NotFound(what="移交清单", key=key)
    return receipt


def list_receipts(actor: Actor, *, project: str = "", state: str = "", channel: str = "", page: int = 1,
                  size: int = 50) -> Page:
    """Newest first. Raises NotFound for a project the actor may not see."""
    keys = visible_keys(actor)
    query: dict[str, Any] = {} if keys is None else {"dossier": {"$in": sorted(keys)}}
    if project:
        query = {"dossier": find_project(actor, project).id}
    query |= {name: value for name, value in (("state", state), ("channel", channel)) if value}
    return page_of(Receipt.objects(__raw__=query).order_by("-opened_at", "-id"), page, size)


def entries_of(actor: Actor, key: str, *, page: int = 1, size: int = 200) -> Page:
    """The lines of a receipt in their order."""
    receipt = find_receipt(actor, key)
    listed = page_of(ReceiptEntry.objects(receipt=receipt.id).order_by("line"), page, size)
    if receipt.state == "open":    # closing counts them for good
        _count_pages(listed.items)
    return listed


def all_entries(actor: Actor, key: str) -> Iterator[ReceiptEntry]:
    """Every line, without holding them all: a hand-over may have 100,000."""
    receipt = find_receipt(actor, key)
    rows = ReceiptEntry._get_collection().find({"receipt": receipt.id}).sort("line", 1)
    return (ReceiptEntry._from_son(row) for row in rows)


def _count_pages(entries: Sequence[ReceiptEntry]) -> None:
    """As far as the texts have been read by now; nothing is stored."""
    wanted = [entry.version for entry in entries if entry.version and entry.pages is None]
    rows = TextRecord._get_collection().find({"_id": {"$in": wanted}, "page_count": {"$gt": 0}}, {"page_count": 1})
    pages = {row["_id"]: row["page_count"] for row in rows}
    for entry in entries:
        entry.pages = entry.pages if entry.pages is not None else pages.get(entry.version)
