"""Carrying one object over: its bytes, the proof that they can be read back, and what protects it. Knows no record."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from archive.blobs.port import BlobStore, Lock, LockMode
from archive.errors import Damaged, Locked, NotFound, StoreUnfit

ATTEMPTS = 2


class Fate(Enum):
    """What became of an object: copied and proven; found there and proven; deleted meanwhile; damaged in the source."""

    COPIED = "copied"
    PROVEN = "proven"
    GONE = "gone"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Carried:
    digest: str
    fate: Fate
    size: int = 0


@dataclass(frozen=True, slots=True)
class Carrier:
    """`undo`: an object deleted in the source while it was copied is taken out of the target again. That holds only
    while the source counts: afterwards somebody may have filed it anew in the target alone.
    """

    source: BlobStore
    target: BlobStore
    now: Callable[[], datetime]
    locks: bool
    undo: bool = True

    def carry(self, digest: str, *, present: bool) -> Carried:
        """See to it that the target has the object and gives it back unchanged. Raises EngineDown, StoreUnfit.

        `present`: whether the target is known to have something under this name.
        """
        try:
            fate = Fate.PROVEN if present and self.target.verify(digest) else self._copy(digest, present=present)
            if self.locks:
                self.carry_lock(digest)
            size = self.target.size(digest)
        except Damaged:
            return Carried(digest, Fate.DAMAGED)
        except NotFound:
            return self._gone(digest)
        return self._gone(digest) if self.undo and not self.source.exists(digest) else Carried(digest, fate, size)

    def carry_lock(self, digest: str) -> None:
        """Protect the copy as the object is protected, also where that changes meanwhile. Raises NotFound, StoreUnfit."""
        carried = Lock()
        while carried != (wanted := self.source.lock_of(digest)):
            self._protect(digest, wanted)
            carried = wanted

    def _copy(self, digest: str, *, present: bool) -> Fate:
        if present:  # something else is under this name
            self.target.delete(digest)
        for _ in range(ATTEMPTS):
            with suppress(Damaged), self.source.local(digest) as path:
                self.target.put(path, digest)
                if self.target.verify(digest):
                    return Fate.COPIED
            if not self.source.exists(digest):
                raise NotFound(what="对象", key=digest)
            if not self.source.verify(digest):
                raise Damaged(digest=digest)
            self.target.delete(digest)
        raise StoreUnfit(place=self.target.info().place, reason=f"对象 {digest} 写入后读回的内容与摘要不符，源存储中的是好的。"
                                                              "请检查目标存储的磁盘与软件，再运行同一条命令。")

    def _protect(self, digest: str, wanted: Lock) -> None:
        have = self.target.lock_of(digest)
        if wanted.mode is not None and wanted.until is not None and wanted.until > self.now():
            firm = LockMode.COMPLIANCE in (wanted.mode, have.mode)
            until = max(wanted.until, have.until or wanted.until)  # the target's own default may be the longer one
            self.target.retain(digest, LockMode.COMPLIANCE if firm else LockMode.GOVERNANCE, until)
        if wanted.hold != have.hold:
            self.target.hold(digest, wanted.hold)

    def _gone(self, digest: str) -> Carried:
        if self.undo and not self.source.exists(digest):
            with suppress(Locked):
                self.target.delete(digest)
        return Carried(digest, Fate.GONE)
