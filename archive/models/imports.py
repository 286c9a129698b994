"""Imports by manifest: how far each has come, and which of its rows were not taken."""

from datetime import datetime
from typing import Any, ClassVar

from mongoengine import DateTimeField, LongField, StringField

from archive.models.base import Model


class ImportRun(Model):
    """One manifest on its way in. `id` is the manifest's digest, so whoever starts it again goes on where it stopped.

    `done` counts the rows that are through, in the manifest's order; `filed`, `duplicates` and `rejected` add up to it.
    """

    meta: ClassVar[dict[str, Any]] = {"collection": "imports", "auto_create_index": False, "indexes": ["-beat_at"]}

    id: str = StringField(primary_key=True)
    name: str = StringField(required=True)
    state: str = StringField(default="running", choices=("running", "done"))
    by: str = StringField(required=True)
    total: int = LongField(required=True)
    done: int = LongField(default=0)
    filed: int = LongField(default=0)
    duplicates: int = LongField(default=0)
    rejected: int = LongField(default=0)
    started_at: datetime = DateTimeField(required=True)
    beat_at: datetime = DateTimeField(required=True)
    ended_at: datetime | None = DateTimeField()


class ImportReject(Model):
    """A row that was not taken, by its number in the manifest, and why. What stands in the row stays in the manifest:
    of a file that is refused for its secrecy not even the name is kept. `id` is `<run>/<row>`.
    """

    meta: ClassVar[dict[str, Any]] = {"collection": "import_rejects", "auto_create_index": False,
            "indexes": [("run", "row")]}

    id: str = StringField(primary_key=True)
    run: str = StringField(required=True)
    row: int = LongField(required=True)
    column: str = StringField(default="")
    reason: str = StringField(required=True)
