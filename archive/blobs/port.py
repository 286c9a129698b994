"""The port for bytes: immutable objects named by their `sha256:` digest, and what protects them from deletion."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Protocol


class LockMode(StrEnum):
    """How firm a retention is: a privileged person may lift `governance`, nobody lifts `compliance` before its end."""

    GOVERNANCE = "governance"
    COMPLIANCE = "compliance"


@dataclass(frozen=True, slots=True)
class Lock:
    """What forbids deleting an object: a retention until an instant (UTC), and a legal hold without an end."""

    mode: LockMode | None = None
    until: datetime | None = None
    hold: bool = False

    def holds_at(self, now: datetime) -> bool:
        return self.hold or (self.until is not None and self.until > now)


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """For the health page and `doctor`. `place` names the store without any secret: two stores never share one.

    `alarms` says where the store's protection differs from what the settings ask for; empty where all is well.
    """

    engine: str
    place: str
    locks: bool
    alarms: tuple[str, ...] = ()
    detail: dict[str, str] = field(default_factory=dict)


class BlobStore(Protocol):
    """MUST be durable when `put` returns, MUST give back exactly the bytes, MUST never rewrite an object.

    Constructing one touches no network. Every method raises EngineDown where the engine does not answer in time.
    """

    def prepare(self) -> None:
        """Make what is missing (folder, bucket). Idempotent. Raises StoreUnfit where what is there cannot be used."""

    def put(self, source: Path, digest: str, *, hashed: bool = False) -> None:
        """Store the file under its digest. Storing again is allowed, changes nothing and renews the object's age.

        The source may be consumed (renamed away). Raises Damaged where the bytes do not have this digest, or where
        what was stored is not what was sent; then there is no such object.

        `hashed`: the caller computed the digest from the very bytes it wrote to this file, which is its own (see
        `staging.Staged`). A store that keeps the file itself need not read it again for that: it would get the same
        bytes from the same memory. A store that sends or copies them checks what arrived all the same.
        """

    def open(self, digest: str) -> BinaryIO:
        """A stream over the object, to be closed by the caller. Raises NotFound."""

    def read(self, digest: str, start: int, length: int) -> bytes:
        """At most `length` bytes from offset `start`. Raises NotFound."""

    def pieces(self, digest: str, start: int, end: int) -> Iterator[bytes]:
        """The bytes from offset `start` to before `end`, in pieces of at most 1 MiB, through one request.

        Raises NotFound at the first piece; EngineDown or Damaged where the object ends too early.
        """

    def size(self, digest: str) -> int:
        """Bytes of the object. Raises NotFound."""

    def exists(self, digest: str) -> bool:
        """Whether the object is there (its content is not checked)."""

    def verify(self, digest: str) -> bool:
        """Whether the object is there and still has its digest; reads every byte."""

    def delete(self, digest: str) -> None:
        """Remove an object nothing names, in every version. No error where it is already gone. Raises Locked."""

    def digests(self) -> Iterator[str]:
        """Every object's digest, in no order."""

    def local(self, digest: str) -> AbstractContextManager[Path]:
        """A readable file with the object's bytes, valid inside the `with`. Raises NotFound."""

    def delete_if_old(self, digest: str, before: float) -> bool:
        """Remove an object stored before this moment (seconds since the epoch); whether it did. Raises Locked."""

    def tidy(self, before: float) -> int:
        """Remove what interrupted puts left before this moment (temporary files, unfinished uploads); how many."""

    def lock_of(self, digest: str) -> Lock:
        """What protects the object. Raises NotFound."""

    def retain(self, digest: str, mode: LockMode, until: datetime) -> None:
        """Forbid deletion until an instant (aware, UTC). A retention is prolonged or made firmer, never weakened.

        An instant already past protects nothing and changes nothing. Raises NotFound, Locked where this would weaken
        it, StoreUnfit where the store cannot lock.
        """

    def hold(self, digest: str, on: bool) -> None:
        """Set or lift the legal hold. Raises NotFound, StoreUnfit where the store cannot lock."""

    def link(self, digest: str, filename: str, media_type: str, seconds: int) -> str | None:
        """A URL that gives the object for a while, as a download of that name; None where downloads go through us."""

    def info(self) -> StoreInfo:
        """Reads the store's settings back. Raises EngineDown."""
