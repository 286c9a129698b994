"""Watching processes through /proc: who belongs to a running archive, and when all of them are gone."""

import json
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

PROC = Path("/proc")


def until(true: Callable[[], object], seconds: float) -> bool:
    """Whether it becomes true within so many seconds; looked at twenty times a second."""
    pause = threading.Event()
    for _ in range(int(seconds * 20)):
        if true():
            return True
        pause.wait(0.05)
    return bool(true())


def parents() -> dict[int, int]:
    """Every living process and its parent; zombies are dead."""
    found = {}
    for path in PROC.glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[0] != "Z":
            found[int(path.parent.name)] = int(fields[1])
    return found


def tree(root: int) -> set[int]:
    """This process and everything below it."""
    table, found = parents(), {root}
    while below := {pid for pid, parent in table.items() if parent in found} - found:
        found |= below
    return found


def engines(data: Path) -> set[int]:
    """The guardian and mongod of a data folder, which are in no tree of ours."""
    try:
        run = json.loads((data / "mongo" / "run.json").read_text())
    except (FileNotFoundError, ValueError):
        return set()
    return {run["guardian"], run["mongod"]}


def living(pids: Iterable[int]) -> set[int]:
    return set(pids) & parents().keys()


def commands(pids: Iterable[int]) -> dict[int, str]:
    """What each of them is, for messages."""
    found = {}
    for pid in pids:
        try:
            found[pid] = (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found
