"""Bounces: read from a mailbox of their own, and what they say of our mails written down. The letter is then put aside.

A mail that came back counts as not delivered, with what the server said. It is not sent again: the address has to be
corrected by a person, who is shown it; what it said lies in the reader's inbox.
"""

from dataclasses import asdict, dataclass

from admin.digests import ACTOR
from admin.mail.dsn import FAILED, MOST_BYTES, Report, report_of
from admin.mailbox.address import ImapAddress
from admin.mailbox.server import MailServer, opened
from admin.system import System
from archive.errors import EngineDown
from archive.transaction import Transaction, write
from retention.models import Mail

DONE, LEFT = "已处理的退信", "不是退信"
MOST_LETTERS = 200  # in one look
OUT = ("sent", "uncertain", "queued", "sending")  # a mail that is to be repeated may come back meanwhile


@dataclass(slots=True)
class Read:
    """What one look found: mails not delivered, reports of something else, letters that are none of ours."""

    bounced: int = 0
    known: int = 0
    other: int = 0
    unmoved: int = 0


def read_bounces(system: System) -> dict[str, int]:
    """Raises EngineDown where the mailbox is out of reach."""
    if not system.settings.bounce_url:
        return {}
    found = Read()
    with opened(ImapAddress.parse(system.settings.bounce_url)) as server:
        for uid in server.letters()[:MOST_LETTERS]:
            report = report_of(next(server.pieces(uid), b"")[:MOST_BYTES])
            _put_aside(server, uid, DONE if report and _deal(system, report, found) else LEFT, found)
            found.other += report is None
    return asdict(found)


def _deal(system: System, report: Report, found: Read) -> bool:
    """Whether it is about a mail of ours. Read again, it changes nothing more."""
    mail = next((mail for key in report.mails if (mail := Mail.objects(id=key).first()) is not None), None)
    if mail is None:
        found.other += 1
        return False
    if report.action == FAILED and mail.state in OUT:
        found.bounced += _bounced(system, mail.id, report.reason)
    else:
        found.known += 1
    return True


def _bounced(system: System, key: str, reason: str) -> bool:
    def work(tx: Transaction) -> bool:
        said = f"退信：{reason}"
        changed = tx.update(Mail, key, {"$set": {"state": "bounced", "error": said}, "$inc": {"revision": 1}},
                            state={"$in": list(OUT)})
        tx.audit("mail.bounced", f"mail:{key}", error=said, changed=changed)
        return changed

    return write(ACTOR, system.clock, work)


def _put_aside(server: MailServer, uid: int, folder: str, found: Read) -> None:
    try:
        server.move(uid, folder)
    except EngineDown:
        found.unmoved += 1
