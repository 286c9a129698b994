"""Mails that do not wait for the morning: alerts that have just become critical. Looked for every minute."""

import hashlib
from datetime import date, datetime, time, timedelta

from admin.digests import ACTOR, discard_unfinished, keep
from admin.system import System
from retention.inbox import fill
from retention.models import Mail
from retention.notice_reasons import keys_of
from retention.notices import AlertLine, Digest
from retention.open_alerts import open_lines
from retention.recipients import recipients
from retention.told import mailed
from retention.urgent import CRITICAL, is_urgent, plan_urgent

# What opens while a ledger is imported comes in one mail after the other: at most so often for one person.
PAUSE = timedelta(minutes=10)
BACK = timedelta(days=1)  # what is older, the digest of the morning has told


def write_urgent(system: System, today: date) -> int:
    """One mail for each person whom something newly critical concerns; how many were written."""
    lines = newly_critical(today)
    if not lines:
        return 0
    discard_unfinished(system)
    fill(ACTOR, system.clock, [lines], today, only=is_urgent)
    recent = Mail.objects(kind="urgent", created_at__gt=system.clock.now() - PAUSE).scalar("address")
    digests = plan_urgent(lines, recipients(today), mailed(keys_of(lines, today)), today, served=set(recent))
    for digest in digests:
        keep(system, digest, urgent_id(digest), "urgent")
    return len(digests)


def newly_critical(today: date) -> list[AlertLine]:
    """Open and critical, with a turn in their life today or yesterday."""
    since = datetime.combine(today - BACK, time())
    turns = {"what": {"$in": ["opened", "changed", "lapsed"]}, "day": {"$gte": since}}
    return open_lines(today, {"severity": CRITICAL, "history": {"$elemMatch": turns}})


def urgent_id(digest: Digest) -> str:
    """The same news to the same person always give the same mail, and the same Message-ID."""
    said = "\n".join((digest.address.strip().casefold(), *digest.keys))
    return f"{digest.day:%Y%m%d}-u" + hashlib.sha256(said.encode()).hexdigest()[:20]
