"""A text in records of the database and back: runs of pages, and pages longer than a record can be in pieces.

MongoDB ends a record at 16 MB. Most pages have a thousand characters; the one page of a text file may have millions.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from archive.models import TextPart
from archive.models.rows import NewRow, new_row

PART_CHARS = 1_000_000   # up to 4 MB; a record holds less than twice as many


def parts_of(version: str, pages: Sequence[str]) -> list[NewRow]:
    """Records that hold these pages. `first_page` counts from 0; a `piece` above 0 goes on with the page of the one before."""
    parts: list[NewRow] = []
    size = PART_CHARS
    for number, piece, text in _pieces(pages):
        if piece or size >= PART_CHARS:
            parts.append(new_row(TextPart, id=f"{version}/{number}" + (f"/{piece}" if piece else ""), version=version,
                                 first_page=number, piece=piece, pages=[]))
            size = 0
        parts[-1].row["pages"].append(text)
        size += len(text) + 1
    return parts


def pages_by_version(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The pages that records hold, which come ordered by version, first page and piece."""
    pages: dict[str, list[str]] = {}
    for row in rows:
        known = pages.setdefault(row["version"], [])
        first, *others = row["pages"]
        if row.get("piece"):
            known[-1] += first
        else:
            known.append(first)
        known.extend(others)
    return pages


def _pieces(pages: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Number of the page, of its piece, and the text."""
    for number, page in enumerate(pages):
        for piece, start in enumerate(range(0, max(len(page), 1), PART_CHARS)):
            yield number, piece, page[start:start + PART_CHARS]
