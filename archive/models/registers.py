"""Rows of the registers (登记簿) and what happened to each. What a row may say is `archive/registers`."""

from datetime import datetime
from typing import Any, ClassVar

from mongoengine import BooleanField, DateTimeField, DictField, IntField, ListField, StringField

from archive.models.base import Model, Revisioned, new_id


class RegisterEntry(Revisioned):
    """One row. `owner` is the project's code or the unit's name; `dossier` is empty for rows of a unit.

    `values` holds what is said, in kept form (`archive/registers/values.py`), `evidence` ids of documents. A row is
    never deleted: a withdrawn one says why, and its `key` may be given to another.
    """

    called: ClassVar[str] = "登记"
    former_indexes = frozenset({"values.terminated_on_1"})
    meta: ClassVar[dict[str, Any]] = {
        "collection": "register_entries", "auto_create_index": False,
        "indexes": [
            {"fields": ["owner", "scope", "register", "key"], "unique": True, "name": "one_of_a_key",
             "partialFilterExpression": {"withdrawn": False}},
            ("owner", "scope", "withdrawn"), ("register", "dossier"),
            {"fields": ["owner"], "name": "ended", "partialFilterExpression": {"values.terminated_on": {"$exists": True}}}]}

    id: str = StringField(primary_key=True, default=new_id)
    register: str = StringField(required=True)
    scope: str = StringField(required=True, choices=("project", "unit"))
    owner: str = StringField(required=True)
    dossier: str = StringField(default="")
    key: str = StringField(default="")
    values: dict[str, Any] = DictField()
    evidence: list[str] = ListField(StringField())
    withdrawn: bool = BooleanField(default=False)
    reason: str = StringField(default="", max_length=500)
    created_at: datetime = DateTimeField(required=True)
    updated_at: datetime = DateTimeField(required=True)


class RegisterChange(Model):
    """One step in the life of a row: who, when, what it said before and after, column by column."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "register_changes", "auto_create_index": False, "indexes": [("entry", "revision")]}

    id: str = StringField(primary_key=True, default=new_id)
    entry: str = StringField(required=True)
    revision: int = IntField(required=True)
    what: str = StringField(required=True, choices=("added", "changed", "withdrawn"))
    changes: dict[str, list[Any]] = DictField()
    reason: str = StringField(default="")
    by: str = StringField(required=True)
    by_name: str = StringField(default="")
    at: datetime = DateTimeField(required=True)
