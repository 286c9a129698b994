"""Keeping what an engine says about a version. Each engine has its own record: what it says now replaces what it said."""

import re
from collections.abc import Sequence

from archive.access import require, system_actor
from archive.clock import Clock
from archive.errors import NotFound
from archive.models import Document, RemarkItem, Remarks, Version
from archive.permissions import Permission
from archive.remarks import Remark
from archive.transaction import Transaction, write

MOST_ITEMS, MOST_PAGES, LONGEST_TEXT = 100, 1000, 1000


def record_remarks(clock: Clock, version_id: str, source: str, items: Sequence[Remark], *, silence: bool = False) -> None:
    """Replace what this engine said about the version before, in whatever release; no items: it says nothing any more.

    `silence`: keep also that it had nothing to say, where it must show which release looked. Nothing is written where
    nothing changes. Raises NotFound for a version there is not.
    """
    actor = system_actor("inspect")
    require(actor, Permission.TEXT_RECORD)
    if _said(version_id, source, silence=silence) == list(items[:MOST_ITEMS]):
        return

    def work(tx: Transaction) -> None:
        version = tx.fresh(Version, {"_id": version_id})
        if version is None:
            raise NotFound(what="版本", key=version_id)
        document = Document._from_son(tx.fresh(Document, {"_id": version["document"]}))
        put_remarks(tx, document, version_id, source, items, silence=silence)
        tx.audit("document.remarked", f"document:{document.id}", version=version["number"], source=source,
                 codes=sorted({item.code for item in items}))

    write(actor, clock, work)


def put_remarks(tx: Transaction, document: Document, version_id: str, source: str, items: Sequence[Remark], *,
                silence: bool = False) -> None:
    """The same inside a transaction that is about something else."""
    tx.remove(Remarks, {"version": version_id, "source": _releases_of(source)})
    if items or silence:
        tx.put(Remarks(
            id=f"{version_id}/{source}", version=version_id, document=document.id, dossier=document.dossier,
            project=document.project, source=source, items=[_item(item) for item in items[:MOST_ITEMS]], made_at=tx.now))


def _item(remark: Remark) -> RemarkItem:
    return RemarkItem(code=remark.code, severity=remark.severity.value, text=remark.text[:LONGEST_TEXT],
                      pages=list(remark.pages[:MOST_PAGES]))


def _said(version_id: str, source: str, *, silence: bool) -> list[Remark] | None:
    """What exactly this release said before; None where it, or another release, has to be replaced."""
    rows = list(Remarks.objects(__raw__={"version": version_id, "source": _releases_of(source)}))
    if [row.source for row in rows] not in ([[source]] if silence else [[], [source]]):
        return None
    return [item.plain() for row in rows for item in row.items]


def _releases_of(source: str) -> dict[str, str]:
    """Matches the engine in any release: a source is its name, white space, its version."""
    return {"$regex": rf"^{re.escape(source.partition(' ')[0])}( |$)"}
