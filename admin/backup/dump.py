"""Every collection at one moment, streamed to sealed files: `<collection>.bson.gz`, as `mongodump --gzip` writes them.

One snapshot session reads everything, so the files belong together however much is written meanwhile. MongoDB keeps
the past for a while only; the time is raised for the length of the dump where the user may do that.
"""

import logging
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from pymongo import MongoClient, ReadPreference
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError

from admin.backup.errors import SnapshotLost
from admin.backup.manifest import dump_name
from admin.backup.marker import RESTORES
from admin.backup.sealed import Seal, SealedFile
from archive import audit
from archive.clock import Clock
from archive.errors import EngineDown
from archive.models import AuditEntry, IndexRebuild, Lease, StorageMove, StorageProof, Version
from archive.models.connection import database

log = logging.getLogger("dangan.backup")
# What is about this installation and not about the archive: who acts, how far its index is, where the objects are on
# their way to (with sealed addresses), whether it was restored. What became of a move stays in the audit trail.
MOMENTARY = frozenset({RESTORES, *(model._get_collection_name()
                                   for model in (IndexRebuild, Lease, StorageMove, StorageProof))})
NAMED = "named.tsv"
TIMES = 3
HISTORY = "minSnapshotHistoryWindowInSeconds"
HISTORY_DEFAULT = 300
# Four hours; the odd second marks the value as ours, so that what a killed backup left is put back by the next.
HISTORY_SECONDS = 4 * 3600 + 1
# SnapshotTooOld, SnapshotUnavailable (a collection was made or dropped), CursorNotFound, QueryPlanKilled, and a primary
# that steps down or shuts down: the moment is lost, another may be had.
LOST = frozenset({239, 246, 43, 175, 11600, 11602})

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, how much there is (0: unknown)."""


@dataclass(frozen=True, slots=True)
class Dumped:
    """`instant` was before the moment the files show: everything acknowledged by then is in them."""

    instant: datetime
    collections: dict[str, Seal]
    archive: str
    audit: tuple[int, str]
    mongodb: str


def dump(folder: Path, clock: Clock, progress: Progress) -> Dumped:
    """Write the dumps, and `named.tsv`: the digest and size of each object the versions name, sorted.

    Raises SnapshotLost where the moment could not be kept to the end, EngineDown where MongoDB went away for good.
    """
    source = database().with_options(read_preference=ReadPreference.PRIMARY)
    for attempt in range(1, TIMES + 1):
        try:
            with _history(source.client):
                return _dump(source, folder, clock, progress)
        except ConnectionFailure as error:  # the primary changed, or the server was started again: its past is gone
            if attempt == TIMES:
                raise EngineDown(engine="MongoDB", reason=type(error).__name__) from error
        except OperationFailure as error:
            if error.code not in LOST:
                raise
            if attempt == TIMES:
                raise SnapshotLost(reason=(error.details or {}).get("codeName", error.code), times=TIMES) from error
        log.warning("the snapshot was lost while it was read; reading again")
        for path in folder.iterdir():
            path.unlink()
    raise AssertionError("unreachable")


def _dump(source: "Database[dict[str, Any]]", folder: Path, clock: Clock, progress: Progress) -> Dumped:
    names = sorted(name for name in source.list_collection_names()
                   if name not in MOMENTARY and not name.startswith("system."))
    instant = clock.now()
    with source.client.start_session(snapshot=True) as session:
        first = source[AuditEntry._get_collection_name()].find_one({"_id": 1}, session=session) or {}
        head = source["chain_heads"].find_one({"_id": audit.HEAD}, session=session) or {"seq": 0, "digest": audit.GENESIS}
        seals = {name: _collection(source, name, folder, session, progress) for name in names}
        _name_objects(source, folder / NAMED, session)
    return Dumped(instant, seals, first.get("digest", ""), (head["seq"], head["digest"]),
                  source.client.server_info()["version"])


def _collection(source: "Database[dict[str, Any]]", name: str, folder: Path, session: "ClientSession",
                progress: Progress) -> Seal:
    done, total = 0, source[name].estimated_document_count()
    with SealedFile(folder / dump_name(name)) as target:
        for batch in cast("Iterator[bytes]", source[name].find_raw_batches(session=session)):
            count = _documents_in(batch)
            target.write(batch, count)
            done += count
            progress(name, done, max(total, done))
    return target.seal


def _documents_in(batch: bytes) -> int:
    """Each BSON document begins with its length."""
    count = position = 0
    while position < len(batch):
        position += struct.unpack_from("<i", batch, position)[0]
        count += 1
    return count


def _name_objects(source: "Database[dict[str, Any]]", path: Path, session: "ClientSession") -> None:
    """By the index on the digest: sorted without holding them in memory, here or there."""
    rows = source[Version._get_collection_name()].find({}, {"_id": 0, "sha256": 1, "size": 1}, session=session)
    last = ""
    with path.open("x") as target:
        for row in rows.sort("sha256", 1):
            if row["sha256"] != last:
                target.write(f"{row['sha256']}\t{row['size']}\n")
            last = row["sha256"]


def named(path: Path) -> Iterator[tuple[str, int]]:
    with path.open() as stream:
        for line in stream:
            digest, _, size = line.rstrip("\n").partition("\t")
            yield digest, int(size)


@contextmanager
def _history(client: "MongoClient[dict[str, Any]]") -> Iterator[None]:
    """Have the server remember long enough. Where that is not for us to say, its own five minutes must do."""
    try:
        before = int(client.admin.command({"getParameter": 1, HISTORY: 1})[HISTORY])
        if before < HISTORY_SECONDS:
            client.admin.command({"setParameter": 1, HISTORY: HISTORY_SECONDS})
    except OperationFailure:
        log.info("not permitted to set %s: the dump must end within the server's own time", HISTORY)
        before = HISTORY_SECONDS + 1
    try:
        yield
    finally:
        if before <= HISTORY_SECONDS:
            _put_back(client, HISTORY_DEFAULT if before == HISTORY_SECONDS else before)


def _put_back(client: "MongoClient[dict[str, Any]]", seconds: int) -> None:
    try:
        client.admin.command({"setParameter": 1, HISTORY: seconds})
    except PyMongoError:  # the server went away: one that starts again has its default
        log.warning("cannot set %s back to %s", HISTORY, seconds)
