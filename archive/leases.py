"""Acting alone: a lease in MongoDB that one process holds and renews. Whoever stops renewing loses it."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from pymongo.errors import DuplicateKeyError, PyMongoError

from archive.clock import Clock
from archive.models import Lease
from archive.transaction import collection

log = logging.getLogger("dangan.leases")
RENEWALS = 3  # how often within one term


def take(duty: str, holder: str, clock: Clock, term: timedelta) -> bool:
    """Take or renew the lease for `term`; whether it is ours now."""
    now = clock.now()
    changes = {"$set": {"holder": holder, "until": now + term, "beat_at": now}}
    try:
        free = {"_id": duty, "$or": [{"holder": holder}, {"until": {"$lte": now}}]}
        return collection(Lease).find_one_and_update(free, changes, upsert=True) is not None or _is_ours(duty, holder)
    except DuplicateKeyError:  # somebody else holds it
        return False


def give_back(duty: str, holder: str) -> None:
    collection(Lease).delete_one({"_id": duty, "holder": holder})


@contextmanager
def held(duty: str, holder: str, clock: Clock, term: timedelta) -> Iterator[bool]:
    """Hold the lease while the block runs, however long that takes; yields whether it could be taken.

    A thread renews it, so the term may be short: what a killed process held is free again one term later.
    """
    if not take(duty, holder, clock, term):
        yield False
        return
    ended = threading.Event()
    renewal = threading.Thread(target=_renew, args=(ended, duty, holder, clock, term), name=f"lease {duty}", daemon=True)
    renewal.start()
    try:
        yield True
    finally:
        ended.set()
        renewal.join()
        give_back(duty, holder)


def _renew(ended: threading.Event, duty: str, holder: str, clock: Clock, term: timedelta) -> None:
    while not ended.wait(term.total_seconds() / RENEWALS):
        try:
            take(duty, holder, clock, term)
        except PyMongoError:  # the database is away: the next turn tries again
            log.warning("cannot renew the lease %s", duty)


def _is_ours(duty: str, holder: str) -> bool:
    row = collection(Lease).find_one({"_id": duty})
    return bool(row and row["holder"] == holder)
