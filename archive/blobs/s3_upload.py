"""One file to one S3 object: read once, hashed on the way, made only where the digest is right. Memory: four parts of 8 MiB."""

import hashlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from archive.blobs.s3_bucket import Bucket
from archive.errors import ArchiveError, Damaged, Invalid

SMALLEST_PART = 8 << 20
LARGEST_PART = 64 << 20
MOST_PARTS = 10_000
AT_ONCE = 3


def part_size(size: int) -> int:
    """Bytes of each part but the last, so that there are not too many. Raises Invalid for what S3 cannot hold."""
    needed = max(SMALLEST_PART, -(-size // MOST_PARTS))
    whole = -(-needed // (1 << 20)) << 20
    if whole > LARGEST_PART:
        raise Invalid(field="文件大小", problem=f"超过对象存储的上限 {MOST_PARTS * LARGEST_PART >> 30} GiB，请拆分。")
    return whole


@dataclass(frozen=True, slots=True)
class Upload:
    """One object on its way. `quick` is the same bucket with little patience: it ends an upload that went wrong.

    `hashed`: the caller has just computed the digest of this file, see the port; only what the server got is checked.
    """

    bucket: Bucket
    quick: Bucket
    key: str
    digest: str
    hashed: bool = False

    def run(self, source: Path) -> bool:
        """Store the file; whether the server's ETags prove that it received what was sent.

        They do where they are MD5 sums, as almost everywhere; a server that encrypts may name them otherwise. Raises
        Damaged where the file does not have this digest, EngineDown; then there is no object.
        """
        size = source.stat().st_size
        if size > SMALLEST_PART:
            with source.open("rb", buffering=0) as stream:
                return self._in_parts(stream, part_size(size))
        data = source.read_bytes()
        if f"sha256:{hashlib.sha256(data).hexdigest()}" != self.digest:
            raise Damaged(digest=self.digest)
        return self.bucket.put(self.key, data, self.digest)

    def _in_parts(self, stream: BinaryIO, size: int) -> bool:
        under_way = self.bucket.begin(self.key, self.digest)
        try:
            sent, found = self._send(under_way, stream, size)
            if found != self.digest:
                raise Damaged(digest=self.digest)
            self.bucket.complete(self.key, under_way, [tag for tag, _ in sent], self.digest)
        except BaseException:
            with suppress(ArchiveError):  # where the server is away, the nightly sweep ends it
                self.quick.abort(self.key, under_way)
            raise
        return all(proven for _, proven in sent)

    def _send(self, under_way: str, stream: BinaryIO, size: int) -> tuple[list[tuple[str, bool]], str]:
        """All parts, three on their way while the next is read: each one's ETag and whether it proves; and the digest.

        Their memory is used again and again: new pages for every part would cost as much as sending it.
        """
        hasher = hashlib.sha256()
        sent: list[tuple[str, bool]] = []
        sending: deque[Future[tuple[str, bool]]] = deque()
        buffers = [memoryview(bytearray(size)) for _ in range(AT_ONCE + 1)]
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="s3-part") as threads:
            number = 0
            while data := _read(stream, buffers[number % len(buffers)]):
                number += 1
                if not self.hashed:
                    hasher.update(data)
                if len(sending) == AT_ONCE:
                    sent.append(sending.popleft().result())
                sending.append(threads.submit(self.bucket.part, self.key, under_way, number, data, self.digest))
            sent.extend(future.result() for future in sending)
        return sent, self.digest if self.hashed else f"sha256:{hasher.hexdigest()}"


def _read(stream: BinaryIO, buffer: memoryview) -> memoryview:
    """As much of the buffer as there is left in the stream."""
    filled = 0
    while filled < len(buffer) and (more := stream.readinto(buffer[filled:])):  # type: ignore[attr-defined]
        filled += more
    return buffer[:filled]
