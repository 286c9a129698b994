"""The weekly summary of each supervisor: written once for each week, on its day or, where that was missed, after it."""

import hashlib
from datetime import date

from admin.digests import ACTOR
from admin.mail.weekly import render_weekly
from admin.system import System
from archive.transaction import Transaction, write
from retention.models import Mail
from retention.open_alerts import line_parts
from retention.recipients import supervisors
from retention.weekly import Summary, summaries, turn_of


def write_weekly(system: System, today: date) -> int:
    """How many were written."""
    day = system.settings.weekly_day
    written = set(Mail.objects(kind="weekly", day=turn_of(today, day)).scalar("id"))
    waiting = [person for person in supervisors(today) if weekly_id(person.address, turn_of(today, day)) not in written]
    if not waiting:
        return 0
    found = summaries((line for part in line_parts(today) for line in part), waiting, today, day)
    for summary in found:
        _keep(system, summary)
    return len(found)


def weekly_id(address: str, week: date) -> str:
    return f"{week:%Y%m%d}-k" + hashlib.sha256(address.strip().casefold().encode()).hexdigest()[:20]


def _keep(system: System, summary: Summary) -> None:
    rendered, key = render_weekly(summary, base_url=system.settings.base_url), weekly_id(summary.address, summary.week)

    def work(tx: Transaction) -> None:
        tx.insert(Mail(id=key, kind="weekly", address=summary.address, name=summary.name, day=summary.week,
                       subject=rendered.subject, text=rendered.text, html=rendered.html, items=summary.open,
                       not_before=tx.now, created_at=tx.now))
        tx.audit("mail.written", f"mail:{key}", day=summary.week.isoformat(), items=summary.open)

    write(ACTOR, system.clock, work)
