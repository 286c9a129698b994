"""What is left of a file that had to go after it was filed, and which digests a person cleared of suspicion."""

from datetime import datetime
from typing import Any, ClassVar

from mongoengine import BooleanField, DateTimeField, IntField, ListField, LongField, StringField

from archive.models.base import Model, new_id


class Withdrawal(Model):
    """A version that was removed because it bears a secrecy marking: digests and reason, neither name nor text.

    `whole`: the document went with it. `object` says what became of the bytes, `object_reason` why they are still there.
    `readers` are those who had fetched the file before, as far as the audit knows.
    """

    meta: ClassVar[dict[str, Any]] = {
        "collection": "withdrawals", "auto_create_index": False,
        "indexes": [("dossier", "-at"), "document", "sha256", "object"]}

    id: str = StringField(primary_key=True, default=new_id)
    document: str = StringField(required=True)
    dossier: str = StringField(required=True)
    project: str = StringField(required=True)
    number: int = IntField(required=True)
    whole: bool = BooleanField(default=True)
    sha256: str = StringField(required=True)
    sm3: str = StringField(default="")
    size: int = LongField(required=True)
    reason: str = StringField(required=True)
    page: int = IntField(default=0)
    filed_at: datetime = DateTimeField(required=True)
    filed_by: str = StringField(required=True)
    at: datetime = DateTimeField(required=True)
    readers: list[str] = ListField(StringField())
    object: str = StringField(default="pending", choices=("pending", "deleted", "locked"))
    object_reason: str = StringField(default="")
    told: bool = BooleanField(default=False)


class Clearance(Model):
    """Bytes (`id` is their sha256) whose marking the security administrator found to be none."""

    meta: ClassVar[dict[str, Any]] = {"collection": "clearances", "auto_create_index": False}

    id: str = StringField(primary_key=True)
    reason: str = StringField(required=True, max_length=500)
    by: str = StringField(required=True)
    at: datetime = DateTimeField(required=True)
