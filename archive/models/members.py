"""What was found inside a version that holds other files, and how far taking it apart has come."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from mongoengine import BooleanField, DateTimeField, DictField, IntField, LongField, StringField

from archive.models.base import Model


class Outcome(StrEnum):
    """What became of a member. Only `filed` and `version` made something new; `duplicate` was in the dossier already."""

    FILED = "filed"
    VERSION = "version"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    ENCRYPTED = "encrypted"
    SKIPPED = "skipped"


class UnpackState(StrEnum):
    """`done`: all that is in it was met; `partial`: it ends early, for the reason given; `refused`: nothing was taken out."""

    DONE = "done"
    PARTIAL = "partial"
    REFUSED = "refused"
    SINGLE = "single"


class Member(Model):
    """One file inside a version, and what became of it. `id` is `<version>/<number>`, number from 1 in the bundle's order.

    Written in the transaction that files the member, so that whoever goes on after a kill knows what is done. `root` is
    the outermost version, `depth` counts from 1 there; `occurrence` tells members of one path apart. `path` is empty
    where the name itself may be secret. `limit` names the setting that kept it out, if one did.
    """

    meta: ClassVar[dict[str, Any]] = {
        "collection": "members", "auto_create_index": False,
        "indexes": [("version", "number"), "root", "child", ("document", "path")]}

    id: str = StringField(primary_key=True)
    version: str = StringField(required=True)
    document: str = StringField(required=True)
    dossier: str = StringField(required=True)
    project: str = StringField(required=True)
    root: str = StringField(required=True)
    depth: int = IntField(required=True, min_value=1)
    number: int = IntField(required=True, min_value=1)
    path: str = StringField(default="", max_length=1000)
    outside: bool = BooleanField(default=False)
    occurrence: int = IntField(default=1, min_value=1)
    size: int = LongField(default=0)
    outcome: str = StringField(required=True, choices=[outcome.value for outcome in Outcome])
    child: str = StringField(default="")
    child_version: str = StringField(default="")
    reason: str = StringField(default="", max_length=1000)
    limit: str = StringField(default="")
    at: datetime = DateTimeField(required=True)


class Unpacking(Model):
    """That a version was taken apart, and how it ended. `id` is the version's; none while it is still to be done.

    `limit` names the setting that ended it early, if one did; `limits` are all of them as they were, `engine` what took it
    apart: from these it shows whether more would come out now.
    """

    meta: ClassVar[dict[str, Any]] = {
        "collection": "unpackings", "auto_create_index": False, "indexes": ["document", ("state", "project")]}

    id: str = StringField(primary_key=True)
    document: str = StringField(required=True)
    project: str = StringField(required=True)
    root: str = StringField(required=True)
    depth: int = IntField(default=0)
    state: str = StringField(required=True, choices=[state.value for state in UnpackState])
    reason: str = StringField(default="", max_length=1000)
    members: int = IntField(default=0)
    engine: str = StringField(default="")
    limit: str = StringField(default="")
    limits: dict[str, int] = DictField(LongField())
    at: datetime = DateTimeField(required=True)
