"""From a stored document to what the index is given."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from archive.flow import flow_text
from archive.models import Document
from archive.queries import pages_by_version
from archive.transaction import collection
from search.port import IndexedDocument

BATCH = 200
# Rows as they lie in the database: a rebuild reads all of them, and objects would cost it a tenth of its time.
FIELDS = ("dossier", "project", "title", "filename", "type", "stage", "doc_date", "revision", "current")


def documents_by_id(keys: Iterable[str]) -> list[IndexedDocument]:
    """What the index holds of these documents, text where there is any; unknown ids are left out."""
    return _project({"_id": {"$in": sorted(set(keys))}}, 0)


def every_document(after: str = "") -> Iterator[list[IndexedDocument]]:
    """All documents in batches, by id, from the first one behind `after`: for a rebuild."""
    last = after
    while batch := _project({"_id": {"$gt": last}}, BATCH):
        last = batch[-1].id
        yield batch


def _project(match: Mapping[str, Any], limit: int) -> list[IndexedDocument]:
    rows = list(collection(Document).find(match, dict.fromkeys(FIELDS, 1)).sort("_id", 1).limit(limit))
    pages = pages_by_version([row["current"] for row in rows if row.get("current")])
    return [_indexed(row, pages.get(row.get("current", ""), ())) for row in rows]


def _indexed(row: Mapping[str, Any], pages: Sequence[str]) -> IndexedDocument:
    return IndexedDocument(
        id=row["_id"], dossier=row["dossier"], project=row["project"], title=row["title"], filename=row["filename"],
        type=row["type"], stage=row["stage"], doc_date=_day(row.get("doc_date")), version=row["revision"],
        text=flow_text(pages).text)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
