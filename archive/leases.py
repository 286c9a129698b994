"""Acting alone: a lease in MongoDB that one process holds and renews. Whoever stops renewing loses it."""

from datetime import timedelta

from pymongo.errors import DuplicateKeyError

from archive.clock import Clock
from archive.models import Lease
from archive.transaction import collection


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


def _is_ours(duty: str, holder: str) -> bool:
    row = collection(Lease).find_one({"_id": duty})
    return bool(row and row["holder"] == holder)
