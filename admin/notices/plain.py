"""News that are no finding: told to one person, by mail where she has an address, and in her inbox where she has one."""

import hashlib
from dataclasses import dataclass

from admin.digests import ACTOR
from admin.mail.plain import render_news
from admin.system import System
from archive.models import Person
from archive.permissions import Permission
from archive.transaction import Transaction, write
from retention.models import InboxLine, Mail

NEWS = "news"  # the reason of an inbox line that no finding is behind


@dataclass(frozen=True, slots=True)
class News:
    """`key` names it once and for all: told again under the same key, nothing happens. `path` is where to act.

    title: the subject of the mail and the line of the inbox. lines: what the mail says, a paragraph each. inside: what the
    inbox says in their place; it may hold what had better not be mailed.
    """

    key: str
    title: str
    lines: tuple[str, ...]
    path: str
    why: str
    inside: str = ""
    project: str = ""
    project_name: str = ""


def tell(system: System, person: Person, news: News) -> bool:
    """Whether it was news. The mail waits for the next sending."""
    key = "n-" + hashlib.sha256(f"{news.key}\n{person.id}".encode()).hexdigest()[:24]
    mailed, reads = bool(person.email), person.actor().may(Permission.PROJECT_READ)
    if person.disabled or not (mailed or reads):
        return False

    def work(tx: Transaction) -> bool:
        if tx.fresh(InboxLine, {"_id": key}) or tx.fresh(Mail, {"_id": key}):
            tx.audit("news.known", f"person:{person.name}", key=news.key)
            return False
        if mailed:
            tx.insert(_mail(system, tx, key, person, news))
        if reads:
            tx.insert(_line(system, tx, key, person, news))
        tx.audit("news.told", f"person:{person.name}", key=news.key, mail=mailed, inbox=reads)
        return True

    known = InboxLine.objects(id=key).first() or Mail.objects(id=key).first()
    return False if known else write(ACTOR, system.clock, work)


def _mail(system: System, tx: Transaction, key: str, person: Person, news: News) -> Mail:
    shown = render_news(news.title, news.lines, f"{system.settings.base_url.rstrip('/')}{news.path}", news.why,
                        name=person.display_name or person.name, base_url=system.settings.base_url)
    return Mail(id=key, kind="notice", address=person.email, name=person.display_name or person.name, day=system.clock.today(),
                subject=shown.subject, text=shown.text, html=shown.html, items=1, not_before=tx.now, created_at=tx.now)


def _line(system: System, tx: Transaction, key: str, person: Person, news: News) -> InboxLine:
    return InboxLine(id=key, person=person.id, link=news.path, project=news.project, project_name=news.project_name,
                     title=news.title, severity="I", outcome="", reason=news.inside or " ".join(news.lines), because=[NEWS],
                     keys=[key], day=system.clock.today(), at=tx.now)
