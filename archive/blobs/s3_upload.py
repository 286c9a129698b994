"""One file to one S3 object: read once, hashed on the way, made only where the digest is right. Memory: three parts."""

import hashlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from archive.blobs.s3_bucket import Bucket
from archive.errors import ArchiveError, Damaged, Invalid

SMALLEST_PART = 8 << 20
LARGEST_PART = 64 << 20
MOST_PARTS = 10_000
AT_ONCE = 2


def upload(bucket: Bucket, key: str, source: Path, digest: str, *, hashed: bool = False) -> bool:
    """Store the file; whether the server's ETags prove that it received what was sent.

    They do where they are MD5 sums, as almost everywhere; a server that encrypts may name them otherwise. `hashed`: the
    caller has just computed the digest of this file, see the port; only what the server got is checked then. Raises
    Damaged where the file does not have this digest, EngineDown; then there is no object.
    """
    size = source.stat().st_size
    if size > SMALLEST_PART:
        with source.open("rb", buffering=0) as stream:
            return _in_parts(bucket, key, stream, part_size(size), digest, hashed)
    data = source.read_bytes()
    if f"sha256:{hashlib.sha256(data).hexdigest()}" != digest:
        raise Damaged(digest=digest)
    return bucket.put(key, data, digest)


def part_size(size: int) -> int:
    """Bytes of each part but the last, so that there are not too many. Raises Invalid for what S3 cannot hold."""
    needed = max(SMALLEST_PART, -(-size // MOST_PARTS))
    whole = -(-needed // (1 << 20)) << 20
    if whole > LARGEST_PART:
        raise Invalid(field="文件大小", problem=f"超过对象存储的上限 {MOST_PARTS * LARGEST_PART >> 30} GiB，请拆分。")
    return whole


def _in_parts(bucket: Bucket, key: str, stream: BinaryIO, size: int, digest: str, hashed: bool) -> bool:
    under_way = bucket.begin(key, digest)
    try:
        tags, proven, found = _send(bucket, key, under_way, stream, size, digest, hashed)
        if found != digest:
            raise Damaged(digest=digest)
        bucket.complete(key, under_way, tags, digest)
    except BaseException:
        with suppress(ArchiveError):  # where the server is away, the nightly sweep ends it
            quick.abort(key, under_way)
        raise
    return proven


def _send(bucket: Bucket, key: str, under_way: str, stream: BinaryIO, size: int, digest: str,
          hashed: bool) -> tuple[list[str], bool, str]:
    """Send all parts, two at a time while the next is read: their ETags, whether all were MD5 sums, and the digest."""
    hasher = hashlib.sha256()
    tags: list[tuple[str, bool]] = []
    sending: deque[Future[tuple[str, bool]]] = deque()
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="s3-part") as threads:
        number = 0
        while data := _read(stream, size):
            number += 1
            if not hashed:
                hasher.update(data)
            if len(sending) == AT_ONCE:
                tags.append(sending.popleft().result())
            sending.append(threads.submit(bucket.part, key, under_way, number, data, digest))
            del data  # lest the next one be the fourth in memory
        tags.extend(future.result() for future in sending)
    found = digest if hashed else f"sha256:{hasher.hexdigest()}"
    return [tag for tag, _ in tags], all(proven for _, proven in tags), found


def _read(stream: BinaryIO, size: int) -> bytes:
    """A whole part, or what is left."""
    data = stream.read(size)
    while 0 < len(data) < size and (more := stream.read(size - len(data))):
        data += more
    return data
