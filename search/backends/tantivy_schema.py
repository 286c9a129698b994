"""How a document lies in a Tantivy index: fields, their contents, and the fingerprint that says whether they still fit.

`body2` and `head2` hold character pairs with positions, `body1` and `head1` single characters without them (grams.py);
`head` is title and filename. Tantivy's own n-gram tokenizer would give every token position 0, which turns phrases
into ANDs, so the pairs are made here and the `whitespace` tokenizer only splits them.
"""

import hashlib
import json
import re
from datetime import date
from functools import cache
from typing import Any

import tantivy

from archive.chinese import fold
from search.grams import joined_pairs, pairs, searchable, singles
from search.port import Card, IndexedDocument

# Raise it when fields or their contents change: an index of another format asks for a rebuild.
FORMAT = 1
KEYWORDS = ("id", "dossier")
COUNTED = ("project", "type", "stage", "unit", "year")
_DIGITS = re.compile(r"\d+")
_ORDER_LENGTH = 60
_PLANES = 0x30000  # where writing lives; what lies above has no other forms


@cache
def schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in KEYWORDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (*COUNTED, "order"):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("body2", "head2"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in ("body1", "head1"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    builder.add_integer_field("version", fast=True)
    builder.add_integer_field("day", indexed=True, fast=True)
    builder.add_bytes_field("card", stored=True)
    return builder.build()


@cache
def fingerprint() -> dict[str, object]:
    """What an index must agree with to be searched: another folding would silently miss what it holds."""
    everything = "".join(chr(code) for code in range(_PLANES) if not 0xD800 <= code < 0xE000)
    folding = hashlib.sha256(fold(everything).encode()).hexdigest()[:16]
    return {"format": FORMAT, "folding": folding}


def keyword(value: str) -> str:
    """A value as the engine can hold it: UTF-8 has no lone surrogates."""
    return value.encode("utf-8", "replace").decode("utf-8")


def to_tantivy(document: IndexedDocument) -> tantivy.Document:
    body = searchable(document.text)
    head = [searchable(document.title), searchable(document.filename)]
    fields: dict[str, Any] = {
        "id": keyword(document.id), "dossier": keyword(document.dossier), "project": keyword(document.project),
        "type": keyword(document.type), "stage": keyword(document.stage), "unit": keyword(document.unit),
        "order": title_order(document.title), "version": document.version,
        "body2": pairs(body), "body1": singles(body), "head2": joined_pairs(head), "head1": singles("".join(head)),
        "card": _card_bytes(document),
    }  # fmt: skip
    if document.doc_date is not None:
        fields |= {"day": document.doc_date.toordinal(), "year": f"{document.doc_date.year:04d}"}
    return tantivy.Document(**fields)


def title_order(title: str) -> str:
    """A sort key: digits by value, Chinese by GB 18030, whose common characters stand in pinyin order."""
    padded = _DIGITS.sub(lambda match: match[0].zfill(8), searchable(title)[:_ORDER_LENGTH])
    return padded.encode("gb18030", "replace").decode("latin-1")


def _card_bytes(document: IndexedDocument) -> bytes:
    day = document.doc_date.isoformat() if document.doc_date else None
    row = [
        document.id, document.dossier, document.project, document.title, document.filename,
        document.type, document.stage, document.unit, day, document.version,
    ]  # fmt: skip
    return json.dumps(row).encode("ascii")


def read_card(stored: bytes) -> Card:
    id_, dossier, project, title, filename, type_, stage, unit, day, version = json.loads(stored)
    return Card(
        id=id_, dossier=dossier, project=project, title=title, filename=filename, type=type_, stage=stage, unit=unit,
        doc_date=date.fromisoformat(day) if day else None, version=version,
    )  # fmt: skip
