"""What the sender of a file is told of its scan while she still has the paper in her hands."""

from collections.abc import Collection, Iterable, Mapping

from archive.claims import waiting_in
from archive.effects import GUARD, LOOK, OCR
from archive.models import Document, OutboxEvent, Remarks
from archive.remarks import GRAVEST_FIRST, Remark, Severity
from archive.transaction import collection
from ingest.ocr import looking, numbering

# Of these everything is told, of other engines only what asks for a person.
_SCANS = tuple(source.partition(" ")[0] for source in (looking.SOURCE, numbering.SOURCE))


def checks_of(documents: Iterable[Document]) -> Mapping[str, list[Remark]]:
    """By document, the gravest first. No access check: for documents the caller may see."""
    found: dict[str, list[Remark]] = {}
    for row in Remarks.objects(version__in=[document.current for document in documents]).order_by("id"):
        told = [item.plain() for item in row.items]
        scan = row.source.partition(" ")[0] in _SCANS
        found.setdefault(row.document, []).extend(one for one in told if scan or one.severity is not Severity.INFO)
    for remarks in found.values():
        remarks.sort(key=lambda one: GRAVEST_FIRST.index(one.severity))
    return found


def still_looked_at(keys: Collection[str]) -> set[str]:
    """Those of the documents whose pages are yet to be judged or recognised, or whose text is yet to be compared with others."""
    return {key for lane in (LOOK, OCR, GUARD)
            for key in collection(OutboxEvent).distinct("subject", {**waiting_in(lane), "subject": {"$in": sorted(keys)}})}
