"""What every stored document shares. mongoengine is the mapping; writes go through `archive/transaction.py` only."""

from typing import Any, ClassVar

from bson import ObjectId
from mongoengine import Document, EmbeddedDocument, IntField, QuerySet, StringField, ValidationError

from archive.errors import Invalid

__all__ = ["Model", "Part", "Revisioned", "new_id", "problem_of"]


def new_id() -> str:
    """24 hex digits, roughly ordered by time."""
    return str(ObjectId())


class ExactQuerySet(QuerySet):
    """Counts by looking. mongoengine asks for an estimate where there is no filter, which is wrong after a crash."""

    def count(self, with_limit_and_skip: bool = False) -> int:
        window = {"skip": self._skip or 0, "limit": self._limit} if with_limit_and_skip and self._limit else {}
        return int(self._collection.count_documents(self._query, **window))


class Model(Document):
    """former_indexes: names of indexes that earlier versions made and nothing needs any more."""

    former_indexes: ClassVar[frozenset[str]] = frozenset()
    meta: ClassVar[dict[str, Any]] = {
        "abstract": True, "auto_create_index": False, "queryset_class": ExactQuerySet}

    id: Any = StringField(primary_key=True, default=new_id)

    def as_mongo(self) -> dict[str, Any]:
        """The validated document as MongoDB stores it. Raises Invalid naming the first field that cannot be kept."""
        try:
            self.validate()
        except ValidationError as error:
            name, reason = next(iter(error.to_dict().items()), ("记录", ""))
            raise Invalid(field=name, problem=problem_of(str(reason))) from error
        return dict(self.to_mongo())


class Revisioned(Model):
    """A document that changes: `revision` grows with every write and guards against lost updates.

    `called` is what a person calls such a record, for messages.
    """

    called: ClassVar[str] = "记录"

    meta: ClassVar[dict[str, Any]] = {"abstract": True, "auto_create_index": False}

    revision: int = IntField(default=1, min_value=1)


class Part(EmbeddedDocument):
    meta: ClassVar[dict[str, Any]] = {"abstract": True}


_PROBLEMS = (("too long", "内容过长，请缩短。"), ("required", "必须填写。"), ("one of", "不是可选的值，请从列出的选项中选择。"),
             ("too small", "数值过小，请核对。"), ("too large", "数值过大，请核对。"))


def problem_of(reason: str) -> str:
    """What a person is told of a value that mongoengine refuses."""
    return next((text for mark, text in _PROBLEMS if mark in reason), "取值不符合要求，请核对。")
