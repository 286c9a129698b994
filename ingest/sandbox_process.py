"""One reading worker seen from the archive: started, given jobs one at a time, timed, ended. One thread at a time owns it;
`kill` alone may come from any."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any

from ingest.extractors.base import Source
from ingest.sandbox_protocol import PREFIX, Limits, frame, job_of, parse

_ROOT = Path(__file__).resolve().parent.parent   # where `ingest` and its test twins are imported from
_START_SECONDS = 30.0
_CHUNK = 1 << 20
_SMALL = 4096   # bytes of a message that carries no text
# Memory of the last file is kept for the next: giving it back to the system and asking for it again costs a fifth of
# the time in which an Office file is read.
_KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(32 << 20), "MALLOC_MMAP_THRESHOLD_": str(16 << 20)}
_OUT_OF_MEMORY = ("memory allocation of", "MemoryError", "bad_alloc", "out of memory", "Cannot allocate memory")


class TimedOut(Exception):
    """The worker did not answer in time."""


class Gone(Exception):
    """The worker's pipe is closed: it ended or was killed."""


class BadAnswer(Exception):
    """The worker said something that is no message, or too long a one."""


class WorkerProcess:
    """A running worker. Make it in a thread that lives on: the kernel kills it when the thread that made it ends."""

    def __init__(self, module: str, limits: Limits, folder: Path) -> None:
        self.limits = limits
        self.jobs_done = 0
        self.rss = 0
        self._ready = False
        self._folder = folder
        self._reaping = threading.Lock()
        self._reaped = False
        self._last: tuple[int, str] | None = None
        (folder / "cwd").mkdir(parents=True)
        command = [sys.executable, "-P", "-m", module, json.dumps(asdict(limits)), str(os.getpid())]
        environment = {"PYTHONPATH": str(_ROOT), "LANG": "C.UTF-8", "HOME": str(folder / "cwd"),
                       "TMPDIR": str(folder / "cwd"), "MALLOC_ARENA_MAX": "1", **_KEEP_MEMORY,
                       "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        with (folder / "stderr").open("wb") as stderr:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr,  # noqa: S603
                                             cwd=folder / "cwd", env=environment, bufsize=0, start_new_session=True)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._readable = select.poll()
        self._readable.register(self._from, select.POLLIN)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def worn(self) -> bool:
        return self.jobs_done >= self.limits.jobs or self.rss > self.limits.rss_mb << 20

    def wait_ready(self) -> None:
        """At once where it was ready before. Raises Gone, TimedOut or BadAnswer where the worker does not come up."""
        if not self._ready:
            self._expect("ready", monotonic() + _START_SECONDS)
            self._ready = True

    def take(self, source: Source) -> None:
        """Hand over a job and see it taken up. Raises Gone where the worker had died while idle, and as `wait_ready`."""
        self.wait_ready()
        try:
            os.write(self._to, frame(job_of(source)))
        except BrokenPipeError as error:
            raise Gone from error
        self._expect("started", monotonic() + _START_SECONDS)

    def answer(self) -> dict[str, Any]:
        """The answer to the job taken up. Raises TimedOut, Gone, BadAnswer."""
        message = self._read(self.limits.output_mb << 20, monotonic() + self.limits.wall_seconds)
        self.jobs_done += 1
        self.rss = int(message.get("rss") or 0)
        return message

    def kill(self) -> None:
        """Kill the worker and its group; its owner then meets `Gone` and ends it. Nothing happens to an ended one."""
        with self._reaping:
            if not self._reaped:    # until then its number cannot be another process's
                with suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)

    def end(self) -> tuple[int, str]:
        """Kill what is left and clean up: the signal that had ended the worker before (0: none), and its last words.

        May be called again, with the same answer.
        """
        if self._last is not None:
            return self._last
        ended = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        self.kill()
        with self._reaping:
            status = self._process.wait()
            self._reaped = True
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        words = _tail(self._folder / "stderr")
        shutil.rmtree(self._folder, ignore_errors=True)
        self._last = (-status if ended is not None and status < 0 else 0), words
        return self._last

    def died(self) -> tuple[str, str]:
        """End the worker after `Gone`: the kind of failure and what is known of it."""
        self._wait_for_exit()
        number, words = self.end()
        if number == signal.SIGXCPU:
            return "cpu", words
        if number == signal.SIGKILL:  # by a person or by the kernel for want of memory; none of our limits kills like that
            return "killed", words
        if any(mark in words for mark in _OUT_OF_MEMORY):
            return "memory", words
        name = signal.Signals(number).name if number else "exit"
        return "crash", f"{name} {words}".strip()

    def _wait_for_exit(self) -> None:
        """A closed pipe comes a moment before the exit status: give the kernel that moment."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except OSError:
            return
        try:
            select.select([descriptor], [], [], 2.0)
        finally:
            os.close(descriptor)

    def _expect(self, outcome: str, deadline: float) -> None:
        if self._read(_SMALL, deadline).get("outcome") != outcome:
            raise BadAnswer

    def _read(self, limit: int, deadline: float) -> dict[str, Any]:
        size, = PREFIX.unpack(self._read_bytes(PREFIX.size, deadline))
        if size > limit:
            raise BadAnswer(f"{size} bytes")
        try:
            return parse(self._read_bytes(size, deadline))
        except ValueError as error:
            raise BadAnswer from error

    def _read_bytes(self, size: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            if not self._readable.poll(max(deadline - monotonic(), 0) * 1000):
                raise TimedOut
            chunk = os.read(self._from, min(size - len(data), _CHUNK))
            if not chunk:
                raise Gone
            data += chunk
        return bytes(data)


def _tail(path: Path) -> str:
    try:
        return path.read_bytes()[-2000:].decode("utf-8", "replace").strip()
    except OSError:
        return ""
