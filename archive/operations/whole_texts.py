"""What is known of a text that was whole when its file arrived: kept with the document, in the transaction that files it.

The lanes `guard` and `fields` keep the same of texts that are read later. Here nothing is read again, and nobody sees a
document of which its labels and personal numbers are not known yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from archive.models import Document, Version
from archive.models.fields import DocumentFields, FieldValue
from archive.models.rows import NewRow, new_row, row_of
from archive.models.similarity import TextSignature
from archive.similarity import bands_of
from archive.transaction import Transaction


@dataclass(frozen=True, slots=True)
class ValueRead:
    """A value as an engine read it: the fields of `FieldValue` that say so."""

    key: str
    value: str
    quote: str
    page: int
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class WholeText:
    """What its pages call themselves, how many personal numbers of each kind, the values `extractor` read, the signature
    (empty where the text is too short for one)."""

    labels: Sequence[str] = ()
    personal: Mapping[str, int] = field(default_factory=dict)
    values: Sequence[ValueRead] = ()
    extractor: str = ""
    signature: bytes = b""


def facts_of(whole: WholeText | None) -> dict[str, Any]:
    """For the audit entry of the filing."""
    if whole is None:
        return {}
    found = {"labels": list(whole.labels), "personal": dict(whole.personal)}
    return {"extractor": whole.extractor, "fields": [value.key for value in whole.values],
            **{name: value for name, value in found.items() if value}}


def records_of(tx: Transaction, document: Document, version: Version, whole: WholeText | None) -> list[NewRow]:
    """What is to be stored beside the document, on which it is noted too."""
    if whole is None:
        return []
    document.labels, document.personal, document.guarded = list(whole.labels), dict(whole.personal), version.id
    fields = new_row(
        DocumentFields, id=version.id, version=version.id, document=document.id, dossier=document.dossier, project=document.project,
        extractor=whole.extractor, read_at=tx.now, found=[row_of(FieldValue, asdict(value)) for value in whole.values])
    return [fields, *([signature_record(version, whole.signature)] if whole.signature else [])]


def signature_record(version: Version, signature: bytes) -> NewRow:
    return new_row(TextSignature, id=version.id, version=version.id, document=version.document, dossier=version.dossier,
                   signature=signature, bands=bands_of(signature))
