"""The daily notices: plan who is told what, write the mails, send them, and know for each whether it went out.

Writing and sending are two steps. A mail and the mentions it makes are stored in one transaction before anything is
sent; very many mentions in several, and until the last of them the mail is `writing`: what a dead process left so is
discarded, mentions and all, before the next is planned. Before each try the mail is marked `sending`; one that is still
so when the next run starts may or may not have gone out, so it is sent once more, marked as a repeat, and never a third
time.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pymongo import ReplaceOne

from admin.mail.calendar import calendar_of, deadlines_of
from admin.mail.port import MailerDown, MailRejected, Message, Sender
from admin.mail.render import Rendered, render_digest
from admin.system import System
from archive.access import system_actor
from archive.backoff import next_try
from archive.models import JobRun
from archive.transaction import Transaction, collection, write
from retention.models import Mail, Mention
from retention.notice_lines import LISTED_LINES
from retention.notices import Digest, Planner, gathered
from retention.open_alerts import line_parts
from retention.recipients import recipients
from retention.told import mailed

ACTOR = system_actor("notices")
MOST_REFUSALS = 10
MOST_KEYS = 20_000  # in one transaction, to which a server gives a minute
ONE_DAY = timedelta(days=1)
FIRST_PAUSE = timedelta(minutes=5)  # a server that asks to come back later refuses whoever comes back at once


@dataclass(slots=True)
class Post:
    """What one run did, in mails."""

    written: int = 0
    sent: int = 0
    repeated: int = 0
    postponed: int = 0
    rejected: int = 0
    uncertain: int = 0


def run(system: System, today: date) -> Post:
    """Write the mails that are due today, of all open alerts, and send everything that waits."""
    post = Post(written=write_mails(system, today))
    send_mails(system, post)
    return post


def write_mails(system: System, today: date) -> int:
    """One mail for each person who is to be told something; how many were written."""
    discard_unfinished(system)
    served = {mail.address for mail in Mail.objects(day=today, kind="digest").only("address")}
    planner = Planner(recipients(today), today, served=served)
    digests = gathered(planner.part(lines, mailed) for lines in line_parts(today))
    silent = silent_days(today)
    for digest in digests:
        keep(system, digest, mail_id(digest.address, digest.day), silent=silent)
    return len(digests)


def send_mails(system: System, post: Post | None = None) -> Post:
    """Send every mail that waits and is due for a try. Stops early where the mail server is away."""
    post = post or Post()
    _settle_unknown(system, post)
    now = system.clock.now()
    due = list(Mail.objects(state="queued", not_before__lte=now).order_by("day", "address").scalar("id"))
    if not due:
        return post
    try:
        with system.mailer.batch() as sender:
            for key in due:
                _send(system, sender, key, post)
    except MailerDown as error:
        _postpone_all(system, due, error, now)
        post.postponed += collection(Mail).count_documents({"_id": {"$in": due}, "state": "queued"})
    return post


def silent_days(today: date) -> tuple[date, date] | None:
    """The first and last of the days before today on which no digest was written, where there was one before them."""
    told = JobRun.objects(job="notices.daily", outcome__in=("done", "attention"), result__paused__exists=False,
                          day__lt=today.isoformat()).order_by("-day").first()
    first = date.fromisoformat(told.day) + ONE_DAY if told else today
    return (first, today - ONE_DAY) if first < today else None


def keep(system: System, digest: Digest, key: str, kind: str = "digest", *, silent: tuple[date, date] | None = None) -> None:
    """Store the mail and what it mentions together: a crash leaves both or neither, or what `discard_unfinished` undoes.
    `silent`: days it makes up for."""
    settings = system.settings
    rendered = render_digest(digest, base_url=settings.base_url, urgent=kind == "urgent", silent=silent)
    dated = deadlines_of(mention.line for mention in digest.mentions[:LISTED_LINES])
    calendar = calendar_of(dated, now=system.clock.now(), timezone=settings.timezone, base_url=settings.base_url,
                           method="PUBLISH") if dated else ""
    first, *rest = _pieces(digest.keys)

    def begin(tx: Transaction) -> None:
        tx.insert(Mail(id=key, kind=kind, address=digest.address, name=digest.name, day=digest.day,
                       subject=rendered.subject, text=rendered.text, html=rendered.html, calendar=calendar,
                       state="writing" if rest else "queued", items=digest.lines, not_before=tx.now, created_at=tx.now))
        tx.bulk(Mention, _mentions(digest.address, key, first))
        tx.audit("mail.written", f"mail:{key}", day=digest.day.isoformat(), items=digest.lines)

    write(ACTOR, system.clock, begin)
    for some in rest:
        _mention(system, digest.address, key, some)
    if rest:
        _turn(system, key, "queued")


def _mention(system: System, address: str, mail: str, keys: Sequence[str]) -> None:
    def work(tx: Transaction) -> None:
        tx.bulk(Mention, _mentions(address, mail, keys))
        tx.audit("mail.mentions", f"mail:{mail}", keys=len(keys))

    write(ACTOR, system.clock, work)


def _mentions(address: str, mail: str, keys: Sequence[str]) -> list[ReplaceOne[dict[str, str]]]:
    rows = ({"_id": f"{address}\n{key}", "address": address, "key": key, "mail": mail} for key in keys)
    return [ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in rows]


def _pieces(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start:start + MOST_KEYS] for start in range(0, len(keys), MOST_KEYS))


def discard_unfinished(system: System) -> None:
    """Undo mails that a dead process was still writing: nobody was told, so nothing of them counts as told."""
    for mail in Mail.objects(state="writing").only("id", "address"):
        mine = {"address": mail.address, "mail": mail.id}
        while keys := [row["_id"] for row in collection(Mention).find(mine, {"_id": 1}).limit(MOST_KEYS)]:
            _discard(system, Mention, mail.id, keys)
        _discard(system, Mail, mail.id, [mail.id])


def _discard(system: System, model: type[Mail] | type[Mention], mail: str, keys: list[str]) -> None:
    def work(tx: Transaction) -> None:
        gone = tx.remove(model, {"_id": {"$in": keys}})
        tx.audit("mail.discarded", f"mail:{mail}", what=model._get_collection_name(), removed=gone)

    write(ACTOR, system.clock, work)


def mail_id(address: str, day: date) -> str:
    """The same person and day always give the same mail, and the same Message-ID."""
    return f"{day:%Y%m%d}-" + hashlib.sha256(address.strip().casefold().encode()).hexdigest()[:20]


def _settle_unknown(system: System, post: Post) -> None:
    """Mails that a dead process left in mid-sending: one marked repeat, then no more."""
    for mail in Mail.objects(state="sending"):
        if mail.repeated:
            _give_up(system, mail.id, post)
        else:
            _turn(system, mail.id, "queued", repeated=True)


def _send(system: System, sender: Sender, key: str, post: Post) -> None:
    mails = collection(Mail)
    claimed = mails.find_one_and_update({"_id": key, "state": "queued"},
                                        {"$set": {"state": "sending"}, "$inc": {"attempts": 1, "revision": 1}})
    if claimed is None:
        return
    mail = Mail.objects(id=key).get()
    try:
        sender.send(message_of(mail, system.clock.now().astimezone(ZoneInfo(system.settings.timezone))))
    except MailRejected as error:
        _rejected(system, mail, error, post)
    except MailerDown as error:
        if mail.repeated and error.maybe_sent:
            _give_up(system, key, post)
        else:
            _turn(system, key, "queued", error=str(error), repeated=mail.repeated or error.maybe_sent)
        raise
    else:
        _turn(system, key, "sent", sent_at=system.clock.now(), error="")
        post.sent += 1
        post.repeated += mail.repeated


def message_of(mail: Mail, now: datetime) -> Message:
    """The message of a stored mail; `now` in the zone its date is to be shown in."""
    shown = Rendered(mail.subject, mail.text, mail.html)
    if mail.repeated:
        shown = shown.as_repeat()
    return Message(id=mail.id, to=mail.address, to_name=mail.name, subject=shown.subject, text=shown.text,
                   html=shown.html, date=now, calendar=mail.calendar)


def _give_up(system: System, key: str, post: Post) -> None:
    _turn(system, key, "uncertain", error="两次发送都在确认前中断，可能已送达；不再自动重发，请向收件人核实。")
    post.uncertain += 1


def _rejected(system: System, mail: Mail, error: MailRejected, post: Post) -> None:
    """Tries that failed because the server was away do not count: only what was said about this mail does."""
    times = mail.refusals + 1
    if error.permanent or times >= MOST_REFUSALS:
        _turn(system, mail.id, "rejected", error=str(error), refusals=times)
        post.rejected += 1
    else:
        not_before = next_try(times, system.clock.now(), key=mail.id, first=FIRST_PAUSE)
        _turn(system, mail.id, "queued", error=str(error), refusals=times, not_before=not_before)
        post.postponed += 1


def _postpone_all(system: System, keys: list[str], error: MailerDown, now: datetime) -> None:
    """The server is away: none of them is tried again before the back-off of the one that was tried most."""
    waiting = Mail.objects(id__in=keys, state="queued")
    attempts = max((mail.attempts for mail in waiting), default=1)
    collection(Mail).update_many(
        {"_id": {"$in": keys}, "state": "queued"},
        {"$set": {"not_before": next_try(max(attempts, 1), now, key="mailer"), "error": str(error)}})


def _turn(system: System, key: str, state: str, **changes: object) -> None:
    def work(tx: Transaction) -> None:
        tx.update(Mail, key, {"$set": {"state": state, **changes}, "$inc": {"revision": 1}})
        tx.audit(f"mail.{state}", f"mail:{key}", repeated=changes.get("repeated"), error=changes.get("error"))

    write(ACTOR, system.clock, work)

