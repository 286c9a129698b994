"""Files made from originals that can be made again: pictures of pages, places of letters, renditions of Office files.

A folder of its own beside the engines (docs/decisions/0012), never the store of originals and never backed up. Bounded:
what was not used for longest goes first. Everything of one original lies together, so that it can be forgotten as one.
Safe between threads and processes: files appear whole or not at all, and may be gone at any moment.
"""

import fcntl
import logging
import os
import shutil
import tempfile
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

_log = logging.getLogger(__name__)
_TRIMMED_TO = 0.9       # of the limit, so that trimming is rare
_LOOK_AFTER = 1 / 32    # of the limit written since the last look
_LOCK = ".trimming"


class DerivedFiles:
    """Kept under the digest of the original and a name that says what it is and which engines made it."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder, self._limit = folder, limit
        self._written = limit   # what earlier processes left is looked at with the first file

    def read(self, digest: str, name: str) -> bytes | None:
        """None where it was never made or is gone."""
        path = self.path(digest, name)
        try:
            return path.read_bytes() if path else None
        except OSError:
            return None

    def path(self, digest: str, name: str) -> Path | None:
        """The file itself, marked as just used."""
        path = self._place(digest) / name
        try:
            os.utime(path)
        except OSError:
            return None
        return path

    def write(self, digest: str, name: str, data: bytes | Path) -> None:
        """Keep bytes or a copy of a file. A full disk costs nothing but the keeping."""
        place = self._place(digest)
        try:
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.NamedTemporaryFile(dir=place, prefix=".", delete=False) as file:
                try:
                    if isinstance(data, Path):
                        with data.open("rb") as source:
                            shutil.copyfileobj(source, file)
                    else:
                        file.write(data)
                    self._written += file.tell()
                    Path(file.name).replace(place / name)
                except BaseException:
                    Path(file.name).unlink(missing_ok=True)
                    raise
        except OSError as error:
            _log.warning("a derived file was not kept: %s", error)
            return
        if self._written >= self._limit * _LOOK_AFTER:
            self._written = 0
            self._trim()

    def names(self, digest: str) -> list[str]:
        """What is kept of one original."""
        try:
            return sorted(entry.name for entry in os.scandir(self._place(digest)) if not entry.name.startswith("."))
        except OSError:
            return []

    def drop(self, digest: str, names: Collection[str]) -> None:
        """These files of one original."""
        for name in names:
            with suppress(OSError):
                (self._place(digest) / name).unlink()

    def forget(self, digest: str) -> None:
        """Everything made from one original."""
        shutil.rmtree(self._place(digest), ignore_errors=True)

    def forget_all_but(self, digests: Collection[str]) -> int:
        """Everything made from originals that are no longer there; how many there were."""
        named = {digest.rpartition(":")[2] for digest in digests}
        gone = [place.name for place in self._folder.glob("*/*") if place.name not in named]
        for name in gone:
            self.forget(name)
        return len(gone)

    def _place(self, digest: str) -> Path:
        name = digest.rpartition(":")[2]
        return self._folder / name[:2] / name

    def _trim(self) -> None:
        """One process at a time; another one's trimming is as good as ours."""
        with (self._folder / _LOCK).open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            files = sorted(self._files())
            total = sum(size for _, size, _ in files)
            if total <= self._limit:
                return
            for _, size, path in files:
                with suppress(OSError):
                    path.unlink()
                    total -= size
                if total <= self._limit * _TRIMMED_TO:
                    break
            self._drop_empty()

    def _files(self) -> list[tuple[int, int, Path]]:
        """When last used, size, path."""
        found = []
        for folder, _, names in os.walk(self._folder):
            for name in names:
                path = Path(folder) / name
                if name != _LOCK:
                    with suppress(FileNotFoundError):
                        status = path.stat()
                        found.append((status.st_mtime_ns, status.st_size, path))
        return found

    def _drop_empty(self) -> None:
        for folder in self._folder.glob("*/*"):
            with suppress(OSError):    # in use: not empty
                folder.rmdir()
