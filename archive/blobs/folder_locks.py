"""Locks of objects in a folder: one small JSON file per object, beside the tree of the objects.

They keep the archive itself from deleting; against whoever owns the folder only a store with real locks helps.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from archive.blobs.port import Lock, LockMode
from archive.errors import Damaged


class FolderLocks:
    """Reads and writes lock files. Whoever calls sees to it that nobody deletes the object meanwhile."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, digest: str) -> Lock:
        """Raises Damaged where the file is there and tells nothing: an object must not lose its lock that way."""
        try:
            said = json.loads(self._path(digest).read_text(encoding="utf-8"))
            return Lock(
                mode=LockMode(said["mode"]) if said["mode"] else None,
                until=datetime.fromisoformat(said["until"]) if said["until"] else None, hold=said["hold"] is True)
        except FileNotFoundError:
            return Lock()
        except (ValueError, KeyError, TypeError):
            raise Damaged(digest=digest) from None

    def write(self, digest: str, lock: Lock) -> None:
        """Durable when it returns; whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix="new-")
        with os.fdopen(handle, "w", encoding="utf-8") as target:
            json.dump({"mode": lock.mode, "until": lock.until.isoformat() if lock.until else None, "hold": lock.hold}, target)
            target.flush()
            os.fsync(target.fileno())
        Path(name).replace(self._path(digest))
        fsync(self.folder)

    def forget(self, digest: str) -> None:
        with suppress(FileNotFoundError):
            self._path(digest).unlink()

    def unfinished(self) -> Iterator[Path]:
        """Files of writers, of which some died."""
        return self.folder.glob("new-*")

    def _path(self, digest: str) -> Path:
        return self.folder / f"{digest.rpartition(':')[2]}.json"


def fsync(path: Path) -> None:
    """Make a file, or the names in a folder, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
