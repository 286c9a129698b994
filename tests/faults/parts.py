"""Programs that are started, killed, and started again by a small supervisor, as systemd would."""

import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

LOOK_SECONDS = 0.1


@dataclass
class Part:
    """One program. `down_until` keeps the supervisor from reviving it at once; what it prints is in `folder/<name>.out`."""

    name: str
    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str] | None = None
    down_until: float = 0.0
    frozen: bool = False
    starts: int = 0
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def gone(self) -> bool:
        return not self.alive()

    def start(self) -> None:
        self.starts += 1
        with (self.folder / f"{self.name}.out").open("ab") as output:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=self.environment,
                preexec_fn=_die_with_parent)

    def kill(self, down: float = 0.0) -> None:
        """As by the kernel; it stays down for so many seconds."""
        self.down_until = time.monotonic() + down
        self.signal(signal.SIGKILL)

    def signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class Supervisor:
    """Starts again what ended, for as long as the block runs; then ends everything, last started first."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._stop = threading.Event()
        # The kernel ends the programs with the thread that started them: with this one, and so with the test.
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def __enter__(self) -> "Supervisor":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        for part in reversed(self.parts):
            part.end()

    def run(self, part: Part) -> Part:
        self.parts.append(part)
        wait_for(part.alive, f"{part.name} to start", 10)
        return part

    def release(self, part: Part) -> None:
        """Do not start it again."""
        part.down_until = float("inf")

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            for part in list(self.parts):
                if not part.alive() and time.monotonic() >= part.down_until:
                    part.start()


def wait_for(true: Callable[[], object], what: str, seconds: float) -> float:
    """Looks twenty times a second; how long it took. Fails by AssertionError."""
    pause, begin = threading.Event(), time.monotonic()
    while not true():
        assert time.monotonic() - begin < seconds, f"waited {seconds:.0f} s for {what}"
        pause.wait(0.05)
    return time.monotonic() - begin


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
