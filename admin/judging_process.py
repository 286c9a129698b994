"""A process that judges batches of projects for another (`admin/judging.py`): `python -m admin.judging_process GATE`."""

import fcntl
import gc
import os
import pickle
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import BinaryIO

from admin import backends, settings
from archive.models.connection import connect, disconnect
from retention.alerts import judge_batch

# What is read and judged of a batch is no cycle and goes by itself: to look for cycles while it is there is a sixth of the time.
COLLECT_AFTER = 500_000


def main() -> None:
    """Until the input ends."""
    gate = int(sys.argv[1])
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    with ExitStack() as closing:
        connect(backends.mongodb_url(settings.load(), closing))
        closing.callback(disconnect)
        try:
            judge, reader, record_sweep = pickle.load(asked)  # noqa: S301 - from our own parent
            gc.freeze()
            gc.set_threshold(COLLECT_AFTER, 20, 50)
            while True:
                batch = pickle.load(asked)  # noqa: S301
                _answer(answers, judge_batch(judge, reader, batch, record_sweep, lambda: _alone(gate)))
        except EOFError:
            return


def _answer(answers: BinaryIO, what: object) -> None:
    pickle.dump(what, answers)
    answers.flush()


@contextmanager
def _alone(gate: int) -> Iterator[None]:
    """Transactions of several processes only collide on the head of the audit chain, and are done again: here they queue. The
    lock is the kernel's and goes with its process."""
    fcntl.lockf(gate, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.lockf(gate, fcntl.LOCK_UN)


if __name__ == "__main__":
    main()
