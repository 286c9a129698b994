"""What a person chose about being told: which optional mails she declines. Everybody chooses for herself alone."""

from collections.abc import Collection

from archive.access import Actor, require
from archive.clock import Clock
from archive.errors import Invalid
from archive.models import Person
from archive.permissions import Permission
from archive.transaction import Transaction, write
from retention.models import NoticeChoices
from retention.optional import KINDS


def choices_of(actor: Actor) -> NoticeChoices:
    """One's own. Raises NotPermitted for those who read no records: nobody mails them notices."""
    require(actor, Permission.PROJECT_READ)
    return NoticeChoices.objects(id=actor.id).first() or NoticeChoices(id=actor.id)


def decline(actor: Actor, clock: Clock, kinds: Collection[str]) -> NoticeChoices:
    """Declare all that one does without; what is not named is mailed again. Raises Invalid for what is not optional."""
    require(actor, Permission.PROJECT_READ)
    for kind in kinds:
        if kind not in KINDS:
            allowed = "、".join(KINDS.values())
            raise Invalid(field="退订", problem=f"“{kind}”不能退订，可退订的是：{allowed}。严重、重要和逾期事项一律提醒。")

    def work(tx: Transaction) -> NoticeChoices:
        row = tx.fresh(NoticeChoices, {"_id": actor.id})
        chosen = NoticeChoices._from_son(row) if row else NoticeChoices(id=actor.id)
        chosen.declines = [kind for kind in KINDS if kind in kinds]
        tx.put(chosen)
        tx.audit("notices.declined", f"person:{_name(actor)}", declines=list(chosen.declines))
        return chosen

    return write(actor, clock, work)


def _name(actor: Actor) -> str:
    return str(Person.objects(id=actor.id).scalar("name").first() or actor.name)
