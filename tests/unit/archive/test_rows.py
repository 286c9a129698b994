"""A record made as a row is the record that mongoengine would have made, and what it refuses is refused."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
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
)

from archive.errors import Invalid
from archive.models import Candidate, Document, DocumentFields, OutboxEvent, ReceiptEntry, TextPart, TextRecord
from archive.models.base import Model
from archive.models.fields import FieldValue
from archive.models.rows import draft, new_row, part_of, row_of
from archive.models.similarity import TextSignature

MODELS = (DocumentFields, OutboxEvent, ReceiptEntry, TextPart, TextRecord, TextSignature)
AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
KEYS = st.text("abc零$.", min_size=1, max_size=3)


def values_for(field: Any) -> st.SearchStrategy[Any]:
    """What somebody might give for a field: fitting, too long, of another type, nothing."""
    made: dict[type, st.SearchStrategy[Any]] = {
        StringField: st.text(max_size=12) | st.just("长" * 501), IntField: st.integers(-5, 2**31 - 1), LongField: st.integers(-5, 2**40),
        FloatField: st.floats(0, 1), BooleanField: st.booleans(), DateTimeField: st.just(AT), BinaryField: st.binary(max_size=9)}
    kind = type(field)
    if kind is DictField:
        return st.dictionaries(KEYS, values_for(field.field) if field.field else st.text(max_size=3) | st.just(AT), max_size=3)
    if kind is EmbeddedDocumentListField:
        return st.lists(fields_of(FieldValue), max_size=3)
    if kind is ListField:
        return st.lists(values_for(field.field), max_size=3)
    chosen = st.sampled_from(list(field.choices)) if field.choices else made[kind]
    return chosen | made[kind] | st.sampled_from([None, 7, "7", "字"])


def fields_of(model: Any) -> st.SearchStrategy[dict[str, Any]]:
    every = {name: values_for(field) for name, field in model._fields.items()}
    asked = {name: each for name, each in every.items() if model._fields[name].required or name == "id"}
    return st.fixed_dictionaries(asked, optional={name: each for name, each in every.items() if name not in asked})


def as_mapped(model: type[Model], values: dict[str, Any]) -> dict[str, Any] | None:
    """What mongoengine makes of it; None where it refuses."""
    try:
        parts = {"found": [FieldValue(**part) for part in values["found"]]} if "found" in values else {}
        return plain(model(**{**values, **parts}).as_mongo())
    except (Invalid, ValueError, TypeError, AttributeError):
        return None


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def as_row(model: type[Model], values: dict[str, Any]) -> dict[str, Any] | None:
    try:
        parts = {"found": [row_of(FieldValue, part) for part in values["found"]]} if "found" in values else {}
        return plain(new_row(model, **{**values, **parts}).row)
    except Invalid:
        return None


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_row_is_what_the_mapped_record_would_be(model: type[Model]) -> None:
    @settings(max_examples=60, deadline=None)
    @given(fields_of(model).filter(lambda values: values["id"] is not None))
    def check(values: dict[str, Any]) -> None:
        assert as_row(model, values) == as_mapped(model, values)

    check()


def test_defaults_are_made_anew_for_each() -> None:
    one, other = new_row(TextRecord, id="v", document="d", read_at=AT), new_row(TextRecord, id="w", document="d", read_at=AT)
    one.row["warnings"].append("x")
    assert other.row["warnings"] == []
    assert next(iter(one.row)) == "_id"


def test_a_field_nobody_knows_is_a_mistake_of_the_program() -> None:
    with pytest.raises(TypeError, match="colour"):
        new_row(TextRecord, id="v", document="d", read_at=AT, colour="red")


def test_what_cannot_be_kept_is_named() -> None:
    with pytest.raises(Invalid, match="document"):
        new_row(TextRecord, id="v", read_at=AT)
    with pytest.raises(Invalid, match="内容过长"):
        row_of(FieldValue, {"key": "contract_no", "quote": "长" * 501})


def test_a_draft_becomes_what_the_mapped_record_would_be() -> None:
    said = {"id": "d", "dossier": "k", "project": "P", "unit": "某局", "type": "reply", "type_source": "given", "stage": "approval",
            "title": "批复", "filename": "批复.pdf", "doc_date": date(2026, 3, 1), "terms": ["必要性"], "personal": {"mobile": 2},
            "created_at": AT, "created_by": "u"}
    made: list[Any] = [make(Document, **said) for make in (draft, lambda model, **values: model(**values))]
    for record in made:
        record.candidates = [part_of(record, Candidate, type="reply", score=5, reasons=["文件名含“批复”(+3)"])]
        record.text_state = "read"
    row, mapped = made[0].new_row().row, made[1].as_mongo()

    assert row == mapped
    assert next(iter(row)) == "_id"


def test_a_draft_is_checked_when_it_becomes_a_row() -> None:
    record: Any = draft(Document, id="d", dossier="k", project="P", unit="某局", type="reply", type_source="guessed", stage="approval",
                   title="批复", filename="批复.pdf", created_at=AT, created_by="u")
    with pytest.raises(Invalid, match="type_source"):
        record.new_row()
    record.type_source, record.colour = "given", "red"
    with pytest.raises(TypeError, match="colour"):
        record.new_row()
