"""What people said a document is, kept as evidence for the next proposals."""

from datetime import datetime
from typing import Any, ClassVar

from mongoengine import DateTimeField, ListField, StringField

from archive.models.base import Model


class TypeEvidence(Model):
    """One document's type as a person confirmed it last; `id` is the document's. What came before is in the audit trail.

    `proposed` is what recognition put first, `from_type` what stood there. `words` are those of the file's name by which
    later names are compared (`archive/learning.py`); `version` the one that bore
    that name. Once somebody put it aside it stays, and counts no longer.
    """

    meta: ClassVar[dict[str, Any]] = {
        "collection": "type_evidence", "auto_create_index": False, "indexes": [("unit", "words"), ("unit", "type"), "-at"]}

    id: str = StringField(primary_key=True)
    document: str = StringField(required=True)
    version: str = StringField(default="")
    unit: str = StringField(required=True)
    dossier: str = StringField(required=True)
    project: str = StringField(required=True)
    filename: str = StringField(required=True)
    words: list[str] = ListField(StringField())
    proposed: str = StringField(default="")
    from_type: str = StringField(required=True)
    type: str = StringField(required=True)
    by: str = StringField(required=True)
    by_name: str = StringField(default="")
    at: datetime = DateTimeField(required=True)
    aside_by: str = StringField(default="")
    aside_at: datetime | None = DateTimeField()
