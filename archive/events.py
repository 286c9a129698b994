"""Delivering what happened to those who make its effects: claim, hand over, mark done, retry with back-off.

An event waits in the outbox from the transaction that caused it. A worker claims events for a while; one that dies
loses its claim and another takes over, so handlers must be idempotent and may not care about order.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from archive.backoff import next_try
from archive.clock import Clock
from archive.models import OutboxEvent, new_id
from archive.transaction import collection

CLAIM = timedelta(seconds=90)
Handler = Callable[[Sequence[OutboxEvent]], Mapping[str, str]]
"""Takes a batch, answers `{event id: error}` for those that failed; raising fails the whole batch."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """`name` is stored with each event once it is handled: renaming a handler makes it run again."""

    name: str
    kinds: frozenset[str]
    handle: Handler


@dataclass(frozen=True, slots=True)
class Lag:
    """How far effects are behind: events waiting, seconds since the oldest, events that failed at least once."""

    waiting: int
    seconds: float
    failing: int


def deliver(subscriptions: Sequence[Subscription], clock: Clock, limit: int = 64) -> int:
    """Claim up to `limit` due events and run their handlers; how many events were finished."""
    events = _claim(clock, limit)
    if not events:
        return 0
    errors: dict[str, str] = {}
    for subscription in subscriptions:
        wanted = [e for e in events if e.kind in subscription.kinds and subscription.name not in e.handled]
        if wanted:
            errors |= _hand_over(subscription, wanted)
    return _settle(events, errors, clock)


def lag(now: datetime, subjects: Sequence[str] | None = None) -> Lag:
    """The outbox as a number, for the screen, `/metrics` and `/readyz`."""
    match: dict[str, Any] = {"finished": False}
    if subjects is not None:
        match["subject"] = {"$in": list(subjects)}
    outbox = collection(OutboxEvent)
    oldest = outbox.find_one(match, sort=[("_id", 1)])
    if oldest is None:
        return Lag(0, 0.0, 0)
    seconds = max((now - oldest["at"]).total_seconds(), 0.0)
    return Lag(outbox.count_documents(match), seconds, outbox.count_documents({**match, "attempts": {"$gt": 0}}))


def release_claims(clock: Clock) -> int:
    """Make every claimed event due at once: for a worker that knows it is the only one (the embedded profile)."""
    match = {"finished": False, "claimed_by": {"$ne": ""}}
    changes = {"$set": {"not_before": clock.now(), "claimed_by": ""}}
    return int(collection(OutboxEvent).update_many(match, changes).modified_count)


def _claim(clock: Clock, limit: int) -> list[OutboxEvent]:
    now, claim, outbox = clock.now(), new_id(), collection(OutboxEvent)
    due = {"finished": False, "not_before": {"$lte": now}}
    ids = [row["_id"] for row in outbox.find(due, {"_id": 1}).sort("_id", 1).limit(limit)]
    if not ids:
        return []
    outbox.update_many({**due, "_id": {"$in": ids}}, {"$set": {"claimed_by": claim, "not_before": now + CLAIM}})
    return [OutboxEvent._from_son(row) for row in outbox.find({"claimed_by": claim}).sort("_id", 1)]


def _hand_over(subscription: Subscription, events: Sequence[OutboxEvent]) -> dict[str, str]:
    try:
        errors = dict(subscription.handle(events))
    except Exception as error:  # one handler's bug must not stop the others; it is stored and retried
        errors = {event.id: f"{type(error).__name__}: {error}" for event in events}
    done = [event.id for event in events if event.id not in errors]
    collection(OutboxEvent).update_many({"_id": {"$in": done}}, {"$addToSet": {"handled": subscription.name}})
    return {key: f"{subscription.name}: {message}"[:1000] for key, message in errors.items()}


def _settle(events: Sequence[OutboxEvent], errors: Mapping[str, str], clock: Clock) -> int:
    now, outbox = clock.now(), collection(OutboxEvent)
    done = [event.id for event in events if event.id not in errors]
    outbox.update_many({"_id": {"$in": done}},
                       {"$set": {"finished": True, "finished_at": now, "error": "", "claimed_by": ""}})
    for event in events:
        if event.id in errors:
            outbox.update_one({"_id": event.id}, {
                "$set": {"error": errors[event.id], "claimed_by": "",
                         "not_before": next_try(event.attempts + 1, now, key=event.id)},
                "$inc": {"attempts": 1}})
    return len(done)
