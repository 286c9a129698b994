"""Records that are only written: made as MongoDB stores them, without the mapped object in between.

mongoengine makes, checks and converts an object field by field, for every kind of field there is; for the small records
that each file brings (text, values, signature, events) that costs more than storing them. The model still says which
fields there are, their defaults and limits: `row_of(Model, …)` is what `Model(…).as_mongo()` is, and refuses what that refuses.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, cast

from bson import Binary, Int64
from mongoengine import (
    BinaryField,
    BooleanField,
    DateTimeField,
    DictField,
    EmbeddedDocumentListField,
    FloatField,
    IntField,
    ListField,
    LongField,
    StringField,
    ValidationError,
)

from archive.errors import Invalid
from archive.models.base import Model, Part, problem_of

Row = dict[str, Any]
M = TypeVar("M", bound=Model)
P = TypeVar("P", bound=Part)
_STORED: Mapping[type, Callable[[Any], Any]] = {LongField: Int64, BinaryField: Binary}


@dataclass(frozen=True, slots=True)
class NewRow:
    """A record to be inserted, and the model it is one of."""

    model: type[Model]
    row: Row


@dataclass(frozen=True, slots=True)
class _Column:
    """`fits`: whether a value is stored as it is; what does not fit goes through the field's own checks."""

    field: Any
    fits: Callable[[Any], bool]

    def stored(self, value: Any) -> Any:
        if self.fits(value):
            wrap = _STORED.get(type(self.field))
            return wrap(value) if wrap else value
        try:
            value = self.field.to_python(value)
            self.field._validate(value)
            return self.field.to_mongo(value)
        except (ValidationError, ValueError, TypeError, AttributeError, AssertionError) as error:
            raise Invalid(field=self.field.name, problem=problem_of(str(error))) from error

    def default(self) -> Any:
        return self.field.default() if callable(self.field.default) else self.field.default


class Draft:
    """A record on its way in: the fields of its model as attributes, set as one likes and checked when it becomes a row.
    Parts of it (`part_of`) are drafts, too."""

    __slots__ = ("__dict__", "_model")

    def __init__(self, model: type[Model] | type[Part], values: Mapping[str, Any]) -> None:
        columns = _columns(model)  # type: ignore[arg-type]
        vars(self).update({name: column.default() for name, column in columns.items() if name not in values}, **values)
        self._model = model

    def as_mongo(self) -> Row:
        """As it is stored. Raises as `row_of`."""
        return row_of(self._model, {name: _rows(value) for name, value in vars(self).items()})

    def new_row(self) -> NewRow:
        return NewRow(cast(type[Model], self._model), self.as_mongo())


def draft(model: type[M], **values: Any) -> M:
    """A draft, for whoever only sets and reads the fields of the model."""
    return cast(M, Draft(model, values))


def part_of(record: Model, model: type[P], **values: Any) -> P:
    """A part of a record, as a draft where the record is one."""
    return cast(P, Draft(model, values)) if isinstance(record, Draft) else model(**values)


def _rows(value: Any) -> Any:
    if type(value) is list and value and isinstance(value[0], Draft):
        return [part.as_mongo() for part in value]
    return value


def new_row(model: type[Model], **values: Any) -> NewRow:
    """A record with the defaults of what is not given. Raises Invalid naming the field that cannot be kept."""
    return NewRow(model, row_of(model, values))


def row_of(model: type[Model] | type[Part], values: Mapping[str, Any]) -> Row:
    """The stored form. An embedded list takes rows of its parts. Raises Invalid; TypeError for what is no field."""
    columns = _columns(model)  # type: ignore[arg-type]  # classes are hashable
    if unknown := values.keys() - columns.keys():
        raise TypeError(f"{model.__name__} has no fields {sorted(unknown)}")
    row: Row = {}
    for name, column in columns.items():
        if (value := values.get(name)) is None:
            value = column.default()
        if value is not None:
            row[column.field.db_field] = column.stored(value)
        elif column.field.required:
            raise Invalid(field=name, problem=problem_of("required"))
    return row


@cache
def _columns(model: type[Model] | type[Part]) -> Mapping[str, _Column]:
    """In mongoengine's order, the identifier first."""
    names = sorted(model._fields_ordered, key=lambda name: not model._fields[name].primary_key)
    return {name: _Column(model._fields[name], _fits(model._fields[name])) for name in names}


def _fits(field: Any) -> Callable[[Any], bool]:
    kind = type(field)
    if kind is StringField and not (field.regex or field.min_length):
        return _text(field.max_length, field.choices)
    if kind in (IntField, LongField) and not field.choices:
        return _whole(field.min_value, field.max_value)
    if kind is FloatField and field.min_value is None and field.max_value is None:
        return lambda value: type(value) is float
    if kind is EmbeddedDocumentListField:
        return lambda value: type(value) is list and all(type(item) is dict for item in value)
    if kind is DictField:
        return _dict(_fits(field.field) if field.field else _plain)
    if kind is ListField and field.max_length is None:
        return _list(_fits(field.field)) if type(field.field) in (StringField, IntField, FloatField) else _never
    plain = {BooleanField: bool, DateTimeField: datetime, BinaryField: bytes}.get(kind)
    return (lambda value: type(value) is plain) if plain else _never


def _text(most: int | None, choices: Any) -> Callable[[Any], bool]:
    if choices:
        return lambda value: type(value) is str and value in choices
    return lambda value: type(value) is str and (most is None or len(value) <= most)


def _whole(least: int | None, most: int | None) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and (least is None or value >= least) and (most is None or value <= most)


def _list(inner: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: type(value) is list and all(map(inner, value))


def _dict(inner: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: type(value) is dict and all(
        type(key) is str and key[:1] != "$" and inner(item) for key, item in value.items())


def _plain(value: Any) -> bool:
    return type(value) in (str, int, bool, float, datetime)


def _never(_: Any) -> bool:
    return False
