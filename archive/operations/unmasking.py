"""Showing the personal numbers of a text: for a stated purpose, by whoever may, and never without an entry in the audit."""

from collections.abc import Sequence

from archive.access import Actor, require
from archive.clock import Clock
from archive.errors import Invalid
from archive.models import TextRecord
from archive.permissions import Permission
from archive.personal import mask
from archive.queries import find_document, text_of
from archive.transaction import Transaction, write

SHORTEST, LONGEST = 4, 200


def unmask(actor: Actor, clock: Clock, key: str, purpose: str) -> tuple[TextRecord | None, Sequence[str]]:
    """The text of the current version as it is. Raises NotPermitted, NotFound, Invalid; nothing is shown then."""
    require(actor, Permission.PERSONAL_UNMASK)
    document = find_document(actor, key)
    purpose = " ".join(purpose.split())
    if not SHORTEST <= len(purpose) <= LONGEST:
        raise Invalid(field="用途", problem=f"请写明查看个人信息的用途，{SHORTEST} 至 {LONGEST} 个字；用途会记入审计。")

    def work(tx: Transaction) -> None:
        tx.audit("document.unmasked", f"document:{key}", project=document.project, version=document.version,
                 purpose=mask(purpose), personal=dict(document.personal))

    write(actor, clock, work)
    return text_of(actor, key, reveal=True)
