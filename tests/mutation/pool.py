"""Judges many mutants, a forked child each, a few at a time; whoever takes too long or too much is ended."""

import gc
import json
import os
import resource
import select
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from importlib import import_module

from tests.mutation.judging import BESIDE, CASES, SURVIVED, TIMED_OUT, judge
from tests.mutation.mutants import Mutant, modules
from tests.mutation.placing import taken_from, watched_loading
from tests.mutation.reach import trace

SECONDS, BYTES = 20, 3 << 30
"""Processor seconds and memory a mutant may take; the code as it is takes three seconds."""


def load() -> None:
    """Loads once what every child needs and no mutant changes."""
    import hypothesis
    import pytest

    import archive.registers
    from archive import taxonomy

    assert taxonomy.load().types
    assert archive.registers.REGISTERS
    assert hypothesis.__version__, pytest.__version__
    with watched_loading():
        for where in (*modules(), CASES, *BESIDE):
            import_module(where)
    trace(import_module(CASES).CASES)
    taken_from()
    import_module("retention.workdays").WorkCalendar().is_workday(date(2031, 1, 1))  # reads the tables of holidays
    gc.collect()
    gc.freeze()  # or every child would copy all of it, only to count references


def baseline() -> str:
    """"" where all tests that are asked pass on the code as it is, else the first that does not."""
    fate, by = next(iter(_run([None], 1, SECONDS)))[1]
    return "" if fate == SURVIVED else f"{fate}: {by}"


def judged(mutants: Iterable[Mutant], workers: int, told: Callable[[int], None] = lambda done: None
           ) -> Iterator[tuple[Mutant, str, str]]:
    """Each mutant with what became of it and by which test, as they come."""
    for done, (mutant, (fate, by)) in enumerate(_run(mutants, workers, SECONDS), 1):
        told(done)
        assert mutant is not None
        yield mutant, fate, by


def _run(mutants: Iterable[Mutant | None], workers: int, seconds: int) -> Iterator[tuple[Mutant | None, tuple[str, str]]]:
    waiting, running = deque(mutants), dict[int, tuple[int, Mutant | None]]()
    while waiting or running:
        while waiting and len(running) < workers:
            mutant = waiting.popleft()
            read, pid = _start(mutant, seconds)
            running[read] = pid, mutant
        for read in select.select(list(running), [], [])[0]:
            pid, mutant = running.pop(read)
            with os.fdopen(read) as answer:
                text = answer.read()
            os.waitpid(pid, 0)
            fate, by = json.loads(text) if text else (TIMED_OUT, "ended for time or memory")
            yield mutant, (fate, by)


def _start(mutant: Mutant | None, seconds: int) -> tuple[int, int]:
    read, write = os.pipe()
    pid = os.fork()
    if pid:
        os.close(write)
        return read, pid
    try:
        os.close(read)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
        signal.alarm(seconds * 10)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        os.write(write, json.dumps(judge(mutant)).encode())
    finally:
        os._exit(0)
    return 0, 0
