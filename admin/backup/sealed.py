"""Compressed files with a digest over what is on the disk, written and read as streams: dumps and lists."""

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from admin.backup.place import sync
from archive.digests import sha256_of

LEVEL = 1  # text shrinks to a quarter at a speed that does not hold up the database


@dataclass(frozen=True, slots=True)
class Seal:
    """What a sealed file is: entries, bytes of content, bytes on the disk, and the digest of the latter."""

    count: int
    bytes: int
    file_bytes: int
    sha256: str

    def broken(self, path: Path) -> str:
        """What is wrong with the file, in words; empty where it is what was written."""
        if not path.is_file():
            return f"{path.name} 缺失"
        if path.stat().st_size != self.file_bytes:
            return f"{path.name} 应为 {self.file_bytes} 字节，现为 {path.stat().st_size} 字节"
        with path.open("rb") as stream:
            return "" if sha256_of(stream) == self.sha256 else f"{path.name} 的内容与摘要不符"


class SealedFile:
    """Writes one. After the `with` block the file is durable and `seal` says what it is."""

    def __init__(self, path: Path) -> None:
        self.path, self.seal = path, Seal(0, 0, 0, "")
        self._count = self._bytes = 0

    def __enter__(self) -> "SealedFile":
        self._target = _Hashing(self.path)
        self._zip = gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=self._target, mtime=0)
        return self

    def write(self, content: bytes, count: int = 1) -> None:
        """Add the bytes of so many entries."""
        self._zip.write(content)
        self._count += count
        self._bytes += len(content)

    def write_line(self, entry: Mapping[str, Any]) -> None:
        self.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if error is None:
                self._zip.close()
        finally:
            self._target.close()
        if error is None:
            sync(self.path)
            self.seal = Seal(self._count, self._bytes, self._target.size, f"sha256:{self._target.digest.hexdigest()}")


class _Hashing:
    """A file for writing that knows the digest of what went into it."""

    def __init__(self, path: Path) -> None:
        self.digest, self.size = hashlib.sha256(), 0
        self._file = path.open("xb")

    def write(self, content: bytes) -> int:
        self.digest.update(content)
        self.size += len(content)
        return self._file.write(content)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The entries of a list."""
    with gzip.open(path, "rb") as stream:
        for line in stream:
            yield json.loads(line)
