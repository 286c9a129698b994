"""What stands in a document, value by value, each with its place and who confirmed it."""

from datetime import datetime
from typing import Any, ClassVar

from mongoengine import (
    DateTimeField,
    EmbeddedDocumentListField,
    FloatField,
    IntField,
    ListField,
    StringField,
)

from archive.models.base import Model, Part, Revisioned, new_id

READ, CONFIRMED, CORRECTED, REJECTED = "read", "confirmed", "corrected", "rejected"


class FieldValue(Part):
    """One value. `value` is in the canonical form of its kind (`archive/field_kinds.py`), `quote` as it stands.

    `start` and `end` are characters of the page's text; `box` is where the page was recognised from its picture, as
    fractions of it. `read_value` is what the engine read where a person corrected it. A `rejected` one is not there.
    """

    key: str = StringField(required=True)
    value: str = StringField(default="", max_length=500)
    quote: str = StringField(default="", max_length=500)
    page: int = IntField(default=0, min_value=0)
    start: int = IntField(default=0)
    end: int = IntField(default=0)
    box: list[float] = ListField(FloatField())
    confidence: float = FloatField(default=0.0)
    state: str = StringField(default=READ, choices=(READ, CONFIRMED, CORRECTED, REJECTED))
    read_value: str = StringField(default="", max_length=500)
    by: str = StringField(default="")
    by_name: str = StringField(default="")
    at: datetime | None = DateTimeField()

    @property
    def confirmed(self) -> bool:
        return self.state in (CONFIRMED, CORRECTED)


class DocumentFields(Revisioned):
    """The values of one version; `id` is the version's. Made again by a newer `extractor`, except what a person said."""

    called: ClassVar[str] = "字段"
    meta: ClassVar[dict[str, Any]] = {
        "collection": "document_fields", "auto_create_index": False, "indexes": [
            "version", "document", "dossier", "extractor", ("found.state", "-read_at", "-id")]}

    id: str = StringField(primary_key=True)
    version: str = StringField(required=True)
    document: str = StringField(required=True)
    dossier: str = StringField(required=True)
    project: str = StringField(required=True)
    extractor: str = StringField(default="")
    read_at: datetime | None = DateTimeField()
    found: list[FieldValue] = EmbeddedDocumentListField(FieldValue)

    def get(self, key: str) -> FieldValue | None:
        return next((field for field in self.found if field.key == key), None)


class Dismissal(Model):
    """A contradiction somebody looked at and found none; `id` is made from what contradicted what."""

    meta: ClassVar[dict[str, Any]] = {"collection": "dismissals", "auto_create_index": False, "indexes": ["project"]}

    id: str = StringField(primary_key=True, default=new_id)
    project: str = StringField(required=True)
    reason: str = StringField(required=True, max_length=500)
    by: str = StringField(required=True)
    by_name: str = StringField(default="")
    at: datetime = DateTimeField(required=True)
