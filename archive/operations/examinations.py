"""What the examination of a text found, put on its document: labels and counts of personal numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from archive.access import require, system_actor
from archive.clock import Clock
from archive.models import Document
from archive.permissions import Permission
from archive.transaction import Transaction, write


@dataclass(frozen=True, slots=True)
class Examined:
    """One version's whole text, examined: what its pages call themselves, how many personal numbers of each kind."""

    document: str
    version: str
    labels: Sequence[str] = ()
    personal: Mapping[str, int] = field(default_factory=dict)


def record_examined(clock: Clock, examined: Sequence[Examined]) -> None:
    """Keep the findings on those documents whose current version they are of; all of a batch in one transaction.

    The revision stays: neither the index nor a form under somebody's hands is out of date by it.
    """
    actor = system_actor("guard")
    require(actor, Permission.TEXT_RECORD)
    if not examined:
        return

    def work(tx: Transaction) -> None:
        for one in examined:
            tx.update(Document, one.document, {"$set": {
                "labels": list(one.labels), "personal": dict(one.personal), "guarded": one.version}}, current=one.version)
        found = [one for one in examined if one.labels or one.personal]
        tx.audit("documents.examined", "archive:documents", documents=len(examined), labelled=[
            {"document": one.document, "labels": list(one.labels), "personal": dict(one.personal)} for one in found])

    write(actor, clock, work)
