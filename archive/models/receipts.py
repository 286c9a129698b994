"""Receipts of hand-overs (移交清单), their lines, and the counters that number them."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from mongoengine import DateTimeField, IntField, LongField, StringField

from archive.models.base import Model, Revisioned, new_id


class Channel(StrEnum):
    """The way in by which a hand-over came."""

    BROWSER = "browser"
    API = "api"
    CLI = "cli"
    FOLDER = "folder"
    MAILBOX = "mailbox"
    MANIFEST = "manifest"
    SCANNER = "scanner"


class Outcome(StrEnum):
    """What became of one file of a hand-over."""

    FILED = "filed"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class Receipt(Revisioned):
    """One hand-over. It has no number while it is open; closed it never changes again.

    `batch` is the sender's own name for it: opening the same batch again finds the same receipt. `sha256` and `sm3` are
    the digests of the whole list (`archive/operations/receipt_seals.py`), also kept in the audit chain.
    """

    called: ClassVar[str] = "移交清单"
    meta: ClassVar[dict[str, Any]] = {
        "collection": "receipts", "auto_create_index": False,
        "indexes": [
            ("dossier", "-opened_at"), ("state", "touched_at"), "-opened_at",
            {"fields": ["number"], "unique": True, "partialFilterExpression": {"number": {"$gt": ""}}},
            {"fields": ["dossier", "opened_by", "batch"], "unique": True, "partialFilterExpression": {"batch": {"$gt": ""}}},
        ]}

    id: str = StringField(primary_key=True, default=new_id)
    number: str = StringField(default="")
    state: str = StringField(default="open", choices=("open", "closed"))
    dossier: str = StringField(required=True)
    project: str = StringField(required=True)
    channel: str = StringField(required=True, choices=[channel.value for channel in Channel])
    batch: str = StringField(default="", max_length=200)
    handed_by: str = StringField(default="", max_length=100)
    handed_unit: str = StringField(default="", max_length=200)
    received_by: str = StringField(default="", max_length=100)
    received_unit: str = StringField(default="", max_length=200)
    note: str = StringField(default="", max_length=1000)
    filed: int = IntField(default=0)
    duplicates: int = IntField(default=0)
    refused: int = IntField(default=0)
    bytes: int = LongField(default=0)
    opened_at: datetime = DateTimeField(required=True)
    opened_by: str = StringField(required=True)
    opened_by_name: str = StringField(required=True)
    touched_at: datetime = DateTimeField(required=True)
    closed_at: datetime | None = DateTimeField()
    closed_by: str = StringField(default="")
    closed_by_name: str = StringField(default="")
    sha256: str = StringField(default="")
    sm3: str = StringField(default="")

    @property
    def total(self) -> int:
        return self.filed + self.duplicates + self.refused


class ReceiptEntry(Model):
    """One file of a hand-over. `path` is as it was handed over, empty where not even the name may be kept.

    `pages` stays None where nobody has counted them by the time of closing.
    """

    meta: ClassVar[dict[str, Any]] = {"collection": "receipt_entries", "auto_create_index": False,
            "indexes": [{"fields": ["receipt", "line"], "unique": True}, "document"]}

    id: str = StringField(primary_key=True)
    receipt: str = StringField(required=True)
    line: int = IntField(required=True, min_value=1)
    path: str = StringField(default="")
    title: str = StringField(default="")
    document: str = StringField(default="")
    version: str = StringField(default="")
    pages: int | None = IntField()
    size: int = LongField(default=0)
    sha256: str = StringField(default="")
    sm3: str = StringField(default="")
    result: str = StringField(required=True, choices=[outcome.value for outcome in Outcome])
    reason: str = StringField(default="")
    at: datetime = DateTimeField(required=True)


class Counter(Model):
    """The last number given in a series; `id` names the series. Raised in the transaction that uses the number."""

    meta: ClassVar[dict[str, Any]] = {"collection": "counters", "auto_create_index": False}

    id: str = StringField(primary_key=True)
    value: int = LongField(required=True)
