"""Where a file lies between its arrival and the decision to keep it. Nothing here counts as accepted."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.digests import Digests, Hasher
from archive.errors import Refused

STALE_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Staged:
    """A received file: where it lies, what it is called, and what its bytes amount to."""

    path: Path
    filename: str
    digests: Digests


@contextmanager
def stage(folder: Path, filename: str, chunks: Iterable[bytes], *, limit: int) -> Iterator[Staged]:
    """Stream the bytes to a private file, hashing on the way; the file is removed at the end unless it was moved.

    `limit` is the largest size in bytes. Raises Refused where the file is larger, or empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix="in-")
    path, hasher, size = Path(name), Hasher(), 0
    try:
        with os.fdopen(handle, "wb") as target:
            for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise Refused(filename=filename, reason=f"超过上限 {limit // (1 << 20)} MiB，请拆分后再上传。")
                hasher.update(chunk)
                target.write(chunk)
        if size == 0:
            raise Refused(filename=filename, reason="文件是空的（0 字节），请检查来源后重新上传。")
        yield Staged(path, filename, hasher.result())
    finally:
        path.unlink(missing_ok=True)


def file_chunks(path: Path, size: int = 1 << 20) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(size):
            yield chunk


def sweep(folder: Path, now: float) -> int:
    """Remove files that a dead process left behind more than a day ago; `now` in seconds since the epoch."""
    removed = 0
    for path in folder.glob("in-*"):
        if now - path.stat().st_mtime > STALE_SECONDS:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
