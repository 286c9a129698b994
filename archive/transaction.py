"""The one way to write: a MongoDB transaction that always carries its audit entries and outbox events.

    def work(tx: Transaction) -> Project: ...
    write(actor, clock, work)

The work may run several times (MongoDB asks for it on conflicts), so it must do nothing but read, decide and use `tx`.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from pymongo import ReadPreference, ReplaceOne, WriteConcern
from pymongo.client_session import ClientSession
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError, ServerSelectionTimeoutError
from pymongo.read_concern import ReadConcern

from archive import audit
from archive.access import Actor
from archive.clock import Clock
from archive.effects import EFFECTS
from archive.errors import Conflict, EngineDown
from archive.models.base import Model, Revisioned
from archive.models.connection import database, engine_down
from archive.models.ledgers import OutboxEvent
from archive.models.rows import Draft, NewRow, Row, row_of
from archive.orphans import end_orphans
from archive.personal import mask_values
from archive.server_clock import AT_ONCE

T = TypeVar("T")
# For one transaction, whatever happens to the servers meanwhile: longer than it takes to elect another primary.
PATIENCE_SECONDS = 40.0
FIRST_PAUSE, LONGEST_PAUSE = 0.005, 0.5
WONDER_SECONDS = 1.0  # few writers take that long: it may be one that was killed and left its transaction open
DUPLICATE = 11000
TRANSIENT, UNKNOWN_RESULT = "TransientTransactionError", "UnknownTransactionCommitResult"


class OutcomeUnknown(EngineDown):
    """The connection broke while the transaction was committed, and stayed away: it may have been kept or not."""

    code = "archive.outcome-unknown"
    text = "保存时与{engine}的连接中断（{reason}），不能确定是否已经保存。请在系统恢复后先查看是否已有结果，再决定是否重做。"


class _Turn:
    """The audit chain has one head, so transactions of one process would only collide on it: they queue here instead.

    Where the one in front found no server, those that queued behind it are not each to find that out in turn.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._away_at = float("-inf")

    @contextmanager
    def taken(self) -> Iterator[None]:
        came = time.monotonic()
        with self._lock:
            if came < self._away_at:
                raise EngineDown(engine="MongoDB", reason="等待时得知连接不上")
            try:
                yield
            except EngineDown as error:
                if error.facts.get("engine") == "MongoDB":
                    self._away_at = time.monotonic()
                raise


_TURN = _Turn()


class Transaction:
    """What an operation may do inside its transaction."""

    def __init__(self, session: "ClientSession", actor: Actor, now: datetime) -> None:
        self.session, self.actor, self.now = session, actor, now
        self._audited: list[tuple[str, str, Mapping[str, object]]] = []
        self._events: list[Row] = []

    def insert(self, document: Model) -> None:
        """Add a new document. DuplicateKeyError leaves `write` where a unique index refuses it."""
        collection(type(document)).insert_one(document.as_mongo(), session=self.session)

    def insert_all(self, documents: Sequence[Model | NewRow]) -> None:
        """Add new documents, those of one collection at once. As `insert`."""
        rows: dict[type[Model], list[dict[str, Any]]] = {}
        for document in documents:
            made = _made(document)
            rows.setdefault(made.model, []).append(made.row)
        for model, some in rows.items():
            try:
                collection(model).insert_many(some, session=self.session)
            except BulkWriteError as error:
                if any(problem["code"] != DUPLICATE for problem in error.details["writeErrors"]):
                    raise
                raise DuplicateKeyError(str(error), DUPLICATE, error.details) from error

    def replace(self, document: Revisioned) -> None:
        """Store a changed document over the revision it was read at. Raises Conflict where somebody was quicker."""
        seen = document.revision
        document.revision = seen + 1
        fields = document.as_mongo()
        document.revision = seen  # the work may be run again
        result = collection(type(document)).replace_one(
            {"_id": document.id, "revision": seen}, fields, session=self.session)
        if result.matched_count != 1:
            raise Conflict(what=document.called, key=getattr(document, "code", document.id))

    def replace_all(self, documents: Sequence[Revisioned]) -> None:
        """As `replace`, of many documents of one collection at once."""
        if not documents:
            return
        result = collection(type(documents[0])).bulk_write(
            [ReplaceOne({"_id": document.id, "revision": document.revision},
                        {**document.as_mongo(), "revision": document.revision + 1}) for document in documents],
            ordered=False, session=self.session)
        if result.matched_count != len(documents):
            raise Conflict(what=documents[0].called, key=getattr(documents[0], "code", documents[0].id))

    def bulk(self, model: type[Model], changes: Sequence[Any]) -> None:
        """Many writes of derived documents in the form MongoDB keeps, unvalidated: for what a machine makes by the million."""
        if changes:
            collection(model).bulk_write(changes, ordered=False, session=self.session)

    def update(self, model: type[Model], key: object, changes: Mapping[str, Any], **match: object) -> bool:
        """A MongoDB update of one document; whether it matched."""
        result = collection(model).update_one({"_id": key, **match}, changes, session=self.session)
        return bool(result.matched_count == 1)

    def put(self, document: Model | NewRow) -> None:
        """Insert or overwrite a derived document."""
        made = _made(document)
        collection(made.model).replace_one({"_id": made.row["_id"]}, made.row, upsert=True, session=self.session)

    def remove(self, model: type[Model], match: Mapping[str, Any]) -> int:
        """Delete derived documents. Records are never deleted this way."""
        return int(collection(model).delete_many(dict(match), session=self.session).deleted_count)

    def fresh(self, model: type[Model], match: Mapping[str, Any]) -> dict[str, Any] | None:
        """The stored form as this transaction sees it."""
        found: dict[str, Any] | None = collection(model).find_one(dict(match), session=self.session)
        return found

    def audit(self, action: str, subject: str, **detail: object) -> None:
        """Record what was done, to what (`project:CODE`, `document:ID`, …), with the facts. The chain is for ever, so no
        personal number enters it: names and values are kept masked."""
        self._audited.append((action, subject, mask_values(detail)))

    def emit(self, kind: str, subject: str, project: str = "") -> None:
        """Leave an event for every lane that has work after it (`archive/effects.py`)."""
        due = dict.fromkeys(EFFECTS.get(kind, ()), AT_ONCE)
        if due:
            self._events.append(row_of(OutboxEvent, {
                "kind": kind, "subject": subject, "project": project, "at": self.now, "due": due}))

    def finish(self) -> None:
        if not self._audited:
            raise RuntimeError("a write without an audit entry: every operation must call tx.audit")
        if self._events:
            collection(OutboxEvent).insert_many(self._events, session=self.session)
        audit.append(self.session, self.actor, self.now, self._audited)


def _made(document: Model | NewRow) -> NewRow:
    if isinstance(document, NewRow):
        return document
    return document.new_row() if isinstance(document, Draft) else NewRow(type(document), document.as_mongo())


def collection(model: type[Model]) -> Any:
    """The model's collection, for reads and writes that mongoengine cannot put into a session."""
    return database()[model._get_collection_name()]


def write(actor: Actor, clock: Clock, work: Callable[[Transaction], T]) -> T:
    """Run the work in one transaction: documents, audit and events appear together or not at all.

    Raises what the work raises, DuplicateKeyError from unique indexes, EngineDown where MongoDB is not reachable,
    OutcomeUnknown where it went away at the very end. A primary that changes is waited for.
    """
    with _TURN.taken():
        try:
            with database().client.start_session() as session:
                return _with_patience(session, actor, clock, work)
        except PyMongoError as error:
            if (down := engine_down(error)) is None:
                raise
            raise (OutcomeUnknown(**down.facts) if error.has_error_label(UNKNOWN_RESULT) else down) from error


def _with_patience(session: "ClientSession", actor: Actor, clock: Clock, work: Callable[[Transaction], T]) -> T:
    """Once more for as long as the server says that only the moment was wrong: a conflict, a primary that steps down.

    The driver's own loop does the same for two minutes, and begins anew where there was no server to begin with, while
    every other write waits for its turn.
    """
    begun, pauses, wondered = time.monotonic(), 0, False
    end = begun + PATIENCE_SECONDS
    while True:
        try:
            result = _once(session, actor, clock, work, end)
        except PyMongoError as error:
            momentary = error.has_error_label(TRANSIENT) and not isinstance(error, ServerSelectionTimeoutError)
            if not momentary or time.monotonic() > end:
                raise
        else:
            return result
        if not wondered and time.monotonic() - begun > WONDER_SECONDS:
            wondered = True
            end_orphans()
        pauses += 1
        time.sleep(random.random() * min(FIRST_PAUSE * 1.5**pauses, LONGEST_PAUSE))  # noqa: S311


def _once(session: "ClientSession", actor: Actor, clock: Clock, work: Callable[[Transaction], T], end: float) -> T:
    with session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority", j=True), ReadPreference.PRIMARY):
        transaction = Transaction(session, actor, clock.now())
        result = work(transaction)
        transaction.finish()
        while True:
            try:
                session.commit_transaction()
                return result
            except PyMongoError as error:  # a commit may be asked for again: it happens once
                if not error.has_error_label(UNKNOWN_RESULT) or time.monotonic() > end:
                    raise
