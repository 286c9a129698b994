"""Units (项目单位) and people with roles."""

from datetime import datetime
from typing import Any, ClassVar

from mongoengine import BooleanField, DateTimeField, EmbeddedDocumentListField, IntField, StringField

from archive.access import Actor
from archive.models.base import Part, Revisioned, new_id
from archive.permissions import Role


class Unit(Revisioned):
    """A body that owns projects; its name is its key."""

    called: ClassVar[str] = "单位"
    meta: ClassVar[dict[str, Any]] = {"collection": "units", "auto_create_index": False}

    id: str = StringField(primary_key=True, max_length=200)
    created_at: datetime = DateTimeField(required=True)

    @property
    def name(self) -> str:
        return self.id


class Token(Part):
    """An API token. Only its digest is kept; the token itself is shown once."""

    digest: str = StringField(required=True)
    created_at: datetime = DateTimeField(required=True)


class Person(Revisioned):
    called: ClassVar[str] = "用户"
    meta: ClassVar[dict[str, Any]] = {
        "collection": "people", "auto_create_index": False,
        "indexes": [{"fields": ["name"], "unique": True}, "tokens.digest"],
    }

    id: str = StringField(primary_key=True, default=new_id)
    name: str = StringField(required=True, max_length=64)
    display_name: str = StringField(default="", max_length=64)
    role: str = StringField(required=True, choices=[role.value for role in Role if role is not Role.SYSTEM])
    unit: str = StringField(default="")
    email: str = StringField(default="")
    password_hash: str = StringField(default="")
    disabled: bool = BooleanField(default=False)
    tokens: list[Token] = EmbeddedDocumentListField(Token)
    failures: int = IntField(default=0)
    locked_until: datetime | None = DateTimeField()
    session_epoch: int = IntField(default=1)
    created_at: datetime = DateTimeField(required=True)

    def actor(self) -> Actor:
        return Actor(self.id, self.display_name or self.name, Role(self.role), self.unit)
