"""Looking at several engines side by side within a known time: one that hangs is told of, and does not hang who asks.

Owns patience and how long an answer is good for; knows neither engines nor HTTP.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Probe(Generic[Answer]):
    """One look, never twice at once: while one hangs, nobody begins another, and all are told that it is late."""

    def __init__(self, look: Callable[[], Answer], name: str) -> None:
        self._look, self._name = look, name
        self._lock = threading.Lock()
        self._running: _Look[Answer] | None = None
        self._last: tuple[float, Answer] | None = None

    def begin(self, fresh_for: float) -> "_Look[Answer]":
        """The look under way, or a new one; or the last, where that was less than `fresh_for` seconds ago."""
        with self._lock:
            if self._last and time.monotonic() - self._last[0] < fresh_for:
                return _Look(self._last[1])
            if self._running is None:
                self._running = _Look()
                threading.Thread(target=self._run, args=[self._running], name=f"probe {self._name}", daemon=True).start()
            return self._running

    def _run(self, look: "_Look[Answer]") -> None:
        answer = self._look()
        with self._lock:
            self._last, self._running = (time.monotonic(), answer), None
        look.end(answer)


class _Look(Generic[Answer]):
    def __init__(self, answer: Answer | None = None) -> None:
        self._answer, self._ended = answer, threading.Event()
        if answer is not None:
            self._ended.set()

    def end(self, answer: Answer) -> None:
        self._answer = answer
        self._ended.set()

    def wait(self, seconds: float) -> Answer | None:
        self._ended.wait(max(seconds, 0.0))
        return self._answer


class Panel(Generic[Answer]):
    """Named looks, which must not raise. Each gets `patience` seconds, all at the same time."""

    def __init__(self, looks: Mapping[str, Callable[[], Answer]], patience: float, late: Answer) -> None:
        self._probes = {name: Probe(look, name) for name, look in looks.items()}
        self._patience, self._late = patience, late

    def look(self, fresh_for: float = 0.0) -> dict[str, Answer]:
        """Every answer, `late` for those that took too long."""
        end = time.monotonic() + self._patience
        looks = {name: probe.begin(fresh_for) for name, probe in self._probes.items()}
        found = {name: look.wait(end - time.monotonic()) for name, look in looks.items()}
        return {name: self._late if answer is None else answer for name, answer in found.items()}
