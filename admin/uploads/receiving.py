"""The next bytes of an upload, to where they lie: what is counted as received is on the disk.

Between two checkpoints a killed process loses what it had; the sender asks for the offset and sends that part again.
"""

import hashlib
import hmac
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from admin.system import System
from admin.uploads import records
from admin.uploads.errors import TooMuch, WrongChecksum, WrongOffset
from archive.errors import NotFound
from archive.models.uploads import Upload

PIECE = 1 << 20
CHECKPOINT_BYTES, CHECKPOINT_SECONDS = 16 << 20, 2.0
ALGORITHMS = ("sha1", "sha256", "sm3")  # tus wants the first, good sense the second, 国密 the third


class Body(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the sender says of the bytes of one request."""

    algorithm: str
    digest: bytes


def append(system: System, upload: Upload, handle: int, offset: int, body: Body, checksum: Checksum | None) -> None:
    """Take what the body holds, from `offset` on; `handle` is the locked file. Stops at the announced size.

    Raises WrongOffset, TooMuch, WrongChecksum, NotFound where the upload was ended meanwhile, DiskFull, and what the
    body raises when it breaks off. Without a checksum everything that came before stays received.
    """
    _agree(system, upload, handle)
    if offset != upload.offset:
        raise WrongOffset(offset=upload.offset)
    if upload.complete:  # the file may be an object of the archive already: never to be opened for writing again
        return
    os.ftruncate(handle, upload.offset)
    os.lseek(handle, upload.offset, os.SEEK_SET)
    if checksum is None:
        _take(upload, handle, body, lambda at: _keep(system, upload, handle, at))
    else:
        _take_checked(system, upload, handle, body, checksum)


def _agree(system: System, upload: Upload, handle: int) -> None:
    """The record as it is now that nobody else can change it; where the disk has less than it says, the disk is right."""
    current: Upload | None = Upload.objects(id=upload.id).first()
    if current is None:
        raise NotFound(what="上传", key=upload.id)
    upload.offset, upload.state = current.offset, current.state
    if not upload.done and (there := os.fstat(handle).st_size) < upload.offset:
        records.note(upload, {"offset": there})


def _take(upload: Upload, handle: int, body: Body, keep: Callable[[int], None]) -> None:
    at, kept, since = upload.offset, upload.offset, time.monotonic()
    try:
        while piece := body.read(PIECE):
            if at + len(piece) > upload.size:
                raise TooMuch(size=upload.size)
            at += _write(handle, piece)
            if at - kept >= CHECKPOINT_BYTES or time.monotonic() - since > CHECKPOINT_SECONDS:
                keep(at)
                kept, since = at, time.monotonic()
    finally:
        if at > kept:
            keep(at)


def _take_checked(system: System, upload: Upload, handle: int, body: Body, checksum: Checksum) -> None:
    """All or nothing: nobody can tell which of the bytes are wrong."""
    hasher, reached = hashlib.new(checksum.algorithm), upload.offset

    class Hashed:
        def read(self, size: int, /) -> bytes:
            piece = body.read(size)
            hasher.update(piece)
            return piece

    def remember(at: int) -> None:
        nonlocal reached
        reached = at

    _take(upload, handle, Hashed(), remember)
    if not hmac.compare_digest(hasher.digest(), checksum.digest):
        os.ftruncate(handle, upload.offset)
        raise WrongChecksum
    if reached > upload.offset:
        _keep(system, upload, handle, reached)


def _write(handle: int, piece: bytes) -> int:
    view = memoryview(piece)
    while view:
        view = view[os.write(handle, view):]
    return len(piece)


def _keep(system: System, upload: Upload, handle: int, at: int) -> None:
    os.fdatasync(handle)
    records.advance(system, upload, at)
