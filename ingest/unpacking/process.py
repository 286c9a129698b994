"""The process that takes a bundle apart, seen from the archive: started, told what is wanted, read member by member.

What it says is not trusted: lengths are checked before anything is read; `filing` counts totals once more.
"""

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any

from ingest.sandbox_process import BadAnswer, Gone, TimedOut, WorkerProcess
from ingest.sandbox_protocol import Limits, frame
from ingest.unpacking.entries import CHUNK, Job, Kind

__all__ = ["LIMITS", "BadAnswer", "BundleProcess", "Closing", "Ending", "Found", "Gone", "TimedOut"]

# Time is for one bundle (processor) or one silence (wall): a large tar is looked through without a word.
LIMITS = Limits(cpu_seconds=900, wall_seconds=300.0, memory_mb=1024, output_mb=1, file_mb=1, open_files=64, jobs=1)
_START_SECONDS = 30.0
_MESSAGE = 64 << 10
_FAULTS = frozenset({"", "oversized", "damaged", *Kind})


@dataclass(frozen=True, slots=True)
class Found:
    """A member as the process announced it. `outside` says that its path pointed out of the bundle."""

    number: int
    path: str
    kind: Kind
    detail: str
    outside: bool
    occurrence: int
    size: int
    type: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a member's bytes: `fault` is empty where they are whole."""

    size: int
    fault: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of the bundle: `done`, or why not."""

    outcome: str
    reason: str = ""
    limit: str = ""


class BundleProcess(WorkerProcess):
    """One job, then it ends. To be made and read in one thread; `kill` may come from any."""

    def begin(self, job: Job) -> None:
        """Raises Gone, TimedOut, BadAnswer where it does not come up."""
        self.wait_ready()
        message = frame({**asdict(job), "path": str(job.path)})
        try:
            while message:
                message = message[os.write(self._to, message):]
        except BrokenPipeError as error:
            raise Gone from error

    def said(self) -> Iterator[Found | bytes | Ending | Closing]:
        """What it finds, in order; the last is a Closing. Raises Gone, TimedOut, BadAnswer."""
        while True:
            message = self._read(_MESSAGE, self._deadline())
            try:
                part = self._part(message)
            except (KeyError, TypeError, ValueError) as error:
                raise BadAnswer from error
            yield part
            if isinstance(part, Closing):
                return

    def _part(self, message: dict[str, Any]) -> Found | bytes | Ending | Closing:
        match message["outcome"]:
            case "member":
                return Found(int(message["number"]), str(message["path"]), Kind(message["kind"]), str(message["detail"]),
                             bool(message["outside"]), int(message["occurrence"]), int(message["size"]),
                             str(message.get("type", ""))[:100])
            case "data":
                size = int(message["size"])
                if not 0 < size <= CHUNK:
                    raise BadAnswer(f"{size} bytes")
                return self._read_bytes(size, self._deadline())
            case "end":
                fault = str(message["fault"])
                if fault not in _FAULTS:
                    raise BadAnswer(fault)
                return Ending(int(message["size"]), fault, str(message.get("reason", ""))[:500])
            case outcome:
                return Closing(str(outcome), str(message.get("reason", message.get("detail", "")))[:500],
                               str(message.get("limit", "")))

    def _deadline(self) -> float:
        return monotonic() + self.limits.wall_seconds
