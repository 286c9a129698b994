"""Acting alone: a lease in MongoDB that one process holds and renews. Whoever stops renewing loses it.

Terms are on the database server's clock, so a process whose own clock is wrong neither holds nor takes a lease longer
or sooner than the others. Where the server's clock is set back, a lease that seems to last longer than its term is over.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from archive.clock import Clock
from archive.models import Lease
from archive.renewing import renewed
from archive.server_clock import NOW, after, over
from archive.transaction import collection

RENEWALS = 3  # how often within one term


@dataclass(frozen=True, slots=True)
class Standing:
    """Who had a duty last, when it gave its last sign of life (by its own clock), and whether it holds it yet."""

    holder: str
    beat_at: datetime
    alive: bool


def take(duty: str, holder: str, clock: Clock, term: timedelta) -> bool:
    """Take or renew the lease for `term`, which is the same for all who want this duty; whether it is ours now.

    `clock` only dates the sign of life that people are shown.
    """
    mine = {"$literal": holder}
    free = {"$or": [{"$eq": ["$holder", mine]}, *over("$until", term)["$or"]]}
    changes: list[dict[str, Any]] = [
        {"$set": {"free": free}},
        {"$set": {name: {"$cond": ["$free", value, f"${name}"]} for name, value in (
            ("holder", mine), ("until", after(term)), ("beat_at", clock.now()))}},
        {"$unset": ["free"]}]
    try:
        row = collection(Lease).find_one_and_update(
            {"_id": duty}, changes, upsert=True, return_document=ReturnDocument.AFTER)
    except DuplicateKeyError:  # somebody else took it for the first time at the same moment
        return False
    return bool(row["holder"] == holder)


def give_back(duty: str, holder: str) -> None:
    collection(Lease).delete_one({"_id": duty, "holder": holder})


def standing(duty: str) -> Standing | None:
    """Who has the duty; None where nobody ever had it, or gave it back."""
    rows = collection(Lease).aggregate([
        {"$match": {"_id": duty}}, {"$set": {"alive": {"$gt": ["$until", NOW]}}}])
    return next((Standing(row["holder"], row["beat_at"], row["alive"]) for row in rows), None)


@contextmanager
def held(duty: str, holder: str, clock: Clock, term: timedelta) -> Iterator[bool]:
    """Hold the lease while the block runs, however long that takes; yields whether it could be taken.

    A thread renews it, so the term may be short: what a killed process held is free again one term later.
    """
    if not take(duty, holder, clock, term):
        yield False
        return
    every = term.total_seconds() / RENEWALS
    try:
        with renewed(f"lease {duty}", every, lambda: take(duty, holder, clock, term)):
            yield True
    finally:
        give_back(duty, holder)
