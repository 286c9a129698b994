"""The watchdog: the web process tells archivists and system administrators when the worker's jobs have fallen silent.

It goes another way than everything else: its own thread in the web process, its own connection to the mail server, and
nothing that waits for the worker. One mail a person and day, for as long as the silence lasts.
"""

import hashlib
import logging
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from admin.backup import marker
from admin.digests import ACTOR, message_of
from admin.mail.port import MailerDown, MailRejected
from admin.mail.watchdog import render_silence
from admin.scheduler import DUTY
from admin.system import System
from archive import leases
from archive.models import JobRun, Person, new_id
from archive.permissions import Role
from archive.transaction import Transaction, write
from retention.models import Mail
from retention.silence import Signs, silence

log = logging.getLogger("dangan.watchdog")
EXTENSION = "dangan.watchdog"
LOOK_SECONDS = 60.0
TERM = timedelta(seconds=60)
NIGHTLY = "compliance.nightly"
TOLD = (Role.ARCHIVIST, Role.SYSADMIN)


class Watchdog:
    """Knows since when this process has been looking. `start` makes it look every minute until `stop`."""

    def __init__(self, system: System) -> None:
        self.system, self.since = system, system.clock.now()
        self._heard: datetime | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="watchdog", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def silence(self) -> str:
        """What is wrong now; empty while all is well."""
        return silence(self._signs(), self.system.clock.now(), self.system.settings.silent_hours)

    def look(self) -> int:
        """Look, and send the mails of today that are still to be sent; how many were."""
        text, today = self.silence(), self.system.clock.today()
        if not text or marker.notices_paused():
            return 0
        with leases.held("watchdog", new_id(), self.system.clock, TERM) as ours:  # of several web processes one
            return sum(self._tell(person, text, today) for person in _to_tell()) if ours else 0

    def _signs(self) -> Signs:
        """A scheduler that gave its duty back leaves no time: then it counts from when it was last heard of here."""
        lease = leases.standing(DUTY)
        if lease is not None:
            self._heard = lease.beat_at
        run = JobRun.objects(job=NIGHTLY, outcome__in=("done", "attention")).order_by("-started_at").first()
        return Signs(self._heard, run.started_at if run else None, self.since)

    def _tell(self, person: Person, text: str, today: date) -> bool:
        key = mail_id(person.email, today)
        if Mail.objects(id=key).first() is not None:
            return False
        shown = render_silence(text, person.display_name or person.name, self.system.settings.base_url)
        now = self.system.clock.now()
        mail = Mail(id=key, kind="watchdog", address=person.email, name=person.display_name or person.name, day=today,
                    subject=shown.subject, text=shown.text, html=shown.html, items=1, state="sent", attempts=1, not_before=now,
                    created_at=now, sent_at=now)
        try:
            self.system.mailer.send(message_of(mail, now.astimezone(ZoneInfo(self.system.settings.timezone))))
        except MailRejected as error:
            mail.state, mail.error, mail.sent_at = "rejected", str(error), None
        except MailerDown as error:  # tried again with the next look
            log.warning("cannot tell of the silence: %s", error)
            return False
        return self._keep(mail)

    def _keep(self, mail: Mail) -> bool:
        """After sending: a crash in between costs one repeat with the same Message-ID, never the mail."""
        def work(tx: Transaction) -> None:
            tx.put(mail)
            tx.audit(f"mail.{mail.state}", f"mail:{mail.id}", day=mail.day.isoformat(), error=mail.error or None)

        write(ACTOR, self.system.clock, work)
        return mail.state == "sent"

    def _loop(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            try:
                self.look()
            except Exception:  # the database is away: the next look will see
                log.exception("the watchdog could not look")


def mail_id(address: str, day: date) -> str:
    return f"{day:%Y%m%d}-s" + hashlib.sha256(address.strip().casefold().encode()).hexdigest()[:20]


def _to_tell() -> Iterator[Person]:
    roles = [role.value for role in TOLD]
    yield from Person.objects(disabled=False, email__ne="", role__in=roles).order_by("name")
