"""Bytes out of an S3 object: a range through one request, and a stream that can seek."""

import io
import re
from collections.abc import Iterator

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import IncompleteRead

from archive.blobs.s3_bucket import Bucket
from archive.blobs.s3_errors import ENGINE, spoken
from archive.digests import CHUNK
from archive.errors import Damaged, EngineDown

_RANGE = re.compile(r"bytes (\d+)-\d+")

def pieces(bucket: Bucket, key: str, start: int, end: int, digest: str) -> Iterator[bytes]:
    """The bytes from `start` to before `end`, at most 1 MiB each. The connection is given back whatever happens.

    Raises NotFound, Damaged where the object is shorter, EngineDown where the connection ends before the bytes.
    """
    answer = bucket.get(key, start, end, digest)
    try:
        if _offered(answer, start) < end - start:
            raise Damaged(digest=digest)
        yield from _read(answer, end - start, bucket, digest)
    finally:
        _let_go(answer)


def some(bucket: Bucket, key: str, start: int, end: int, digest: str) -> bytes:
    """What there is of the bytes from `start` to before `end`; nothing beyond the end of the object. Raises NotFound."""
    try:
        answer = bucket.get(key, start, end, digest)
    except EngineDown as refusal:
        if refusal.facts["answer"] == "InvalidRange":
            return b""
        raise
    try:
        return b"".join(_read(answer, min(_offered(answer, start), end - start), bucket, digest))
    finally:
        _let_go(answer)


def _offered(answer: BaseHTTPResponse, start: int) -> int:
    """How many bytes from `start` on the answer promises. A server that knows no ranges promises the whole object."""
    length = answer.headers.get("content-length", "")
    given = _RANGE.match(answer.headers.get("content-range", ""))
    if not length.isdigit() or (int(given[1]) if given else 0) != start:
        raise EngineDown(engine=ENGINE, reason="服务器答复的不是所要的一段")
    return int(length)


def _let_go(answer: BaseHTTPResponse) -> None:
    """An answer read to its end has given its connection back already; any other takes it down."""
    answer.close()
    answer.release_conn()


def _read(answer: BaseHTTPResponse, left: int, bucket: Bucket, digest: str) -> Iterator[bytes]:
    while left:
        with spoken(bucket.name, digest):
            piece = answer.read(min(CHUNK, left), decode_content=False)
            if not piece:
                raise IncompleteRead(0, left)
        left -= len(piece)
        yield piece


class ObjectStream(io.RawIOBase):
    """A stream over an object of known size. Reading on goes on with the same request; a seek begins another."""

    def __init__(self, bucket: Bucket, key: str, size: int, digest: str) -> None:
        self._bucket, self._key, self._size, self._digest = bucket, key, size, digest
        self._at = 0
        self._rest = b""
        self._coming: Iterator[bytes] | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("negative seek position")
        if base + offset != self._at:
            self._hang_up()
            self._at = base + offset
        return self._at

    def readinto(self, buffer: "memoryview | bytearray", /) -> int:  # type: ignore[override]
        if self._at >= self._size:
            return 0
        if not self._rest:
            if self._coming is None:
                self._coming = pieces(self._bucket, self._key, self._at, self._size, self._digest)
            self._rest = next(self._coming)
        taken = self._rest[:len(buffer)]
        buffer[:len(taken)] = taken
        self._rest = self._rest[len(taken):]
        self._at += len(taken)
        return len(taken)

    def close(self) -> None:
        self._hang_up()
        super().close()

    def _hang_up(self) -> None:
        if self._coming is not None:
            self._coming.close()  # type: ignore[attr-defined]
        self._coming, self._rest = None, b""
