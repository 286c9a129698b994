"""Restoring: everything of one snapshot into an archive that holds nothing.

Checked before anything is written: the manifest, every dump and list, that nothing is there and nobody is at work. Then
a marker says that a restore is under way; until it is finished no process works on this archive, and only a repeat of
the same restore goes on. Objects come first, then the database that names them, then the index.
"""

import errno
import shutil
import socket
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from admin import reindex
from admin.backup import load as loading
from admin.backup import marker
from admin.backup.check import broken_files
from admin.backup.dump import MOMENTARY, Progress
from admin.backup.errors import ArchiveInUse, BadBackup, NotEmpty, RestoreFailed
from admin.backup.manifest import FREE, MAILS, OBJECTS, Entry, Manifest, entries, find, load
from admin.backup.objects import side_by_side
from admin.backup.place import Place
from admin.system import System
from archive import audit, claims, leases
from archive.access import Actor, require
from archive.errors import Damaged, Locked, StoreUnfit
from archive.models import Lease, new_id
from archive.models.connection import database
from archive.permissions import Permission
from archive.server_clock import NOW
from archive.transaction import collection
from retention.models import Mail

DUTY = "restore"
TERM = timedelta(seconds=60)


@dataclass(slots=True)
class Restored:
    """What was put back. `problems` name what is not as it was; the rest is."""

    snapshot: str
    instant: str
    entries: int = 0
    objects: int = 0
    locks: int = 0
    mails: int = 0
    indexed: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)


def restore(system: System, actor: Actor, place: Place, snapshot: str = "",
            progress: Progress = lambda what, done, total: None) -> Restored:
    """Restore a snapshot, the newest unless named; goes on where a restore of the same one was interrupted.

    Raises NotPermitted, NoBackup, BadBackup, NotEmpty, ArchiveInUse, OtherRestore before anything is written; RestoreFailed
    and EngineDown at any time: then run it again.
    """
    require(actor, Permission.JOB_RUN)
    started = time.monotonic()
    if not system.works:
        raise ArchiveInUse(who="后台进程")
    with place.shared(), leases.held(DUTY, _holder(system), system.clock, TERM) as ours:
        if not ours:
            raise ArchiveInUse(who="另一个 dangan restore；它若刚被中断，一分钟后即可重新运行")
        folder = find(place, snapshot)
        manifest = load(folder)
        for problem in broken_files(folder, manifest):
            raise BadBackup(snapshot=folder.name, problem=problem)
        system.blobs.prepare()
        if not marker.unfinished():
            _require_empty(system)
        done = marker.begin(folder.name, str(place.root), system.clock.now())
        restored = Restored(folder.name, manifest.instant.isoformat())
        try:
            _fill(system, place, folder, manifest, done, restored, progress)
            _index(system, actor, restored, progress)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            raise RestoreFailed(reason="磁盘已满" if full else f"读写出错（{error.strerror or error}）") from error
        restored.seconds = round(time.monotonic() - started, 3)
        marker.finish(actor, system.clock, {
            "snapshot": folder.name, "source": str(place.root), "objects": restored.objects,
            "entries": restored.entries, "problems": restored.problems[:20]})
    return restored


def _fill(system: System, place: Place, folder: Path, manifest: Manifest, done: set[str], restored: Restored,
          progress: Progress) -> None:
    for problem, locked in side_by_side(lambda entry: _object(system, place, entry), entries(folder, OBJECTS)):
        restored.objects += 1
        restored.locks += locked
        restored.problems += [problem] if problem else []
        progress("objects", restored.objects, manifest.objects)
    for entry in entries(folder, MAILS):
        restored.mails += 1
        restored.problems += _mail(system.settings.data_dir / "mail", place, entry)
    restored.entries = loading.load(folder, manifest, done, progress)
    _settle()
    restored.problems += _chain(manifest)


def _index(system: System, actor: Actor, restored: Restored, progress: Progress) -> None:
    """Built here and not left to a worker: whoever opens the archive finds everything in it."""
    system.index.prepare()
    asked = reindex.request(system, actor.id, fresh=True)
    restored.indexed = reindex.follow(system, asked.ticket, lambda n, total: progress("index", n, total))


def _holder(system: System) -> str:
    """With an index of its own this is the folder's only worker, so a lease in its name was left by a killed restore."""
    alone = not system.settings.elasticsearch_url
    return f"restore on {socket.gethostname()} into {system.settings.data_dir}" if alone else new_id()


def _require_empty(system: System) -> None:
    """Raises NotEmpty naming what is there, ArchiveInUse where a process has signs of life."""
    if alive := collection(Lease).find_one({"_id": {"$ne": DUTY}, "$expr": {"$gt": ["$until", NOW]}}):
        raise ArchiveInUse(who=alive["_id"])
    found = [f"数据库中的 {name}" for name in sorted(database().list_collection_names())
             if name not in MOMENTARY and not name.startswith("system.") and database()[name].find_one({}, {"_id": 1})]
    found += ["对象存储中的文件"] if next(iter(system.blobs.digests()), None) else []
    found += ["检索索引中的条目"] if system.index.info().documents else []
    if found:
        raise NotEmpty(found="、".join(found[:6]) + ("等" if len(found) > 6 else ""))


def _object(system: System, place: Place, entry: Entry) -> tuple[str, bool]:
    """Store one object and what protects it: what went wrong, in words, and whether it is protected."""
    if entry.absent:
        return f"对象 {entry.sha256} 备份时就{entry.absent}", False
    if not system.blobs.exists(entry.sha256):
        source = place.object(entry.sha256)
        try:
            _put(system, source, entry.sha256)
        except (Damaged, FileNotFoundError):
            return f"对象 {entry.sha256} 在备份中{'损坏' if source.exists() else '缺失'}，没有恢复", False
    if entry.lock == FREE:
        return "", False
    try:
        _protect(system, entry)
    except StoreUnfit:
        return f"对象 {entry.sha256} 的保护没有恢复：这里的存储不支持锁定", False
    return "", True


def _put(system: System, source: Path, digest: str) -> None:
    """From a copy beside the store, for a store may consume what it is given."""
    staging = system.intake.staging
    staging.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as stream, tempfile.NamedTemporaryFile(dir=staging, prefix="in-", delete=False) as target:
        shutil.copyfileobj(stream, target, 1 << 20)
    try:
        system.blobs.put(Path(target.name), digest)
    finally:
        Path(target.name).unlink(missing_ok=True)


def _protect(system: System, entry: Entry) -> None:
    lock = entry.lock
    if lock.mode and lock.until and lock.until > system.clock.now():
        with suppress(Locked):  # this store protects it more firmly of its own
            system.blobs.retain(entry.sha256, lock.mode, lock.until)
    if lock.hold:
        system.blobs.hold(entry.sha256, True)


def _mail(folder: Path, place: Place, entry: Entry) -> list[str]:
    """A mail that was written to a file comes back as one."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / Path(entry.name).name
    if not target.exists() or target.stat().st_size != entry.size:
        try:
            shutil.copyfile(place.object(entry.sha256), target)
        except FileNotFoundError:
            return [f"邮件 {entry.name} 在备份中缺失，没有恢复"]
    return []


def _settle() -> None:
    """What was in somebody's hands at the snapshot is in nobody's now; events of older versions go on in their lanes.

    A mail that waited then may have been sent since by the archive that was lost: it counts as sent perhaps, and goes
    out once more, marked as a repeat, when notices are resumed.
    """
    claims.adopt()
    claims.release_all()
    collection(Mail).update_many({"state": "queued"}, {"$set": {"repeated": True}})


def _chain(manifest: Manifest) -> list[str]:
    """The audit chain ends where it ended in the snapshot, and holds."""
    head = database()["chain_heads"].find_one({"_id": audit.HEAD}) or {"seq": 0, "digest": audit.GENESIS}
    problems = [] if (head["seq"], head["digest"]) == manifest.audit else ["审计链的链头与备份清单中的不一致"]
    return problems + audit.verify()[1]
