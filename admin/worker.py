"""The working half: a thread or more for each lane of the outbox. `dangan worker`, or inside a command that waits for effects."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace

from admin.reindexer import Reindexer
from admin.subscriptions import subscriptions
from admin.system import System
from archive import claims
from archive.events import Delivery, Subscription, deliver, waiting
from ingest.ocr.lane import Recogniser
from ingest.ocr.looking import ScanJudge
from ingest.reading import PendingReader

log = logging.getLogger("dangan.worker")
IDLE_SECONDS = 0.05
TROUBLE_SECONDS, LONGEST_TROUBLE = 1.0, 10.0
GRACE_SECONDS = 5.0  # for what is being read when the worker is told to stop; it is given back then
END_SECONDS = 5.0  # for what cannot be interrupted: a batch of the index, a judgement
LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 10.0  # after which a patient lane looks although more is to come


class Worker:
    """Works on every lane until stopped. In the embedded profile it is the only one, so it frees old claims."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.reader = PendingReader(system.blobs, system.sandbox, system.clock)
        self.scan_judge = ScanJudge(system.blobs, system.clock)
        self.recogniser = Recogniser(system.blobs, system.ocr, system.clock)
        self.subscriptions = subscriptions(system, self.reader, self.scan_judge, self.recogniser)
        self._stop, self._complete = threading.Event(), threading.Event()
        self._complete.set()
        self._threads = [threading.Thread(target=self._work, args=[each], name=f"{each.lane} {number}", daemon=True)
                         for each in self.subscriptions for number in range(each.threads)]

    def start(self) -> None:
        if self.system.settings.embedded:
            claims.release_all()
        claims.adopt()
        for thread in self._threads:
            thread.start()

    def stop(self) -> bool:
        """Claim nothing more; finish what is claimed, or give it back where that takes long.

        Within some ten seconds; whether everything ended by then. What did not is free again when its claims run out.
        """
        self._stop.set()
        self._complete.set()
        if not self._ended(GRACE_SECONDS):
            log.info("stopping: what is still being read is given back")
            for each in (self.reader, self.system.unpacker, self.scan_judge, self.recogniser):
                each.interrupt()
        ended = self._ended(END_SECONDS)
        self.scan_judge.close()
        return ended

    @contextmanager
    def more_to_come(self) -> Iterator[None]:
        """For who files a heap, batch by batch: patient lanes take it up as a whole when the block ends, or now and then."""
        self._complete.clear()
        try:
            yield
        finally:
            self._complete.set()

    def drain(self) -> int:
        """Work on everything that is due now, in the caller's thread; how many times a lane was done with an event."""
        total = -1
        done = 0
        while done > total:
            total = done
            for subscription in self.subscriptions:
                while count := deliver(subscription).done:
                    done += count
        return total

    def _ended(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(end - time.monotonic(), 0.0))
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self, subscription: Subscription) -> None:
        idle, trouble, size, gather = IDLE_SECONDS, TROUBLE_SECONDS, subscription.batch, subscription.gather
        while not self._stop.is_set():
            delivery = self._deliver(replace(subscription, batch=size, gather=gather))
            if delivery.away:
                # The lane waits for its engine, then asks with one event: not all that wait are to be tried in vain,
                # and where one event alone brings the engine down, the others are not to share its fate for long.
                log.warning("lane %s waits %.0f s: %s", subscription.lane, trouble, delivery.away)
                self._stop.wait(trouble)
                trouble, size = min(trouble * 2, LONGEST_TROUBLE), 1
                continue
            if delivery.done:
                trouble, size = TROUBLE_SECONDS, min(size * 4, subscription.batch)
            if delivery.claimed:
                idle = IDLE_SECONDS
                continue
            idle, gather = min(idle * 2, subscription.idle), subscription.gather
            if subscription.patient and not self._complete.is_set():
                gather = 0.0 if self._complete.wait(PATIENCE_SECONDS) else gather    # all of it is there
            else:
                self._stop.wait(idle)

    def _deliver(self, subscription: Subscription) -> Delivery:
        try:
            return deliver(subscription, self._stop.wait)
        except Exception as error:  # the database is away or a bug showed: keep trying, say so
            log.exception("lane %s was interrupted", subscription.lane)
            return Delivery(away=f"{type(error).__name__}")


def wait_until_done(system: System, subjects: Collection[str], *, timeout: float,
                    progress: Callable[[int], None] | None = None, lanes: Collection[str] = ()) -> bool:
    """Wait until no event about these subjects is left (in these lanes); False where the time (seconds) was over first."""
    pause, end, left = threading.Event(), time.monotonic() + timeout, set(subjects)
    while time.monotonic() < end:
        left = waiting(left, lanes)
        # An event leaves its follower before it ends, but one look at many need not see both: look at all again.
        if not left and not (left := waiting(subjects, lanes)):
            return True
        if progress:
            progress(len(left))
        pause.wait(LOOK_SECONDS)
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
