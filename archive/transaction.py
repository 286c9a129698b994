"""The one way to write: a MongoDB transaction that always carries its audit entries and outbox events.

    def work(tx: Transaction) -> Project: ...
    write(actor, clock, work)

The work may run several times (MongoDB asks for it on conflicts), so it must do nothing but read, decide and use `tx`.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from pymongo import ReadPreference, WriteConcern
from pymongo.client_session import ClientSession
from pymongo.errors import ConnectionFailure, ServerSelectionTimeoutError
from pymongo.read_concern import ReadConcern

from archive import audit
from archive.access import Actor
from archive.clock import Clock
from archive.errors import Conflict, EngineDown
from archive.models.base import Model, Revisioned
from archive.models.connection import database
from archive.models.ledgers import OutboxEvent

T = TypeVar("T")

# The audit chain has one head, so transactions of one process would only collide on it: they queue here instead.
_TURN = threading.Lock()


class Transaction:
    """What an operation may do inside its transaction."""

    def __init__(self, session: "ClientSession", actor: Actor, now: datetime) -> None:
        self.session, self.actor, self.now = session, actor, now
        self._audited: list[tuple[str, str, Mapping[str, object]]] = []
        self._events: list[OutboxEvent] = []

    def insert(self, document: Model) -> None:
        """Add a new document. DuplicateKeyError leaves `write` where a unique index refuses it."""
        collection(type(document)).insert_one(document.as_mongo(), session=self.session)

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

    def update(self, model: type[Model], key: object, changes: Mapping[str, Any], **match: object) -> bool:
        """A MongoDB update of one document; whether it matched."""
        result = collection(model).update_one({"_id": key, **match}, changes, session=self.session)
        return bool(result.matched_count == 1)

    def put(self, document: Model) -> None:
        """Insert or overwrite a derived document."""
        collection(type(document)).replace_one({"_id": document.id}, document.as_mongo(), upsert=True,
                                               session=self.session)

    def remove(self, model: type[Model], match: Mapping[str, Any]) -> int:
        """Delete derived documents. Records are never deleted this way."""
        return int(collection(model).delete_many(dict(match), session=self.session).deleted_count)

    def fresh(self, model: type[Model], match: Mapping[str, Any]) -> dict[str, Any] | None:
        """The stored form as this transaction sees it."""
        found: dict[str, Any] | None = collection(model).find_one(dict(match), session=self.session)
        return found

    def audit(self, action: str, subject: str, **detail: object) -> None:
        """Record what was done, to what (`project:CODE`, `document:ID`, …), with the facts."""
        self._audited.append((action, subject, detail))

    def emit(self, kind: str, subject: str, project: str = "") -> None:
        """Leave an event for the handlers in `admin/subscriptions.py`."""
        self._events.append(OutboxEvent(kind=kind, subject=subject, project=project, at=self.now, not_before=self.now))

    def finish(self) -> None:
        if not self._audited:
            raise RuntimeError("a write without an audit entry: every operation must call tx.audit")
        if self._events:
            collection(OutboxEvent).insert_many([event.as_mongo() for event in self._events], session=self.session)
        audit.append(self.session, self.actor, self.now, self._audited)


def collection(model: type[Model]) -> Any:
    """The model's collection, for reads and writes that mongoengine cannot put into a session."""
    return database()[model._get_collection_name()]


def write(actor: Actor, clock: Clock, work: Callable[[Transaction], T]) -> T:
    """Run the work in one transaction: documents, audit and events appear together or not at all.

    Raises what the work raises, DuplicateKeyError from unique indexes, EngineDown where MongoDB is not reachable.
    """
    def body(session: "ClientSession") -> T:
        transaction = Transaction(session, actor, clock.now())
        try:
            result = work(transaction)
            transaction.finish()
        except ServerSelectionTimeoutError as error:
            # Left to itself the driver would begin anew for two minutes, while every other write waits for its turn.
            raise EngineDown(engine="MongoDB", reason=type(error).__name__) from error
        return result

    try:
        with _TURN, database().client.start_session() as session:
            return session.with_transaction(
                body, read_concern=ReadConcern("snapshot"), write_concern=WriteConcern("majority", j=True),
                read_preference=ReadPreference.PRIMARY)
    except ConnectionFailure as error:
        raise EngineDown(engine="MongoDB", reason=type(error).__name__) from error
