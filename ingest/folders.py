"""Watched folders: what people or scanners put into `<folder>/<project code>/…` is filed, then moved aside.

Three steps, in this order: the bytes are durable, the record names them, the file is moved. Whatever is cut off after
any of them, the next look finds the file again, learns that its bytes are in the dossier, and moves it. Nothing is
ever deleted. Nothing here opens what a file holds: that is the one pipeline's (`ingest/intake.py`).
"""

import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

from archive.access import system_actor
from archive.blobs.staging import file_chunks
from archive.clock import Clock
from archive.errors import Invalid, NotFound, Refused
from archive.models.receipts import Channel
from archive.operations.documents import Filed, dossier_for_files
from archive.operations.receipts import Entry, add_entry, filed_entry, open_receipt, refused_entry
from archive.operations.sources import Looked
from archive.taxonomy import OTHER
from ingest.describe import Given
from ingest.intake import Intaker

DONE, REFUSED, UNCLEAR = "已归档", "拒收", "待处理"
OURS = frozenset({DONE, REFUSED, UNCLEAR})
REASON = ".原因.txt"
MOST_SEEN = 20_000  # files looked at in one round; the others come when these are gone
DEEPEST = 40
STACK = Given(type=OTHER)    # a whole stack is no paper of any type: its parts are
_UNFINISHED = (".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".download", ".swp", ".lock")
_CLUTTER = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db"})


class Changing(Exception):
    """Somebody is still writing to the file."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file below the folder: where it is, the project folder it is in ("" for none), its way from there. `split`: a scan
    that is to be parted at its separator pages."""

    path: Path
    code: str
    inner: PurePosixPath
    size: int
    changed: int
    regular: bool
    split: bool = False

    @property
    def mark(self) -> tuple[int, int]:
        return self.size, self.changed


class WatchedFolder:
    """Takes what has been lying still for `still` seconds. One instance a folder; it remembers what it saw."""

    actor = system_actor("watch-folder")
    channel = Channel.FOLDER
    homeless = "它不在项目文件夹里。请放进以项目编号命名的文件夹。"

    def __init__(self, intake: Intaker, clock: Clock, root: Path, still: float) -> None:
        self.intake, self.clock, self.root, self.still = intake, clock, root, still
        self._seen: dict[Path, tuple[tuple[int, int], float]] = {}

    @property
    def key(self) -> str:
        return f"folder:{self.root}"

    def look(self, stopped: Callable[[], bool] = lambda: False) -> Looked:
        """Take what is ready. Raises OSError where the folder cannot be reached; EngineDown, DiskFull."""
        looked, now = Looked(), time.monotonic()
        seen: dict[Path, tuple[tuple[int, int], float]] = {}
        for found in self._files():
            if len(seen) >= MOST_SEEN or stopped():
                break
            mark, since = self._seen.get(found.path, (None, now))
            since = since if mark == found.mark else now
            seen[found.path] = (found.mark, since)
            if now - since >= self.still and self._taken(found, looked):
                seen.pop(found.path)
        self._seen = seen
        looked.waiting = len(seen)
        return looked

    def _files(self) -> Iterator[Found]:
        for entry in _entries(self.root):
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in OURS:
                    yield from self._below(Path(entry.path), readable(entry.name), PurePosixPath(), 1)
            elif found := _found(entry, "", PurePosixPath(readable(entry.name))):
                yield found

    def _below(self, folder: Path, code: str, inner: PurePosixPath, depth: int) -> Iterator[Found]:
        for entry in _entries(folder):
            here = inner / readable(entry.name)
            if not entry.is_dir(follow_symlinks=False):
                if found := _found(entry, code, here):
                    yield found
            elif depth < DEEPEST:
                yield from self._below(Path(entry.path), code, here, depth + 1)

    def _taken(self, found: Found, looked: Looked) -> bool:
        """Whether the file is out of the way now. A single file that cannot be read or moved does not stop the others."""
        try:
            outcome = self._take(found)
        except Changing:
            return False
        except OSError as error:
            self.root.stat()  # raises where it is the folder that is gone
            looked.trouble = f"“{found.code}/{found.inner}”处理不了（{error.strerror}），请检查权限。"
            return False
        looked.counts[outcome] += 1
        return True

    def _take(self, found: Found) -> str:
        if not found.regular:
            return self._aside(found, UNCLEAR, "它是链接或特殊文件，不是普通文件。请放入文件本身。")
        if not found.code:
            return self._aside(found, UNCLEAR, self.homeless)
        try:
            dossier_for_files(self.actor, found.code)
            filed = self._filed(found)
        except NotFound:
            where = "分隔页" if found.split else "文件夹名"
            return self._aside(found, UNCLEAR, f"没有编号为“{found.code}”的项目。请核对{where}或先登记项目，再放回项目文件夹。")
        except (Refused, Invalid) as error:
            self._list(found, refused_entry(str(found.inner), error))
            return self._aside(found, REFUSED, str(error.facts.get("reason", error)))
        self._list(found, filed_entry(str(found.inner), filed, key=f"{found.inner} {filed.version.sha256}"))
        self._move(found, DONE)
        return "duplicates" if filed.duplicate else "filed"

    def _filed(self, found: Found) -> Filed:
        with self.intake.staged(found.inner.name, file_chunks(found.path)) as staged:
            now = found.path.lstat()
            if (now.st_size, now.st_mtime_ns) != found.mark or staged.digests.size != found.size:
                raise Changing
            return self.intake.file_staged(self.actor, found.code, staged, STACK if found.split else None, split=found.split)

    def _list(self, found: Found, entry: Entry) -> None:
        """On the receipt of this folder, project and day, which closes by itself a day later."""
        place = sha256(str(self.root).encode()).hexdigest()[:8]
        try:
            receipt = open_receipt(self.actor, self.clock, found.code, self.channel, batch=f"{place} {self.clock.today()}")
            add_entry(self.actor, self.clock, receipt.id, entry)
        except (NotFound, Invalid):  # a classified project has no receipts: nothing is handed over
            return

    def _aside(self, found: Found, place: str, reason: str) -> str:
        """The reason first: a file that lies there always has one beside it."""
        target = self._target(found, place)
        note = target.with_name(target.name.encode(errors="replace")[:200].decode(errors="ignore") + REASON)
        note.write_text(f"{found.inner.name}：没有收入。{reason}\n", encoding="utf-8")
        found.path.rename(target)
        return "refused" if place == REFUSED else "unclear"

    def _move(self, found: Found, place: str) -> None:
        found.path.rename(self._target(found, place))

    def _target(self, found: Found, place: str) -> Path:
        """A free name in the same order of folders; `rename` would silently replace a file that has it."""
        wanted = self.root / place / found.path.relative_to(self.root)
        wanted.parent.mkdir(parents=True, exist_ok=True)
        number, target = 1, wanted
        while os.path.lexists(target):
            number += 1
            target = wanted.with_name(f"{wanted.stem} ({number}){wanted.suffix}")
        return target


def readable(name: str) -> str:
    """A name as people wrote it: on drives of Windows machines it may be in GBK, which the system cannot decode."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", "replace")
    return name


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted((entry for entry in entries if not _unfinished(entry.name)), key=lambda entry: entry.name)


def _unfinished(name: str) -> bool:
    """What programs leave while they write, or beside what they show."""
    lower = name.lower()
    return lower.startswith((".", "~")) or lower.endswith(_UNFINISHED) or lower in _CLUTTER


def _found(entry: os.DirEntry[str], code: str, inner: PurePosixPath) -> Found | None:
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # gone since it was listed
        return None
    return Found(Path(entry.path), code, inner, status.st_size, status.st_mtime_ns, stat.S_ISREG(status.st_mode))


