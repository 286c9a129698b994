"""When something that failed is tried again; the outbox and the mails share this arithmetic.

Knows no clock and no store.
"""

import hashlib
from datetime import datetime, timedelta

FIRST = timedelta(seconds=10)
LONGEST = timedelta(hours=1)
SPREAD = 0.2
_STEPS = 64  # 2**64 seconds is past every cap; more would only overflow


def next_try(
    attempt: int, now: datetime, key: str = "", *, first: timedelta = FIRST, longest: timedelta = LONGEST
) -> datetime:
    """The instant before which the next attempt must not start.

    `attempt` counts the failures so far, from 1. The pause doubles from `first` and never passes `longest`. Each
    `key` (an event's or a mail's id) gives up to a fifth of its pause away, always the same share for the same
    attempt, so that what failed together does not come back together and a test can foretell every instant.
    """
    if attempt < 1:
        raise ValueError("attempts are counted from 1")
    raw = min(longest.total_seconds(), first.total_seconds() * 2 ** min(attempt - 1, _STEPS))
    return now + timedelta(seconds=raw * (1 - SPREAD * _share(key, attempt)))


def _share(key: str, attempt: int) -> float:
    """A number in [0, 1) that depends on key and attempt alone; Python's own hash differs from process to process."""
    digest = hashlib.sha256(f"{key}#{attempt}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
