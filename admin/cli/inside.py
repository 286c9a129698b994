"""What came out of the files a command filed: waited for, and reported beneath the file it was inside of."""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from admin.system import System
from admin.worker import wait_until_done
from archive.models import Document, Member, Model, Outcome, TextRecord, Unpacking
from archive.transaction import collection

_STATUS = {Outcome.FILED.value: "filed", Outcome.VERSION.value: "filed", Outcome.DUPLICATE.value: "duplicate",
           Outcome.SKIPPED.value: "skipped"}
BATCH = 500


@dataclass(slots=True)
class FileReport:
    """`path` as given; of a child its path inside the file above. `children` are what was found inside."""

    path: str
    status: str
    document: str | None = None
    type: str | None = None
    type_source: str | None = None
    pages: int | None = None
    chars: int | None = None
    reason: str | None = None
    children: list["FileReport"] = field(default_factory=list)


def wait_for_all(system: System, documents: Sequence[str], timeout: float,
                 progress: Callable[[int], None] | None = None, lanes: Collection[str] = ()) -> bool:
    """Wait for these and for everything that comes out of them (in these lanes); False where the time (seconds) was over
    first."""
    end, known, fresh = time.monotonic() + timeout, set(documents), set(documents)
    while fresh:
        if not wait_until_done(system, fresh, timeout=max(end - time.monotonic(), 0.0), progress=progress, lanes=lanes):
            return False
        fresh = _inside(fresh) - known    # a bundle is done only after its last member was filed
        known |= fresh
    return True


def _inside(parents: Iterable[str]) -> set[str]:
    return {str(key) for batch in _batches(parents) for key in Document.objects(parent__in=batch).scalar("id")}


def complete(reports: Sequence[FileReport]) -> None:
    """What is known only once the worker is done: type, pages, characters, why there is no text, and what was inside."""
    level, seen = [report for report in reports if report.document], set[str]()
    while level:
        _describe(level)
        fresh = {report.document: report for report in level if report.document and report.document not in seen}
        seen.update(fresh)
        for key, children in _members(fresh).items():
            fresh[key].children = children
        # What was there before is told where it was, not opened up again beneath every bundle that holds it.
        level = [child for report in fresh.values() for child in report.children if child.status == "filed"]
        _describe([child for report in fresh.values() for child in report.children if child.status == "duplicate"])


def any_rejected(reports: Iterable[FileReport]) -> bool:
    return any(report.status == "rejected" or any_rejected(report.children) for report in reports)


def _describe(reports: Sequence[FileReport]) -> None:
    for batch in _batches(report.document for report in reports if report.document):
        documents = _rows(Document, batch, "type", "type_source", "text_reason", "current")
        versions = [document["current"] for document in documents.values()]
        texts = _rows(TextRecord, versions, "page_count", "chars")
        endings = _rows(Unpacking, versions, "reason", state={"$ne": "single"})
        for report in reports:
            if (document := documents.get(report.document or "")) is not None:
                unpacking, text = endings.get(document["current"], {}), texts.get(document["current"], {})
                report.type, report.type_source = document["type"], document["type_source"]
                report.reason = document.get("text_reason") or unpacking.get("reason") or None
                report.pages, report.chars = text.get("page_count"), text.get("chars")


def _rows(model: type[Model], keys: Sequence[str], *names: str, **match: object) -> dict[str, dict[str, Any]]:
    """As they are stored: there may be thousands, and a few of their fields are wanted."""
    return {row["_id"]: row for row in collection(model).find({"_id": {"$in": list(keys)}, **match}, dict.fromkeys(names, 1))}


def _members(parents: Iterable[str]) -> dict[str, list[FileReport]]:
    """Of the current versions of these documents, in the order of the bundle."""
    found: dict[str, list[FileReport]] = defaultdict(list)
    for batch in _batches(parents):
        current = [version for version in Document.objects(id__in=batch).scalar("current") if version]
        for member in Member.objects(version__in=current).order_by("version", "number"):
            found[member.document].append(FileReport(
                member.path, _STATUS.get(member.outcome, "rejected"), member.child or None, reason=member.reason or None))
    return found


def _batches(keys: Iterable[str]) -> Iterable[list[str]]:
    wanted = sorted(set(keys))
    return [wanted[at:at + BATCH] for at in range(0, len(wanted), BATCH)]
