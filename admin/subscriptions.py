"""What each lane does with its events: the one page where siblings meet. Handlers are idempotent and order-free.

Which events go to which lane is `archive/effects.py`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from admin.erasing import erase
from admin.notices.clearances import tell_decisions
from admin.system import System
from archive.claims import Event
from archive.effects import ERASE, FIELDS, GUARD, INDEX, JUDGE, LOOK, OCR, READ, TELL, UNIT, UNPACK
from archive.events import Subscription
from archive.models import Document, OutboxEvent, Project
from archive.server_clock import AT_ONCE
from archive.transaction import collection
from ingest.field_reading import FieldReader
from ingest.guard import Guard
from ingest.ocr.lane import Recogniser
from ingest.ocr.looking import ScanJudge
from ingest.reading import PendingReader
from retention.alerts import refresh
from search.projection import documents_by_id

# Seconds; a commit of the index, a judgement, a transaction cost the same for one or for many.
INDEX_GATHER, JUDGE_GATHER, GUARD_GATHER, FIELDS_GATHER = 0.1, 0.6, 0.25, 0.5
INDEX_IDLE = 0.1  # who files one paper and looks for it waits for this lane
JUDGE_BATCH = 1024


def still_coming(codes: Iterable[str]) -> set[str]:
    """Projects of which untouched events still wait: judging them now would only be done again with the next batch.

    Only unclaimed events that never failed count: two workers must not wait for each other, nor one for a broken event.
    """
    waiting = {f"due.{JUDGE}": AT_ONCE, "project": {"$in": sorted(codes)}}
    return set(collection(OutboxEvent).distinct("project", waiting))


def of_units(events: Iterable[Event]) -> set[str]:
    """Every project of the units of which something changed."""
    units = sorted({event.subject for event in events if event.kind == UNIT})
    return set(Project.objects(unit__in=units).scalar("code")) if units else set()


def gone(keys: Collection[str]) -> set[str]:
    """Those of the documents that are no longer there."""
    there = collection(Document).find({"_id": {"$in": sorted(keys)}}, {"_id": 1})
    return set(keys) - {row["_id"] for row in there}


def subscriptions(system: System, reader: PendingReader, scan_judge: ScanJudge,
                  recogniser: Recogniser) -> tuple[Subscription, ...]:
    def index_documents(events: Sequence[Event]) -> Mapping[str, str]:
        asked = {event.subject for event in events}
        system.index.put(documents_by_id(asked))
        # What is gone is asked for after it was put: it may have gone in between.
        system.index.remove(gone(asked))
        system.index.commit()
        return {}

    def judge(events: Sequence[Event]) -> Mapping[str, str]:
        codes = {event.project for event in events if event.project} | of_units(events)
        codes -= still_coming(codes)
        followers = Project.objects(predecessor__in=sorted(codes)).scalar("code")
        refresh(system.judge, codes | set(followers))
        return {}

    return (
        # One at a time: a file may take a minute, and another worker may be idle.
        Subscription(READ, reader, batch=1, threads=system.settings.readers),
        Subscription(UNPACK, system.unpacker, batch=1),
        Subscription(INDEX, index_documents, gather=INDEX_GATHER, idle=INDEX_IDLE),
        Subscription(GUARD, Guard(system.clock), gather=GUARD_GATHER, patient=True),
        Subscription(ERASE, lambda events: erase(system, events)),
        Subscription(JUDGE, judge, batch=JUDGE_BATCH, gather=JUDGE_GATHER, patient=True),
        Subscription(TELL, lambda events: tell_decisions(system, events)),
        Subscription(FIELDS, FieldReader(system.clock), gather=FIELDS_GATHER),
        Subscription(LOOK, scan_judge, batch=1),
        # Last, so that a worker told to drain its lanes reads and indexes what is quick before it turns to scans.
        Subscription(OCR, recogniser, batch=1, threads=system.settings.ocr_workers),
    )
