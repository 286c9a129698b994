"""Objects in a folder: `objects/ab/cd/<hex>`, written to a temporary name, fsynced, renamed, read-only."""

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from archive.blobs.folder_locks import FolderLocks, fsync
from archive.blobs.locking import stronger, told
from archive.blobs.naming import hex_of
from archive.blobs.port import Lock, LockMode, StoreInfo
from archive.digests import CHUNK, sha256_of
from archive.errors import Damaged, Locked, NotFound, StoreUnfit

READ_ONLY = 0o440
# Files that `put` brings near before it renames them; those of `stage` have their own prefix and their own sweep.
_PREFIX = "put-"


class FolderBlobs:
    """A BlobStore for one machine. Several processes may use the same folder. `now`: seconds since the epoch."""

    def __init__(self, root: Path, now: Callable[[], float] = time.time) -> None:
        self.root = root
        self.now = now
        self.staging = root / "incoming"
        self.locks = FolderLocks(root / "locks")
        self.staging.mkdir(parents=True, exist_ok=True)

    def prepare(self) -> None:
        self.staging.mkdir(parents=True, exist_ok=True)
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise StoreUnfit(place=self._place, reason="当前用户不能写入此文件夹，请调整所有者或权限。")

    def put(self, source: Path, digest: str, *, hashed: bool = False) -> None:
        target = self._path(digest)
        with self._sweeping(exclusive=False):
            if target.exists():
                os.utime(target)  # somebody names it again: its grace period starts anew
                return
        temporary = self._bring_near(source, digest, hashed)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.chmod(READ_ONLY)
        fsync(temporary)
        temporary.rename(target)
        fsync(target.parent)

    def open(self, digest: str) -> BinaryIO:
        with self._found(digest):
            return self._path(digest).open("rb")

    def read(self, digest: str, start: int, length: int) -> bytes:
        with self.open(digest) as stream:
            stream.seek(start)
            return stream.read(length)

    def pieces(self, digest: str, start: int, end: int) -> Iterator[bytes]:
        with self.open(digest) as stream:
            stream.seek(start)
            while start < end:
                piece = stream.read(min(CHUNK, end - start))
                if not piece:
                    raise Damaged(digest=digest)
                start += len(piece)
                yield piece

    def size(self, digest: str) -> int:
        with self._found(digest):
            return self._path(digest).stat().st_size

    def exists(self, digest: str) -> bool:
        return self._path(digest).is_file()

    def verify(self, digest: str) -> bool:
        try:
            with self.open(digest) as stream:
                return sha256_of(stream) == digest
        except NotFound:
            return False

    def delete(self, digest: str) -> None:
        with self._sweeping(exclusive=True):
            self._remove(digest)

    def delete_if_old(self, digest: str, before: float) -> bool:
        path = self._path(digest)
        with self._sweeping(exclusive=True):
            if not path.exists() or path.stat().st_mtime >= before:
                return False
            self._remove(digest)
        return True

    def digests(self) -> Iterator[str]:
        for path in self.root.glob("??/??/*"):
            yield f"sha256:{path.name}"

    @contextmanager
    def local(self, digest: str) -> Iterator[Path]:
        path = self._path(digest)
        if not path.is_file():
            raise NotFound(what="对象", key=digest)
        yield path

    def tidy(self, before: float) -> int:
        removed = 0
        for path in (*self.staging.glob(f"{_PREFIX}*"), *self.locks.unfinished()):
            with suppress(FileNotFoundError):  # its writer lives and was faster
                if path.stat().st_mtime < before:
                    path.unlink()
                    removed += 1
        return removed

    def lock_of(self, digest: str) -> Lock:
        self.size(digest)
        return self.locks.read(digest)

    def retain(self, digest: str, mode: LockMode, until: datetime) -> None:
        with self._sweeping(exclusive=True):
            current = self.lock_of(digest)
            if stronger(digest, current, mode, until, self._instant()):
                self.locks.write(digest, Lock(mode, until.astimezone(UTC), current.hold))

    def hold(self, digest: str, on: bool) -> None:
        with self._sweeping(exclusive=True):
            current = self.lock_of(digest)
            if current.hold != on:
                self.locks.write(digest, Lock(current.mode, current.until, on))

    def link(self, digest: str, filename: str, media_type: str, seconds: int) -> str | None:
        return None

    def info(self) -> StoreInfo:
        free = shutil.disk_usage(self.root).free
        return StoreInfo("folder", self._place, locks=True, detail={"free": f"{free / (1 << 30):.1f} GiB"})

    @property
    def _place(self) -> str:
        return f"file://{self.root.absolute()}"

    def _instant(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)

    def _remove(self, digest: str) -> None:
        lock = self.locks.read(digest)
        if self.exists(digest) and lock.holds_at(self._instant()):
            raise Locked(digest=digest, lock=told(lock))
        with suppress(FileNotFoundError):
            self._path(digest).unlink()
        self.locks.forget(digest)

    @contextmanager
    def _sweeping(self, *, exclusive: bool) -> Iterator[None]:
        """An object must not vanish between `put` finding it and renewing its age, or get a lock while it is removed."""
        with (self.root / "sweep.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
            yield

    @contextmanager
    def _found(self, digest: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise NotFound(what="对象", key=digest) from None

    def _bring_near(self, source: Path, digest: str, hashed: bool) -> Path:
        """A file in staging with these bytes: rename is atomic only within one file system.

        What comes from elsewhere is hashed while it is copied. Raises Damaged.
        """
        if source.parent == self.staging:
            if not hashed:
                with source.open("rb") as stream:
                    if sha256_of(stream) != digest:
                        raise Damaged(digest=digest)
            return source
        handle, name = tempfile.mkstemp(dir=self.staging, prefix=_PREFIX)
        try:
            with os.fdopen(handle, "wb") as target, source.open("rb") as stream:
                if _copied(stream, target) != digest:
                    raise Damaged(digest=digest)
        except BaseException:
            Path(name).unlink()
            raise
        return Path(name)

    def _path(self, digest: str) -> Path:
        name = hex_of(digest)
        return self.root / name[:2] / name[2:4] / name


def _copied(source: BinaryIO, target: BinaryIO) -> str:
    """Copy what is left of the source; the digest of what was copied."""
    hasher = hashlib.sha256()
    while chunk := source.read(CHUNK):
        hasher.update(chunk)
        target.write(chunk)
    return f"sha256:{hasher.hexdigest()}"
