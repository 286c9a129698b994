"""A file whose secrecy marking is found only after it was filed: everything of it goes, a trace without content stays.

In one transaction the version (with its document, where it is the only one), its text and whatever else was derived
are removed; the bytes follow through the outbox (`erase`). Every other version of the same bytes goes with it, and so
do the bundles that hold it and what was unpacked from it. What the audit chain said before, names included, cannot be
taken back: the chain is never changed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from archive import models
from archive.access import require, system_actor
from archive.clock import Clock
from archive.models import AuditEntry, Document, Idempotency, Member, TextPart, TextRecord, TextState, Version
from archive.models.similarity import Likeness
from archive.models.withdrawals import Clearance, Withdrawal
from archive.operations.descriptions import Description, describe_anew
from archive.permissions import Permission
from archive.transaction import Transaction, collection, write

FETCHED = ("document.downloaded", "document.unmasked")
MOST_READERS = 200
KEPT = (Document, Version, Withdrawal, models.ReceiptEntry)  # have fields like derived things, and are none
Redescribe = Callable[[str, Sequence[str]], Description]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Why a version has to go: what is said of it (without its content), and on which page (0: none in particular).

    `members`: whether what was unpacked from it goes too.
    """

    reason: str
    page: int = 0
    members: bool = True


def is_cleared(sha256: str) -> bool:
    """Whether the security administrator found these bytes to bear no marking."""
    return Clearance.objects(id=sha256).first() is not None


def refused_before(digests: Sequence[str]) -> dict[str, str]:
    """Of bytes (SHA-256) that were removed before and may not come again: why."""
    rows = collection(Withdrawal).find({"sha256": {"$in": list(digests)}}, {"sha256": 1, "reason": 1}).sort("at", 1)
    known = {str(row["sha256"]): str(row["reason"]) for row in rows}
    return {digest: reason for digest, reason in known.items() if not is_cleared(digest)}


def withdraw(clock: Clock, version_id: str, why: Suspicion, redescribe: Redescribe) -> list[str]:
    """Remove a version and what holds the same content; the ids of the traces. Nothing where it is gone already.

    `redescribe` says what the version before it is, which becomes the current one again.
    """
    actor = system_actor("guard")
    require(actor, Permission.DOCUMENT_WITHDRAW)

    def work(tx: Transaction) -> list[str]:
        marked = tx.fresh(Version, {"_id": version_id})
        if marked is None:
            tx.audit("document.withdrawal-skipped", f"version:{version_id}")
            return []
        return [_remove(tx, version, reason, redescribe) for version, reason in _concerned(tx, marked, why)]

    return write(actor, clock, work)


def settle_object(clock: Clock, key: str, state: str, reason: str = "") -> None:
    """Keep what became of a withdrawn file's bytes: `deleted`, or `locked` and by what."""
    actor = system_actor("erase")
    require(actor, Permission.DOCUMENT_WITHDRAW)

    def work(tx: Transaction) -> None:
        row = tx.fresh(Withdrawal, {"_id": key})
        if row is None or (row["object"], row.get("object_reason", "")) == (state, reason):
            return tx.audit("document.erasure-checked", f"withdrawal:{key}", state=state)
        tx.update(Withdrawal, key, {"$set": {"object": state, "object_reason": reason[:500]}})
        return tx.audit(f"document.bytes-{state}", f"document:{row['document']}", sha256=row["sha256"], reason=reason[:500])

    write(actor, clock, work)


def _concerned(tx: Transaction, marked: dict[str, Any], why: Suspicion) -> Iterator[tuple[dict[str, Any], Suspicion]]:
    """Every version to go: those of these bytes, all of the bundles around them, all that was unpacked from them."""
    seen: set[str] = set()
    for version in _find(tx, Version, {"sha256": marked["sha256"]}):
        around = Suspicion("所含的文件带有密级标志，压缩包或邮件一并移除")
        inside = Suspicion("所属的压缩包或邮件带有密级标志，一并移除")
        holders = [(row, around) for row in _versions_of(tx, _holders(tx, version["document"]))]
        members = [(row, inside) for row in _versions_of(tx, _members(tx, version["document"]) if why.members else [])]
        for row, reason in [(version, why), *holders, *members]:
            if row["_id"] not in seen:
                seen.add(row["_id"])
                yield row, reason


def _holders(tx: Transaction, key: str) -> list[str]:
    """Every bundle in which it came, also where it was there before, and what these came in."""
    found: list[str] = []
    new = [key]
    while new:
        parents = [row.get("parent", "") for row in _find(tx, Document, {"_id": {"$in": new}})]
        parents += [row["document"] for row in _find(tx, Member, {"child": {"$in": new}})]
        new = [parent for parent in dict.fromkeys(parents) if parent and parent not in found]
        found += new
    return found


def _members(tx: Transaction, key: str) -> list[str]:
    found, new = [], [key]
    while new := [row["_id"] for row in _find(tx, Document, {"parent": {"$in": new}}) if row["_id"] not in found]:
        found += new
    return found


def _versions_of(tx: Transaction, keys: Sequence[str]) -> list[dict[str, Any]]:
    return _find(tx, Version, {"document": {"$in": list(keys)}}) if keys else []


def _remove(tx: Transaction, version: dict[str, Any], why: Suspicion, redescribe: Redescribe) -> str:
    document = Document._from_son(tx.fresh(Document, {"_id": version["document"]}))
    others = sorted(_find(tx, Version, {"document": document.id, "_id": {"$ne": version["_id"]}}), key=lambda v: -v["number"])
    tx.remove(Version, {"_id": version["_id"]})
    _remove_derived(tx, "version", version["_id"])
    if not others:
        _remove_derived(tx, "document", document.id)
        tx.remove(models.TypeEvidence, {"_id": document.id})
        tx.remove(Likeness, {"other": document.id})
        tx.remove(Document, {"_id": document.id})
    elif document.current == version["_id"]:
        _fall_back(tx, document, others[0], redescribe)
    tx.remove(Idempotency, {"body": {"$regex": document.id}})  # the answer once given holds its title
    trace = _trace(tx, document, version, why, whole=not others)
    tx.insert(trace)
    tx.audit("document.withdrawn", f"document:{document.id}", project=document.project, number=trace.number,
             sha256=trace.sha256, size=trace.size, reason=trace.reason, page=trace.page, whole=trace.whole,
             filed_at=trace.filed_at.isoformat(), filed_by=trace.filed_by, readers=trace.readers)
    tx.emit("document.withdrawn", document.id, document.project)
    return str(trace.id)


def _trace(tx: Transaction, document: Document, version: dict[str, Any], why: Suspicion, *, whole: bool) -> Withdrawal:
    fetched = AuditEntry.objects(subject=f"document:{document.id}", action__in=FETCHED).order_by("-id").limit(MOST_READERS)
    readers = [f"{entry.actor_name}（{entry.at.isoformat(timespec='minutes')}）" for entry in fetched]
    return Withdrawal(
        document=document.id, dossier=document.dossier, project=document.project, number=version["number"], whole=whole,
        sha256=version["sha256"], sm3=version["sm3"], size=version["size"], reason=why.reason, page=why.page,
        filed_at=version["received_at"], filed_by=version["received_by"], at=tx.now, readers=readers)


def _remove_derived(tx: Transaction, field: str, key: str) -> None:
    """From every collection whose rows say of which version or document they are, whoever made them."""
    for model in models.ALL:
        if model not in KEPT and field in model._fields:
            tx.remove(model, {field: key})
    if field == "version":
        tx.remove(TextRecord, {"_id": key})


def _fall_back(tx: Transaction, document: Document, version: dict[str, Any], redescribe: Redescribe) -> None:
    """The version before is current again, described by itself: nothing read from the removed one may stay."""
    record = tx.fresh(TextRecord, {"_id": version["_id"]})
    parts = sorted(_find(tx, TextPart, {"version": version["_id"]}), key=lambda part: part["first_page"])
    document.current, document.version, document.filename = version["_id"], version["number"], version["filename"]
    document.labels, document.personal, document.guarded = [], {}, ""
    document.text_reason = ""
    state = TextState.PENDING if record is None else TextState.READ if record.get("chars") else TextState.NO_TEXT
    document.text_state = state.value
    describe_anew(document, redescribe(version["filename"], [page for part in parts for page in part["pages"]]))
    tx.replace(document)
    tx.emit("document.filed", document.id, document.project)
    if state is TextState.PENDING:
        tx.emit("document.unread", document.id, document.project)


def _find(tx: Transaction, model: Any, match: dict[str, Any]) -> list[dict[str, Any]]:
    return list(collection(model).find(match, session=tx.session))
