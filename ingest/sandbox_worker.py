"""A reading worker: a process that reads one file after another until it is told to stop or something kills it.

The part of every worker that is the same; what it does with a file is the caller's (`ingest.reading_worker`). It puts
itself behind a wall before it looks at any file: limits on memory, processor time and files, no network where the kernel
allows, no way to gain rights, and death with its parent.
"""

import ctypes
import gc
import json
import math
import os
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from ingest.extractors.base import Extraction, NoExtractor, Source, UnreadableFile
from ingest.sandbox_protocol import Limits, frame, message_of, read_job, source_of

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


def _nothing() -> None:
    pass


def serve(extract: Callable[[Source], Extraction], prepare: Callable[[], None] = _nothing) -> None:
    """Answer jobs until the pipe closes. Arguments on the command line: the limits as JSON, the parent's pid.

    `prepare` makes ready what many jobs need, before the first one waits for it.
    """
    limits, parent = Limits(**json.loads(sys.argv[1])), int(sys.argv[2])
    jobs, answers = take_over_pipes()
    confine(limits, parent)
    prepare()
    gc.freeze()    # what is loaded by now stays: looking for garbage in it, again and again, would find none
    _say(answers, {"outcome": "ready"})
    while (job := read_job(jobs)) is not None:
        _say(answers, {"outcome": "started"})
        allow_processor_time(limits.cpu_seconds)
        answer = frame({**_answer(extract, source_of(job)), "rss": _rss()})
        if len(answer) > limits.output_mb << 20:
            answer = frame({"outcome": "failed", "kind": "output", "detail": f"{len(answer)} bytes", "rss": _rss()})
        answers.write(answer)
        answers.flush()


def take_over_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep both pipes for messages; a library that prints writes to standard error instead."""
    jobs, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return jobs, answers


def confine(limits: Limits, parent: int) -> None:
    libc = ctypes.CDLL(None)
    # Best effort: needs root or unprivileged user namespaces. It comes first: changing credentials clears PDEATHSIG.
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:     # it died before the line above
        os._exit(1)
    for what, amount in ((resource.RLIMIT_AS, limits.memory_mb << 20), (resource.RLIMIT_FSIZE, limits.file_mb << 20),
                         (resource.RLIMIT_NOFILE, limits.open_files), (resource.RLIMIT_NPROC, limits.threads),
                         (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(what)
        amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(what, (amount, amount))


def allow_processor_time(seconds: int) -> None:
    """The kernel counts over the process's life; the limit moves with each job."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(usage.ru_utime + usage.ru_stime) + seconds, hard))


def _answer(extract: Callable[[Source], Extraction], source: Source) -> dict[str, Any]:
    try:
        return {"outcome": "read", "extraction": message_of(extract(source))}
    except UnreadableFile as error:
        return {"outcome": "unreadable", "reason": str(error)}
    except NoExtractor:
        return {"outcome": "no_extractor"}
    except MemoryError:
        return {"outcome": "failed", "kind": "memory", "detail": "MemoryError"}
    except Exception as error:  # a library's own error: this file's fault, named for the log
        return {"outcome": "failed", "kind": "crash", "detail": f"{type(error).__name__}: {error}"[:2000]}


def _rss() -> int:
    """Memory held now, in bytes (proc(5): resident pages are the second number)."""
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - pathlib would be loaded for this alone
        return int(file.read().split()[1]) * resource.getpagesize()


def _say(pipe: BinaryIO, message: dict[str, Any]) -> None:
    pipe.write(frame(message))
    pipe.flush()

