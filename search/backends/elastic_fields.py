"""How a document lies in an Elasticsearch index: one table of fields, from which mapping and contents both come.

Matching is exact and asks `body` and `head` only: their text is squashed here and cut by the server into every pair of
neighbouring characters, at consecutive positions, so a phrase of pairs is a substring; `.one` holds single characters.
`.words` is what Elasticsearch itself makes of Chinese without any plugin (standard + cjk_bigram), `.ik` what the IK
plugin makes of it; they rank, and never decide what matches.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from search.backends.elastic_address import Analyzer, ElasticAddress
from search.grams import searchable
from search.port import IndexedDocument
from search.query import MAX_LENGTH
from search.stored import folding, keyword, title_order, write_card

# Raise it when fields or their contents change: an index of another format asks for a rebuild.
FORMAT = 1
# A server's JSON parser refuses strings of more than 5 to 20 million characters, depending on its version.
LONGEST_PIECE = 4_000_000

Mapped = Mapping[str, Any]
Filling = Callable[[IndexedDocument], object]
COUNTED: Mapped = {"type": "keyword"}
FILTERED: Mapped = {"type": "keyword", "doc_values": False}
ORDERED: Mapped = {"type": "keyword", "index": False}
STORED: Mapped = {"type": "keyword", "index": False, "doc_values": False}
DAYS: Mapped = {"type": "integer"}
FLAG: Mapped = {"type": "boolean", "doc_values": False}
TEXT: Mapped = {
    "type": "text", "analyzer": "pairs", "norms": False,
    "fields": {
        "one": {"type": "text", "analyzer": "chars", "norms": False, "index_options": "docs"},
        "words": {"type": "text", "analyzer": "words", "index_options": "freqs"},
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """Its name, how it is mapped, and what fills it; a value of None leaves it out."""

    name: str
    kind: Mapped
    fill: Filling


FIELDS: tuple[Field, ...] = (
    Field("id", ORDERED, lambda d: keyword(d.id)),
    Field("dossier", FILTERED, lambda d: keyword(d.dossier)),
    Field("project", COUNTED, lambda d: keyword(d.project)),
    Field("type", COUNTED, lambda d: keyword(d.type)),
    Field("stage", COUNTED, lambda d: keyword(d.stage)),
    Field("year", COUNTED, lambda d: f"{d.doc_date.year:04d}" if d.doc_date else None),
    Field("day", DAYS, lambda d: d.doc_date.toordinal() if d.doc_date else None),
    Field("order", ORDERED, lambda d: title_order(d.title)),
    Field("body", TEXT, lambda d: _pieces(searchable(d.text)) or None),
    Field("head", TEXT, lambda d: [searchable(d.title), searchable(d.filename)]),
    Field("card", STORED, write_card),
    # Not of documents: it marks the place of one that was removed (elastic_versions).
    Field("gone", FLAG, lambda d: None),
)
GONE: Mapped = {"gone": True}

ANALYSIS: Mapped = {
    "tokenizer": {
        # No token_chars: every character counts, signs and white space of the squashed text too.
        "pairs": {"type": "ngram", "min_gram": 2, "max_gram": 2, "token_chars": []},
        "chars": {"type": "ngram", "min_gram": 1, "max_gram": 1, "token_chars": []},
    },
    "analyzer": {
        "pairs": {"type": "custom", "tokenizer": "pairs"},
        "chars": {"type": "custom", "tokenizer": "chars"},
        "words": {"type": "custom", "tokenizer": "standard", "filter": ["cjk_width", "lowercase", "cjk_bigram"]},
    },
}
IK: Mapped = {"type": "text", "analyzer": "ik_max_word", "search_analyzer": "ik_smart", "index_options": "freqs"}


def source(document: IndexedDocument) -> dict[str, object]:
    """The document as it is sent; the server keeps of it only the card, and what the fields need."""
    filled = ((field.name, field.fill(document)) for field in FIELDS)
    return {name: value for name, value in filled if value is not None}


def fingerprint(analyzer: Analyzer) -> dict[str, object]:
    """What an index must agree with to be searched and written."""
    return {"format": FORMAT, "folding": folding(), "analyzer": analyzer}


def mappings(analyzer: Analyzer) -> dict[str, Any]:
    return {
        "dynamic": "strict",
        "_source": {"includes": ["card"]},
        "properties": {field.name: _with_ik(field.kind) if analyzer == "ik" else field.kind for field in FIELDS},
        "_meta": {**fingerprint(analyzer), "complete": False, "mark": ""},
    }


def settings(address: ElasticAddress) -> dict[str, Any]:
    copies: dict[str, Any] = {"number_of_replicas": address.replicas}
    if address.replicas is None:
        copies = {"auto_expand_replicas": "0-1"}
    # What was not committed stays unseen: nothing but a commit refreshes.
    return {"number_of_shards": address.shards, **copies, "refresh_interval": "-1", "analysis": ANALYSIS}


def _with_ik(kind: Mapped) -> Mapped:
    return {**kind, "fields": {**kind["fields"], "ik": IK}} if kind is TEXT else kind


def _pieces(squashed: str) -> Sequence[str]:
    """Overlapping by the length of the longest query, so whatever was in the whole is in one of them."""
    step = LONGEST_PIECE - MAX_LENGTH
    return [squashed[start:start + LONGEST_PIECE] for start in range(0, max(len(squashed) - MAX_LENGTH, 1), step)
            if squashed]
