"""The record of rebuilding the search index: who asked, how far it came, how it ended. One record, whoever does the work."""

from contextlib import suppress
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from archive.clock import Clock
from archive.models import IndexRebuild, new_id
from archive.transaction import collection

KEY = "index"
REQUESTED, RUNNING, COMPARING, DONE, FAILED = "requested", "running", "comparing", "done", "failed"
ACTIVE = (REQUESTED, RUNNING, COMPARING)


def latest() -> IndexRebuild | None:
    """The rebuild that is asked for or runs; else the last one."""
    rebuild: IndexRebuild | None = IndexRebuild.objects(id=KEY).first()
    return rebuild


def active() -> IndexRebuild | None:
    rebuild = latest()
    return rebuild if rebuild is not None and rebuild.state in ACTIVE else None


def request(clock: Clock, by: str, *, fresh: bool = False) -> IndexRebuild:
    """Ask for a rebuild. Where one is asked for already, or runs, this joins it.

    `fresh` begins anew instead of joining: only for who holds the lease, so that nobody is at it.
    """
    row = IndexRebuild(id=KEY, ticket=new_id(), state=REQUESTED, fresh=fresh, requested_by=by, requested_at=clock.now())
    replaced = {"_id": KEY} if fresh else {"_id": KEY, "state": {"$nin": ACTIVE}}
    with suppress(DuplicateKeyError):  # somebody was quicker, or it is under way
        collection(IndexRebuild).replace_one(replaced, row.as_mongo(), upsert=True)
    return latest() or row


def note(rebuild: IndexRebuild, **changes: Any) -> IndexRebuild:
    """Store how far it came, and read what it is now; another request's record is left alone."""
    row = collection(IndexRebuild).find_one_and_update(
        {"_id": KEY, "ticket": rebuild.ticket}, {"$set": changes}, return_document=ReturnDocument.AFTER)
    return IndexRebuild._from_son(row) if row else rebuild
