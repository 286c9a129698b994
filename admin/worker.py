"""The working half: empties the outbox and runs the scheduler. `dangan worker`, or inside a command that waits for effects."""

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from admin.reindexer import Reindexer
from admin.subscriptions import subscriptions
from admin.system import System
from archive.events import deliver, lag, release_claims
from ingest.reading import PendingReader

log = logging.getLogger("dangan.worker")
IDLE_SECONDS = 0.1
TROUBLE_SECONDS = 2.0


class Worker:
    """Delivers events in one thread until stopped. In the embedded profile it is the only one, so it frees old claims."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.reader = PendingReader(system.blobs, system.sandbox, system.clock)
        self.subscriptions = subscriptions(system, self.reader)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="outbox", daemon=True)
        self.name = f"{socket.gethostname()}:{os.getpid()}"

    def start(self) -> None:
        if self.system.settings.embedded:
            release_claims(self.system.clock)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is claimed, then stop."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self.reader.close()

    def drain(self) -> int:
        """Deliver everything that is due now, in the caller's thread; how many events were finished."""
        total = 0
        while done := deliver(self.subscriptions, self.system.clock):
            total += done
        return total

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                done = deliver(self.subscriptions, self.system.clock)
            except Exception:  # the engine is away or a bug showed: keep trying, say so
                log.exception("outbox delivery failed; trying again in %s s", TROUBLE_SECONDS)
                self._stop.wait(TROUBLE_SECONDS)
                continue
            if not done:
                self._stop.wait(IDLE_SECONDS)


def wait_until_done(system: System, subjects: Sequence[str], *, timeout: float,
                    progress: Callable[[int], None] | None = None) -> bool:
    """Wait until no event about these subjects is left; False where the time (seconds) was over first."""
    pause = threading.Event()
    waited = 0.0
    while waited < timeout:
        left = lag(system.clock.now(), subjects)
        if left.waiting == 0:
            return True
        if progress:
            progress(left.waiting)
        pause.wait(0.05)
        waited += 0.05
    return False


@contextmanager
def working(system: System) -> Iterator[Worker | None]:
    """A worker for as long as the block runs; None where another process of this data folder already works."""
    if not system.works:
        yield None
        return
    reindexer, worker = Reindexer(system), Worker(system)
    reindexer.start()
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()
        reindexer.stop()
