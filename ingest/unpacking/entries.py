"""What a bundle is made of, as its reader tells it: entries in order, each with the bytes to be had of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from archive.errors import ArchiveError

CHUNK = 256 << 10


class Kind(StrEnum):
    """Only `file` has bytes to give; what the others are is told to people, and they are never followed or made."""

    FILE = "file"
    LINK = "link"
    DEVICE = "device"
    ENCRYPTED = "encrypted"
    UNSUPPORTED = "unsupported"
    JUNK = "junk"


class NotABundle(ArchiveError):
    """A container that is one document: an office file, an e-book, a program. Nothing is taken out of it."""

    code = "unpack.not-a-bundle"
    text = "这是单个文件的容器格式（{mark}），不按压缩包处理。"


class BadBundle(ArchiveError):
    """The bundle cannot be read, or only up to here; the reason is for its owner."""

    code = "unpack.bad-bundle"
    text = "{reason}"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class BadMember(ArchiveError):
    """This member cannot be read; those after it perhaps can. `kind` says whether it is merely locked."""

    code = "unpack.bad-member"
    text = "{reason}"

    def __init__(self, reason: str, kind: Kind = Kind.FILE) -> None:
        super().__init__(reason=reason)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Job:
    """One bundle to be taken apart, and what may come out of it. `done` are the numbers of members not wanted again."""

    path: Path
    media_type: str
    filename: str
    members: int
    bytes: int
    largest: int
    done: tuple[int, ...] = ()
    split: bool = False    # a scan, to be parted at its separator pages


@dataclass(frozen=True, slots=True)
class Entry:
    """A member as the bundle describes it. `name` is repaired but not yet safe; `size` is -1 where it does not say; `type` is
    the document type that a separator page names.

    `read` may be called once, before the next entry is asked for. It raises BadMember or whatever a library does.
    """

    name: str
    size: int = -1
    kind: Kind = Kind.FILE
    detail: str = ""
    type: str = ""
    read: Callable[[], Iterator[bytes]] = lambda: iter(())


class Reader(Protocol):
    """A kind of bundle: its entries without folders. Raises NotABundle, BadBundle, or whatever a library does."""

    def __call__(self, job: Job) -> Iterator[Entry]: ...


def pieces(data: bytes) -> Iterator[bytes]:
    """What had to be held whole, in the pieces everything else comes in."""
    for at in range(0, len(data), CHUNK):
        yield data[at:at + CHUNK]
