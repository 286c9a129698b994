"""Who fetched which file: kept in the audit chain, so that what went out before a file had to be removed is known."""

from archive.access import Actor, require
from archive.clock import Clock
from archive.permissions import Permission
from archive.queries import find_document
from archive.transaction import Transaction, write


def record_download(actor: Actor, clock: Clock, key: str, number: int) -> None:
    """The bytes of a version are on their way to this person. Raises NotPermitted, NotFound."""
    require(actor, Permission.DOCUMENT_READ)
    document = find_document(actor, key)

    def work(tx: Transaction) -> None:
        tx.audit("document.downloaded", f"document:{document.id}", project=document.project, number=number)

    write(actor, clock, work)
