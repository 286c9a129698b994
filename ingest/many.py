"""Filing a heap of files into one dossier: several are read at once, and what is ready is filed together.

Where a small file's time goes is its own transaction; a batch shares one. Memory is bounded by the files that are under
way. A file that is refused costs itself; an engine that is away stops the heap.
"""

import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from archive.access import Actor, require
from archive.blobs.staging import Receiver, file_chunks
from archive.clock import Clock
from archive.errors import ArchiveError, EngineDown
from archive.models import Project
from archive.operations.documents import Filed, Intake, dossier_for_files
from archive.operations.filing import file_documents
from archive.permissions import Permission
from ingest.describe import Given
from ingest.intake import Intaker
from ingest.lookups import Known, look_up

THREADS = 4
UNDER_WAY, GROUP = 64, 16
BATCH, BATCH_CHARS = 32, 2_000_000
GATHER_SECONDS = 0.2     # for which what is ready waits for more
TRUSTED_SECONDS = 10.0   # for which a dossier need not be looked up again; the transaction looks in any case

Answer = Filed | ArchiveError | OSError


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one file of the heap."""

    path: Path
    answer: Answer


@dataclass(frozen=True, slots=True)
class _UnderWay:
    path: Path
    came: Future[Receiver | Answer]
    accepted: Future[Intake | Answer]

    def discard(self) -> None:
        """Remove what lies staged where nobody came to look at it; the pool must be at rest."""
        if not self.came.cancelled() and self.came.exception() is None and isinstance(came := self.came.result(), Receiver):
            came.discard()


class Heap:
    """Files what one actor hands over to one dossier."""

    def __init__(self, intake: Intaker, actor: Actor, clock: Clock, code: str, given: Given) -> None:
        self.intake, self.actor, self.clock, self.code, self.given = intake, actor, clock, code, given
        self._dossier: tuple[float, Project] | None = None

    def file(self, paths: Iterable[Path]) -> Iterator[list[Told]]:
        """Batch by batch, in the order of the files. Raises EngineDown, NotPermitted."""
        require(self.actor, Permission.DOCUMENT_FILE)
        for batch in _batches(self._ready(paths)):
            filed = iter(file_documents(self.actor, self.clock, [each for _, each in batch if isinstance(each, Intake)]))
            yield [Told(path, next(filed) if isinstance(each, Intake) else each) for path, each in batch]

    def _ready(self, paths: Iterable[Path]) -> Iterator[_UnderWay]:
        """The files in their order, each with what it comes to; a pool of threads is a bounded window ahead."""
        pool = ThreadPoolExecutor(THREADS, thread_name_prefix="filing")
        waiting: deque[_UnderWay] = deque()
        try:
            for group in _groups(paths, GROUP):
                waiting.extend(self._begin(pool, group))
                while len(waiting) > UNDER_WAY - GROUP:
                    yield waiting[0]
                    waiting.popleft()
            while waiting:
                yield waiting[0]
                waiting.popleft()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            for each in waiting:
                each.discard()

    def _begin(self, pool: ThreadPoolExecutor, group: Sequence[Path]) -> list[_UnderWay]:
        """A group arrives, is looked up together, and then each of it accepted. The pool takes work up in the order in which
        it was given, so what waits for the group's files waits for what others are doing already."""
        arriving = [pool.submit(self._receive, path) for path in group]
        known = pool.submit(self._look_up, arriving)
        return [_UnderWay(path, came, pool.submit(self._accept, came, known)) for path, came in zip(group, arriving, strict=True)]

    def _receive(self, path: Path) -> Receiver | Answer:
        receiver = None
        try:
            receiver = self.intake.receive(path.name)
            for chunk in file_chunks(path):
                receiver.write(chunk)
            receiver.finish()
        except BaseException as error:
            if receiver is not None:
                receiver.discard()
            if isinstance(error, (ArchiveError, OSError)) and not isinstance(error, EngineDown):
                return error
            raise
        return receiver

    def _look_up(self, arriving: Iterable[Future[Receiver | Answer]]) -> tuple[Project, Known]:
        project = self._project()
        return project, look_up(project, [came.finish() for future in arriving if isinstance(came := future.result(), Receiver)])

    def _accept(self, arriving: Future[Receiver | Answer], looking: Future[tuple[Project, Known]]) -> Intake | Answer:
        came = arriving.result()
        if not isinstance(came, Receiver):
            return came
        try:
            project, known = looking.result()
            return self.intake.accept_new(self.actor, project, came.finish(), self.given, known)
        except EngineDown:
            raise
        except (ArchiveError, OSError) as error:
            return error
        finally:
            came.discard()

    def _project(self) -> Project:
        known = self._dossier
        if known is None or time.monotonic() - known[0] > TRUSTED_SECONDS:
            known = self._dossier = (time.monotonic(), dossier_for_files(self.actor, self.code))
        return known[1]


def _groups(paths: Iterable[Path], size: int) -> Iterator[list[Path]]:
    rest = iter(paths)
    while group := list(islice(rest, size)):
        yield group


def _batches(ready: Iterator[_UnderWay]) -> Iterator[list[tuple[Path, Intake | Answer]]]:
    """For one transaction: so many files, so much text, or what came together within a moment."""
    batch: list[tuple[Path, Intake | Answer]] = []
    chars, since = 0, time.monotonic()
    for under_way in ready:
        each = under_way.accepted.result()
        batch.append((under_way.path, each))
        chars += sum(map(len, each.text.pages)) if isinstance(each, Intake) else 0
        if len(batch) >= BATCH or chars >= BATCH_CHARS or time.monotonic() - since > GATHER_SECONDS:
            yield batch
            batch, chars, since = [], 0, time.monotonic()
    if batch:
        yield batch
