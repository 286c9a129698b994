"""What is known of a text that was whole when its file arrived: kept with the document, in the transaction that files it.

The lanes `guard` and `fields` keep the same of texts that are read later. Here nothing is read again, and nobody sees a
document of which its labels and personal numbers are not known yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archive.fields import empty_fields
from archive.models import Document, Model, Version
from archive.models.fields import FieldValue
from archive.models.similarity import TextSignature
from archive.similarity import bands_of
from archive.transaction import Transaction


@dataclass(frozen=True, slots=True)
class WholeText:
    """What its pages call themselves, how many personal numbers of each kind, the values `extractor` read, the signature
    (empty where the text is too short for one)."""

    labels: Sequence[str] = ()
    personal: Mapping[str, int] = field(default_factory=dict)
    values: Sequence[FieldValue] = ()
    extractor: str = ""
    signature: bytes = b""


def facts_of(whole: WholeText | None) -> dict[str, Any]:
    """For the audit entry of the filing."""
    if whole is None:
        return {}
    found = {"labels": list(whole.labels), "personal": dict(whole.personal)}
    return {"extractor": whole.extractor, "fields": [value.key for value in whole.values],
            **{name: value for name, value in found.items() if value}}


def records_of(tx: Transaction, document: Document, version: Version, whole: WholeText | None) -> list[Model]:
    """What is to be stored beside the document, on which it is noted too."""
    if whole is None:
        return []
    document.labels, document.personal, document.guarded = list(whole.labels), dict(whole.personal), version.id
    fields = empty_fields(document)
    fields.id = fields.version = version.id
    fields.extractor, fields.read_at, fields.found = whole.extractor, tx.now, list(whole.values)
    return [fields, *([signature_record(version, whole.signature)] if whole.signature else [])]


def signature_record(version: Version, signature: bytes) -> TextSignature:
    return TextSignature(id=version.id, version=version.id, document=version.document, dossier=version.dossier,
                         signature=signature, bands=bands_of(signature))
