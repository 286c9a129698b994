"""Evidence of what documents are: kept with every confirmation, put aside by an archivist where it misleads."""

from archive.access import Actor, require
from archive.clock import Clock
from archive.errors import Invalid, NotFound
from archive.learning import name_words, require_unit
from archive.models import Document, TypeEvidence
from archive.permissions import Permission
from archive.transaction import Transaction, collection, write


def keep_evidence(tx: Transaction, document: Document, before: str) -> None:
    """Within the transaction that confirms a type. A catalogue entry has no file name and teaches nothing."""
    if not document.filename:
        return
    tx.put(TypeEvidence(
        id=document.id, document=document.id, version=document.current, unit=document.unit, dossier=document.dossier,
        project=document.project, filename=document.filename,
        words=list(name_words(document.filename)), proposed=document.candidates[0].type if document.candidates else "",
        from_type=before, type=document.type, by=tx.actor.id, by_name=tx.actor.name, at=tx.now))


def put_aside(actor: Actor, clock: Clock, unit: str, word: str, type_key: str = "") -> int:
    """Let what was confirmed of names with this word (for this type) count no longer; how many. Documents stay as they are.

    Raises NotPermitted, Invalid without a word, NotFound where there is nothing the actor may put aside.
    """
    require(actor, Permission.DOCUMENT_CONFIRM)
    if not word.strip():
        raise Invalid(field="名称用词", problem="请写明哪个词的确认记录不再用于识别。")
    match = {"unit": unit, "words": word.strip(), "aside_by": "", **({"type": type_key} if type_key else {})}
    require_unit(actor, unit, word)

    def work(tx: Transaction) -> int:
        done = collection(TypeEvidence).update_many(
            match, {"$set": {"aside_by": tx.actor.id, "aside_at": tx.now}}, session=tx.session)
        if not done.matched_count:
            raise NotFound(what="确认记录", key=word)
        tx.audit("recognition.put-aside", f"unit:{unit}", word=word.strip(), type=type_key, count=done.matched_count)
        return int(done.matched_count)

    return write(actor, clock, work)
