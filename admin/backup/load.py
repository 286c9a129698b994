"""Dumps back into the database: batch by batch, as they are, each collection whole or begun anew."""

import gzip
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from bson.raw_bson import RawBSONDocument

from admin.backup import marker
from admin.backup.dump import Progress
from admin.backup.manifest import Manifest, dump_name
from archive.models.connection import database

MOST_DOCUMENTS, MOST_BYTES = 1000, 8 << 20


def load(folder: Path, manifest: Manifest, done: set[str], progress: Progress) -> int:
    """Load every collection that is not among `done`; how many documents the snapshot holds in all."""
    for name, seal in manifest.collections.items():
        part = f"collection:{name}"
        if part in done:
            continue
        target = database()[name]
        target.delete_many({})  # what an interrupted restore had begun: the marker says that it is ours
        loaded = 0
        for batch in _batches(folder / dump_name(name)):
            target.insert_many(batch, ordered=False)
            loaded += len(batch)
            progress(name, loaded, seal.count)
        if loaded != seal.count:
            raise RuntimeError(f"{name}: {loaded} entries in a dump of {seal.count} whose digest was right")
        marker.done(part)
    return sum(seal.count for seal in manifest.collections.values())


def _batches(path: Path) -> Iterator[list[RawBSONDocument]]:
    batch: list[RawBSONDocument] = []
    size = 0
    with gzip.open(path, "rb") as stream:
        for raw in _documents(stream):
            batch.append(RawBSONDocument(raw))
            size += len(raw)
            if len(batch) >= MOST_DOCUMENTS or size >= MOST_BYTES:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


def _documents(stream: "IO[bytes] | Any") -> Iterator[bytes]:
    while head := stream.read(4):
        length = struct.unpack("<i", head)[0]
        yield head + stream.read(length - 4)
