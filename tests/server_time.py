"""Moving what the database server's clock decides, since nobody can move that clock: leases, claims, pauses."""

from datetime import timedelta

from archive import effects
from archive.models import Lease, OutboxEvent
from archive.server_clock import AT_ONCE, after, milliseconds
from archive.transaction import collection

MOMENT = timedelta(milliseconds=1)


def lease_has_left(duty: str, left: timedelta = -MOMENT) -> None:
    """As if the lease had been taken so long ago that only this is left of it."""
    assert collection(Lease).update_one({"_id": duty}, [{"$set": {"until": after(left)}}]).matched_count


def pass_time(time: timedelta) -> None:
    """As if the server's clock were so much later for the outbox: every pause and every claim ends that much sooner."""
    for lane in effects.LANES:
        earlier = {"$subtract": [f"$due.{lane}", milliseconds(time)]}
        collection(OutboxEvent).update_many({f"due.{lane}": {"$gt": AT_ONCE}}, [{"$set": {f"due.{lane}": earlier}}])
