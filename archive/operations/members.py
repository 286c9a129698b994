"""Members of bundles: where a document came from, what became of a member that is none, and the end of taking apart.

The deeds are the system's, on behalf of whoever filed the outermost bundle: she stays the one who filed what was in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from archive.access import Actor, require, system_actor
from archive.clock import Clock
from archive.errors import NotFound
from archive.models import Document, Member, Outcome, Unpacking, Version, new_id
from archive.operations.remarks import put_remarks
from archive.permissions import Permission
from archive.remarks import Remark
from archive.transaction import Transaction, write

UNPACKER = "unpack"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a member stands: in which version of which document, under which number and path. `by` filed the bundle.

    `child` is the id of the document it becomes, if it becomes one. Ids are in order of time: where origins are made in
    the order of the bundle, its documents are listed in that order, whichever of them is filed first.
    """

    document: str
    version: str
    dossier: str
    project: str
    by: str
    root: str
    depth: int
    number: int
    path: str
    outside: bool = False
    occurrence: int = 1
    size: int = 0
    child: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a member: the document that has it now, or why there is none."""

    outcome: Outcome
    reason: str = ""
    child: str = ""
    child_version: str = ""
    limit: str = ""


def unpacker() -> Actor:
    return system_actor(UNPACKER)


def adopt(tx: Transaction, document: Document, version: Version, origin: Origin) -> dict[str, Any]:
    """Inside the transaction that files a member: link it to where it came from. Facts for the audit entry."""
    if version.number == 1:
        document.parent, document.parent_path, document.created_by = origin.document, origin.path, origin.by
    version.received_by = origin.by
    outcome = Outcome.FILED if version.number == 1 else Outcome.VERSION
    tx.put(_member(tx, origin, Verdict(outcome, "", document.id, version.id)))
    return {"parent": origin.document, "parent_path": origin.path, "on_behalf_of": origin.by}


def record_member(actor: Actor, clock: Clock, origin: Origin, verdict: Verdict) -> None:
    """Keep what became of a member that made nothing new, unless it made something already. Raises NotPermitted, NotFound."""
    require(actor, Permission.DOCUMENT_FILE)
    if Member.objects(id=f"{origin.version}/{origin.number}", outcome__in=(Outcome.FILED.value, Outcome.VERSION.value)):
        return    # by another worker that had the same event

    def work(tx: Transaction) -> None:
        if tx.fresh(Version, {"_id": origin.version}) is None:
            raise NotFound(what="版本", key=origin.version)
        tx.put(_member(tx, origin, verdict))
        tx.audit(f"document.member-{verdict.outcome.value}", f"document:{origin.document}", number=origin.number,
                 child=verdict.child, reason=verdict.reason, on_behalf_of=origin.by)

    write(actor, clock, work)


def record_unpacked(actor: Actor, clock: Clock, unpacking: Unpacking, source: str, remarks: Sequence[Remark]) -> None:
    """Keep how taking a version apart ended, and what its keeper is to know of it. Raises NotPermitted, NotFound."""
    require(actor, Permission.DOCUMENT_FILE)

    def work(tx: Transaction) -> None:
        if tx.fresh(Version, {"_id": unpacking.id}) is None:
            raise NotFound(what="版本", key=unpacking.id)
        unpacking.at = tx.now
        tx.put(unpacking)
        document = Document._from_son(tx.fresh(Document, {"_id": unpacking.document}))
        put_remarks(tx, document, unpacking.id, source, remarks)
        tx.audit("document.unpacked", f"document:{unpacking.document}", version=unpacking.id, state=unpacking.state,
                 members=unpacking.members, reason=unpacking.reason)

    write(actor, clock, work)


def _member(tx: Transaction, origin: Origin, verdict: Verdict) -> Member:
    return Member(
        id=f"{origin.version}/{origin.number}", version=origin.version, document=origin.document, dossier=origin.dossier,
        project=origin.project, root=origin.root, depth=origin.depth, number=origin.number, path=origin.path,
        outside=origin.outside, occurrence=origin.occurrence, size=max(origin.size, 0), outcome=verdict.outcome.value,
        child=verdict.child, child_version=verdict.child_version, reason=verdict.reason[:1000], limit=verdict.limit, at=tx.now)
