"""Delivering what happened to those who make its effects: each lane takes its events, handles them, marks them done.

An event waits in the outbox from the transaction that caused it until every lane it went to is done with it. Handlers
must be idempotent and may not care about order: a worker that dies leaves its events to another.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo.errors import PyMongoError

from archive import claims
from archive.claims import Claim, Event
from archive.errors import EngineDown
from archive.models import OutboxEvent
from archive.models.connection import engine_down
from archive.transaction import collection

log = logging.getLogger("dangan.outbox")
# An engine that is away says nothing about the event: it is tried again soon after, whenever that engine comes back.
AWAY = timedelta(seconds=10)
Answer = Mapping[str, str | EngineDown]
"""What failed: by event id the error, or the engine that is away. Everything else of the batch is done."""
Handler = Callable[[Sequence[Event]], Answer]
"""Raising fails the whole batch; EngineDown and NotNow do so without counting as failures."""


class NotNow(Exception):
    """Raised by a handler that is told to stop: its events are given back as if they had not been claimed."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """The work of one lane: up to `batch` events at a time in each of `threads`.

    `gather` seconds pass between claiming and handling, so that what happens meanwhile need not be done twice. Where
    nothing waits the lane looks again after `idle` seconds at the latest. One that is `patient` looks seldom while more is
    known to come: its work is the same for one file of a heap or for all of them.
    """

    lane: str
    handle: Handler
    batch: int = 64
    threads: int = 1
    gather: float = 0.0
    idle: float = 0.4
    patient: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """How many events were claimed, and how many of them are done; `away`: what was missing where none of them is."""

    claimed: int = 0
    done: int = 0
    away: str = ""


@dataclass(frozen=True, slots=True)
class Lag:
    """How far effects are behind: events waiting, seconds since the oldest, events that failed at least once."""

    waiting: int
    seconds: float
    failing: int


def deliver(subscription: Subscription, gather: Callable[[float], object] = lambda _: None) -> Delivery:
    """Claim due events of this lane, hand them over, and keep what became of them. `gather` waits so many seconds."""
    claim = claims.take(subscription.lane, subscription.batch)
    if claim is None:
        return Delivery()
    try:
        with claims.kept(claim):
            if subscription.gather:
                gather(subscription.gather)
            answer = _answer(subscription, claim.events)
        return _settle(claim, answer)
    except BaseException as error:
        with suppress(PyMongoError):  # the term frees them where the database is what is away
            claims.given_back(claim)
        if isinstance(error, NotNow):
            return Delivery(len(claim.events), 0, "")
        raise


def lag(now: datetime, lane: str = "") -> Lag:
    """The outbox, or one lane of it, as numbers, for screens, `/metrics` and `/readyz`."""
    match = _waiting(lane)
    outbox = collection(OutboxEvent)
    return Lag(outbox.count_documents(match), seconds_behind(now, lane),
               outbox.count_documents({**match, "finished": False, "attempts": {"$gt": 0}}))


def seconds_behind(now: datetime, lane: str = "") -> float:
    """Age of the oldest event that waits in the lane, or in any: quick however many there are."""
    oldest = collection(OutboxEvent).find_one(_waiting(lane), {"at": 1}, sort=[("at", 1)])
    return max((now - oldest["at"]).total_seconds(), 0.0) if oldest else 0.0


def waiting(subjects: Collection[str], lanes: Collection[str] = ()) -> set[str]:
    """Those of the subjects about which events are left, in these lanes where any are named."""
    match: dict[str, Any] = {"finished": False, "subject": {"$in": list(subjects)}}
    if lanes:
        match["$or"] = [claims.waiting_in(lane) for lane in lanes]
    return {row["subject"] for row in collection(OutboxEvent).find(
        match, {"_id": 0, "subject": 1}, hint=[("finished", 1), ("subject", 1)])}


def _waiting(lane: str) -> dict[str, Any]:
    return claims.waiting_in(lane) if lane else {"finished": False}


def _answer(subscription: Subscription, events: Sequence[Event]) -> Answer:
    try:
        return subscription.handle(events)
    except NotNow:
        raise
    except EngineDown as error:
        return dict.fromkeys((event.id for event in events), error)
    except Exception as error:  # a handler's bug is stored with its events, and they are tried again
        if down := engine_down(error):
            return dict.fromkeys((event.id for event in events), down)
        log.exception("lane %s failed", subscription.lane)
        return {event.id: f"{type(error).__name__}: {error}" for event in events}


def _settle(claim: Claim, answer: Answer) -> Delivery:
    """Keep what became of the events, of those that are still ours."""
    ready = [event.id for event in claim.events if event.id not in answer]
    count = claims.done(claim, ready) if ready else 0
    away: dict[str, list[str]] = {}
    for event in claim.events:
        error = answer.get(event.id)
        if isinstance(error, EngineDown):
            away.setdefault(str(error), []).append(event.id)
        elif error is not None:
            claims.failed(claim, event, error)
    for reason, ids in away.items():
        claims.postponed(claim, ids, AWAY, reason)
    missing = next(iter(away)) if sum(map(len, away.values())) == len(claim.events) else ""
    return Delivery(len(claim.events), count, missing)
