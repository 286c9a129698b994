"""What the archive and its reading workers say to each other: messages of length-prefixed JSON over two pipes.

The worker's side of a pipe is not trusted: lengths are checked before anything is read, and nothing is unpickled.
"""

import json
import struct
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO

from archive.remarks import Remark, Severity
from ingest.extractors.base import Extraction, Source
from ingest.untrusted import flat, list_of, texts_of

PREFIX = struct.Struct(">Q")   # length of the JSON that follows, in bytes
MAX_JOB = 1 << 20
MOST_PROPERTIES, LONGEST_PROPERTY, MOST_REMARKS = 100, 1000, 100


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may use, and when a worker is replaced by a fresh one (`jobs`, `rss_mb`)."""

    cpu_seconds: int = 60
    wall_seconds: float = 120.0
    memory_mb: int = 1024      # address space
    output_mb: int = 64        # one answer
    file_mb: int = 16          # any file a worker may write
    open_files: int = 64
    jobs: int = 500
    rss_mb: int = 150          # memory still held after a job
    threads: int = 0           # processes and threads it may start (the kernel counts those of the user)


def frame(message: dict[str, Any]) -> bytes:
    data = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return PREFIX.pack(len(data)) + data


def read_job(pipe: BinaryIO) -> dict[str, Any] | None:
    """The next job, None at the end of the pipe."""
    prefix = pipe.read(PREFIX.size)
    if len(prefix) < PREFIX.size:
        return None
    size, = PREFIX.unpack(prefix)
    if size > MAX_JOB:
        raise ValueError(f"job of {size} bytes")
    return parse(pipe.read(size))


def parse(data: bytes) -> dict[str, Any]:
    """The message in `data`. Raises ValueError where it is not a JSON object."""
    message = json.loads(data)
    if not isinstance(message, dict):
        raise ValueError("not a message")
    return message


def job_of(source: Source) -> dict[str, Any]:
    return {**flat(source), "path": str(source.path)}


def source_of(job: dict[str, Any]) -> Source:
    return Source(**{**job, "path": Path(job["path"])})


def message_of(extraction: Extraction) -> dict[str, Any]:
    """As JSON can hold it."""
    return {**flat(extraction), "remarks": list(map(flat, extraction.remarks))}


def extraction_of(message: dict[str, Any]) -> Extraction:
    """An Extraction with every field of its type. Raises ValueError for anything else."""
    if message.keys() != {field.name for field in fields(Extraction)}:
        raise ValueError("not an extraction")
    texts = {name: texts_of(message[name]) for name in ("pages", "headings", "warnings")}
    flags = {name: bool(message[name]) for name in ("truncated", "garbled", "complete", "damaged")}
    return Extraction(page_count=int(message["page_count"]), engine=str(message["engine"]), **texts, **flags,  # type: ignore[arg-type]
                      properties=_properties(message["properties"]), image_pages=_numbers(message["image_pages"]),
                      remarks=tuple(_remark(remark) for remark in list_of(message["remarks"])[:MOST_REMARKS]),
                      examination=message["examination"])


def _properties(values: object) -> dict[str, str]:
    if not isinstance(values, dict):
        raise ValueError("not properties")
    return {str(name)[:60]: str(value)[:LONGEST_PROPERTY] for name, value in list(values.items())[:MOST_PROPERTIES]}


def _remark(value: object) -> Remark:
    if not isinstance(value, dict):
        raise ValueError("not a remark")
    return Remark(str(value["code"])[:60], Severity(value["severity"]), str(value["text"]), _numbers(value["pages"]))


def _numbers(values: object) -> tuple[int, ...]:
    numbers = tuple(int(str(value)) for value in list_of(values))
    if any(number < 1 for number in numbers):
        raise ValueError("not a list of pages")
    return numbers
