"""What the archive writes about itself: audit entries, outbox events, refusals, job runs, leases, rebuilds of the index."""

from datetime import datetime
from typing import Any, ClassVar

from mongoengine import BooleanField, DateTimeField, DictField, IntField, LongField, StringField

from archive.effects import JUDGE, LANES
from archive.models.base import Model, new_id


def _lane_indexes(lane: str) -> list[dict[str, Any]]:
    """What waits in a lane: in the order in which it is taken up, and from the oldest on."""
    waiting = {"partialFilterExpression": {f"due.{lane}": {"$exists": True}}}
    beside = ["project"] if lane == JUDGE else []  # a project is judged once for many events
    return [{"fields": [f"due.{lane}", *beside], "name": f"{lane}_due", **waiting},
            {"fields": ["at"], "name": f"{lane}_oldest", **waiting}]


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
    """Something that happened and whose effects are still to be made.

    `due` holds, for each lane that has work with it yet, the instant before which nobody may take it up: past (1970)
    for a fresh one, the end of the claim for a claimed one, the end of the pause for one that failed. `claims` holds
    the token of each claim. Both are in the database server's time. `attempts` counts failures in all lanes.
    """

    meta: ClassVar[dict[str, Any]] = {
        "collection": "outbox", "auto_create_index": False, "strict": False,  # rows of older versions have more fields
        "indexes": [("finished", "at"), ("finished", "subject"), ("finished", "attempts"),
                    {"fields": ["finished_at"], "expireAfterSeconds": 30 * 86400},
                    *(index for lane in LANES for index in _lane_indexes(lane))]}

    id: str = StringField(primary_key=True, default=new_id)
    kind: str = StringField(required=True)
    subject: str = StringField(required=True)
    project: str = StringField(default="")
    at: datetime = DateTimeField(required=True)
    finished: bool = BooleanField(default=False)
    finished_at: datetime | None = DateTimeField()
    due: dict[str, datetime] = DictField()
    claims: dict[str, str] = DictField()
    attempts: int = IntField(default=0)
    error: str = StringField(default="")

    @property
    def next_try(self) -> datetime | None:
        """When the first of its lanes takes it up again."""
        return min(self.due.values(), default=None)


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
