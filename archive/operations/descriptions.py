"""What documents seem to be, said anew from texts that are known: a person's word stays, and so does what nobody changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.access import require, system_actor
from archive.clock import Clock
from archive.models import Document
from archive.operations.describing import Description, describe_again
from archive.permissions import Permission
from archive.transaction import Transaction, write

_SAID = ("type", "type_source", "stage", "title", "doc_date", "doc_no", "issuer", "conclusion", "terms")


@dataclass(frozen=True, slots=True)
class Described:
    """A description read from this version of the document."""

    document: str
    version: str
    description: Description


def record_descriptions(clock: Clock, described: Sequence[Described]) -> int:
    """Put each on its document, where the version is still the current one; how many documents are described otherwise now.

    A document of which nothing but the engine changes keeps its revision, and is not indexed or judged again.
    """
    actor = system_actor("recognise")
    require(actor, Permission.TEXT_RECORD)

    def work(tx: Transaction) -> int:
        changed = [one.document for one in described if _put(tx, one)]
        tx.audit("documents.described", "archive:documents", documents=len(described), changed=changed,
                 engine=", ".join(sorted({one.description.engine for one in described})))
        return len(changed)

    return write(actor, clock, work) if described else 0


def _put(tx: Transaction, one: Described) -> bool:
    row = tx.fresh(Document, {"_id": one.document, "current": one.version})
    if row is None:    # withdrawn or overtaken meanwhile
        return False
    document = Document._from_son(row)
    before = _said(document)
    describe_again(document, one.description)
    candidates = document.as_mongo()["candidates"]
    if _said(document) == before and candidates == row.get("candidates", []):
        tx.update(Document, document.id, {"$set": {"recogniser": document.recogniser}})
        return False
    tx.replace(document)
    tx.emit("document.changed", document.id, document.project)
    return True


def _said(document: Document) -> list[object]:
    return [list(value) if name == "terms" else value for name in _SAID for value in [getattr(document, name)]]
