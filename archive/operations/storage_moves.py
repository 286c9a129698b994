"""Moving the objects to another store: beginning, switching, ending, cancelling, retiring. Knows places by name and
sealed addresses; copies nothing itself.

A move's counters and proofs are progress, not deeds: they are noted without an audit entry.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, ClassVar

from pymongo import InsertOne
from pymongo.errors import BulkWriteError, PyMongoError
from pymongo.read_concern import ReadConcern

from archive.access import Actor, require
from archive.clock import Clock
from archive.errors import ArchiveError, EngineDown
from archive.models import MoveState, StorageMove, StorageProof, Version
from archive.permissions import Permission
from archive.transaction import Transaction, collection, write

MOST_NAMED = 100  # digests that an audit entry lists
DUPLICATE = 11000


class MoveRefused(ArchiveError):
    code: ClassVar[str] = "storage.refused"
    text: ClassVar[str] = "存储迁移没有进行：{reason}"


@dataclass(frozen=True, slots=True)
class SealedPlace:
    """A store's name, which may be shown, and its address, which only the secret key opens."""

    name: str
    sealed: str


def recorded_moves() -> list[StorageMove]:
    """Every move that was not cancelled, oldest first, as a majority of the servers has it. Raises EngineDown."""
    try:
        rows = list(collection(StorageMove).with_options(read_concern=ReadConcern("majority")).find(
            {"state": {"$ne": MoveState.CANCELLED}}).sort("started_at", 1))
    except PyMongoError as error:
        raise EngineDown(engine="MongoDB", reason=type(error).__name__) from error
    return [StorageMove._from_son(row) for row in rows]


def begin_move(actor: Actor, clock: Clock, source: SealedPlace, target: SealedPlace) -> StorageMove:
    """Record that objects are being copied; from now on every process writes to both. Raises MoveRefused."""
    require(actor, Permission.STORAGE_MOVE)

    def work(tx: Transaction) -> StorageMove:
        if other := tx.fresh(StorageMove, {"$or": [{"state": MoveState.COPYING},
                                                  {"state": MoveState.SWITCHED, "ended_at": None}]}):
            raise MoveRefused(reason=f"迁往 {other['target']} 的迁移还没有结束；请先完成它（再次运行原来的命令）或取消它。")
        move = StorageMove(source=source.name, target=target.name, source_sealed=source.sealed,
                           target_sealed=target.sealed, started_at=tx.now, beat_at=tx.now)
        tx.insert(move)
        tx.audit("storage.move-started", f"storage:{move.id}", source=source.name, target=target.name)
        return move

    return write(actor, clock, work)


def renew_addresses(move: StorageMove, source: SealedPlace, target: SealedPlace) -> None:
    """The same places, perhaps with another key to them: a resumed move uses what it was given last."""
    _note(move.id, {"$set": {"source_sealed": source.sealed, "target_sealed": target.sealed, "last_error": ""}})


def switch_move(actor: Actor, clock: Clock, key: str, left: Sequence[str]) -> None:
    """From now on the target is the store that counts. `left`: what stays behind, by a person's choice."""
    def audit(tx: Transaction, row: dict[str, Any]) -> None:
        tx.audit("storage.switched", f"storage:{key}", source=row["source"], target=row["target"],
                 copied=row["copied"], copied_bytes=row["copied_bytes"], proven=row["proven"], left=len(left),
                 left_digests=list(left[:MOST_NAMED]))

    _change(actor, clock, key, MoveState.COPYING, lambda now: {
        "state": MoveState.SWITCHED, "switched_at": now, "left": list(left), "last_error": ""}, audit)


def end_move(actor: Actor, clock: Clock, key: str) -> None:
    """Nothing is left that only the source has: it is no longer read."""
    _change(actor, clock, key, MoveState.SWITCHED, lambda now: {"ended_at": now, "last_error": ""},
            lambda tx, row: tx.audit("storage.move-ended", f"storage:{key}", source=row["source"], target=row["target"],
                                     copied=row["copied"], proven=row["proven"]))
    _forget_proofs(key)


def cancel_move(actor: Actor, clock: Clock, key: str) -> None:
    """Stop copying; the source stays what it was, the target keeps the copies it has. Raises MoveRefused."""
    _change(actor, clock, key, MoveState.COPYING, lambda now: {"state": MoveState.CANCELLED, "closed_at": now},
            lambda tx, row: tx.audit("storage.move-cancelled", f"storage:{key}", source=row["source"],
                                     target=row["target"]))
    _forget_proofs(key)


def retire_move(actor: Actor, clock: Clock, key: str) -> None:
    """The settings name the new place: the record is history, and only redirects processes with old settings."""
    _change(actor, clock, key, MoveState.SWITCHED, lambda now: {"state": MoveState.RETIRED, "closed_at": now},
            lambda tx, row: tx.audit("storage.move-retired", f"storage:{key}", target=row["target"]))


def move_state(key: str) -> str:
    """What became of the move. Raises EngineDown."""
    return next((move.state for move in recorded_moves() if move.id == key), MoveState.CANCELLED.value)


def find_move(key: str) -> StorageMove:
    move: StorageMove = StorageMove.objects.get(id=key)
    return move


def proven_of(key: str, digests: Collection[str]) -> set[str]:
    """Which of these the move has read back in the target already."""
    found = collection(StorageProof).find({"_id": {"$in": [_proof(key, digest) for digest in digests]}})
    return {"sha256:" + row["_id"].rpartition(":")[2] for row in found}


def note_progress(key: str, now: datetime, *, copied: tuple[int, int], proven: tuple[int, int],
                  digests: Sequence[str]) -> None:
    """Keep what was done since last time (objects, bytes) and which digests need not be proven again."""
    try:
        if digests:
            collection(StorageProof).bulk_write(
                [InsertOne({"_id": _proof(key, digest), "move": key}) for digest in digests], ordered=False)
    except BulkWriteError as error:
        if any(problem["code"] != DUPLICATE for problem in error.details["writeErrors"]):
            raise
    _note(key, {"$set": {"beat_at": now}, "$inc": {
        "copied": copied[0], "copied_bytes": copied[1], "proven": proven[0], "proven_bytes": proven[1]}})


def note_pass(key: str) -> None:
    _note(key, {"$inc": {"passes": 1}})


def note_error(key: str, text: str) -> None:
    """What stopped the mover, for `storage status`; never an address."""
    _note(key, {"$set": {"last_error": text[:500]}})


def named_digests() -> Iterable[str]:
    """Every digest that a version names; those of several versions several times."""
    return (row["sha256"] for row in collection(Version).find({}, {"sha256": 1, "_id": 0}))


def named_totals() -> tuple[int, int]:
    """How many different objects the versions name, and their bytes together."""
    rows = list(collection(Version).aggregate([
        {"$group": {"_id": "$sha256", "size": {"$first": "$size"}}},
        {"$group": {"_id": None, "objects": {"$sum": 1}, "bytes": {"$sum": "$size"}}}], allowDiskUse=True))
    return (rows[0]["objects"], rows[0]["bytes"]) if rows else (0, 0)


def documents_naming(digests: Iterable[str]) -> dict[str, list[str]]:
    """The documents whose versions have these bytes; digests that nobody names are left out."""
    found: dict[str, list[str]] = {}
    for some in in_batches(digests, 500):
        for row in collection(Version).find({"sha256": {"$in": some}}, {"sha256": 1, "document": 1}):
            found.setdefault(row["sha256"], []).append(row["document"])
    return found


def in_batches(digests: Iterable[str], size: int) -> Iterator[list[str]]:
    iterator = iter(digests)
    while some := list(islice(iterator, size)):
        yield some


def _change(actor: Actor, clock: Clock, key: str, state: MoveState, changes: Callable[[datetime], Mapping[str, Any]],
            audit: Callable[[Transaction, dict[str, Any]], None]) -> None:
    """Take a move from one state to the next. Raises MoveRefused where it is in another by now."""
    require(actor, Permission.STORAGE_MOVE)

    def work(tx: Transaction) -> None:
        if not tx.update(StorageMove, key, {"$set": dict(changes(tx.now))}, state=state):
            raise MoveRefused(reason="它的状态刚被另一条命令改变；请运行 dangan storage status 查看。")
        row = tx.fresh(StorageMove, {"_id": key})
        assert row is not None
        audit(tx, row)

    write(actor, clock, work)


def _note(key: str, changes: Mapping[str, Any]) -> None:
    collection(StorageMove).update_one({"_id": key}, changes)


def _forget_proofs(key: str) -> None:
    collection(StorageProof).delete_many({"move": key})


def _proof(key: str, digest: str) -> str:
    return f"{key}:{digest.rpartition(':')[2]}"
