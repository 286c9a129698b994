"""The night's evaluation by several processes: batches handed to children, one at a time to each.

A child (`admin/judging_process.py`) reads what judging needs, then batch after batch, from its standard input, and says of each what
it kept. It ends with its input, so nothing outlives a parent however that ends; one that dies takes its batch along, which another
then does again: of what was kept already nothing changes.
"""

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from queue import SimpleQueue
from typing import Any

from admin.settings import Settings, environment_for
from archive.errors import ArchiveError
from retention.alerts import Hands, Judge, Sweep, in_turn
from retention.reading import Reader

WORTH_BATCHES = 20  # a child takes about a second to start
TRIES = 3
END_SECONDS = 10


class JudgingDied(ArchiveError):
    code = "compliance.judging-died"
    text = "核对进程意外结束（{reason}），同一批项目试了 {tries} 次仍未完成。已核对的有效；请查看日志，排除原因后重新运行，会接着做。"


def several(settings: Settings) -> Hands:
    """As many processes as the settings say; this one alone where there is little to judge."""
    count = settings.sweep_processes or len(os.sched_getaffinity(0))

    def hands(judge: Judge, reader: Reader, batches: Sequence[Sequence[str]], record_sweep: bool) -> Iterator[Sweep]:
        if count == 1 or len(batches) < WORTH_BATCHES:
            yield from in_turn(judge, reader, batches, record_sweep)
            return
        yield from spread(count, environment_for(settings), (judge, reader, record_sweep), batches)
    return hands


def spread(count: int, environment: Mapping[str, str], task: tuple[Judge, Reader, bool],
           batches: Sequence[Sequence[str]]) -> Iterator[Sweep]:
    """Each batch judged once, by whichever child is free. Raises JudgingDied."""
    with ExitStack() as closing:
        gate = closing.enter_context(tempfile.TemporaryFile())
        children: SimpleQueue[_Child] = SimpleQueue()
        for _ in range(count):
            children.put(closing.enter_context(_Child(environment, task, gate.fileno())))
        pool = closing.enter_context(ThreadPoolExecutor(count, thread_name_prefix="judging"))

        def judged(batch: Sequence[str]) -> Sweep:
            child = children.get()
            try:
                return child.judge(batch)
            finally:
                children.put(child)
        yield from pool.map(judged, batches)


class _Child:
    """A process that judges; started anew when it died."""

    def __init__(self, environment: Mapping[str, str], task: tuple[Judge, Reader, bool], gate: int) -> None:
        self._environment, self._task, self._gate = dict(environment), task, gate
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "_Child":
        return self

    def __exit__(self, *_: object) -> None:
        """With its input it ends by itself; what it still judges is done in a moment."""
        process, self._process = self._process, None
        if process is not None:
            _end(process)

    def judge(self, batch: Sequence[str]) -> Sweep:
        for _ in range(TRIES):
            try:
                return self._ask(self._process or self._start(), batch)
            except (OSError, EOFError, pickle.UnpicklingError) as error:
                reason = f"{type(error).__name__}，退出码 {self._bury()}"
        raise JudgingDied(reason=reason, tries=TRIES)

    def _start(self) -> "subprocess.Popen[bytes]":
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "admin.judging_process", str(self._gate)], env=self._environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, pass_fds=[self._gate])
        self._say(self._process, self._task)
        return self._process

    def _ask(self, process: "subprocess.Popen[bytes]", batch: Sequence[str]) -> Sweep:
        self._say(process, list(batch))
        answer = pickle.load(process.stdout)  # type: ignore[arg-type]  # noqa: S301 - from our own child
        if not isinstance(answer, Sweep):
            raise EOFError
        return answer

    @staticmethod
    def _say(process: "subprocess.Popen[bytes]", what: Any) -> None:
        assert process.stdin is not None
        pickle.dump(what, process.stdin)
        process.stdin.flush()

    def _bury(self) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        return _end(process)


def _end(process: "subprocess.Popen[bytes]") -> int:
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):  # what was still to be written goes nowhere
            if pipe is not None:
                pipe.close()
    try:
        return process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
