"""How a document lies in a Tantivy index: fields, their contents, and the fingerprint that says whether they still fit.

`body2` and `head2` hold character pairs with positions, `body1` and `head1` single characters without them (grams.py);
`head` is title and filename. Tantivy's own n-gram tokenizer would give every token position 0, which turns phrases
into ANDs, so the pairs are made here and the `whitespace` tokenizer only splits them.
"""

from functools import cache
from typing import Any

import tantivy

from search.grams import joined_pairs, pairs, searchable, singles
from search.port import IndexedDocument
from search.stored import folding, keyword, title_order, write_card

# Raise it when fields or their contents change: an index of another format asks for a rebuild.
FORMAT = 2
KEYWORDS = ("id", "dossier")
COUNTED = ("project", "type", "stage", "year")


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


def fingerprint() -> dict[str, object]:
    """What an index must agree with to be searched."""
    return {"format": FORMAT, "folding": folding()}


def to_tantivy(document: IndexedDocument) -> tantivy.Document:
    body = searchable(document.text)
    head = [searchable(document.title), searchable(document.filename)]
    fields: dict[str, Any] = {
        "id": keyword(document.id), "dossier": keyword(document.dossier), "project": keyword(document.project),
        "type": keyword(document.type), "stage": keyword(document.stage),
        "order": title_order(document.title), "version": document.version,
        "body2": pairs(body), "body1": singles(body), "head2": joined_pairs(head), "head1": singles("".join(head)),
        "card": write_card(document).encode("ascii"),
    }  # fmt: skip
    if document.doc_date is not None:
        fields |= {"day": document.doc_date.toordinal(), "year": f"{document.doc_date.year:04d}"}
    return tantivy.Document(**fields)
