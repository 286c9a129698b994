"""Digests of bytes: `sha256:` names an object, `sm3:` (GB/T 32905) stands beside it for 国密 evidence."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from archive.lanes import Lane

CHUNK = 1 << 20
ALONE = 4 << 20   # up to here a thread would cost more than it saves
BEHIND = 4        # chunks by which SM3 may be behind, in memory until it has seen them


@dataclass(frozen=True, slots=True)
class Digests:
    """Digests as `algorithm:hex`, size in bytes."""

    sha256: str
    sm3: str
    size: int


class Hasher:
    """Feeds both algorithms in one pass. SM3 takes five times as long as SHA-256: of a large file it has its own thread.

    Chunks must not change after they were given. Call `result`, or `close` where nobody wants the result any more.
    """

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._sm3 = hashlib.new("sm3")
        self._lane: Lane[bytes] | None = None
        self.size = 0

    def __enter__(self) -> "Hasher":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def update(self, chunk: bytes) -> None:
        self.size += len(chunk)
        if self._lane is None and self.size > ALONE:
            self._lane = Lane(self._sm3.update, "sm3", BEHIND)
        if self._lane is not None:
            self._lane.put(chunk)
        else:
            self._sm3.update(chunk)
        self._sha256.update(chunk)

    def result(self) -> Digests:
        if self._lane is not None:
            self._lane.finish()
        return Digests(f"sha256:{self._sha256.hexdigest()}", f"sm3:{self._sm3.hexdigest()}", self.size)

    def close(self) -> None:
        """End the thread, if there is one. May be called again."""
        if self._lane is not None:
            self._lane.end()


def sha256_of(stream: BinaryIO) -> str:
    """`sha256:<hex>` of what is left in the stream, read in 1 MiB pieces."""
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    return f"sha256:{digest.hexdigest()}"


def digests_of(path: Path) -> Digests:
    with Hasher() as hasher, path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            hasher.update(chunk)
        return hasher.result()
