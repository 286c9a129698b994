"""The weekly summary of each supervisor: written once for each week, on its day or, where that was missed, after it."""

import hashlib
from datetime import date

from admin.digests import ACTOR, open_lines
from admin.mail.weekly import render_weekly
from admin.system import System
from archive.transaction import Transaction, write
from retention.models import Mail
from retention.recipients import supervisors
from retention.weekly import Summary, summaries


def write_weekly(system: System, today: date) -> int:
    """How many were written."""
    found = [summary for summary in summaries(open_lines(today), supervisors(today), today, system.settings.weekly_day)
             if Mail.objects(id=weekly_id(summary)).first() is None]
    for summary in found:
        _keep(system, summary)
    return len(found)


def weekly_id(summary: Summary) -> str:
    return f"{summary.week:%Y%m%d}-k" + hashlib.sha256(summary.address.strip().casefold().encode()).hexdigest()[:20]


def _keep(system: System, summary: Summary) -> None:
    rendered, key = render_weekly(summary, base_url=system.settings.base_url), weekly_id(summary)

    def work(tx: Transaction) -> None:
        tx.insert(Mail(id=key, kind="weekly", address=summary.address, name=summary.name, day=summary.week,
                       subject=rendered.subject, text=rendered.text, html=rendered.html, items=summary.open,
                       not_before=tx.now, created_at=tx.now))
        tx.audit("mail.written", f"mail:{key}", day=summary.week.isoformat(), items=summary.open)

    write(ACTOR, system.clock, work)
