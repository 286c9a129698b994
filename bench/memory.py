"""How much memory a tree of processes takes at most, shared pages counted once (PSS), sampled from /proc."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

PROC = Path("/proc")
EVERY_SECONDS = 0.2


class PeakMemory:
    """Samples while its block runs. `roots` is asked each time: processes come and go. `peak` is in bytes."""

    def __init__(self, roots: Callable[[], set[int]], size_of: Callable[[int], int] | None = None,
                 every: float = EVERY_SECONDS) -> None:
        self.roots, self.peak, self.samples, self.every = roots, 0, 0, every
        self.size_of = size_of or memory_of
        self.largest: dict[str, int] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def megabytes(self) -> dict[str, float]:
        """The peak, and what the tree consisted of at that moment."""
        return {"peak": _mega(self.peak), **{name: _mega(size) for name, size in sorted(self.largest.items())}}

    def _watch(self) -> None:
        while not self._stop.wait(self.every):
            self._sample()
        self._sample()  # what is over sooner than that was measured, too

    def _sample(self) -> None:
        sizes = {pid: self.size_of(pid) for pid in tree(self.roots())}
        self.samples += 1
        if (total := sum(sizes.values())) > self.peak:
            self.peak = total
            self.largest = _by_name(sizes)


def tree(roots: set[int]) -> set[int]:
    """These processes and everything below them."""
    parents = _parents()
    found = roots & parents.keys()
    while below := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= below
    return found


def memory_of(pid: int) -> int:
    """PSS in bytes; the resident size where the kernel does not tell; 0 once the process is gone."""
    return _first_field(pid, (("smaps_rollup", "Pss:"), ("status", "VmRSS:")))


def anonymous_of(pid: int) -> int:
    """As `memory_of`, without what belongs to files: programs, libraries, cache that the kernel may take back."""
    return _first_field(pid, (("smaps_rollup", "Pss_Anon:"), ("status", "RssAnon:")))


def _first_field(pid: int, places: Sequence[tuple[str, str]]) -> int:
    for name, field in places:
        try:
            text = (PROC / str(pid) / name).read_text()
        except OSError:
            continue
        for line in text.splitlines():
            if line.startswith(field):
                return int(line.split()[1]) << 10
    return 0


def _parents() -> dict[int, int]:
    found = {}
    for path in PROC.glob("[0-9]*/stat"):
        try:
            found[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    return found


def _by_name(sizes: dict[int, int]) -> dict[str, int]:
    named: dict[str, int] = {}
    for pid, size in sizes.items():
        named[name_of(pid)] = named.get(name_of(pid), 0) + size
    return named


def name_of(pid: int) -> str:
    """`mongod`, `admin web`, `archive.mongo.guardian`, … as the command line says it."""
    try:
        words = (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return "gone"
    if "-m" in words:
        at = words.index("-m") + 1
        return " ".join(words[at:at + 2]) if words[at] == "admin" else words[at]
    return Path(words[0]).name or "?"


def _mega(size: int) -> float:
    return round(size / (1 << 20), 1)
