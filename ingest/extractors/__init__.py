"""The formats whose text is read. A new format is a module here and its name in the tuple; a test compares the two.

Runs inside a sandbox worker (`ingest.sandbox`); nothing here may import more of the system than errors.
"""

from functools import cache

from ingest.extractors import (
    doc,
    docx,
    html,
    image,
    mail,
    media,
    msg,
    odf,
    ofd,
    pdf,
    plain_text,
    ppt,
    pptx,
    rtf,
    sheets,
    xlsx,
)
from ingest.extractors.base import Extraction, Extractor, NoExtractor, Source, UnreadableFile

__all__ = ["EXTRACTORS", "Extraction", "Extractor", "NoExtractor", "Source", "UnreadableFile", "can_read", "engine_of", "extract"]

EXTRACTORS: tuple[Extractor, ...] = (
    pdf, ofd, docx, xlsx, pptx, doc, sheets, ppt, rtf, odf, plain_text, html, mail, msg, image, media)


def can_read(media_type: str) -> bool:
    return media_type in _by_media_type()


def engine_of(media_type: str) -> str:
    """Name and version of what reads this format now; empty where nothing does."""
    extractor = _by_media_type().get(media_type)
    return extractor.engine() if extractor else ""


def extract(source: Source) -> Extraction:
    """Read a file by the extractor of its media type. Raises NoExtractor, UnreadableFile and whatever a library does."""
    extractor = _by_media_type().get(source.media_type)
    if extractor is None:
        raise NoExtractor(media_type=source.media_type, filename=source.filename)
    return extractor.extract(source)


@cache
def _by_media_type() -> dict[str, Extractor]:
    table: dict[str, Extractor] = {}
    for extractor in EXTRACTORS:
        for media_type in extractor.MEDIA_TYPES:
            if table.setdefault(media_type, extractor) is not extractor:
                raise ValueError(f"two extractors claim {media_type}")
    return table
