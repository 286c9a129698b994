"""Letters that came by mail: whose they are, which project they are for, and that they were dealt with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from archive.access import Actor, require, system_actor
from archive.clock import Clock
from archive.errors import NotFound, NotPermitted
from archive.models import MailboxLetter, Person, Project
from archive.permissions import Permission, Role
from archive.queries import find_project
from archive.transaction import Transaction, collection, write

ACTOR = system_actor("mailbox")
ANSWER_EVERY = timedelta(hours=1)  # to one person
MOST_ANSWERS = 50                  # within that time, to all together


@dataclass(frozen=True, slots=True)
class Dealt:
    """What became of a letter. `answer_to` is the address to be told of it, "" for nobody."""

    outcome: str
    reason: str = ""
    person: str = ""
    project: str = ""
    document: str = ""
    answer_to: str = ""


def acting_for(person: Person) -> Actor:
    """The mailbox, on behalf of a person whose rights were looked at: the audit trail names both."""
    return Actor(ACTOR.id, f"邮箱代收（{person.name}）", Role.SYSTEM)


def person_with_address(address: str) -> Person | None:
    """The one active person with this mail address; None where nobody, or more than one, has it."""
    found = list(Person.objects(email__iexact=address, disabled=False).limit(2)) if address else []
    return found[0] if len(found) == 1 else None


def projects_named(actor: Actor, tags: Iterable[str]) -> list[Project]:
    """The projects that these tags name and the actor may file into. Mail servers may have changed the case."""
    if not actor.may(Permission.DOCUMENT_FILE):
        return []
    found: dict[str, Project] = {}
    for tag in tags:
        for code in [tag, *Project.objects(code__iexact=tag).scalar("code").limit(2)]:
            try:
                project = find_project(actor, code)
            except (NotFound, NotPermitted):
                continue
            found[project.id] = project
            break
    return list(found.values())


def outcome_of(key: str) -> str:
    """What became of a letter; "" where it was not dealt with yet."""
    row = collection(MailboxLetter).find_one({"_id": key}, {"outcome": 1})
    return str(row["outcome"]) if row else ""


def record_letter(clock: Clock, key: str, dealt: Dealt) -> bool:
    """Keep what became of a letter; whether its sender is to be told now.

    That is said before anybody is told: an answer may be lost in a crash, but is never sent twice, nor in a loop.
    """
    require(ACTOR, Permission.DOCUMENT_FILE)

    def work(tx: Transaction) -> bool:
        if tx.fresh(MailboxLetter, {"_id": key}):
            tx.audit("mailbox.seen-again", "mailbox:letters")
            return False
        answer = bool(dealt.answer_to) and _may_answer(tx, dealt.answer_to)
        tx.insert(MailboxLetter(
            id=key, outcome=dealt.outcome, reason=dealt.reason[:500], person=dealt.person, project=dealt.project,
            document=dealt.document, answered=answer, answered_to=dealt.answer_to if answer else "", at=tx.now))
        tx.audit(f"mailbox.{dealt.outcome}", f"document:{dealt.document}" if dealt.document else "mailbox:letters",
                 project=dealt.project, on_behalf_of=dealt.person, reason=dealt.reason)
        return answer

    return write(ACTOR, clock, work)


def _may_answer(tx: Transaction, address: str) -> bool:
    recent = {"answered": True, "at": {"$gt": tx.now - ANSWER_EVERY}}
    letters = collection(MailboxLetter)
    to_this_one = letters.count_documents({**recent, "answered_to": address}, session=tx.session)
    to_all = letters.count_documents(recent, session=tx.session)
    return bool(to_this_one == 0 and to_all < MOST_ANSWERS)
