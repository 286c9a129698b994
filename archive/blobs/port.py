"""The port for bytes: immutable objects named by their `sha256:` digest."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol


class BlobStore(Protocol):
    """MUST be durable when `put` returns, MUST give back exactly the bytes, MUST never rewrite an object."""

    def put(self, source: Path, digest: str) -> None:
        """Store the file under its digest. Storing again is allowed and changes nothing.

        The source may be consumed (renamed away). Raises Damaged where the bytes do not have this digest.
        """

    def open(self, digest: str) -> BinaryIO:
        """A stream over the object. Raises NotFound."""

    def read(self, digest: str, start: int, length: int) -> bytes:
        """At most `length` bytes from offset `start`. Raises NotFound."""

    def size(self, digest: str) -> int:
        """Bytes of the object. Raises NotFound."""

    def exists(self, digest: str) -> bool:
        """Whether the object is there (its content is not checked)."""

    def verify(self, digest: str) -> bool:
        """Whether the object is there and still has its digest; reads every byte."""

    def delete(self, digest: str) -> None:
        """Remove an object nothing names. No error where it is already gone."""

    def digests(self) -> Iterator[str]:
        """Every object's digest, in no order."""

    def local(self, digest: str) -> AbstractContextManager[Path]:
        """A readable file with the object's bytes, valid inside the `with`. Raises NotFound."""

    def delete_if_old(self, digest: str, before: float) -> bool:
        """Remove an object stored before this moment (seconds since the epoch); whether it did."""
