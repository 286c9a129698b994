"""Where an index lives on disk: numbered generations, a pointer to the current one, one lock for whoever writes.

    index/CURRENT          the name of the generation that answers, replaced in one rename
    index/gen-000007/      one complete index
    index/writer.lock      held (flock) while a process writes; the kernel lets go of it when that process dies

A rebuild fills the next generation and then moves the pointer. Knows no engine.
"""

import fcntl
import os
import re
import shutil
from pathlib import Path
from typing import BinaryIO

from search.errors import IndexBusy

POINTER = "CURRENT"
_NAME = re.compile(r"gen-(\d{6,})")
Stamp = tuple[int, int, int]


def stamp(path: Path) -> Stamp | None:
    """Changes whenever the file is replaced or written; None where it is not there."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


class Generations:
    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock: BinaryIO | None = None

    def claim(self) -> None:
        """Become the one writer, until `release` or death. Raises IndexBusy where another object or process is."""
        if self._lock is not None:
            return
        self.root.mkdir(parents=True, exist_ok=True)
        file = (self.root / "writer.lock").open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise IndexBusy(place=str(self.root)) from None
        self._lock = file

    def release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def stamp(self) -> Stamp | None:
        return stamp(self.root / POINTER)

    def current(self) -> Path | None:
        """The folder that answers; None where no index was ever made, or the pointer is unreadable."""
        try:
            name = (self.root / POINTER).read_text("ascii").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        return self.root / name if _NAME.fullmatch(name) else None

    def next(self) -> Path:
        """A name never used before (the folder is not made). Only the writer asks."""
        numbers = [int(match[1]) for path in self.root.iterdir() if (match := _NAME.fullmatch(path.name))]
        return self.root / f"gen-{max(numbers, default=0) + 1:06d}"

    def switch(self, folder: Path) -> None:
        """From here on `folder` answers, also after a power cut. Only the writer asks."""
        temporary = self.root / f"{POINTER}.new"
        with temporary.open("w", encoding="ascii") as file:
            file.write(folder.name)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(self.root / POINTER)
        handle = os.open(self.root, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def sweep(self, keep: Path | None) -> None:
        """Drop every generation but one: old ones, and rebuilds that died. Readers that have them open are not hurt."""
        for path in self.root.iterdir():
            if _NAME.fullmatch(path.name) and path != keep:
                shutil.rmtree(path, ignore_errors=True)
