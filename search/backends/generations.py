"""Where an index lives on disk: numbered generations, a pointer to the current one, one lock for whoever writes.

    index/CURRENT          the name of the generation that answers, replaced in one rename
    index/gen-000007/      one complete index
    index/writer.lock      held (flock) while a process writes; the kernel lets go of it when that process dies

A rebuild fills the next generation and then moves the pointer. Until then `rebuild.json` lies in it: by that an
interrupted rebuild is known and gone on with. Knows no engine.
"""

import fcntl
import os
import re
import shutil
from pathlib import Path
from typing import BinaryIO

from search.errors import IndexBusy

POINTER = "CURRENT"
PROGRESS = "rebuild.json"
_NAME = re.compile(r"gen-(\d{6,})")
Stamp = tuple[int, int, int]


def stamp(path: Path) -> Stamp | None:
    """Changes whenever the file is replaced or written; None where it is not there."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def replace_durably(path: Path, text: str) -> None:
    """Write the whole file or nothing of it, also in a power cut."""
    temporary = path.with_name(f"{path.name}.new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Generations:
    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock: BinaryIO | None = None

    def claim(self) -> bool:
        """Become the one writer, until `release` or death; False where it was so before.

        Raises IndexBusy where another object or process is.
        """
        if self._lock is not None:
            return False
        self.root.mkdir(parents=True, exist_ok=True)
        file = (self.root / "writer.lock").open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise IndexBusy(place=str(self.root)) from None
        self._lock = file
        return True

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
        replace_durably(self.root / POINTER, folder.name)
        self.tidy()

    def tidy(self) -> None:
        """What answers is not being filled any more, though its writer may have died before saying so."""
        if (folder := self.current()) is not None:
            (folder / PROGRESS).unlink(missing_ok=True)

    def unfinished(self) -> Path | None:
        """The generation that a rebuild fills, or filled when it was interrupted."""
        current = self.current()
        try:
            found = [path.parent for path in self.root.glob(f"gen-*/{PROGRESS}") if _NAME.fullmatch(path.parent.name)]
        except FileNotFoundError:
            return None
        return max((folder for folder in found if folder != current), default=None)

    def sweep(self, *keep: Path | None) -> None:
        """Drop every generation but these: old ones, and rebuilds given up. Readers that have them open are not hurt."""
        for path in self.root.iterdir():
            if _NAME.fullmatch(path.name) and path not in keep:
                (path / PROGRESS).unlink(missing_ok=True)  # first, so that half of a generation is never gone on with
                shutil.rmtree(path, ignore_errors=True)
