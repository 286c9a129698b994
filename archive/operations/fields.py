"""The values of a document: kept as an engine read them, confirmed or corrected by a person, never overwritten then."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.access import Actor, require, system_actor
from archive.clock import Clock
from archive.errors import Conflict, Invalid
from archive.field_kinds import FIELDS, Kind, canonical, typed
from archive.fields import empty_fields
from archive.models import Document, Version
from archive.models.fields import CONFIRMED, CORRECTED, READ, REJECTED, DocumentFields, FieldValue
from archive.permissions import Permission
from archive.personal import restore
from archive.queries import find_document
from archive.transaction import Transaction, write


@dataclass(frozen=True, slots=True)
class FieldsRead:
    """What an engine found in a version of a document."""

    document: Document
    version: str
    values: Sequence[FieldValue]


def record_fields(clock: Clock, extractor: str, found: Iterable[FieldsRead]) -> int:
    """Keep what was read, over what was read before; how many documents changed. One transaction for all of them."""
    actor = system_actor("fields")
    require(actor, Permission.TEXT_RECORD)
    readings = list(found)

    def work(tx: Transaction) -> int:
        return sum(_record(tx, extractor, reading) for reading in readings)

    return write(actor, clock, work) if readings else 0


def _record(tx: Transaction, extractor: str, reading: FieldsRead) -> bool:
    """Whether it was kept: a version that was withdrawn meanwhile must leave nothing."""
    if tx.fresh(Version, {"_id": reading.version}) is None:
        tx.audit("document.fields-skipped", f"document:{reading.document.id}")
        return False
    stored = tx.fresh(DocumentFields, {"_id": reading.version})
    fields = DocumentFields._from_son(stored) if stored else _of(reading)
    said = {field.key: field for field in fields.found if field.state != READ}
    read = [field for field in reading.values if field.key not in said]
    fields.found = sorted([*said.values(), *read], key=lambda field: list(FIELDS).index(field.key))
    fields.extractor, fields.read_at = extractor, tx.now
    if stored:
        tx.replace(fields)
    else:
        tx.insert(fields)
    tx.audit("document.fields-read", f"document:{reading.document.id}", extractor=extractor, fields=[f.key for f in read],
             kept=sorted(said))
    return True


def _of(reading: FieldsRead) -> DocumentFields:
    fields = empty_fields(reading.document)
    fields.id = fields.version = reading.version
    return fields


def confirm_field(actor: Actor, clock: Clock, key: str, name: str, revision: int, value: str | None = None) -> DocumentFields:
    """A person's word on one value: None confirms what was read, "" says there is none, anything else is the value.

    What the document itself holds as well (number, date, issuer, conclusion) is set there too. Raises Conflict, Invalid.
    """
    require(actor, Permission.DOCUMENT_CONFIRM)
    if name not in FIELDS:
        raise Invalid(field="字段", problem=f"没有名为“{name[:40]}”的字段。")
    wanted = canonical(name, value) if value else value

    def work(tx: Transaction) -> DocumentFields:
        document = find_document(actor, key)
        stored = tx.fresh(DocumentFields, {"_id": document.current}) if document.current else None
        fields = DocumentFields._from_son(stored) if stored else empty_fields(document)
        if fields.revision != revision:
            raise Conflict(what="字段", key=FIELDS[name].name)
        before = _say(tx, fields, name, wanted)
        if stored:
            tx.replace(fields)
            fields.revision += 1
        else:
            tx.insert(fields)
        now = fields.get(name)
        assert now is not None
        tx.audit("document.field-confirmed", f"document:{key}", project=document.project, field=name, before=before,
                 after=now.value, state=now.state)
        _on_document(tx, document, name, now)
        return fields

    return write(actor, clock, work)


def _say(tx: Transaction, fields: DocumentFields, name: str, wanted: str | None) -> str:
    """Put the person's word on the value; what stood there before."""
    field = fields.get(name)
    if field is None:
        if not wanted:
            raise Invalid(field=FIELDS[name].name, problem="没有读到这一项，请填写值后再确认。")
        field = FieldValue(key=name)
        fields.found.append(field)
    before = str(field.value)
    if field.state == READ:
        field.read_value = field.value
    if wanted is None and field.state == REJECTED:
        raise Invalid(field=FIELDS[name].name, problem="已被标为没有此项，请填写值后再确认。")
    if wanted is not None:
        field.value = restore(wanted, field.value) if FIELDS[name].kind is Kind.TEXT else wanted
    field.state = REJECTED if not field.value else CONFIRMED if field.value == field.read_value else CORRECTED
    field.by, field.by_name, field.at = tx.actor.id, tx.actor.name, tx.now
    return before


def _on_document(tx: Transaction, document: Document, name: str, field: FieldValue) -> None:
    if attribute := FIELDS[name].attribute:
        value = typed(name, field.value) if field.value else None if attribute == "doc_date" else ""
        setattr(document, attribute, value)
        document.by_hand = sorted({*document.by_hand, attribute})
        tx.replace(document)
        tx.emit("document.changed", document.id, document.project)
