"""Text files in the encodings that Chinese offices use; a form feed parts pages, otherwise the file is one page."""

import platform

from ingest.extractors._decoding import decode
from ingest.extractors._garbled import is_garbled
from ingest.extractors.base import Extraction, Source, collect

MEDIA_TYPES = frozenset({"text/plain", "text/csv", "text/markdown", "application/xml", "application/json"})

_WIDEST = 4   # bytes a character takes at most in these encodings


def engine() -> str:
    return f"python {platform.python_version()}"


def extract(source: Source) -> Extraction:
    with source.path.open("rb") as file:
        data = file.read(source.room * _WIDEST)
        cut = bool(file.read(1))
    decoded = decode(data, cut=cut)
    texts = decoded.text.split("\f")
    pages = collect(texts, len(texts), source, cut=cut)
    first = next((line.strip() for line in decoded.text[:2000].splitlines() if line.strip()), "")
    headings = (first,) if 2 <= len(first) <= 60 else ()
    return Extraction(pages.texts, len(texts), f"{engine()} ({decoded.encoding})", headings, decoded.warnings,
                      pages.truncated, is_garbled(decoded.text), pages.complete)
