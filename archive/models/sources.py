"""Places that are looked at for new files: watched folders, the mailbox. How the last look went, and what came so far."""

from datetime import datetime
from typing import Any, ClassVar

from mongoengine import DateTimeField, LongField, StringField

from archive.models.base import Model


class IntakeSource(Model):
    """`id` is the kind and the place, such as `folder:/srv/scans`. `error` is why the last look did not succeed, since
    `failing_since`. `waiting` counts what is there and not taken yet; the other numbers only grow.
    """

    meta: ClassVar[dict[str, Any]] = {"collection": "intake_sources", "auto_create_index": False}

    id: str = StringField(primary_key=True)
    looked_at: datetime | None = DateTimeField()
    error: str = StringField(default="")
    failing_since: datetime | None = DateTimeField()
    waiting: int = LongField(default=0)
    filed: int = LongField(default=0)
    duplicates: int = LongField(default=0)
    refused: int = LongField(default=0)
    unclear: int = LongField(default=0)
