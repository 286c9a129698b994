"""Where hostile files meet a wall: text is read by worker processes that a file may crash, hang or fill without harm.

A file costs at most its own text, with a reason; the worker it ruined is replaced. Owns the pool of workers, not what
they do (`ingest.reading_worker`) nor how one is spoken to (`ingest.sandbox_process`).
"""

import logging
import queue
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, get_args

from archive.errors import ArchiveError, EngineDown
from ingest.extractors.base import MAX_CHARS, Extraction, NoExtractor, Source, UnreadableFile
from ingest.sandbox_process import BadAnswer, Gone, TimedOut, WorkerProcess
from ingest.sandbox_protocol import Limits, extraction_of

__all__ = ["Kind", "Limits", "Sandbox", "SandboxClosed", "SandboxFailure"]

Kind = Literal["timeout", "cpu", "memory", "crash", "killed", "output"]

_KEPT = "文件已原样保存，可下载查看。"
_REASONS: dict[Kind, str] = {
    "timeout": "读取文字用时超过 {limits.wall_seconds:g} 秒，已中止。" + _KEPT + "内容过多时请拆分后上传新版本。",
    "cpu": "读取文字占用处理器超过 {limits.cpu_seconds} 秒，已中止。" + _KEPT + "内容过多时请拆分后上传新版本。",
    "memory": "读取文字需要的内存超过 {limits.memory_mb} MB 的上限，已中止。" + _KEPT + "内容过多时请拆分后上传新版本。",
    "crash": "读取文字的程序在此文件上出错退出，文件可能已损坏。" + _KEPT + "请核对文件能否正常打开，另存后上传新版本。",
    "killed": "读取文字的程序两次被系统强行结束，多半是内存不足。" + _KEPT + "请联系系统管理员，或拆分后上传新版本。",
    "output": "读出的文字超过 {limits.output_mb} MB 的上限，未收录。" + _KEPT + "请拆分后上传新版本。",
}
_log = logging.getLogger(__name__)


class SandboxFailure(ArchiveError):
    """Reading this file ended badly; `kind` says how, `reason` says it to its owner, `detail` to the log."""

    code = "ingest.sandbox-failure"
    text = "{reason}"

    def __init__(self, kind: Kind, reason: str, detail: str = "") -> None:
        super().__init__(kind=kind, reason=reason, detail=detail)
        self.kind: Kind = kind
        self.reason = reason


class SandboxClosed(ArchiveError):
    """Not the file's fault: the system is going down, the file is to be read again later."""

    code = "ingest.sandbox-closed"
    text = "系统正在停止，没有读取“{filename}”的文字；重新启动后会自动读取。"


class Sandbox:
    """A pool of reading workers, started as they are needed. Safe to share between threads; close it, or use `with`."""

    def __init__(self, workers: int = 2, limits: Limits | None = None,
                 worker_module: str = "ingest.reading_worker") -> None:
        self.limits = limits or Limits()
        self._module = worker_module
        self._folder = tempfile.TemporaryDirectory(prefix="dangan-read-", ignore_cleanup_errors=True)
        self._numbers = count()
        self._workers = workers
        # Last in, first out: at low load one warm worker does everything and the others are never started.
        self._idle: queue.LifoQueue[WorkerProcess | None] = queue.LifoQueue()
        for _ in range(workers):
            self._idle.put(None)
        self._lock = threading.Lock()
        self._alive: set[WorkerProcess] = set()
        self._closed = False
        # Workers die with the thread that started them (PR_SET_PDEATHSIG), so one thread lives as long as the pool.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="sandbox-starter")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def pids(self) -> tuple[int, ...]:
        """The running workers, for the health page."""
        with self._lock:
            return tuple(sorted(worker.pid for worker in self._alive))

    def extract(self, path: Path, media_type: str, filename: str, max_pages: int | None = None, task: str = "") -> Extraction:
        """The text of a file; only of its first `max_pages` pages where given. Waits while all workers are busy.

        `task` is what a worker is to do that can do several things.

        Raises NoExtractor, UnreadableFile or SandboxFailure for the file; SandboxClosed and EngineDown for the system.
        """
        most = min(MAX_CHARS, (self.limits.output_mb << 20) // 4)   # four bytes hold any character
        source = Source(path.resolve(), media_type, filename, max_pages, most, task)
        try:
            return self._extract(source)
        except SandboxFailure as failure:
            if failure.kind != "killed":
                raise
            # Killed from outside, perhaps by accident: once is not the file's fault, twice may be.
            return self._extract(source)

    def _extract(self, source: Source) -> Extraction:
        worker = self._idle.get()
        try:
            worker = self._given(worker, source)
            message = self._ask(worker)
        except BaseException as error:
            self._discard(worker)
            self._idle.put(None)
            if self._closed:
                raise SandboxClosed(filename=source.filename) from error
            raise
        if worker.worn or message.get("outcome") == "failed":
            self._discard(worker)
            worker = None
        self._idle.put(worker)
        return self._result(message, source)

    def warm_up(self) -> None:
        """Start the workers now, beside what the caller does next; who does not come up is replaced when it is needed."""
        self._starter.submit(self._warm)

    def rest(self) -> None:
        """End the workers that are idle, for the memory they hold; the next job starts a fresh one."""
        for worker in self._idle_ones():
            self._discard(worker)
            self._idle.put(None)

    def close(self) -> None:
        """End every worker, busy or not; jobs under way or waiting raise SandboxClosed. No process is left behind."""
        with self._lock:
            self._closed = True
            for worker in self._alive:
                worker.kill()
        for idle in [self._idle.get() for _ in range(self._workers)]:    # busy threads give theirs back, being killed
            self._discard(idle)
            self._idle.put(None)
        for stray in tuple(self._alive):    # its thread was interrupted before it could end it
            self._discard(stray)
        self._starter.shutdown(wait=True)
        self._folder.cleanup()

    def _given(self, worker: WorkerProcess | None, source: Source) -> WorkerProcess:
        """A worker that has taken the job up; one that died while idle is replaced."""
        if worker is not None and not self._closed:
            try:
                worker.take(source)
                return worker
            except (Gone, TimedOut, BadAnswer):
                _log.warning("an idle reading worker was gone; a new one takes its place")
        self._discard(worker)
        fresh = self._starter.submit(self._spawn, source.filename).result()
        try:
            fresh.take(source)
        except (Gone, TimedOut, BadAnswer) as error:
            words = self._discard(fresh).rpartition("\n")[2]
            # The installation's fault, which must not be blamed on the file.
            raise EngineDown(engine="文字读取进程", reason=words or type(error).__name__) from error
        return fresh

    def _idle_ones(self) -> list[WorkerProcess | None]:
        """Taken from the queue: each, or None in its place, is to be put back."""
        idle: list[WorkerProcess | None] = []
        with suppress(queue.Empty):
            while True:
                idle.append(self._idle.get_nowait())
        return idle

    def _warm(self) -> None:
        for worker in self._idle_ones():
            with suppress(SandboxClosed, OSError):  # each goes back in any case, or who reads would wait for ever
                worker = worker or self._spawn("")
            self._idle.put(worker)

    def _spawn(self, filename: str) -> WorkerProcess:
        with self._lock:
            if self._closed:
                raise SandboxClosed(filename=filename)
            worker = WorkerProcess(self._module, self.limits, Path(self._folder.name) / str(next(self._numbers)))
            self._alive.add(worker)
            return worker

    def _ask(self, worker: WorkerProcess) -> dict[str, Any]:
        try:
            return worker.answer()
        except TimedOut as error:
            raise self._failure("timeout", "no answer") from error
        except BadAnswer as error:
            raise self._failure("output", str(error)) from error
        except Gone as error:
            raise self._failure(*worker.died()) from error

    def _discard(self, worker: WorkerProcess | None) -> str:
        """End a worker this thread owns, if it has not ended yet; its last words."""
        if worker is None:
            return ""
        with self._lock:
            self._alive.discard(worker)
        return worker.end()[1]

    def _failure(self, kind: str, detail: str) -> SandboxFailure:
        known: Kind = next((k for k in get_args(Kind) if k == kind), "crash")
        _log.warning("reading failed: %s %s", known, detail)
        return SandboxFailure(known, _REASONS[known].format(limits=self.limits), detail)

    def _result(self, message: dict[str, Any], source: Source) -> Extraction:
        match message.get("outcome"):
            case "read":
                try:
                    return extraction_of(message["extraction"])
                except (KeyError, TypeError, ValueError, AttributeError) as error:
                    raise self._failure("output", "malformed") from error
            case "unreadable":
                raise UnreadableFile(str(message.get("reason", "")))
            case "no_extractor":
                raise NoExtractor(media_type=source.media_type, filename=source.filename)
            case _:
                raise self._failure(str(message.get("kind", "crash")), str(message.get("detail", "")))
