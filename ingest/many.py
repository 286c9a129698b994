"""Filing a heap of files into one dossier: several are read at once, and what is ready is filed together.

Where a small file's time goes is its own transaction; a batch shares one. Memory is bounded by the files that are under
way. A file that is refused costs itself; an engine that is away stops the heap.
"""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from archive.access import Actor, require
from archive.blobs.staging import file_chunks
from archive.clock import Clock
from archive.errors import ArchiveError, EngineDown
from archive.models import Project
from archive.operations.documents import Filed, Intake, dossier_for_files
from archive.operations.filing import file_documents
from archive.permissions import Permission
from ingest.describe import Given
from ingest.intake import Intaker

THREADS = 4
UNDER_WAY = 64
BATCH, BATCH_CHARS = 32, 2_000_000
GATHER_SECONDS = 0.2     # for which what is ready waits for more
TRUSTED_SECONDS = 10.0   # for which a dossier need not be looked up again; the transaction looks in any case

Answer = Filed | ArchiveError | OSError


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one file of the heap."""

    path: Path
    answer: Answer


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

    def _ready(self, paths: Iterable[Path]) -> Iterator[tuple[Path, Future[Intake | Answer]]]:
        """The files in their order, each with what it comes to; a pool of threads is a bounded window ahead."""
        pool = ThreadPoolExecutor(THREADS, thread_name_prefix="filing")
        waiting: deque[tuple[Path, Future[Intake | Answer]]] = deque()
        try:
            for path in paths:
                waiting.append((path, pool.submit(self._accept, path)))
                if len(waiting) >= UNDER_WAY:
                    yield waiting.popleft()
            yield from waiting
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _accept(self, path: Path) -> Intake | Answer:
        try:
            with self.intake.staged(path.name, file_chunks(path)) as staged:
                return self.intake.accept_new(self.actor, self._project(), staged, self.given)
        except EngineDown:
            raise
        except (ArchiveError, OSError) as error:
            return error

    def _project(self) -> Project:
        known = self._dossier
        if known is None or time.monotonic() - known[0] > TRUSTED_SECONDS:
            known = self._dossier = (time.monotonic(), dossier_for_files(self.actor, self.code))
        return known[1]


def _batches(ready: Iterator[tuple[Path, Future[Intake | Answer]]]) -> Iterator[list[tuple[Path, Intake | Answer]]]:
    """For one transaction: so many files, so much text, or what came together within a moment."""
    batch: list[tuple[Path, Intake | Answer]] = []
    chars, since = 0, time.monotonic()
    for path, future in ready:
        each = future.result()
        batch.append((path, each))
        chars += sum(map(len, each.text.pages)) if isinstance(each, Intake) else 0
        if len(batch) >= BATCH or chars >= BATCH_CHARS or time.monotonic() - since > GATHER_SECONDS:
            yield batch
            batch, chars, since = [], 0, time.monotonic()
    if batch:
        yield batch
