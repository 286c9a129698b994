"""Objects in a folder: `objects/ab/cd/<hex>`, written to a temporary name, fsynced, renamed, read-only."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from archive.digests import sha256_of
from archive.errors import Damaged, NotFound

READ_ONLY = 0o440


class FolderBlobs:
    """A BlobStore for one machine. Several processes may use the same folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.staging = root / "incoming"
        self.staging.mkdir(parents=True, exist_ok=True)

    def put(self, source: Path, digest: str) -> None:
        target = self._path(digest)
        with self._sweeping(exclusive=False):
            if target.exists():
                os.utime(target)  # somebody names it again: its grace period starts anew
                return
        with source.open("rb") as stream:
            if sha256_of(stream) != digest:
                raise Damaged(digest=digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._bring_near(source)
        temporary.chmod(READ_ONLY)
        _fsync(temporary)
        temporary.rename(target)
        _fsync(target.parent)

    def open(self, digest: str) -> BinaryIO:
        try:
            return self._path(digest).open("rb")
        except FileNotFoundError:
            raise NotFound(what="对象", key=digest) from None

    def read(self, digest: str, start: int, length: int) -> bytes:
        with self.open(digest) as stream:
            stream.seek(start)
            return stream.read(length)

    def size(self, digest: str) -> int:
        try:
            return self._path(digest).stat().st_size
        except FileNotFoundError:
            raise NotFound(what="对象", key=digest) from None

    def exists(self, digest: str) -> bool:
        return self._path(digest).is_file()

    def verify(self, digest: str) -> bool:
        try:
            with self.open(digest) as stream:
                return sha256_of(stream) == digest
        except NotFound:
            return False

    def delete(self, digest: str) -> None:
        with suppress(FileNotFoundError):
            self._path(digest).unlink()

    def delete_if_old(self, digest: str, before: float) -> bool:
        path = self._path(digest)
        with self._sweeping(exclusive=True):
            if not path.exists() or path.stat().st_mtime >= before:
                return False
            self.delete(digest)
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

    @contextmanager
    def _sweeping(self, *, exclusive: bool) -> Iterator[None]:
        """An object must not vanish between `put` finding it and renewing its age."""
        with (self.root / "sweep.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
            yield

    def _bring_near(self, source: Path) -> Path:
        """Rename is atomic only within one file system: what comes from elsewhere is copied into staging first."""
        if source.parent == self.staging:
            return source
        handle, name = tempfile.mkstemp(dir=self.staging)
        with os.fdopen(handle, "wb") as target, source.open("rb") as stream:
            shutil.copyfileobj(stream, target, 1 << 20)
        return Path(name)

    def _path(self, digest: str) -> Path:
        algorithm, _, name = digest.partition(":")
        if algorithm != "sha256" or len(name) != 64 or not set(name) <= set("0123456789abcdef"):
            raise NotFound(what="对象", key=digest)
        return self.root / name[:2] / name[2:4] / name


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
