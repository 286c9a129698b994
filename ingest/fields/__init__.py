"""The values of a document, read from its pages by small readers of one kind of value each. Pure; knows no database."""

from collections.abc import Callable, Iterator, Sequence

from archive.field_kinds import FIELDS
from ingest.fields import contract, letter, money, period, report, tender
from ingest.fields.base import Found, Sheet, best, sheets_of

EXTRACTOR = "dangan fields 2"
"""Raise the number whenever readers find more or something else: what was read before is then read again."""
LONGEST, MOST_PAGES = 400_000, 300

Reader = Callable[[Sequence[Sheet]], Iterator[Found]]
READERS: tuple[Reader, ...] = (letter.read, contract.read, money.read, period.read, report.read, tender.read)


def read_fields(pages: Sequence[str]) -> list[Found]:
    """The best value of each kind. Never raises for what is in the text; of a very long one the beginning is read."""
    kept: list[str] = []
    for page in pages[:MOST_PAGES]:
        if sum(map(len, kept)) + len(page) > LONGEST:
            break
        kept.append(page)
    sheets = sheets_of(kept)
    found = best(value for reader in READERS for value in reader(sheets))
    return sorted(found, key=lambda value: list(FIELDS).index(value.key))


__all__ = ["EXTRACTOR", "Found", "read_fields"]
