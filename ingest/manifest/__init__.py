"""A manifest (清单): a list of files with what is known of them, read row by row, every wrong row named.

Owns the form and the reading; filing what it names is `ingest/importing.py`.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.describe import Given
from ingest.manifest.columns import COLUMNS, OURS, CellError, parse
from ingest.manifest.files import ManifestFile, ManifestUnreadable, Record, escape, open_manifest

__all__ = ["COLUMNS", "CellError", "ManifestFile", "ManifestUnreadable", "Row", "Wrongs", "count_rows", "open_manifest", "rows_of",
           "write_rejects"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a manifest. `errors` decides whether the rest says anything."""

    number: int
    place: str
    path: str = ""
    project: str = ""
    given: Given = field(default_factory=Given)
    sha256: str = ""
    sm3: str = ""
    errors: tuple[CellError, ...] = ()


@dataclass(frozen=True, slots=True)
class Wrongs:
    """A row that was not taken: which one, in which column ("" for none in particular), and why."""

    number: int
    column: str
    reason: str


def rows_of(manifest: ManifestFile, after: int = 0) -> Iterator[Row]:
    """The rows behind the first `after`."""
    for record in manifest.records():
        if record.number > after:
            yield _row(record)


def count_rows(manifest: ManifestFile) -> int:
    """How many rows there are. Raises ManifestUnreadable for a file that cannot be read to its end."""
    return sum(1 for _ in manifest.records())


def write_rejects(manifest: ManifestFile, wrongs: Iterable[Wrongs], target: Path) -> int:
    """A CSV of the rows that were not taken, in the manifest's own form with the reasons beside; how many.

    `wrongs` in order. Corrected, the file can be imported as it is.
    """
    count, records = 0, manifest.records()
    with target.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*(column.title for column in COLUMNS), *OURS])
        for wrong in wrongs:
            record = next((record for record in records if record.number == wrong.number), None)
            if record is None:
                raise ManifestUnreadable(filename=manifest.path.name, reason="它在导入期间被改动过，请再次运行导入。")
            cells = [*(_shown(record.fields.get(column.field)) for column in COLUMNS), record.place, wrong.column, wrong.reason]
            writer.writerow([escape(cell) for cell in cells])
            count += 1
    return count


def _row(record: Record) -> Row:
    values, errors = parse(record.fields)
    if errors := [*record.errors, *errors]:
        return Row(record.number, record.place, errors=tuple(errors))
    return Row(record.number, record.place, values["path"], values["project"],
               Given(values["type"], values["title"], values["doc_date"]), values["sha256"], values["sm3"])


def _shown(value: object) -> str:
    return "" if value is None else str(value)
