"""What is left of a file that had to go after it was filed, and which digests a person cleared of suspicion."""

from datetime import datetime
from typing import Any, ClassVar

from mongoengine import BooleanField, DateTimeField, IntField, ListField, LongField, StringField

from archive.models.base import Model, new_id

ASKED, CLEARED, DECLINED = "asked", "cleared", "declined"


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


class SecrecyRefusal(Model):
    """Bytes that were refused in a dossier for a marking: digests, size and reason, neither name nor text.

    `id` is of dossier and digest; `times` counts how often they were brought, `at` and `by` are of the last time.
    """

    meta: ClassVar[dict[str, Any]] = {
        "collection": "secrecy_refusals", "auto_create_index": False, "indexes": [("dossier", "-at"), "sha256"]}

    id: str = StringField(primary_key=True)
    sha256: str = StringField(required=True)
    sm3: str = StringField(default="")
    size: int = LongField(required=True)
    dossier: str = StringField(required=True)
    project: str = StringField(required=True)
    reason: str = StringField(required=True)
    times: int = IntField(default=1)
    at: datetime = DateTimeField(required=True)
    by: str = StringField(required=True)
    by_name: str = StringField(default="")


class ClearanceRequest(Model):
    """That somebody asked to take a refusal back, and what another person decided; `id` is the sha256 of the bytes."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "clearance_requests", "auto_create_index": False, "indexes": ["dossier", ("state", "-asked_at")]}

    id: str = StringField(primary_key=True)
    dossier: str = StringField(required=True)
    project: str = StringField(required=True)
    state: str = StringField(default=ASKED, choices=(ASKED, CLEARED, DECLINED))
    reason: str = StringField(required=True, max_length=500)
    asked_by: str = StringField(required=True)
    asked_by_name: str = StringField(default="")
    asked_at: datetime = DateTimeField(required=True)
    decided_by: str = StringField(default="")
    decided_by_name: str = StringField(default="")
    decided_at: datetime | None = DateTimeField()
    decision: str = StringField(default="", max_length=500)
