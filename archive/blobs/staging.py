"""Where a file lies between its arrival and the decision to keep it. Nothing here counts as accepted."""

import errno
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from archive.digests import Digests, Hasher
from archive.errors import DiskFull, Refused
from archive.lanes import Lane

STALE_SECONDS = 24 * 3600
BLOCK = 1 << 20       # what is hashed and written at once
STEP = 64 << 20       # after so many bytes the disk is asked to begin with them
FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class Staged:
    """A received file: where it lies, what it is called, and what its bytes amount to."""

    path: Path
    filename: str
    digests: Digests


class Oversized(Refused):
    """Larger than the archive takes; `limit` in bytes."""

    def __init__(self, filename: str, limit: int) -> None:
        self.limit = limit
        super().__init__(filename=filename, reason=f"超过上限 {limit // (1 << 20)} MiB，请拆分后再上传。")


class Receiver:
    """A file on its way in: what is written goes once to a private file, and through both digests as it passes.

    Memory stays below some 20 MiB whatever the size. With `through`, a large file is brought to the disk while it
    arrives, so that making it durable at the end is quick: worth it where the store keeps this very file.
    Every receiver must be discarded; the file is removed unless it was moved away by then.
    """

    def __init__(self, folder: Path, filename: str, limit: int, *, through: bool = False) -> None:
        self.filename, self.limit, self.size = filename, limit, 0
        folder.mkdir(parents=True, exist_ok=True)
        with _space_wanted():
            handle, name = tempfile.mkstemp(dir=folder, prefix="in-")
        self.path, self._target = Path(name), os.fdopen(handle, "wb")
        self._hasher = Hasher()
        self._parts: list[bytes] = []
        self._waiting = 0
        self._through, self._unsynced = through, 0
        self._syncing: Lane[int] | None = None
        self._staged: Staged | None = None

    def write(self, data: bytes) -> int:
        """Raises Oversized as soon as the limit is passed, DiskFull where the disk is."""
        self.size += len(data)
        if self.size > self.limit:
            raise Oversized(self.filename, self.limit)
        self._parts.append(data)
        self._waiting += len(data)
        if self._waiting >= BLOCK:
            self._pass_on()
        return len(data)

    def finish(self) -> Staged:
        """The file as a whole. May be asked again. Raises Refused for an empty one, DiskFull."""
        if self._staged is None:
            if self.size == 0:
                raise Refused(filename=self.filename, reason="文件是空的（0 字节），请检查来源后重新上传。")
            self._pass_on()
            with _space_wanted():
                self._target.flush()
                if self._syncing is not None:
                    self._syncing.finish()  # before the close: it works on the file's descriptor
                self._target.close()
            self._staged = Staged(self.path, self.filename, self._hasher.result())
        return self._staged

    def discard(self) -> None:
        """Remove what is still here and end the threads. May be called again."""
        self._hasher.close()
        if self._syncing is not None:
            self._syncing.end()
        with suppress(OSError):  # what could not be written is not wanted any more
            self._target.close()
        self.path.unlink(missing_ok=True)

    def _pass_on(self) -> None:
        block = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts, self._waiting = [], 0
        with _space_wanted():
            self._target.write(block)
            self._sync_behind(len(block))
        self._hasher.update(block)

    def _sync_behind(self, count: int) -> None:
        """Without this the kernel begins late, and the wait for the disk comes on top instead of beside."""
        self._unsynced += count
        if self._through and self._unsynced >= STEP:
            self._syncing = self._syncing or Lane(os.fdatasync, "sync", 1)
            self._target.flush()
            self._syncing.offer(self._target.fileno())
            self._unsynced = 0


@contextmanager
def stage(folder: Path, filename: str, chunks: Iterable[bytes], *, limit: int, through: bool = False) -> Iterator[Staged]:
    """Receive the bytes; the file is removed at the end unless it was moved.

    `limit` is the largest size in bytes. Raises Refused where the file is larger, or empty; DiskFull.
    """
    receiver = Receiver(folder, filename, limit, through=through)
    try:
        for chunk in chunks:
            receiver.write(chunk)
        yield receiver.finish()
    finally:
        receiver.discard()


@contextmanager
def _space_wanted() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull from error
        raise


def file_chunks(path: Path, size: int = 1 << 20) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(size):
            yield chunk


def sweep(folder: Path, now: float) -> int:
    """Remove files that a dead process left behind more than a day ago; `now` in seconds since the epoch."""
    removed = 0
    for path in folder.glob("in-*"):
        if now - path.stat().st_mtime > STALE_SECONDS:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
