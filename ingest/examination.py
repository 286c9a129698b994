"""What a text is examined for as soon as it has been read, by the process that read it: a file's text is then looked
through on all processors, behind the same wall. Whether it may be kept at all (`ingest.secrecy`) is not asked here: that
is not decided by a process that opened the file.

Pure functions of name and pages; a reading worker loads this, so it must know no database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from archive.personal import counts_of
from archive.similarity import signature_of
from ingest.classify import Recognition, recognise
from ingest.fields import Found, read_fields
from ingest.labels import labels_of
from ingest.metadata import DocumentMetadata, read_metadata

EXAMINE = "examine"
"""The task of a reading worker that is to examine what it reads, too."""


@dataclass(frozen=True, slots=True)
class Whole:
    """What only a text that was read to its end can say."""

    labels: tuple[str, ...] = ()
    personal: Mapping[str, int] = field(default_factory=dict)
    values: tuple[Found, ...] = ()
    signature: bytes = b""


@dataclass(frozen=True, slots=True)
class Examination:
    """`whole` is None where the text is a beginning, or there is none."""

    recognition: Recognition
    metadata: DocumentMetadata
    whole: Whole | None = None


def examine(filename: str, pages: Sequence[str], headings: Sequence[str] = (), *, complete: bool = True) -> Examination:
    """Never raises for what is in the text, or where there is none: a name says something too."""
    return Examination(recognise(filename, pages, headings), read_metadata(filename, pages),
                       _whole(pages) if complete and has_text(pages) else None)


def has_text(pages: Sequence[str]) -> bool:
    return any(page.strip() for page in pages)


def _whole(pages: Sequence[str]) -> Whole:
    return Whole(tuple(labels_of(pages)), counts_of(pages), tuple(read_fields(pages)), signature_of(pages))
