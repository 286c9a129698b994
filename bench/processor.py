"""How much processor time a tree of processes takes, by name: on a shared machine the figure that can be compared."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from bench.memory import PROC, name_of, tree

EVERY_SECONDS = 0.2
UNNAMED = ("?", "gone")
TICKS = os.sysconf("SC_CLK_TCK")


class ProcessorTime:
    """Samples while its block runs: what a process took before it does not count, and what it took since its last sample
    before it ended is lost."""

    def __init__(self, roots: Callable[[], set[int]], every: float = EVERY_SECONDS) -> None:
        self.roots, self.every = roots, every
        self._taken: dict[int, tuple[str, float]] = {}
        self._before: dict[int, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "ProcessorTime":
        self._before = {pid: _seconds(pid) or 0.0 for pid in tree(self.roots())}
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def seconds(self) -> dict[str, float]:
        """By the name of the process, the starts of the processes included."""
        found: dict[str, float] = {}
        for pid, (name, seconds) in self._taken.items():
            found[name] = found.get(name, 0.0) + seconds - self._before.get(pid, 0.0)
        return {name: round(seconds, 2) for name, seconds in sorted(found.items())}

    def _watch(self) -> None:
        while not self._stop.wait(self.every):
            self._sample()
        self._sample()

    def _sample(self) -> None:
        for pid in tree(self.roots()):
            if (seconds := _seconds(pid)) is not None:
                name = name_of(pid)  # of one that has just ended nobody knows the name any more
                self._taken[pid] = self._taken[pid][0] if name in UNNAMED and pid in self._taken else name, seconds


def _seconds(pid: int) -> float | None:
    try:
        fields = Path(PROC, str(pid), "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / TICKS
