"""The process that takes one bundle apart, behind the wall of a reading worker, and sends what it finds through its pipe.

Started by `unpacking.process` as `python -m ingest.unpacking.worker`. It may write next to nothing. A bundle is looked
through before anything of it is sent, so one that declares too much costs nothing; what lies is stopped on the way.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from ingest.sandbox_protocol import Limits, frame, read_job
from ingest.sandbox_worker import allow_processor_time, confine, take_over_pipes
from ingest.unpacking.entries import BadBundle, BadMember, Entry, Job, Kind, NotABundle
from ingest.unpacking.names import is_junk, safe_path
from ingest.unpacking.readers import reader_for


class TooMuch(Exception):
    """More than the job allows; `limit` is `members` or `bytes`."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


def serve() -> None:
    """Do one job and end. Arguments on the command line: the limits as JSON, the parent's pid."""
    limits, parent = Limits(**json.loads(sys.argv[1])), int(sys.argv[2])
    jobs, answers = take_over_pipes()
    confine(limits, parent)
    _say(answers, {"outcome": "ready"})
    message = read_job(jobs)
    if message is not None:
        allow_processor_time(limits.cpu_seconds)
        _say(answers, _taken_apart(answers, job_of(message)))


def job_of(message: dict[str, Any]) -> Job:
    return Job(**{**message, "path": Path(message["path"]), "done": tuple(message["done"])})


def _taken_apart(answers: BinaryIO, job: Job) -> dict[str, Any]:
    """Send every member; the last message says how it ended."""
    try:
        _look_through(job)
        for part in _members(answers, job):
            _say(answers, part)
    except TooMuch as excess:
        return {"outcome": "limit", "limit": excess.limit}
    except NotABundle as other:
        return {"outcome": "not_a_bundle", "reason": str(other)}
    except BadBundle as error:
        return {"outcome": "bad", "reason": str(error)}
    except MemoryError:
        return {"outcome": "memory"}
    except Exception as error:  # a library's own error: this bundle's fault, named for the log
        return {"outcome": "crash", "detail": f"{type(error).__name__}: {error}"[:2000]}
    return {"outcome": "done"}


def _look_through(job: Job) -> None:
    """Raises TooMuch before anything was sent, where the bundle itself says that it holds too much."""
    count = total = 0
    try:
        for entry in reader_for(job)(job):
            count, total = count + 1, total + max(entry.size, 0)
            if count > job.members:
                raise TooMuch("members")
            if total > job.bytes:
                raise TooMuch("bytes")
    except BadBundle:
        if not count:
            raise    # torn later on: what stands before that can be had


def _members(answers: BinaryIO, job: Job) -> Iterator[dict[str, Any]]:
    done, left, seen = frozenset(job.done), job.bytes, Counter[str]()
    for number, entry in enumerate(reader_for(job)(job), 1):
        if number > job.members:
            raise TooMuch("members")
        path, outside = safe_path(entry.name)
        seen[path] += 1
        if number in done:
            continue
        kind = Kind.JUNK if entry.kind is Kind.FILE and is_junk(path) else entry.kind
        yield {"outcome": "member", "number": number, "path": path, "outside": outside, "occurrence": seen[path],
               "size": entry.size, "kind": kind.value, "detail": safe_path(entry.detail)[0] if entry.detail else "", "type": entry.type}
        if kind is Kind.FILE:
            ending = _send(answers, entry, job.largest, left)
            left -= ending["size"]
            yield ending


def _send(answers: BinaryIO, entry: Entry, largest: int, left: int) -> dict[str, Any]:
    """The bytes of a member. What is cut off or damaged ends with the reason, and the archive drops it."""
    size = 0
    try:
        for chunk in entry.read():
            size += len(chunk)
            if size > left:
                raise TooMuch("bytes")
            if size > largest:
                return {"outcome": "end", "size": size, "fault": "oversized"}
            _say(answers, {"outcome": "data", "size": len(chunk)})
            answers.write(chunk)
    except BadMember as error:
        fault = "damaged" if error.kind is Kind.FILE else error.kind.value
        return {"outcome": "end", "size": size, "fault": fault, "reason": str(error)}
    return {"outcome": "end", "size": size, "fault": ""}


def _say(pipe: BinaryIO, message: dict[str, Any]) -> None:
    pipe.write(frame(message))
    pipe.flush()


if __name__ == "__main__":
    serve()
