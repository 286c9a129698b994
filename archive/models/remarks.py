"""What engines have said about a version: derived like its text, kept by the engine that said it, made again at will."""

from datetime import datetime
from typing import Any, ClassVar

from mongoengine import DateTimeField, EmbeddedDocumentListField, IntField, ListField, StringField

from archive.models.base import Model, Part
from archive.remarks import Remark, Severity


class RemarkItem(Part):
    code: str = StringField(required=True, max_length=60)
    severity: str = StringField(required=True, choices=[severity.value for severity in Severity])
    text: str = StringField(required=True, max_length=1000)
    pages: list[int] = ListField(IntField(min_value=1))

    def plain(self) -> Remark:
        return Remark(self.code, Severity(self.severity), self.text, tuple(self.pages))


class Remarks(Model):
    """All that one engine says about one version. `id` is `<version>/<source>`, `source` the engine's name and version."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "remarks", "auto_create_index": False, "indexes": ["version", "document", ("dossier", "items.code")]}

    id: str = StringField(primary_key=True)
    version: str = StringField(required=True)
    document: str = StringField(required=True)
    dossier: str = StringField(required=True)
    project: str = StringField(required=True)
    source: str = StringField(required=True, max_length=200)
    items: list[RemarkItem] = EmbeddedDocumentListField(RemarkItem)
    made_at: datetime = DateTimeField(required=True)
