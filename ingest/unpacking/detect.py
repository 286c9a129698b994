"""Whether a file holds others, told cheaply when it arrives: most PDF and OFD files hold none and are not opened again.

Looks at bytes and names only. A false alarm costs one look by the confined process; nothing is decided here.
"""

import mmap
import zipfile
import zlib
from pathlib import Path

from ingest.media_types import LARGEST_DIRECTORY, OFD, directory_size
from ingest.unpacking.readers import READERS

PDF = "application/pdf"
_PDF_MARKS = (b"/EmbeddedFile", b"/FileAttachment")
_DOCUMENT_XML, _MOST_DOCUMENTS, _LONGEST = "document.xml", 8, 1 << 20
_ERRORS = (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError, EOFError)


def holds_files(path: Path, media_type: str) -> bool:
    """Whether the file is to be looked into for others."""
    if media_type not in READERS:
        return False
    if media_type == PDF:
        return _pdf_may(path)
    return media_type != OFD or _ofd_may(path)


def _pdf_may(path: Path) -> bool:
    """The stream of an attached file says so in its own dictionary, which stands in the open, unlike what names it."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return any(content.find(mark) >= 0 for mark in _PDF_MARKS)


def _ofd_may(path: Path) -> bool:
    if directory_size(path) > LARGEST_DIRECTORY:
        return False
    try:
        with zipfile.ZipFile(path) as package:
            documents = [name for name in package.namelist() if name.lower().endswith(_DOCUMENT_XML)]
            return any(b"Attachments" in _head(package, name) for name in documents[:_MOST_DOCUMENTS])
    except _ERRORS:
        return False


def _head(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as part:
        return part.read(_LONGEST)
