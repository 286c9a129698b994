"""How far a move is: counted in memory, kept in the record every second, told to whoever watches."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from admin.storage.carrying import Carried, Fate
from archive.clock import Clock
from archive.operations.storage_moves import note_progress

KEEP_SECONDS = 1.0
KEEP_OBJECTS = 200


@dataclass(frozen=True, slots=True)
class Progress:
    """Objects and bytes done (copied or proven) of those the versions name; bytes per second of this run; what is
    left in seconds, None where nobody can say.
    """

    objects: int
    bytes: int
    of_objects: int
    of_bytes: int
    rate: float
    remaining: float | None


@dataclass(slots=True)
class Counter:
    """Collects what was carried; `flush` makes it durable, so that an interrupted move goes on from there."""

    key: str
    clock: Clock
    of_objects: int
    of_bytes: int
    objects: int
    bytes: int
    watch: Callable[[Progress], None] | None = None
    _started: float = field(default_factory=time.monotonic)
    _carried_bytes: int = 0
    _kept_at: float = field(default_factory=time.monotonic)
    _waiting: list[Carried] = field(default_factory=list)

    def add(self, carried: Carried) -> None:
        if carried.fate not in (Fate.COPIED, Fate.PROVEN):
            return
        self._waiting.append(carried)
        self.objects += 1
        self.bytes += carried.size
        self._carried_bytes += carried.size
        if len(self._waiting) >= KEEP_OBJECTS or time.monotonic() - self._kept_at > KEEP_SECONDS:
            self.flush()

    def flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._kept_at = time.monotonic()
        copied = [each.size for each in waiting if each.fate is Fate.COPIED]
        note_progress(self.key, self.clock.now(), copied=(len(copied), sum(copied)),
                      proven=(len(waiting), sum(each.size for each in waiting)),
                      digests=[each.digest for each in waiting])
        if self.watch:
            self.watch(self.now())

    def now(self) -> Progress:
        seconds = max(time.monotonic() - self._started, 0.001)
        rate = self._carried_bytes / seconds
        left = max(self.of_bytes - self.bytes, 0)
        return Progress(self.objects, self.bytes, self.of_objects, self.of_bytes, rate, left / rate if rate else None)


def wait(seconds: float) -> None:
    threading.Event().wait(seconds)
