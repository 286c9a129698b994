"""Filing what a manifest names: many files on their way at once, filed in the manifest's order, batch by batch.

Where a small file's time goes is its own transaction and the waiting for the disk; a batch shares the one, several
threads the other. Memory is bounded by the rows that are under way. A row that is wrong costs itself; an engine or a
folder that is gone stops the import, which goes on later where it stopped.
"""

import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeVar

from archive.access import Actor
from archive.blobs.staging import Staged, file_chunks
from archive.clock import Clock
from archive.digests import Digests
from archive.errors import ArchiveError, Invalid, NotFound, Refused
from archive.models import ImportRun, Project
from archive.operations import imports
from archive.operations.documents import dossier_for_files, held
from ingest.intake import Intaker
from ingest.manifest import COLUMNS, Row

T = TypeVar("T")
THREADS = 4
UNDER_WAY = 96          # rows
BATCH, BATCH_CHARS = 64, 2_000_000
BATCH_SECONDS = 2.0
MOST_DOSSIERS = 1000
TRUSTED_SECONDS = 10.0  # for which a dossier need not be looked up again; the transaction looks in any case


class FolderGone(ArchiveError):
    """The files cannot be reached: no row's fault."""

    code: ClassVar[str] = "ingest.folder-gone"
    text: ClassVar[str] = "清单所在的文件夹“{folder}”读不到了（{reason}），导入已停下。恢复后再次运行同一命令，会从停下处继续。"


class _Wrong(Exception):
    """This row cannot be taken: why, and the field that says so."""

    def __init__(self, reason: str, field: str = "", handed: imports.Handed | None = None) -> None:
        super().__init__(reason)
        self.reason, self.field, self.handed = reason, field, handed


@dataclass(frozen=True, slots=True)
class Tried:
    """What a dry run says of a row: `new`, `duplicate`, or `rejected`, in which column and why."""

    row: Row
    status: str
    column: str = ""
    reason: str = ""


class Importer:
    """Files the rows of one manifest, beside which its files lie, as one actor."""

    def __init__(self, intake: Intaker, actor: Actor, clock: Clock, manifest: Path) -> None:
        self.intake, self.actor, self.clock = intake, actor, clock
        self.manifest, self.folder = manifest, manifest.parent.resolve()
        self._dossiers: dict[str, tuple[float, Project]] = {}

    def run(self, run: ImportRun, rows: Iterable[Row], tell: Callable[[ImportRun], object]) -> ImportRun:
        """Take on an import from where it stands. `rows` begin behind `run.done`. Raises what stops it."""
        for batch in _batches(self._prepared(rows, self._prepare)):
            run = imports.take_on(self.actor, self.clock, run, batch)
            tell(run)
        return run

    def try_out(self, rows: Iterable[Row]) -> Iterator[Tried]:
        """What `run` would do with each row; nothing is kept or recorded."""
        with closing(sqlite3.connect("")) as seen:  # a private file of its own: a million digests need no memory
            seen.execute("CREATE TABLE seen (key TEXT PRIMARY KEY) WITHOUT ROWID")
            for tried, key in self._prepared(rows, self._try):
                repeated = key and not seen.execute("INSERT OR IGNORE INTO seen VALUES (?)", (key,)).rowcount
                yield Tried(tried.row, "duplicate") if repeated else tried

    def _prepared(self, rows: Iterable[Row], work: Callable[[Row], T]) -> Iterator[T]:
        """The work's answers in the rows' order. A pool of threads is a bounded window ahead."""
        pool = ThreadPoolExecutor(THREADS, thread_name_prefix="import")
        waiting: deque[Future[T]] = deque()
        try:
            for row in rows:
                waiting.append(pool.submit(work, row))
                if len(waiting) >= UNDER_WAY:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _prepare(self, row: Row) -> imports.Row:
        def keep(project: Project, staged: Staged) -> imports.Row:
            handed = imports.Handed(project, row.path, staged.digests)
            if held(project, [staged.digests.sha256]):
                return imports.Row(row.number, handed=handed)
            return imports.Row(row.number, project, self.intake.accept(self.actor, project, staged, row.given), handed=handed)

        try:
            return self._with_bytes(row, keep)
        except _Wrong as wrong:
            return imports.Row(row.number, reason=wrong.reason, column=_title(wrong.field), handed=wrong.handed)

    def _try(self, row: Row) -> tuple[Tried, str]:
        """The second is the file's key within the manifest, where it would be filed."""
        def look(project: Project, staged: Staged) -> tuple[Tried, str]:
            if held(project, [staged.digests.sha256]):
                return Tried(row, "duplicate"), ""
            self.intake.look(self.actor, project, staged, row.given)
            return Tried(row, "new"), f"{project.id}/{staged.digests.sha256}"

        try:
            return self._with_bytes(row, look)
        except _Wrong as wrong:
            return Tried(row, "rejected", _title(wrong.field), wrong.reason), ""

    def _with_bytes(self, row: Row, work: Callable[[Project, Staged], T]) -> T:
        """Do the work while the row's file lies staged. Raises _Wrong for what is the row's or the file's fault."""
        if row.errors:
            raise _Wrong("；".join(f"{each.column}：{each.message}".lstrip("：") for each in row.errors), row.errors[0].column)
        try:
            project = self._dossier(row.project)
        except (NotFound, Invalid) as error:
            raise _Wrong(str(error), "project") from error
        handed = imports.Handed(project, row.path)
        try:
            path = self._locate(row.path)
            with self.intake.staged(path.name, self._chunks(path)) as staged:
                handed = imports.Handed(project, row.path, staged.digests)
                _check(row, staged.digests)
                return work(project, staged)
        except _Wrong as wrong:
            wrong.handed = handed
            raise
        except Refused as refusal:
            raise _Wrong(str(refusal.facts["reason"]), "path", handed) from refusal
        except (NotFound, Invalid) as error:
            raise _Wrong(str(error), handed=handed) from error

    def _dossier(self, code: str) -> Project:
        known = self._dossiers.get(code)
        if known and time.monotonic() - known[0] < TRUSTED_SECONDS:
            return known[1]
        project = dossier_for_files(self.actor, code)
        if len(self._dossiers) > MOST_DOSSIERS:
            self._dossiers = {}
        self._dossiers[code] = (time.monotonic(), project)
        return project

    def _locate(self, name: str) -> Path:
        """The file, however it is reached: a link that leads out of the folder is not followed."""
        try:
            path = (self.folder / name).resolve()
            if not path.is_relative_to(self.folder):
                raise _Wrong(f"“{name}”经由链接指到清单所在文件夹之外，没有读取。请把文件放进该文件夹。", "path")
            if path.is_file():
                return path
        except (OSError, RuntimeError) as error:  # links that lead to each other
            raise self._unreadable(name, error) from error
        raise self._unreadable(name, None)

    def _chunks(self, path: Path) -> Iterator[bytes]:
        try:
            yield from file_chunks(path)
        except OSError as error:
            raise self._unreadable(path.name, error) from error

    def _unreadable(self, name: str, error: Exception | None) -> Exception:
        """The row's fault, unless the manifest is gone as well: a network drive takes everything with it."""
        try:
            self.manifest.stat()
        except OSError as gone:
            return FolderGone(folder=self.folder, reason=gone.strerror)
        reason = getattr(error, "strerror", None) or ("链接成环" if error else "")
        what = f"读不了文件“{name}”（{reason}），请检查权限和介质。" if reason else f"没有文件“{name}”，请核对路径或补上文件。"
        return _Wrong(what, "path")


def _batches(rows: Iterator[imports.Row]) -> Iterator[list[imports.Row]]:
    """Rows for one transaction: so many, so much text, or what came together within a while."""
    batch: list[imports.Row] = []
    chars, since = 0, time.monotonic()
    for row in rows:
        batch.append(row)
        chars += row.chars
        if len(batch) >= BATCH or chars >= BATCH_CHARS or time.monotonic() - since > BATCH_SECONDS:
            yield batch
            batch, chars, since = [], 0, time.monotonic()
    if batch:
        yield batch


def _check(row: Row, digests: Digests) -> None:
    for field in ("sha256", "sm3"):
        wanted, found = getattr(row, field), getattr(digests, field)
        if wanted and wanted != found:
            raise _Wrong(f"文件内容与清单不符：清单写的是 {wanted}，文件是 {found}。请核对文件是否完整、是否被改动，没有收入。",
                         field)


def _title(field: str) -> str:
    return next((column.title for column in COLUMNS if column.field == field), field)
