"""What every stored document shares. mongoengine is the mapping; writes go through `archive/transaction.py` only."""

from typing import Any, ClassVar

from bson import ObjectId
from mongoengine import Document, EmbeddedDocument, IntField, StringField

__all__ = ["Model", "Part", "Revisioned", "new_id"]


def new_id() -> str:
    """24 hex digits, roughly ordered by time."""
    return str(ObjectId())


class Model(Document):
    meta: ClassVar[dict[str, Any]] = {"abstract": True, "auto_create_index": False}

    id: Any = StringField(primary_key=True, default=new_id)

    def as_mongo(self) -> dict[str, Any]:
        """The validated document as MongoDB stores it. Raises mongoengine.ValidationError."""
        self.validate()
        return dict(self.to_mongo())


class Revisioned(Model):
    """A document that changes: `revision` grows with every write and guards against lost updates."""

    meta: ClassVar[dict[str, Any]] = {"abstract": True, "auto_create_index": False}

    revision: int = IntField(default=1, min_value=1)


class Part(EmbeddedDocument):
    meta: ClassVar[dict[str, Any]] = {"abstract": True}
