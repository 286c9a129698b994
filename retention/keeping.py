"""Keeping what a batch of evaluations found: findings, standings and the proof of it, in one transaction for as many of its
projects as one can hold.

A project whose evaluation has the digest of the last one needs no look at its rows: they already say all of it. Then only its
standing takes the new day, and, in a sweep, the ledger names it.
"""

import hashlib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

import bson
from bson.raw_bson import RawBSONDocument
from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateMany

from archive.access import system_actor
from archive.clock import Clock
from archive.transaction import Transaction, collection, write
from retention.compliance.findings import Finding
from retention.kept import AlertLog, Place, Row, Rows, Tally, as_stored, brought_up
from retention.models import FindingRecord, Standing
from retention.sums import Changes, is_counted
from retention.turns import Overtaken, Turn

ACTOR = system_actor("compliance")
EVALUATED, SWEPT = "compliance.evaluated", "compliance.swept"
MOST_ROWS, CHANGED_ROWS = 1000, 5


@dataclass(frozen=True, slots=True)
class Judged:
    """An evaluation of one project, and the standing drawn from it."""

    place: Place
    findings: Sequence[Finding]
    standing: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """tally: over the batch. overtaken: codes that another judgement, with newer facts, has meanwhile begun."""

    tally: Tally
    overtaken: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Ready:
    """What is to be kept of one project. found: its rows, where it had none and they could be made without asking the database;
    inserts: these, in the form they are sent in."""

    judged: Judged
    look: "Look"
    log: AlertLog
    found: Rows | None = None
    inserts: Sequence[InsertOne[RawBSONDocument]] = ()

    @property
    def weight(self) -> int:
        """About how many rows are written: of one that is known only what has changed."""
        return len(self.inserts) or (CHANGED_ROWS if self.look is Look.ROWS else 0)


def keep(clock: Clock, turn: Turn, batch: Sequence[Judged], day: date, record: bool,
         gate: Callable[[], AbstractContextManager[object]] = nullcontext) -> Kept:
    """Store a batch, as far as there is anything to store; `record`: name all of it in the ledger. `gate` is passed one at a time,
    to write: what can be made ready is made before."""
    looks = _looks(batch, day)
    chosen = [_ready(clock, one, looks[one.place.code], day) for one in batch
              if record or looks[one.place.code] is not Look.NOTHING]
    total, overtaken = Tally(), list[str]()
    with gate():
        for portion in _portions(chosen):
            kept = _keep(clock, turn, portion, day, record)
            total, overtaken = total.plus(kept.tally), [*overtaken, *kept.overtaken]
    return Kept(total, overtaken)


def _ready(clock: Clock, one: Judged, look: "Look", day: date) -> _Ready:
    """Nobody else writes rows of a project whose turn this is."""
    log = AlertLog(clock.now(), ACTOR.id)
    if look is not Look.FIRST:
        return _Ready(one, look, log)
    found = brought_up(log, one.place, one.findings, (), day)
    return _Ready(one, look, log, found, [InsertOne(RawBSONDocument(bson.encode(row))) for row in found.added])


def _keep(clock: Clock, turn: Turn, portion: Sequence[_Ready], day: date, record: bool) -> Kept:
    try:
        return write(ACTOR, clock, lambda tx: _kept(tx, turn, portion, day, record))
    except Overtaken:
        return Kept(Tally(), [one.judged.place.code for one in portion])


def _portions(chosen: Sequence[_Ready]) -> Iterator[list[_Ready]]:
    """In order, each with some MOST_ROWS to write at most: the database holds all that a transaction touches in its cache and
    undoes it, again and again, where that is too much."""
    portion, weight = list[_Ready](), 0
    for one in chosen:
        if portion and weight + one.weight > MOST_ROWS:
            yield portion
            portion, weight = [], 0
        portion.append(one)
        weight += one.weight
    if portion:
        yield portion


class Look(Enum):
    """What there is to keep of an evaluation: rows where there were none, rows to be looked at, another standing, the new day
    alone, nothing."""

    FIRST = "first"
    ROWS = "rows"
    STANDING = "standing"
    DAY = "day"
    NOTHING = "nothing"

    @property
    def stands(self) -> bool:
        """Whether the standing is written, with more than the day."""
        return self in (Look.FIRST, Look.ROWS, Look.STANDING)


def _looks(batch: Sequence[Judged], day: date) -> dict[str, Look]:
    ids, rows = [one.place.dossier for one in batch], collection(FindingRecord)
    stored = {row["_id"]: row for row in collection(Standing).find({"_id": {"$in": ids}})}
    again = {row["dossier"] for row in rows.find(
        {"waiver.until": {"$lt": as_stored(day)}, "alert": "open", "dossier": {"$in": ids}}, {"dossier": 1})}
    if new := [key for key in ids if key not in stored]:
        again |= set(rows.distinct("dossier", {"dossier": {"$in": new}}))
    return {one.place.code: _look(one, stored.get(one.place.dossier, {}), again) for one in batch}


def _look(one: Judged, old: Mapping[str, Any], again: Container[str]) -> Look:
    """again: dossiers of which a waiver has lapsed, and those that have rows and no standing."""
    if one.place.dossier in again:
        return Look.ROWS
    if not old:
        return Look.FIRST
    if old.get("digest") != one.standing["digest"] or not is_counted(old):
        return Look.ROWS
    if {**old, "evaluated_on": one.standing["evaluated_on"]} != one.standing:
        return Look.STANDING
    return Look.NOTHING if old == one.standing else Look.DAY


def _stand(tx: Transaction, held: Sequence[_Ready], day: date) -> None:
    """Most of a night's standings are those of yesterday with another day."""
    tx.bulk(Standing, [ReplaceOne({"_id": one.judged.place.dossier}, one.judged.standing, upsert=True) for one in held
                       if one.look.stands])
    if same := [one.judged.place.dossier for one in held if one.look is Look.DAY]:
        tx.bulk(Standing, [UpdateMany({"_id": {"$in": same}}, {"$set": {"evaluated_on": as_stored(day)}})])


def _kept(tx: Transaction, turn: Turn, portion: Sequence[_Ready], day: date, record: bool) -> Kept:
    """Raises Overtaken where all of them were."""
    ours = turn.keep(tx, [one.judged.place.code for one in portion])
    held = [one for one in portion if one.judged.place.code in ours]
    total, rows = Tally(), _rows(tx, [one.judged.place.dossier for one in held if one.look is Look.ROWS])
    changes: list[Any] = []
    sums, stood = Changes(), _stood(tx, held)
    for one in held:
        place, log = one.judged.place, one.log
        old, stored = stood.get(place.dossier, {}), rows.get(place.dossier, [])
        if one.found is not None:
            changes += one.inserts
            _count(sums, one.found, stored, known=False)
        elif one.look is Look.ROWS:
            log = AlertLog(tx.now, ACTOR.id)
            found = brought_up(log, place, one.judged.findings, stored, day)
            changes += _changes(found.added, found.changed, found.dropped)
            _count(sums, found, stored, known=is_counted(old))
        if one.look.stands:
            sums.standing(old, one.judged.standing)
        if log.taken or (not record and one.look is not Look.NOTHING):
            _say(tx, one.judged, day, log)
        total = total.plus(log.tally)
    tx.bulk(FindingRecord, changes)
    _stand(tx, held, day)
    sums.keep(tx)
    if record:
        _prove(tx, [one.judged for one in held], day)
    return Kept(total, [one.judged.place.code for one in portion if one.judged.place.code not in ours])


def _rows(tx: Transaction, dossiers: Sequence[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    if dossiers:
        for row in collection(FindingRecord).find({"dossier": {"$in": dossiers}}, session=tx.session):
            found.setdefault(row["dossier"], []).append(row)
    return found


def _stood(tx: Transaction, held: Sequence[_Ready]) -> dict[str, Row]:
    """The standings that are about to be replaced."""
    ids = [one.judged.place.dossier for one in held if one.look.stands]
    rows = collection(Standing).find({"_id": {"$in": ids}}, session=tx.session) if ids else ()
    return {row["_id"]: row for row in rows}


def _count(sums: Changes, found: Rows, stored: Sequence[Row], known: bool) -> None:
    """known: what was stored is in the sums; otherwise all that is there now comes to them."""
    written = [*found.added, *found.changed]
    replaced = {*found.dropped, *(row["_id"] for row in found.changed)}
    if known:
        sums.rows([row for row in stored if row["_id"] in replaced], written)
    else:
        sums.rows((), [*written, *(row for row in stored if row["_id"] not in replaced)])


def _changes(added: Iterable[Row], changed: Iterable[Row], dropped: Iterable[str]) -> list[Any]:
    return [*map(InsertOne, added), *(ReplaceOne({"_id": row["_id"]}, row) for row in changed),
            *(DeleteOne({"_id": key}) for key in dropped)]


def _say(tx: Transaction, one: Judged, day: date, log: AlertLog) -> None:
    """One entry of the evaluation, and one of each kind of thing that happened to alerts."""
    subject, tally = f"project:{one.place.code}", log.tally
    for what, alerts in log.taken.items():
        tx.audit(f"alert.{what}", subject, day=day.isoformat(), alerts=alerts)
    tx.audit(EVALUATED, subject, day=day.isoformat(), findings=len(one.findings), opened=tally.opened, changed=tally.changed,
             cleared=tally.cleared)


def _prove(tx: Transaction, held: Sequence[Judged], day: date) -> None:
    """That these were evaluated on this day: one entry for all, with a digest of what was found."""
    digests = "\n".join(f"{one.place.code} {one.standing['digest']}" for one in held)
    tx.audit(SWEPT, f"day:{day.isoformat()}", day=day.isoformat(), projects=[one.place.code for one in held],
             findings=sum(len(one.findings) for one in held), digest=hashlib.sha256(digests.encode()).hexdigest())
