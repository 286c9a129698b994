"""What the archive writes about itself: audit entries, outbox events, refusals, job runs, leases, rebuilds of the index."""

from datetime import datetime
from typing import Any, ClassVar

from mongoengine import BooleanField, DateTimeField, DictField, IntField, ListField, LongField, StringField

from archive.models.base import Model, new_id


class AuditEntry(Model):
    """One link of the chain; `id` is its sequence number, `digest` covers every field and the entry before."""

    meta: ClassVar[dict[str, Any]] = {"collection": "audit", "auto_create_index": False,
            "indexes": [("subject", "id"), ("actor", "id"), ("at", "id")]}

    id: int = LongField(primary_key=True)
    at: datetime = DateTimeField(required=True)
    actor: str = StringField(required=True)
    actor_name: str = StringField(required=True)
    action: str = StringField(required=True)
    subject: str = StringField(required=True)
    detail: dict[str, Any] = DictField()
    previous: str = StringField(required=True)
    digest: str = StringField(required=True)


class OutboxEvent(Model):
    """Something that happened and whose effects are still to be made. `handled` names the handlers that are done."""

    meta: ClassVar[dict[str, Any]] = {"collection": "outbox", "auto_create_index": False,
            "indexes": [("finished", "not_before"), ("finished", "subject"),
                        {"fields": ["finished_at"], "expireAfterSeconds": 30 * 86400}]}

    id: str = StringField(primary_key=True, default=new_id)
    kind: str = StringField(required=True)
    subject: str = StringField(required=True)
    project: str = StringField(default="")
    at: datetime = DateTimeField(required=True)
    finished: bool = BooleanField(default=False)
    finished_at: datetime | None = DateTimeField()
    handled: list[str] = ListField(StringField())
    attempts: int = IntField(default=0)
    not_before: datetime = DateTimeField(required=True)
    claimed_by: str = StringField(default="")
    error: str = StringField(default="")


class JobRun(Model):
    meta: ClassVar[dict[str, Any]] = {"collection": "job_runs", "auto_create_index": False,
        "indexes": [("job", "-started_at"), ("job", "day")]}

    id: str = StringField(primary_key=True, default=new_id)
    job: str = StringField(required=True)
    day: str = StringField(required=True)
    by: str = StringField(required=True)
    started_at: datetime = DateTimeField(required=True)
    ended_at: datetime | None = DateTimeField()
    outcome: str = StringField(default="running", choices=("running", "done", "attention", "failed"))
    result: dict[str, Any] = DictField()
    error: str = StringField(default="")


class Lease(Model):
    """Who acts alone, until when. `id` names the duty."""

    meta: ClassVar[dict[str, Any]] = {"collection": "leases", "auto_create_index": False}

    id: str = StringField(primary_key=True)
    holder: str = StringField(required=True)
    until: datetime = DateTimeField(required=True)
    beat_at: datetime = DateTimeField(required=True)


class IndexRebuild(Model):
    """The rebuild of the search index that is asked for, runs, or was the last: there is one record, `id` is `index`.

    `ticket` tells one request from the next. `done` and `total` count documents. `error` is what interrupted it last,
    or why it failed.
    """

    meta: ClassVar[dict[str, Any]] = {"collection": "index_rebuilds", "auto_create_index": False}

    id: str = StringField(primary_key=True)
    ticket: str = StringField(required=True)
    state: str = StringField(required=True, choices=("requested", "running", "comparing", "done", "failed"))
    fresh: bool = BooleanField(default=False)
    requested_by: str = StringField(required=True)
    requested_at: datetime = DateTimeField(required=True)
    started_at: datetime | None = DateTimeField()
    ended_at: datetime | None = DateTimeField()
    done: int = LongField(default=0)
    total: int = LongField(default=0)
    error: str = StringField(default="")


class Idempotency(Model):
    """The answer once given to a write that carried an Idempotency-Key; kept for a day."""

    meta: ClassVar[dict[str, Any]] = {"collection": "idempotency", "auto_create_index": False,
            "indexes": [{"fields": ["at"], "expireAfterSeconds": 86400}]}

    id: str = StringField(primary_key=True)
    at: datetime = DateTimeField(required=True)
    status: int = IntField(required=True)
    body: str = StringField(required=True)
