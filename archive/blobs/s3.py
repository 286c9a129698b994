"""Objects in a bucket of any S3 server: `sha256/ab/cd/<hex>`, each with its digest as metadata `sha256`.

What an object means and when it may go; the calls are `s3_bucket`'s, and what escapes a sweep is `s3_marks`'. Beside the
objects the bucket holds only empty marks: `named/<hex>` and `sweep/<hex>`.
"""

import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import quote

from archive.blobs import s3_protection
from archive.blobs.locking import stronger, told
from archive.blobs.naming import hex_of
from archive.blobs.port import Lock, LockMode, StoreInfo
from archive.blobs.s3_address import S3Address
from archive.blobs.s3_bucket import Bucket, Stat
from archive.blobs.s3_errors import ENGINE
from archive.blobs.s3_marks import Marks, remove_wholly
from archive.blobs.s3_pool import Patience
from archive.blobs.s3_reading import ObjectStream, pieces, some
from archive.blobs.s3_upload import Upload
from archive.digests import CHUNK
from archive.errors import Damaged, EngineDown, Locked, NotFound, StoreUnfit

OBJECTS = "sha256/"
ATTEMPTS = 3
# A retention that lasts at least this much longer keeps an object safe until whoever stores it has recorded it.
SAFE = timedelta(hours=1)
# Looking at the settings must answer within what a health page may take.
QUICK = Patience(connect=2.0, read=3.0, retries=0)


class S3Blobs:
    """A BlobStore for many machines. `scratch`: where `local` puts its files, else the system's temporary folder."""

    def __init__(self, address: S3Address, scratch: Path | None = None, patience: Patience | None = None) -> None:
        self.address = address
        self.scratch = scratch
        self.bucket = Bucket(address, patience)
        self._quick = Bucket(address, QUICK)
        self.marks = Marks(self.bucket)
        self._can_lock = False

    def prepare(self) -> None:
        s3_protection.prepare(self.bucket, self.address)

    def put(self, source: Path, digest: str, *, hashed: bool = False) -> None:
        name, size = hex_of(digest), source.stat().st_size
        for _ in range(ATTEMPTS):
            found = self.bucket.stat(_key(name))
            if found is None or found.size != size:
                self._send(source, digest, hashed)
            elif _guarded(found):
                return
            else:
                self.marks.name(name)
            if self._stays(digest, size):
                return
        raise EngineDown(engine=ENGINE, reason="对象写入后又被移走")

    def open(self, digest: str) -> BinaryIO:
        stream = ObjectStream(self.bucket, _key(hex_of(digest)), self.size(digest), digest)
        return cast(BinaryIO, io.BufferedReader(stream, CHUNK))

    def read(self, digest: str, start: int, length: int) -> bytes:
        key = _key(hex_of(digest))
        return some(self.bucket, key, start, start + length, digest) if length > 0 else b""

    def pieces(self, digest: str, start: int, end: int) -> Iterator[bytes]:
        if start < end:
            yield from pieces(self.bucket, _key(hex_of(digest)), start, end, digest)
        else:
            self.size(digest)

    def size(self, digest: str) -> int:
        return self._found(digest).size

    def exists(self, digest: str) -> bool:
        return self.bucket.stat(_key(hex_of(digest))) is not None

    def verify(self, digest: str) -> bool:
        hasher = hashlib.sha256()
        try:
            for piece in self.pieces(digest, 0, self.size(digest)):
                hasher.update(piece)
        except (NotFound, Damaged):
            return False
        return f"sha256:{hasher.hexdigest()}" == digest

    def delete(self, digest: str) -> None:
        self._remove(digest)

    def delete_if_old(self, digest: str, before: float) -> bool:
        name = hex_of(digest)
        if not self._is_old(name, before):
            return False
        self._refuse_locked(digest, self._found(digest))
        self.marks.begin_sweep(name)
        if not self._is_old(name, before):
            self.marks.end_sweep(name)
            return False
        try:
            self._remove(digest)
        except Locked:
            self.marks.end_sweep(name)
            raise
        self.marks.forget(name)
        self.marks.end_sweep(name)
        return True

    def digests(self) -> Iterator[str]:
        for key, _ in self.bucket.keys(OBJECTS):
            digest = f"sha256:{key.rpartition('/')[2]}"
            if key == _key(digest[7:]):
                yield digest

    @contextmanager
    def local(self, digest: str) -> Iterator[Path]:
        """Raises Damaged where the bytes are not those of the digest."""
        size, hasher = self.size(digest), hashlib.sha256()
        if self.scratch is not None:
            self.scratch.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="in-", dir=self.scratch)  # a name that the sweep of staging knows
        try:
            with os.fdopen(handle, "wb") as target:
                for piece in self.pieces(digest, 0, size):
                    hasher.update(piece)
                    target.write(piece)
            if f"sha256:{hasher.hexdigest()}" != digest:
                raise Damaged(digest=digest)
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    def tidy(self, before: float) -> int:
        old = [(key, upload) for key, upload, begun in self.bucket.unfinished(OBJECTS) if begun.timestamp() < before]
        for key, under_way in old:
            self.bucket.abort(key, under_way)
        return len(old) + self.marks.tidy(before)

    def lock_of(self, digest: str) -> Lock:
        return self._found(digest).lock

    def retain(self, digest: str, mode: LockMode, until: datetime) -> None:
        self._must_lock()
        found = self._found(digest)
        if stronger(digest, found.lock, mode, until, found.asked):
            self.bucket.retain(_key(hex_of(digest)), mode, until, digest)

    def hold(self, digest: str, on: bool) -> None:
        self._must_lock()
        if self._found(digest).lock.hold != on:
            self.bucket.hold(_key(hex_of(digest)), on, digest)

    def link(self, digest: str, filename: str, media_type: str, seconds: int) -> str | None:
        return self.bucket.link(_key(hex_of(digest)), seconds, {
            "response-content-type": media_type, "response-content-disposition": disposition(filename)})

    def info(self) -> StoreInfo:
        found = s3_protection.read(self._quick)
        return StoreInfo(
            "s3", self.address.place, locks=found.lock, alarms=s3_protection.differences(found, self.address),
            detail={"versioning": found.versioning or "Off", "retention": s3_protection.told(found.mode, found.days)})

    def _send(self, source: Path, digest: str, hashed: bool) -> None:
        """Where ETags do not prove what arrived, all is read back."""
        key = _key(hex_of(digest))
        if not Upload(self.bucket, self._quick, key, digest, hashed).run(source) and not self.verify(digest):
            remove_wholly(self.bucket, key)
            raise Damaged(digest=digest)

    def _stays(self, digest: str, size: int) -> bool:
        """Whether the object is there and no sweep that began before can take it: locked as asked, or marked as named."""
        key = _key(hex_of(digest))
        if self.address.lock is None:
            self.marks.wait_for_sweep(hex_of(digest))
        found = self.bucket.stat(key)
        if found is None:
            return False
        if found.size != size:
            remove_wholly(self.bucket, key)
            raise Damaged(digest=digest)
        if self.address.lock is not None and not _guarded(found):  # it was there before, or the server forgot its default
            try:
                self.bucket.retain(key, self.address.lock, found.asked + timedelta(days=self.address.days), digest)
            except NotFound:
                return False
        return True

    def _is_old(self, name: str, before: float) -> bool:
        """Times in HTTP are whole seconds: something may be younger than it says by almost one."""
        found = self.bucket.stat(_key(name))
        if found is None or found.stored.timestamp() + 1 > before:
            return False
        named = self.marks.named_at(name)
        return named is None or named.timestamp() + 1 <= before

    def _remove(self, digest: str) -> None:
        key = _key(hex_of(digest))
        versions = self.bucket.versions(key)
        if versions is None:
            self.bucket.remove(key)
            return
        for version, hidden in versions:
            found = None if hidden else self.bucket.stat(key, version if len(versions) > 1 else None)
            if found is not None:
                self._refuse_locked(digest, found)
        for version, _ in versions:
            self.bucket.remove(key, version)

    def _refuse_locked(self, digest: str, found: Stat) -> None:
        if found.lock.holds_at(found.asked):
            raise Locked(digest=digest, lock=told(found.lock))

    def _must_lock(self) -> None:
        """Asked of the server first: one that does not know locks may take the request for a new object."""
        self._can_lock = self._can_lock or s3_protection.read(self.bucket).lock
        if not self._can_lock:
            raise StoreUnfit(place=self.address.place, reason="桶没有启用对象锁定，不能设置保护期或冻结。请换用启用了锁定的桶。")

    def _found(self, digest: str) -> Stat:
        found = self.bucket.stat(_key(hex_of(digest)))
        if found is None:
            raise NotFound(what="对象", key=digest)
        return found


def _key(name: str) -> str:
    return f"{OBJECTS}{name[:2]}/{name[2:4]}/{name}"


def _guarded(found: Stat) -> bool:
    """By its retention, for long enough; a legal hold may be lifted at any time."""
    return found.lock.until is not None and found.lock.until > found.asked + SAFE


def disposition(filename: str) -> str:
    """RFC 6266: a download under this name, in ASCII for old programs and in full."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
