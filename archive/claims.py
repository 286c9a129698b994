"""Who works on which events: claims are leases on the database server's clock, one queue for each lane.

A claim is renewed while the work goes on, so no two workers do the same work at once, and what a dead one held is free
again one term later. Only who still holds a claim can say what became of its events.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from archive.backoff import LONGEST, next_try
from archive.effects import EFFECTS_BEFORE, LANES
from archive.models import OutboxEvent, new_id
from archive.renewing import renewed
from archive.server_clock import AT_ONCE, NOW, after, ahead, milliseconds, over
from archive.transaction import collection

log = logging.getLogger("dangan.outbox")
TERM = timedelta(seconds=30)
RENEW_SECONDS = 10.0
_TRIES = 3  # at finding events that no other worker was quicker to claim
_FARTHEST = LONGEST + TERM
_SHOWN = ("kind", "subject", "project", "at", "attempts")
_FINISH: list[dict[str, Any]] = [
    {"$set": {"finished": {"$eq": ["$due", {"$literal": {}}]}}},
    {"$set": {"finished_at": {"$cond": ["$finished", NOW, "$$REMOVE"]},
              "error": {"$cond": ["$finished", "", "$error"]}}}]


@dataclass(frozen=True, slots=True)
class Event:
    """What happened (`archive.models.OutboxEvent`), as whoever works on it needs it: made by the hundred a second."""

    id: str
    kind: str
    subject: str
    project: str
    at: datetime
    attempts: int


@dataclass(slots=True)
class Claim:
    """The events of one lane that one thread of one worker works on."""

    lane: str
    token: str = field(default_factory=new_id)
    events: Sequence[Event] = ()

    def held(self, ids: Sequence[str] | None = None) -> dict[str, Any]:
        """Matches those of its events (all where None) that it still holds."""
        wanted = [event.id for event in self.events] if ids is None else list(ids)
        return {"_id": {"$in": wanted}, f"claims.{self.lane}": self.token}


def take(lane: str, most: int) -> Claim | None:
    """Claim the events that are due first; where other workers are quicker, those behind them. None where none is due."""
    outbox, claim = collection(OutboxEvent), Claim(lane)
    for attempt in range(1, _TRIES + 1):
        rows = outbox.find(waiting_in(lane), {"left": ahead(f"$due.{lane}")}).sort(f"due.{lane}", 1).limit(most * attempt)
        ids = [row["_id"] for row in rows if row["left"] <= 0 or row["left"] > milliseconds(_FARTHEST)][-most:]
        if not ids:
            return None
        due = {"_id": {"$in": ids}, **waiting_in(lane), "$expr": over(f"$due.{lane}", _FARTHEST)}
        if outbox.update_many(due, [{"$set": {f"due.{lane}": after(TERM), f"claims.{lane}": claim.token}}]).modified_count:
            claim.events = [_event(row) for row in outbox.find(claim.held(ids), _SHOWN).sort("_id", 1)]
            return claim
    return None


def _event(row: Mapping[str, Any]) -> Event:
    return Event(row["_id"], row["kind"], row["subject"], row.get("project", ""), row["at"], row.get("attempts", 0))


@contextmanager
def kept(claim: Claim) -> Iterator[None]:
    """The claim is renewed while the block runs, however long that takes."""
    with renewed(f"claim {claim.lane}", RENEW_SECONDS, lambda: _renew(claim)):
        yield


def done(claim: Claim, ids: Sequence[str]) -> int:
    """The lane is done with these events, those of them it still holds; how many. The last lane finishes an event."""
    lane = claim.lane
    return _change(claim.held(ids), [{"$unset": [f"due.{lane}", f"claims.{lane}"]}, *_FINISH])


def failed(claim: Claim, event: Event, error: str) -> None:
    """Keep the error, count the failure, and pause before the next attempt: longer each time."""
    pause = next_try(event.attempts + 1, AT_ONCE, key=event.id) - AT_ONCE
    counted = {"$set": {"attempts": {"$add": [{"$ifNull": ["$attempts", 0]}, 1]}}}
    _change(claim.held([event.id]), [*_freed(claim.lane, pause), _told(claim.lane, error), counted])


def postponed(claim: Claim, ids: Sequence[str], pause: timedelta, reason: str) -> None:
    """Put off what is not the events' fault: no failure is counted."""
    _change(claim.held(ids), [*_freed(claim.lane, pause), _told(claim.lane, reason)])


def given_back(claim: Claim) -> None:
    """As if the events had not been claimed."""
    _change(claim.held(), _freed(claim.lane))


def release_all() -> int:
    """Make every claimed event due at once: for a worker that knows it is the only one (the embedded profile)."""
    return sum(_change({"finished": False, f"claims.{lane}": {"$exists": True}}, _freed(lane)) for lane in LANES)


def adopt() -> int:
    """Sort events written by older versions of the archive, or restored from their backups, into lanes; how many."""
    old, count = {"finished": False, "due": {"$exists": False}}, 0
    for kind in collection(OutboxEvent).distinct("kind", old):
        handled: dict[str, Any] = {"$ifNull": ["$handled", []]}
        due = {f"due.{lane}": {"$cond": [{"$in": [lane, handled]}, "$$REMOVE", AT_ONCE]}
               for lane in EFFECTS_BEFORE.get(kind, ())}
        count += _change({**old, "kind": kind}, [
            {"$set": {"due": {"$literal": {}}}}, *([{"$set": due}] if due else []),
            {"$unset": ["handled", "not_before", "claimed_by"]}, *_FINISH])
    return count


def waiting_in(lane: str) -> dict[str, Any]:
    """Matches every event the lane is not done with; in a form that its indexes answer."""
    return {f"due.{lane}": {"$gte": AT_ONCE}}


def _renew(claim: Claim) -> None:
    held = _change(claim.held(), [{"$set": {f"due.{claim.lane}": after(TERM)}}])
    if held < len(claim.events):
        log.warning("lane %s lost its claim on %s events", claim.lane, len(claim.events) - held)


def _change(match: dict[str, Any], changes: list[dict[str, Any]]) -> int:
    return int(collection(OutboxEvent).update_many(match, changes).matched_count)


def _freed(lane: str, pause: timedelta | None = None) -> list[dict[str, Any]]:
    due = AT_ONCE if pause is None else after(pause)
    return [{"$set": {f"due.{lane}": due}}, {"$unset": [f"claims.{lane}"]}]


def _told(lane: str, error: str) -> dict[str, Any]:
    return {"$set": {"error": {"$literal": f"{lane}: {error}"[:1000]}}}
