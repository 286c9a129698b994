"""The contract between the sandbox and the formats: what goes in, what comes out, what may go wrong.

A format is a module with `MEDIA_TYPES` and `extract(source)`. It runs in a worker process that a hostile file may
take down, so it reads nothing but the one file it is given, keeps no state, and loads its library when first used.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from archive.errors import ArchiveError
from archive.remarks import Remark

MAX_CHARS = 8_000_000   # a shelf of books; what is longer is cut and marked `truncated`: one transaction must hold the rest
HEAD_CHARS = 100_000     # where only the first pages are wanted

# Characters that carry no text: controls, soft hyphens, zero-width marks, object anchors, non-characters, half surrogates.
_NOISE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufff9-\ufffc"
                    "\ufffe\uffff\ud800-\udfff]")
_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


class UnreadableFile(ArchiveError):
    """The file is of a known format and cannot be read: damaged, protected, a bomb. The reason is for its owner."""

    code = "ingest.unreadable"
    text = "{reason}"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class NoExtractor(ArchiveError):
    code = "ingest.no-extractor"
    text = "“{filename}”的格式（{media_type}）暂不读取文字，文件按原样保存，可下载查看。"


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read. `max_pages`: only so many pages from the front; `max_chars`: where text is cut."""

    path: Path
    media_type: str
    filename: str
    max_pages: int | None = None
    max_chars: int = MAX_CHARS
    task: str = ""   # what a drawing worker is asked (ingest.drawing); readers have one task and ignore it

    @property
    def is_head(self) -> bool:
        """Whether a quick look at the front is all that is wanted."""
        return self.max_pages is not None

    @property
    def room(self) -> int:
        """Characters that may be read."""
        return min(self.max_chars, HEAD_CHARS) if self.is_head else self.max_chars


@dataclass(frozen=True, slots=True)
class Extraction:
    """The text of a file, page by page (slide, sheet; one page where the format has none).

    `page_count` counts the pages of the file, `pages` holds those that were read. `complete` is False where more could
    be read by asking again without `max_pages`; `truncated` where text was cut for good; `garbled` where the file has
    characters that are not its text; `damaged` where the text was salvaged from a broken file. `engine` is name and
    version; `headings` serve recognition. `properties` is what the file says of itself, under the names of `_properties`;
    `image_pages` (from 1) are pages whose text can only be had by looking at them; `remarks` what is to be said about the
    file besides. `examination` is what a reading worker was told to find out besides (`ingest.examination_message`).
    """

    pages: tuple[str, ...]
    page_count: int
    engine: str
    headings: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    truncated: bool = False
    garbled: bool = False
    complete: bool = True
    damaged: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)
    image_pages: tuple[int, ...] = ()
    remarks: tuple[Remark, ...] = ()
    examination: Mapping[str, Any] | None = None


class Extractor(Protocol):
    """A format. The modules of this package are its implementations."""

    MEDIA_TYPES: frozenset[str]

    def engine(self) -> str:
        """Name and version of what reads: where it changes, texts that were read before can be read again."""

    def extract(self, source: Source) -> Extraction:
        """Read the text. Raises UnreadableFile; what a library raises beyond that costs this file only."""


@cache  # asked for every file; looking up what is installed costs as much as reading a page
def library(name: str, revision: int = 1) -> str:
    """The engine that a library makes; `revision` counts up where our own reading with the same library says more."""
    return f"{name} {version(name)}" + (f" r{revision}" if revision > 1 else "")


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages as far as the limits of a source allow, ready to become an Extraction."""

    texts: tuple[str, ...]
    truncated: bool
    complete: bool


def collect(pages: Iterable[str], page_count: int, source: Source, *, cut: bool = False) -> Pages:
    """Clean and keep pages from the front until a limit of `source` is met; later pages are never computed.

    `cut` says that the file itself was read only in part, for its size.
    """
    room = source.room
    texts: list[str] = []
    for page in pages:
        if len(texts) == source.max_pages:
            break
        text = clean(page)
        texts.append(text[:room])
        room -= len(text)
        if room < 0:
            cut = True
            break
    if source.is_head:
        return Pages(tuple(texts), truncated=False, complete=not cut and len(texts) >= page_count)
    return Pages(tuple(texts), truncated=cut, complete=True)


def clean(text: str) -> str:
    """Text without characters that carry none, every kind of line end as a newline."""
    return _NOISE.sub("", _BREAK.sub("\n", text))
