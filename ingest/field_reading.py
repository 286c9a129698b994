"""The effect that reads the values of documents whose text is known, and reads them again when readers improve."""

from collections.abc import Iterable, Mapping, Sequence

from archive.chinese import squash
from archive.claims import Event
from archive.clock import Clock
from archive.models import Document, PageLayout, TextState
from archive.models.fields import DocumentFields, FieldValue
from archive.operations.fields import FieldsRead, record_fields
from archive.queries import pages_by_version
from archive.transaction import collection
from ingest.fields import EXTRACTOR, Found, read_fields

BATCH, LOOK = 64, 1000  # nearly all were read already: they are only looked at


class FieldReader:
    """The outbox handler of its lane."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def __call__(self, events: Sequence[Event]) -> Mapping[str, str]:
        self.read(Document.objects(id__in=sorted({event.subject for event in events})))
        return {}

    def read(self, documents: Iterable[Document]) -> int:
        """Of those whose current version has text; how many were written."""
        with_text = [document for document in documents if document.current and document.text_state != TextState.PENDING]
        versions = [document.current for document in with_text]
        pages = pages_by_version(versions)
        drawn = set(collection(PageLayout).distinct("version", {"version": {"$in": versions}}))  # few: only scans have any
        return record_fields(self.clock, EXTRACTOR, [
            FieldsRead(document, document.current, [
                _value(found, _box(document.current, found) if document.current in drawn else [])
                for found in read_fields(pages[document.current])])
            for document in with_text if any(page.strip() for page in pages.get(document.current, ()))])

    def renew(self, limit: int = 100_000) -> int:
        """Read again what an older extractor read, or none; how many documents. In batches, each a transaction."""
        done, after = 0, ""
        while done < limit:
            query = {"_id": {"$gt": after}, "current": {"$ne": ""}, "text_state": {"$nin": [TextState.PENDING.value]}}
            rows = list(collection(Document).find(query, {"current": 1}).sort("_id", 1).limit(LOOK))
            if not rows:
                break
            after = rows[-1]["_id"]
            read = {row["_id"] for row in collection(DocumentFields).find(
                {"_id": {"$in": [row["current"] for row in rows]}, "extractor": EXTRACTOR}, {"_id": 1})}
            old = [row["_id"] for row in rows if row["current"] not in read]
            for start in range(0, len(old), BATCH):
                done += self.read(Document.objects(id__in=old[start:start + BATCH]))
        return done


def _value(found: Found, box: list[float]) -> FieldValue:
    return FieldValue(key=found.key, value=found.value, quote=found.quote, page=found.page, start=found.start, end=found.end,
                      box=box, confidence=found.confidence)


def _box(version: str, found: Found) -> list[float]:
    """Around the recognised lines that hold the quote; empty where the page was not recognised from its picture."""
    layout = PageLayout.objects(id=f"{version}/{found.page}").first()
    quote = squash(found.quote)
    if layout is None or not quote:
        return []
    lines = [(squash(line.text), line.box) for line in layout.lines if len(line.box) == 4]
    boxes = [box for text, box in lines if text and (quote in text or (len(text) > 3 and text in quote))]
    return [min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)] if boxes else []
