"""Filling the search index from the database: at first, after damage, or on demand, while search goes on.

A rebuild is asked for by a record (`rebuilds.py`) and done by whoever holds the lease, from where the one before was
interrupted. Knows no engine.
"""

import threading
from collections.abc import Callable
from datetime import timedelta

from pymongo.errors import PyMongoError

from admin import rebuilds
from admin.system import System
from archive import leases
from archive.errors import ArchiveError
from archive.models import Document, IndexRebuild, new_id
from archive.transaction import collection
from search.projection import BATCH, documents_by_id, every_document

DUTY = "reindex"
TERM = timedelta(seconds=30)  # renewed while the work goes on
CHECKPOINT = 2000  # documents: what a killed rebuild does again at most
UNFILLED = ("needs_rebuild", "rebuilding")
FOLLOW_SECONDS = 0.3
PATIENCE_SECONDS = 60  # twice the term of a worker that died
# A lease keeps other processes away, this the other threads of the one that has it.
_HERE = threading.Lock()
Progress = Callable[[int, int], None]
"""Told how many documents are done, and of how many."""


class RebuildBusy(ArchiveError):
    code = "reindex.busy"
    text = "索引正在重建（已完成 {done}/{total} 件），没有从头开始。请等它结束，或先停止后台进程。"


class NobodyRebuilds(ArchiveError):
    code = "reindex.nobody"
    text = "重建已登记，但没有后台进程接手。请启动 dangan worker，它会从断点继续；或在没有后台进程时重新运行 dangan reindex。"


class RebuildFailed(ArchiveError):
    code = "reindex.failed"
    text = "索引没有重建成功：{error}。原来的索引照常使用；请排除原因后重新运行 dangan reindex。"


def ready_index(system: System) -> None:
    """Make sure there is an index that answers, and fill it where it is new, damaged, of an old schema or half rebuilt.

    Leaves that to the process that is at it already.
    """
    if needs_filling(system):
        rebuilds.request(system.clock, "system:start")
        perform(system)


def needs_filling(system: System) -> bool:
    return system.index.prepare() or system.index.info().state in UNFILLED


def request(system: System, by: str, *, fresh: bool = False) -> IndexRebuild:
    """Ask for a rebuild, or join the one under way. `fresh` throws away what an interrupted one did.

    Raises RebuildBusy where that one is not interrupted.
    """
    if not fresh:
        return rebuilds.request(system.clock, by)
    with leases.held(DUTY, _holder(system), system.clock, TERM) as ours:
        if not ours:
            found = rebuilds.latest()
            raise RebuildBusy(done=found.done if found else 0, total=found.total if found else 0)
        return rebuilds.request(system.clock, by, fresh=True)


def rebuild(system: System, progress: Progress) -> int:
    """From the start to the end; how many documents the index then holds. For a database that was replaced.

    Raises RebuildBusy, and as `follow`.
    """
    return follow(system, request(system, "system:rebuild", fresh=True).ticket, progress)


def perform(system: System, *, progress: Progress = lambda *_: None, begun: Callable[[], None] = lambda: None,
            stop: Callable[[], bool] = lambda: False) -> bool:
    """Do what is asked for, to the end or until `stop`; False where nothing is, or another process is at it.

    An engine that is away leaves the rebuild to be gone on with, by anybody; a bug ends it as failed. Both are raised.
    """
    if rebuilds.active() is None or not _HERE.acquire(blocking=False):
        return False
    try:
        holder = _holder(system)
        with leases.held(DUTY, holder, system.clock, TERM) as ours:
            rebuild = rebuilds.active()
            if not ours or rebuild is None:
                return False
            _recorded(_Work(system, rebuild, progress, begun, lambda: stop() or not _still(system, holder)))
            return True
    finally:
        _HERE.release()


def _recorded(work: "_Work") -> None:
    try:
        work.run()
    except (ArchiveError, PyMongoError) as error:
        work.note(error=str(error)[:1000])
        raise
    except Exception as error:
        work.note(state=rebuilds.FAILED, error=f"{type(error).__name__}: {error}"[:1000],
                  ended_at=work.system.clock.now())
        raise


def follow(system: System, ticket: str, progress: Progress) -> int:
    """Wait until this rebuild ended, doing it here where nobody else does; how many documents the index holds.

    Raises RebuildFailed, NobodyRebuilds, and what `perform` raises.
    """
    pause, waited = threading.Event(), 0.0
    while (rebuild := rebuilds.active()) is not None and rebuild.ticket == ticket:
        progress(rebuild.done, rebuild.total)
        if system.works and perform(system, progress=progress):
            continue
        waited = 0.0 if _somebody_is_at_it() else waited + FOLLOW_SECONDS
        if waited > PATIENCE_SECONDS:
            raise NobodyRebuilds()
        pause.wait(FOLLOW_SECONDS)
    last = rebuilds.latest()
    if last is not None and last.ticket == ticket and last.state == rebuilds.FAILED:
        raise RebuildFailed(error=last.error)
    return system.index.count()


class _Work:
    """One turn at a rebuild, by whoever holds the lease."""

    def __init__(self, system: System, rebuild: IndexRebuild, progress: Progress, begun: Callable[[], None],
                 stop: Callable[[], bool]) -> None:
        self.system, self.rebuild, self.progress, self.begun, self.stop = system, rebuild, progress, begun, stop

    def run(self) -> None:
        if self.rebuild.state != rebuilds.COMPARING or needs_filling(self.system):
            if not self._refill(self._begin()):
                return
            self.system.index.finish_rebuild()
            self.note(state=rebuilds.COMPARING)
        self._compare()
        self.note(state=rebuilds.DONE, ended_at=self.system.clock.now(), error="")

    def note(self, **changes: object) -> None:
        self.rebuild = rebuilds.note(self.rebuild, **changes)

    def _begin(self) -> str:
        mark = self.system.index.begin_rebuild(fresh=self.rebuild.fresh)
        self.begun()
        documents = collection(Document)
        self.note(state=rebuilds.RUNNING, fresh=False, started_at=self.rebuild.started_at or self.system.clock.now(),
                  done=documents.count_documents({"_id": {"$lte": mark}}), total=documents.count_documents({}))
        return mark

    def _refill(self, mark: str) -> bool:
        """Everything behind the mark; False where it was told to stop before the end."""
        done = marked = self.rebuild.done
        for batch in every_document(mark):
            self.system.index.refill(batch)
            done += len(batch)
            self.progress(done, self.rebuild.total)
            ending = self.stop()
            if ending or done - marked >= CHECKPOINT:
                self.system.index.checkpoint(batch[-1].id)
                marked = done
            self.note(done=done)
            if ending:
                return False
        return True

    def _compare(self) -> None:
        """Strangers go, what is missing comes: whatever a database restored or repaired in between explains."""
        index = self.system.index
        indexed = set(index.ids())
        stored = {row["_id"] for row in collection(Document).find({}, {"_id": 1})}
        missing = sorted(stored - indexed)
        index.remove(indexed - stored)
        for start in range(0, len(missing), BATCH):
            index.put(documents_by_id(missing[start:start + BATCH]))
        index.commit()


def _holder(system: System) -> str:
    """The embedded index has one writer, so a lease in its name was left by its predecessor and is taken over at once."""
    alone = system.works and not system.settings.elasticsearch_url
    return f"writer of {system.settings.data_dir}" if alone else new_id()


def _still(system: System, holder: str) -> bool:
    """Whether the lease is ours yet: a process that was frozen for long has lost it."""
    return leases.take(DUTY, holder, system.clock, TERM)


def _somebody_is_at_it() -> bool:
    standing = leases.standing(DUTY)
    return standing is not None and standing.alive
