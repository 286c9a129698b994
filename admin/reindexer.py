"""The part of a worker that rebuilds the search index when that is needed or asked for, beside the outbox."""

import logging
import threading

from admin import rebuilds
from admin.reindex import needs_filling, perform
from admin.system import System

log = logging.getLogger("dangan.reindex")
LOOK_SECONDS = 1.0
TROUBLE_SECONDS = 5.0
BEGIN_SECONDS = 10.0


class Reindexer:
    """One thread from `start` to `stop`. What it has not finished then, the next worker goes on with."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._stop, self._looked = threading.Event(), threading.Event()
        self._ready = False
        self._thread = threading.Thread(target=self._loop, name="reindex", daemon=True)

    def start(self) -> None:
        """Returns once a rebuild that is needed has begun: from then on the index takes what the outbox brings."""
        self._thread.start()
        self._looked.wait(BEGIN_SECONDS)

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _loop(self) -> None:
        while not self._stop.is_set():
            pause = LOOK_SECONDS
            try:
                self._look()
            except Exception:  # an engine is away or a bug showed: it is in the record; keep looking
                log.exception("rebuilding the index was interrupted; trying again in %s s", TROUBLE_SECONDS)
                pause = TROUBLE_SECONDS
            self._looked.set()
            self._stop.wait(pause)

    def _look(self) -> None:
        if not self._ready:
            if needs_filling(self.system):
                rebuilds.request(self.system.clock, "system:worker")
            self._ready = True
        perform(self.system, begun=self._looked.set, stop=self._stop.is_set)
