"""Digests of bytes: `sha256:` names an object, `sm3:` (GB/T 32905) stands beside it for 国密 evidence."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Digests:
    """Digests as `algorithm:hex`, size in bytes."""

    sha256: str
    sm3: str
    size: int


class Hasher:
    """Feeds both algorithms in one pass."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._sm3 = hashlib.new("sm3")
        self._size = 0

    def update(self, chunk: bytes) -> None:
        self._sha256.update(chunk)
        self._sm3.update(chunk)
        self._size += len(chunk)

    def result(self) -> Digests:
        return Digests(f"sha256:{self._sha256.hexdigest()}", f"sm3:{self._sm3.hexdigest()}", self._size)


def sha256_of(stream: BinaryIO) -> str:
    """`sha256:<hex>` of what is left in the stream, read in 1 MiB pieces."""
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    return f"sha256:{digest.hexdigest()}"


def digests_of(path: Path) -> Digests:
    hasher = Hasher()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            hasher.update(chunk)
    return hasher.result()
