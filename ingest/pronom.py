"""The PRONOM identifier (PUID) of a file, by which archives everywhere name formats and plan their preservation.

What most files are follows from their structure, which is known already; a full identification costs as much as reading
a page and is asked for the rest (`ingest.identification`). PRONOM has no entry for OFD: it gets a key of our own.
"""

import mmap
import re
from pathlib import Path

from ingest.media_types import DOCX, EMPTY, OFD, PPTX, XLSX

OFD_KEY = "dangan/ofd"

_BY_TYPE = {DOCX: "fmt/412", XLSX: "fmt/214", PPTX: "fmt/215", OFD: OFD_KEY, "text/plain": "x-fmt/111", "text/csv": "x-fmt/18",
            "text/markdown": "fmt/1149", "application/json": "fmt/817", EMPTY: ""}
_PDF_VERSIONS = {b"1.0": "fmt/14", b"1.1": "fmt/15", b"1.2": "fmt/16", b"1.3": "fmt/17", b"1.4": "fmt/18", b"1.5": "fmt/19",
                 b"1.6": "fmt/20", b"1.7": "fmt/276", b"2.0": "fmt/1129"}
_HEAD = re.compile(rb"%PDF-(\d\.\d)")
_PROFILES = (b"pdfaid", b"pdfxid", b"pdfeid", b"GTS_PDF")    # such files have identifiers of their own
_TAIL = 1024
_LARGEST_SCAN = 64 << 20


def known_puid(path: Path, media_type: str) -> str | None:
    """The identifier as far as structure decides it; None where the file has to be looked at more closely."""
    if media_type == "application/pdf":
        return _pdf(path)
    return _BY_TYPE.get(media_type)


def _pdf(path: Path) -> str | None:
    """By the version in its header, where it is a whole file that claims no profile."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if not 0 < size <= _LARGEST_SCAN:
            return None
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            head = _HEAD.match(data[:8])
            whole = data.find(b"%%EOF", max(size - _TAIL, 0)) >= 0
            if head is None or not whole or any(data.find(profile) >= 0 for profile in _PROFILES):
                return None
            return _PDF_VERSIONS.get(head[1])
