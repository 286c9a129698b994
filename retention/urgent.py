"""What cannot wait for the digest of the morning: matters that have just become critical. Pure; plans with `notices.plan`.

The digest shares the ledger, so what was told at once is not told again in the morning.
"""

from collections.abc import Collection, Iterable
from datetime import date

from retention.notice_lines import AlertLine, Digest, Mention, Recipient
from retention.notice_reasons import OPENED
from retention.notices import plan

CRITICAL = "C"


def is_urgent(mention: Mention) -> bool:
    """Critical, and new as such to this person: opened, grown critical, or with another date. Its later reminders wait for
    the digest. Asked of the keys: a date that moved with it gives the mention its name."""
    grown = any(key.endswith(f":{CRITICAL}") for key in mention.keys)
    return mention.line.severity == CRITICAL and (OPENED in mention.reasons or grown)


def plan_urgent(lines: Iterable[AlertLine], recipients: Iterable[Recipient], already: Collection[tuple[str, str]],
                today: date, *, served: Collection[str] = ()) -> tuple[Digest, ...]:
    """The mails due now. `served` are addresses that had such a mail a moment ago: theirs is gathered for the next."""
    critical = [line for line in lines if line.severity == CRITICAL]
    return plan(critical, recipients, already, today, served=served, only=is_urgent)

