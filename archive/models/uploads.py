"""Uploads that may be interrupted and gone on with: how far each has come, and what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from mongoengine import BooleanField, DateField, DateTimeField, LongField, StringField

from archive.models.base import Model, new_id


class UploadState(StrEnum):
    """`receiving` until the pipeline has spoken; the others are its word and do not change."""

    RECEIVING = "receiving"
    FILED = "filed"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class Upload(Model):
    """One file on its way. It is no record yet: its bytes lie at `place`, and only `offset` of them are known to be safe.

    `begun` says that filing was tried: where it had succeeded and only the answer was lost, the file is found again and
    is no duplicate. `fingerprint` is the sender's own name for the file, by which it finds the upload again. Of what was
    refused for secrecy no name stays.
    """

    meta: ClassVar[dict[str, Any]] = {
        "collection": "uploads", "auto_create_index": False,
        "indexes": [("owner", "project", "-created_at"), ("owner", "fingerprint"), "expires_at"]}

    id: str = StringField(primary_key=True, default=new_id)
    owner: str = StringField(required=True)
    project: str = StringField(required=True)
    channel: str = StringField(required=True)
    size: int = LongField(required=True)
    offset: int = LongField(default=0)
    place: str = StringField(required=True)
    metadata: str = StringField(default="")
    filename: str = StringField(default="")
    path: str = StringField(default="")
    type: str = StringField(default="")
    title: str = StringField(default="")
    doc_date: Any = DateField()
    batch: str = StringField(default="")
    fingerprint: str = StringField(default="")
    state: str = StringField(default=UploadState.RECEIVING.value, choices=[state.value for state in UploadState])
    begun: bool = BooleanField(default=False)
    document: str = StringField(default="")
    version: str = StringField(default="")
    receipt: str = StringField(default="")
    code: str = StringField(default="")
    message: str = StringField(default="")
    sha256: str = StringField(default="")
    created_at: datetime = DateTimeField(required=True)
    expires_at: datetime = DateTimeField(required=True)

    @property
    def complete(self) -> bool:
        """Whether every byte is here."""
        return self.offset == self.size

    @property
    def done(self) -> bool:
        """Whether the pipeline has spoken."""
        return self.state != UploadState.RECEIVING
