"""Runs that make derived things anew, in bulk."""

from datetime import datetime
from typing import Any, ClassVar

from mongoengine import DateTimeField, DictField, LongField, StringField

from archive.models.base import Model


class Derivation(Model):
    """One run. `id` names what was asked for, so whoever asks the same again goes on where it stopped.

    `kind` is what is being made now, `after` the last document that is through with it. `total`, `done` and `failed` count
    by kind.
    """

    meta: ClassVar[dict[str, Any]] = {"collection": "derivations", "auto_create_index": False, "indexes": ["-beat_at"]}

    id: str = StringField(primary_key=True)
    asked: dict[str, str] = DictField(StringField())
    state: str = StringField(default="running", choices=("running", "done"))
    kind: str = StringField(default="")
    after: str = StringField(default="")
    total: dict[str, int] = DictField(LongField())
    done: dict[str, int] = DictField(LongField())
    failed: dict[str, int] = DictField(LongField())
    by: str = StringField(required=True)
    started_at: datetime = DateTimeField(required=True)
    beat_at: datetime = DateTimeField(required=True)
    ended_at: datetime | None = DateTimeField()
