"""The backup folder: what lies where in it, and who may use it now. Knows nothing of databases.

    objects/ab/cd/<hex>        every object once, shared by all snapshots, read-only
    snapshots/<UTC instant>/   dumps and lists, and last of all manifest.json: without it the snapshot does not count
    incoming/                  half-copied objects, cleared by the next run
    backup.lock                one writer or any number of readers
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from admin.backup.errors import BackupBusy
from admin.locks import FolderLock

MANIFEST = "manifest.json"
DOOMED = ".removing-"


class Place:
    """A backup folder, there or not yet."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().absolute()
        self.objects, self.snapshots, self.incoming = (self.root / part for part in ("objects", "snapshots", "incoming"))
        self._lock = self.root / "backup.lock"

    @contextmanager
    def alone(self, what: str) -> Iterator[None]:
        """Make the folder and be its only user. Raises BackupBusy naming the other."""
        for folder in (self.root, self.objects, self.snapshots, self.incoming):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FolderLock(self._lock)
        if not lock.acquire(what):
            raise self._busy(lock)
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Nobody removes anything meanwhile. A folder that cannot be written needs no lock. Raises BackupBusy."""
        try:
            file = self._lock.open("r")
        except OSError:
            yield
            return
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                raise self._busy(FolderLock(self._lock)) from None
            yield

    def object(self, digest: str) -> Path:
        name = digest.removeprefix("sha256:")
        return self.objects / name[:2] / name[2:4] / name

    def complete(self) -> list[Path]:
        """The folders of finished snapshots, the oldest first."""
        return sorted(path.parent for path in self.snapshots.glob(f"[0-9]*/{MANIFEST}"))

    def begin(self, instant: datetime) -> Path:
        """A new snapshot's empty folder, named by its instant. What earlier runs left unfinished is cleared first."""
        self.clear()
        name, number = f"{instant:%Y%m%dT%H%M%SZ}", 1
        while (folder := self.snapshots / (name if number == 1 else f"{name}-{number}")).exists():
            number += 1
        folder.mkdir(mode=0o700)
        return folder

    def clear(self) -> None:
        """Remove what does not count: half-copied objects, snapshots without a manifest or about to be removed."""
        counted = set(self.complete())
        for path in [*self.incoming.iterdir(), *(path for path in self.snapshots.iterdir() if path not in counted)]:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

    def remove(self, folder: Path) -> None:
        """Remove a snapshot (its objects stay): first out of sight, so that half of it never counts."""
        doomed = folder.with_name(DOOMED + folder.name)
        folder.rename(doomed)
        sync(self.snapshots)
        shutil.rmtree(doomed)

    def _busy(self, lock: FolderLock) -> BackupBusy:
        holder = lock.holder()
        return BackupBusy(folder=self.root, pid=holder.get("pid", "?"), what=holder.get("what", "?"))


def sync(path: Path) -> None:
    """Make a file's bytes, or a folder's names, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, content: bytes) -> None:
    """The file appears complete and durable or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(content)
        sync(part)
        part.rename(path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    sync(path.parent)
