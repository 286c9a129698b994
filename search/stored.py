"""What every engine stores of a document in the same way: values, the order of titles, the card. Knows no engine."""

import hashlib
import json
import re
from datetime import date
from functools import cache

from archive.chinese import fold
from search.grams import searchable
from search.port import Card

_DIGITS = re.compile(r"\d+")
_ORDER_LENGTH = 60
_PLANES = 0x30000  # where writing lives; what lies above has no other forms


@cache
def folding() -> str:
    """Which folding of characters this program has: an index made by another would silently miss what it holds."""
    everything = "".join(chr(code) for code in range(_PLANES) if not 0xD800 <= code < 0xE000)
    return hashlib.sha256(fold(everything).encode()).hexdigest()[:16]


def keyword(value: str) -> str:
    """A value as an engine can hold it: UTF-8 has no lone surrogates."""
    return value.encode("utf-8", "replace").decode("utf-8")


def title_order(title: str) -> str:
    """A sort key: digits by value, Chinese by GB 18030, whose common characters stand in pinyin order."""
    padded = _DIGITS.sub(lambda match: match[0].zfill(8), searchable(title)[:_ORDER_LENGTH])
    return padded.encode("gb18030", "replace").decode("latin-1")


def write_card(card: Card) -> str:
    """ASCII, so it survives whatever an engine does to text; lone surrogates included."""
    day = card.doc_date.isoformat() if card.doc_date else None
    return json.dumps([
        card.id, card.dossier, card.project, card.title, card.filename, card.type, card.stage, day, card.version])


def read_card(stored: str | bytes) -> Card:
    id_, dossier, project, title, filename, type_, stage, day, version = json.loads(stored)
    return Card(
        id=id_, dossier=dossier, project=project, title=title, filename=filename, type=type_, stage=stage,
        doc_date=date.fromisoformat(day) if day else None, version=version,
    )  # fmt: skip
