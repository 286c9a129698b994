"""Moves of the objects from one store to another, and what each has proven so far."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from mongoengine import DateTimeField, IntField, ListField, LongField, StringField

from archive.models.base import Model, new_id


class MoveState(StrEnum):
    """`switched` counts as ended once `ended_at` is set; `retired` once the settings name the new place."""

    COPYING = "copying"
    SWITCHED = "switched"
    RETIRED = "retired"
    CANCELLED = "cancelled"


class StorageMove(Model):
    """One move. `source` and `target` name the places without secrets; the sealed URLs open only with the secret key.

    `left` are digests of damaged or missing objects that a person chose to leave behind.
    """

    meta: ClassVar[dict[str, Any]] = {"collection": "storage_moves", "auto_create_index": False, "indexes": ["started_at"]}

    id: str = StringField(primary_key=True, default=new_id)
    source: str = StringField(required=True)
    target: str = StringField(required=True)
    source_sealed: str = StringField(required=True)
    target_sealed: str = StringField(required=True)
    state: str = StringField(default=MoveState.COPYING.value, choices=[state.value for state in MoveState])
    copied: int = IntField(default=0)
    copied_bytes: int = LongField(default=0)
    proven: int = IntField(default=0)
    proven_bytes: int = LongField(default=0)
    passes: int = IntField(default=0)
    left: list[str] = ListField(StringField())
    last_error: str = StringField(default="")
    started_at: datetime = DateTimeField(required=True)
    beat_at: datetime | None = DateTimeField()
    switched_at: datetime | None = DateTimeField()
    ended_at: datetime | None = DateTimeField()
    closed_at: datetime | None = DateTimeField()


class StorageProof(Model):
    """An object that was read back in the target of a move and had its digest. `id` is `<move>:<hex>`."""

    meta: ClassVar[dict[str, Any]] = {"collection": "storage_proofs", "auto_create_index": False, "indexes": ["move"]}

    id: str = StringField(primary_key=True)
    move: str = StringField(required=True)
