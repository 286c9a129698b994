"""What is said of a document: put on it, and said anew from texts that are known. A person's word stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from archive import taxonomy
from archive.access import require, system_actor
from archive.clock import Clock
from archive.models import Candidate, Document
from archive.models.rows import part_of
from archive.permissions import Permission
from archive.transaction import Transaction, write

_SAID = ("type", "type_source", "stage", "title", "doc_date", "doc_no", "issuer", "conclusion", "terms")


@dataclass(frozen=True, slots=True)
class Description:
    """What is known or guessed about a document when it is filed. `by_hand` names the fields a person gave."""

    type: str
    type_source: str
    title: str
    candidates: Sequence[tuple[str, int, Sequence[str]]] = ()
    doc_date: date | None = None
    doc_no: str = ""
    issuer: str = ""
    conclusion: str = ""
    terms: Sequence[str] = ()
    by_hand: Sequence[str] = ()
    engine: str = ""


def describe(document: Document, description: Description) -> None:
    """Put the description on the document, except where a person's word stands."""
    document.type, document.type_source = description.type, description.type_source
    document.stage = taxonomy.load().get(description.type).stage
    values = {
        "title": (description.title or document.filename or "无题名")[:500], "doc_date": description.doc_date,
        "doc_no": description.doc_no[:200], "issuer": description.issuer[:200],
        "conclusion": description.conclusion[:50]}
    for name, value in values.items():
        if name not in document.by_hand:
            setattr(document, name, value)
    document.by_hand = sorted({*document.by_hand, *description.by_hand})
    document.terms, document.recogniser = list(description.terms), description.engine
    document.candidates = [part_of(document, Candidate, type=key, score=score, reasons=list(reasons))
                           for key, score, reasons in description.candidates]


def describe_anew(document: Document, description: Description) -> None:
    """Another version is described: what was read from the one before goes, only a person's word stands."""
    type_, source, stage = document.type, document.type_source, document.stage
    describe(document, description)
    if source in ("given", "confirmed"):
        document.type, document.type_source, document.stage = type_, source, stage


def describe_again(document: Document, description: Description) -> None:
    """The full text is known now: it replaces guesses and fills gaps, never what a person gave or confirmed."""
    if document.type_source in ("recognised", "unrecognised"):
        return describe(document, description)
    document.terms, document.recogniser = list(description.terms), description.engine
    for name in {"doc_date", "doc_no", "issuer", "conclusion"} - set(document.by_hand):
        setattr(document, name, getattr(document, name) or getattr(description, name))
    return None


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
