"""Objects into the backup folder: each once, checked against its digest while it is copied, never rewritten.

Runs after the database was dumped. What a version names is never removed (the sweep takes only what no version names,
and versions are never deleted), so every object the dump needs is still there, however long the copying takes.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from admin.backup.dump import Progress
from admin.backup.manifest import FREE, Entry
from admin.backup.place import Place, sync
from admin.backup.sealed import SealedFile
from archive.blobs.port import BlobStore
from archive.digests import CHUNK
from archive.errors import Damaged, NotFound

AT_ONCE = 4  # a server at some distance answers several requests in the time of one
IN_HAND = 256
READ_ONLY = 0o440

T = TypeVar("T")
R = TypeVar("R")


@dataclass(slots=True)
class Copied:
    """`bytes` of all objects named, `copied_bytes` of those copied by this run. `problems` name the object."""

    count: int = 0
    bytes: int = 0
    copied: int = 0
    copied_bytes: int = 0
    locks: int = 0
    problems: list[str] = field(default_factory=list)


class Copier:
    """Copies from one store into one place."""

    def __init__(self, blobs: BlobStore, place: Place) -> None:
        self.blobs, self.place = blobs, place
        self.locking = blobs.info().locks

    def copy(self, named: Iterable[tuple[str, int]], target: SealedFile, total: int, progress: Progress) -> Copied:
        """Copy what is not there yet and list everything, in the order named. Raises EngineDown, OSError."""
        copied = Copied()
        for entry, fresh, problem in side_by_side(lambda pair: self._one(*pair), named):
            target.write_line(entry.as_line())
            copied.count += 1
            copied.bytes += entry.size
            copied.copied += fresh
            copied.copied_bytes += entry.size * fresh
            copied.locks += entry.lock != FREE
            copied.problems += [problem] if problem else []
            progress("objects", copied.count, total)
        return copied

    def _one(self, digest: str, size: int) -> tuple[Entry, bool, str]:
        """The list's entry, whether it was copied now, and what is wrong in the source."""
        path = self.place.object(digest)
        had = path.is_file() and path.stat().st_size == size
        try:
            lock = self.blobs.lock_of(digest) if self.locking else FREE
            if not had:
                with self.blobs.open(digest) as stream:
                    keep(self.place, iter(lambda: stream.read(CHUNK), b""), digest)
            elif not self.locking and not self.blobs.exists(digest):
                raise NotFound(what="对象", key=digest)
        except NotFound:
            return _absent(digest, size, had, "源存储中缺失")
        except Damaged:
            return _absent(digest, size, had, "在源存储中的内容与摘要不符")
        return Entry(digest, size, lock), not had, ""


def side_by_side(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """A few at once, answers in the items' order, never more than a handful of items taken ahead."""
    source = iter(items)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while some := list(islice(source, IN_HAND)):
            yield from pool.map(work, some)


def _absent(digest: str, size: int, had: bool, why: str) -> tuple[Entry, bool, str]:
    """An object that an earlier run copied is in the backup all the same."""
    if had:
        return Entry(digest, size), False, f"对象 {digest} {why}；备份里有以前复制的完好副本"
    return Entry(digest, size, absent=why), False, f"对象 {digest} {why}，没有备份到"


def copy_mails(folder: Path, place: Place, target: SealedFile) -> int:
    """The mails of an archive that writes them to a folder; how many there are. A mail is small enough to be held."""
    found: list[Entry] = []
    for path in folder.glob("*.eml"):
        content = path.read_bytes()
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        if not place.object(digest).is_file():
            keep(place, [content], digest)
        found.append(Entry(digest, len(content), name=path.name))
    for entry in sorted(found, key=lambda entry: (entry.sha256, entry.name)):
        target.write_line(entry.as_line())
    return len(found)


def keep(place: Place, pieces: Iterable[bytes], digest: str) -> None:
    """Put an object into the place: durable and whole, or not at all. Raises Damaged where it has another digest."""
    handle, name = tempfile.mkstemp(dir=place.incoming)
    part, hasher = Path(name), hashlib.sha256()
    try:
        with os.fdopen(handle, "wb") as target:
            for piece in pieces:
                hasher.update(piece)
                target.write(piece)
        if f"sha256:{hasher.hexdigest()}" != digest:
            raise Damaged(digest=digest)
        part.chmod(READ_ONLY)
        sync(part)
        path = place.object(digest)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.replace(path)
        sync(path.parent)
    finally:
        part.unlink(missing_ok=True)
