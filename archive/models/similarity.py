"""Signatures of texts, and pairs of documents that look like versions of one."""

from datetime import datetime
from typing import Any, ClassVar

from mongoengine import BinaryField, DateTimeField, DictField, FloatField, ListField, LongField, StringField

from archive.models.base import Model


class TextSignature(Model):
    """Of one version's text: derived, made again at will. `id` is the version's. `bands` are what it is looked up by."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "text_signatures", "auto_create_index": False, "indexes": [("bands", "dossier"), "document"]}

    id: str = StringField(primary_key=True)
    version: str = StringField(required=True)
    document: str = StringField(required=True)
    dossier: str = StringField(required=True)
    signature: bytes = BinaryField(required=True)
    bands: list[int] = ListField(LongField())


class Likeness(Model):
    """Two documents whose texts are nearly the same. `id` is `<document>|<other>`; `document` came later.

    `joined` says that the later one was made a version of the other, whose document as it was is in `kept`; `dismissed`
    that a person said they are not the same.
    """

    meta: ClassVar[dict[str, Any]] = {
        "collection": "likenesses", "auto_create_index": False,
        "indexes": ["document", "other", ("dossier", "state"), "version"]}

    id: str = StringField(primary_key=True)
    document: str = StringField(required=True)
    other: str = StringField(required=True)
    version: str = StringField(required=True)
    dossier: str = StringField(required=True)
    other_dossier: str = StringField(required=True)
    similarity: float = FloatField(required=True)
    state: str = StringField(default="open", choices=("open", "joined", "dismissed"))
    kept: dict[str, Any] = DictField()
    at: datetime = DateTimeField(required=True)
    decided_at: datetime | None = DateTimeField()
    decided_by: str = StringField(default="")
