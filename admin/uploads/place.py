"""Where the bytes of unfinished uploads lie on this machine, and who may touch one: a kernel lock on its file.

A place has an identity of its own, written into its folder once: machines that share the folder are one place.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from admin.uploads.errors import Busy
from archive.models import new_id

PREFIX = "up-"
LEFTOVER_SECONDS = 3600.0


class Place:
    """A folder of unfinished uploads. Nothing is made before the first upload needs it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def id(self) -> str:
        name = self.folder / "place"
        if not name.exists():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, draft = tempfile.mkstemp(dir=self.folder)
            with os.fdopen(handle, "w") as target:
                target.write(new_id())
            with suppress(FileExistsError):  # whole or not at all, the first wins
                os.link(draft, name)
            Path(draft).unlink()
        return name.read_text()

    def path(self, key: str) -> Path:
        return self.folder / f"{PREFIX}{key}"

    @contextmanager
    def locked(self, key: str) -> Iterator[int]:
        """The open file of an upload, ours alone until the block ends or the process dies. Raises Busy."""
        handle = _opened(self.path(key))
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy from None
            if not self._is_still(key, handle):
                raise Busy  # it was removed, or replaced, between opening and locking
            yield handle
        finally:
            os.close(handle)

    def remove(self, key: str) -> None:
        self.path(key).unlink(missing_ok=True)

    def is_untidy(self, now: float) -> bool:
        """Whether nobody has looked for leftovers for an hour; from now on somebody has. `now` as for `leftovers`."""
        mark = self.folder / "swept"
        with suppress(FileNotFoundError):
            if abs(now - mark.stat().st_mtime) < LEFTOVER_SECONDS:
                return False
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        mark.touch()
        os.utime(mark, (now, now))
        return True

    def leftovers(self, now: float) -> list[str]:
        """Uploads whose files nobody has written to for an hour; `now` in seconds since the epoch."""
        old = []
        for path in self.folder.glob(f"{PREFIX}*"):
            with suppress(FileNotFoundError):
                if now - path.stat().st_mtime > LEFTOVER_SECONDS:
                    old.append(path.name.removeprefix(PREFIX))
        return old

    def _is_still(self, key: str, handle: int) -> bool:
        try:
            return os.path.samestat(os.fstat(handle), self.path(key).stat())
        except FileNotFoundError:
            return False


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError:  # complete, and an object of the archive already: there is nothing to write any more
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
