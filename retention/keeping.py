"""Keeping what a batch of evaluations found: findings, standings and the proof of it, in one transaction for as many of its
projects as one can hold.

A project whose evaluation has the digest of the last one needs no look at its rows: they already say all of it. Then only its
standing takes the new day, and, in a sweep, the ledger names it.
"""

import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateMany

from archive.access import system_actor
from archive.clock import Clock
from archive.transaction import Transaction, collection, write
from retention.compliance.findings import UNSETTLED, Finding
from retention.kept import Place, Row, Rows, Tally, as_stored, brought_up
from retention.models import FindingRecord, Standing
from retention.sums import Changes, is_counted
from retention.turns import Overtaken, Turn

ACTOR = system_actor("compliance")
EVALUATED, SWEPT = "compliance.evaluated", "compliance.swept"
MOST_ROWS, CHANGED_ROWS = 250, 5


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


def keep(clock: Clock, turn: Turn, batch: Sequence[Judged], day: date, record: bool) -> Kept:
    """Store a batch, as far as there is anything to store; `record`: name all of it in the ledger."""
    fresh = _fresh(batch, day)
    chosen = [one for one in batch if record or fresh[one.place.code] is not Look.NOTHING]
    total, overtaken = Tally(), list[str]()
    for portion in _portions(chosen, fresh):
        kept = _keep(clock, turn, portion, fresh, day, record)
        total, overtaken = total.plus(kept.tally), [*overtaken, *kept.overtaken]
    return Kept(total, overtaken)


def _keep(clock: Clock, turn: Turn, portion: Sequence[Judged], fresh: Mapping[str, "Look"], day: date, record: bool) -> Kept:
    try:
        return write(ACTOR, clock, lambda tx: _kept(tx, turn, portion, fresh, day, record))
    except Overtaken:
        return Kept(Tally(), [one.place.code for one in portion])


def _portions(chosen: Sequence[Judged], fresh: Mapping[str, "Look"]) -> Iterator[list[Judged]]:
    """In order, each with some MOST_ROWS to write at most: the database holds all that a transaction touches in its cache and
    undoes it, again and again, where that is too much."""
    portion, weight = list[Judged](), 0
    for one in chosen:
        heavy = fresh[one.place.code].weight(one)
        if portion and weight + heavy > MOST_ROWS:
            yield portion
            portion, weight = [], 0
        portion.append(one)
        weight += heavy
    if portion:
        yield portion


class Look(Enum):
    """What there is to keep of an evaluation: all of its rows, rows to be looked at, another standing, the new day alone,
    nothing."""

    FIRST = "first"
    ROWS = "rows"
    STANDING = "standing"
    DAY = "day"
    NOTHING = "nothing"

    @property
    def at_rows(self) -> bool:
        return self in (Look.FIRST, Look.ROWS)

    @property
    def stands(self) -> bool:
        """Whether the standing is written, with more than the day."""
        return self.at_rows or self is Look.STANDING

    def weight(self, one: "Judged") -> int:
        """About how many rows are written: of one that is known only what has changed."""
        if self is Look.FIRST:
            return sum(finding.outcome in UNSETTLED for finding in one.findings)
        return CHANGED_ROWS if self is Look.ROWS else 0


def _fresh(batch: Sequence[Judged], day: date) -> dict[str, Look]:
    ids = [one.place.dossier for one in batch]
    stored = {row["_id"]: row for row in collection(Standing).find({"_id": {"$in": ids}})}
    lapsed = {row["dossier"] for row in collection(FindingRecord).find(
        {"waiver.until": {"$lt": as_stored(day)}, "alert": "open", "dossier": {"$in": ids}}, {"dossier": 1})}
    return {one.place.code: _look(one, stored.get(one.place.dossier, {}), lapsed) for one in batch}


def _look(one: Judged, old: Mapping[str, Any], lapsed: Container[str]) -> Look:
    if not old:
        return Look.FIRST
    if old.get("digest") != one.standing["digest"] or one.place.dossier in lapsed or not is_counted(old):
        return Look.ROWS
    if {**old, "evaluated_on": one.standing["evaluated_on"]} != one.standing:
        return Look.STANDING
    return Look.NOTHING if old == one.standing else Look.DAY


def _stand(tx: Transaction, held: Sequence[Judged], fresh: Mapping[str, Look], day: date) -> None:
    """Most of a night's standings are those of yesterday with another day."""
    tx.bulk(Standing, [ReplaceOne({"_id": one.place.dossier}, one.standing, upsert=True) for one in held
                       if fresh[one.place.code].stands])
    if same := [one.place.dossier for one in held if fresh[one.place.code] is Look.DAY]:
        tx.bulk(Standing, [UpdateMany({"_id": {"$in": same}}, {"$set": {"evaluated_on": as_stored(day)}})])


def _kept(tx: Transaction, turn: Turn, chosen: Sequence[Judged], fresh: Mapping[str, Look], day: date,
          record: bool) -> Kept:
    """Raises Overtaken where all of them were."""
    ours = turn.keep(tx, [one.place.code for one in chosen])
    held = [one for one in chosen if one.place.code in ours]
    total, rows = Tally(), _rows(tx, [one.place.dossier for one in held if fresh[one.place.code].at_rows])
    changes: list[Any] = []
    sums, stood = Changes(), _stood(tx, held, fresh)
    for one in held:
        tally, old, stored = Tally(), stood.get(one.place.dossier, {}), rows.get(one.place.dossier, [])
        if fresh[one.place.code].at_rows:
            found = brought_up(tx, one.place, one.findings, stored, day, tally)
            changes += _changes(found.added, found.changed, found.dropped)
            _count(sums, found, stored, known=is_counted(old))
        if fresh[one.place.code].stands:
            sums.standing(old, one.standing)
        if tally != Tally() or (not record and fresh[one.place.code] is not Look.NOTHING):
            _say(tx, one, day, tally)
        total = total.plus(tally)
    tx.bulk(FindingRecord, changes)
    _stand(tx, held, fresh, day)
    sums.keep(tx)
    if record:
        _prove(tx, held, day)
    return Kept(total, [one.place.code for one in chosen if one.place.code not in ours])


def _rows(tx: Transaction, dossiers: Sequence[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    if dossiers:
        for row in collection(FindingRecord).find({"dossier": {"$in": dossiers}}, session=tx.session):
            found.setdefault(row["dossier"], []).append(row)
    return found


def _stood(tx: Transaction, held: Sequence[Judged], fresh: Mapping[str, Look]) -> dict[str, Row]:
    """The standings that are about to be replaced."""
    ids = [one.place.dossier for one in held if fresh[one.place.code].stands]
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


def _say(tx: Transaction, one: Judged, day: date, tally: Tally) -> None:
    tx.audit(EVALUATED, f"project:{one.place.code}", day=day.isoformat(), findings=len(one.findings), opened=tally.opened,
             changed=tally.changed, cleared=tally.cleared)


def _prove(tx: Transaction, held: Sequence[Judged], day: date) -> None:
    """That these were evaluated on this day: one entry for all, with a digest of what was found."""
    digests = "\n".join(f"{one.place.code} {one.standing['digest']}" for one in held)
    tx.audit(SWEPT, f"day:{day.isoformat()}", day=day.isoformat(), projects=[one.place.code for one in held],
             findings=sum(len(one.findings) for one in held), digest=hashlib.sha256(digests.encode()).hexdigest())
