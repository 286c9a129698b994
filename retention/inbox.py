"""The inbox: everything a person was told, or should have been, to be read without any mail.

Planned as the mails are, by person instead of by address, so who has no address, or a wrong one, misses nothing.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from archive.access import Actor, require, sees_everything
from archive.clock import Clock
from archive.errors import Invalid
from archive.models import Person, new_id
from archive.permissions import Permission
from archive.queries import Page, page_of, visible_codes
from archive.transaction import Transaction, collection, write
from retention.models import InboxLine, Mail
from retention.models import Mention as Mentioned
from retention.notices import AlertLine, Mention, Planner
from retention.recipients import readers
from retention.told import in_inboxes

BATCH = 500
MOST_AT_ONCE = 200


def fill(actor: Actor, clock: Clock, parts: Iterable[Sequence[AlertLine]], today: date, *,
         only: Callable[[Mention], bool] = lambda _: True) -> int:
    """Put what is to be told today of the alerts, which come in parts, into everybody's inbox; how many lines. Asked again,
    it adds nothing."""
    count, planner = 0, Planner(readers(today), today, only=only)
    for digest in (digest for lines in parts for digest in planner.part(lines, in_inboxes)):
        mentions = digest.mentions
        for start in range(0, len(mentions), BATCH):
            _keep(actor, clock, digest.address, mentions[start:start + BATCH], today)
        count += len(mentions)
    return count


def unread(actor: Actor) -> int:
    """How many lines of one's own wait to be read; 0 for who reads no records."""
    if not actor.may(Permission.PROJECT_READ):
        return 0
    return int(collection(InboxLine).count_documents({**_own(actor), "read_at": None}))


def inbox_of(actor: Actor, *, only_unread: bool = False, page: int = 1, size: int = 50) -> Page:
    """One's own lines, the newest first; what one may no longer see is left out."""
    require(actor, Permission.PROJECT_READ)
    query = {**_own(actor), "read_at": None} if only_unread else _own(actor)
    return page_of(InboxLine.objects(__raw__=query).order_by("-at", "id"), page, size)


def mark_read(actor: Actor, clock: Clock, ids: Collection[str] | None) -> int:
    """These of one's own, or all (None); how many were unread. What is not one's own is left alone."""
    require(actor, Permission.PROJECT_READ)
    if ids is not None and len(ids) > MOST_AT_ONCE:
        raise Invalid(field="提醒", problem=f"一次至多 {MOST_AT_ONCE} 条。")
    match = {"person": actor.id, "read_at": None, **({} if ids is None else {"_id": {"$in": sorted(ids)}})}
    if collection(InboxLine).find_one(match, {"_id": 1}) is None:
        return 0

    def work(tx: Transaction) -> int:
        done = collection(InboxLine).update_many(match, {"$set": {"read_at": tx.now}}, session=tx.session).modified_count
        tx.audit("inbox.read", f"person:{Person.objects(id=actor.id).get().name}", lines=int(done))
        return int(done)

    return write(actor, clock, work)


def mail_states(actor: Actor, lines: Sequence[InboxLine]) -> dict[str, Mail]:
    """For each line the mail that told it, where there was one."""
    person = Person.objects(id=actor.id).first()
    address = person.email.strip().casefold() if person else ""
    keys = sorted({key for line in lines for key in line.keys})
    mails = {row.key: row.mail for row in Mentioned.objects(key__in=keys) if row.address.strip().casefold() == address}
    mails |= {line.id: line.id for line in lines if not line.finding}  # news: the mail bears the line's own key
    found = {mail.id: mail for mail in Mail.objects(id__in=sorted(set(mails.values()))).only("id", "state", "error", "sent_at")}
    return {line.id: found[mails[key]] for line in lines for key in line.keys if mails.get(key) in found}


def _own(actor: Actor) -> dict[str, Any]:
    query: dict[str, Any] = {"person": actor.id}
    return query if sees_everything(actor) else {**query, "project": {"$in": ["", *sorted(visible_codes(actor))]}}


def _keep(actor: Actor, clock: Clock, person: str, mentions: Sequence[Mention], day: date) -> None:
    def work(tx: Transaction) -> None:
        tx.insert_all([_line(person, mention, day, tx.now) for mention in mentions])
        tx.audit("inbox.filled", f"person-id:{person}", day=day.isoformat(), lines=len(mentions))

    write(actor, clock, work)


def _line(person: str, mention: Mention, day: date, now: datetime) -> InboxLine:
    line = mention.line
    return InboxLine(
        id=new_id(), person=person, finding=line.alert_id, project=line.project_code, project_name=line.project_name,
        title=line.title, clause=line.clause, subject=line.subject, severity=line.severity, outcome=line.outcome,
        due_on=line.due_on, reason=line.reason, because=list(mention.reasons), on_behalf=list(mention.on_behalf),
        keys=list(mention.keys), day=day, at=now)
