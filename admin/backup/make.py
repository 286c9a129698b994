"""Making a backup: the database first, then the objects it names, the manifest last.

The order is what makes it whole while everything runs: an object is stored before the transaction that names it, and
nothing that is named is ever removed, so whatever the dumps name is in the store when its turn comes.
"""

import errno
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

from admin.backup import dump as database_dump
from admin.backup.dump import NAMED, Dumped, Progress
from admin.backup.errors import BackupFailed, BadBackup, ForeignBackup
from admin.backup.keep import thin
from admin.backup.manifest import MAILS, OBJECTS, Manifest, load
from admin.backup.objects import Copied, Copier, copy_mails
from admin.backup.place import Place, sync
from admin.backup.policy import Keep
from admin.backup.sealed import Seal, SealedFile
from admin.system import System
from archive.access import Actor, require
from archive.models import Version
from archive.permissions import Permission
from archive.transaction import Transaction, write


@dataclass(frozen=True, slots=True)
class Backup:
    """What was made. `copied` of the `objects` were not there before; `removed` are snapshots that need not stay."""

    snapshot: str
    path: str
    instant: str
    entries: int
    objects: int
    object_bytes: int
    copied: int
    copied_bytes: int
    mails: int
    seconds: float
    problems: list[str]
    removed: list[str]


def make(system: System, actor: Actor, place: Place, *, keep: Keep | None = None,
         progress: Progress = lambda what, done, total: None) -> Backup:
    """Add a snapshot to the place. What cannot be copied is a problem of the result, and stays out of nothing else.

    Raises NotPermitted, BackupBusy, ForeignBackup, BackupFailed (the folder), SnapshotLost, EngineDown: then there is
    no new snapshot, earlier ones are as they were, and the next run goes on with the objects already copied.
    """
    require(actor, Permission.JOB_RUN)
    started = time.monotonic()
    with _told_plainly(place), place.alone("dangan backup"):
        folder = place.begin(system.clock.now())
        try:
            dumped = database_dump.dump(folder, system.clock, progress)
            _same_archive(place, dumped)
            copied, lists = _copy(system, place, folder, progress)
            _finish(system, folder, dumped, copied, lists, time.monotonic() - started)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)  # what does not count should not fill the disk
            raise
        removed = _thin(system, place, keep, copied) if keep else []
        made = _described(place, folder, copied, removed)
    _record(system, actor, made)
    return made


@contextmanager
def _told_plainly(place: Place) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = f"{place.root} 所在的磁盘已满" if full else f"{place.root} 读写出错（{error.strerror or error}）"
        raise BackupFailed(reason=reason) from error


def _same_archive(place: Place, dumped: Dumped) -> None:
    """Two archives in one place would thin each other out. Told apart by the first entry of the audit chain."""
    for folder in reversed(place.complete()):
        with suppress(BadBackup):  # an older one tells as well
            if (other := load(folder).archive) and other != dumped.archive:
                raise ForeignBackup(folder=place.root)
            return


def _copy(system: System, place: Place, folder: Path, progress: Progress) -> tuple[Copied, dict[str, Seal]]:
    total = Version.objects.count()
    with SealedFile(folder / OBJECTS) as objects:
        copied = Copier(system.blobs, place).copy(database_dump.named(folder / NAMED), objects, total, progress)
    with SealedFile(folder / MAILS) as mails:
        copy_mails(system.settings.data_dir / "mail", place, mails)
    (folder / NAMED).unlink()
    return copied, {OBJECTS: objects.seal, MAILS: mails.seal}


def _finish(system: System, folder: Path, dumped: Dumped, copied: Copied, lists: dict[str, Seal], seconds: float) -> None:
    store = system.blobs.info()
    sync(folder)
    Manifest(
        snapshot=folder.name, instant=dumped.instant, finished_at=system.clock.now(), seconds=round(seconds, 3),
        dangan=version("dangan"), mongodb=dumped.mongodb, archive=dumped.archive, audit=dumped.audit,
        store={"engine": store.engine, "place": store.place}, collections=dumped.collections, lists=lists,
        objects=copied.count, object_bytes=copied.bytes, locks=copied.locks, problems=copied.problems).save(folder)
    sync(folder.parent)


def _thin(system: System, place: Place, keep: Keep, copied: Copied) -> list[str]:
    try:
        return thin(place, keep, ZoneInfo(system.settings.timezone))
    except BadBackup as error:
        copied.problems.append(f"没有清理旧备份：备份 {error.facts['snapshot']} 不能使用（{error.facts['problem']}）")
        return []


def _described(place: Place, folder: Path, copied: Copied, removed: list[str]) -> Backup:
    manifest = load(folder)
    return Backup(
        snapshot=folder.name, path=str(place.root), instant=manifest.instant.isoformat(),
        entries=sum(seal.count for seal in manifest.collections.values()), objects=copied.count,
        object_bytes=copied.bytes, copied=copied.copied, copied_bytes=copied.copied_bytes,
        mails=manifest.lists[MAILS].count, seconds=manifest.seconds, problems=copied.problems, removed=removed)


def _record(system: System, actor: Actor, made: Backup) -> None:
    def work(tx: Transaction) -> None:
        tx.audit("backup.made", "backup", snapshot=made.snapshot, path=made.path, objects=made.objects,
                 copied=made.copied, problems=made.problems[:20], removed=made.removed)

    write(actor, system.clock, work)
