"""What an Office Open XML package says of itself: its core and extended properties (ISO/IEC 29500-2 clause 11, -1 15.2.12)."""

from collections.abc import Iterator

from ingest.extractors._ooxml import Package
from ingest.extractors._properties import properties
from ingest.extractors.base import UnreadableFile

_NAMES = {"title": "title", "creator": "author", "subject": "subject", "keywords": "keywords", "description": "comments",
          "lastModifiedBy": "modified_by", "created": "created", "modified": "modified", "lastPrinted": "printed",
          "language": "language", "Company": "company", "Application": "creator", "Pages": "stated_pages"}


def properties_of(package: Package) -> dict[str, str]:
    """Never raises for what is in them; of damaged properties there is simply nothing."""
    found: dict[str, str] = {}
    for name, text in _stated(package):
        found.setdefault(name, text)
    return properties(**found)


def _stated(package: Package) -> Iterator[tuple[str, str]]:
    for relation in package.related(""):
        if relation.kind in {"core-properties", "extended-properties"}:
            try:
                root = package.parse(relation.target)
            except UnreadableFile:
                continue
            for element in root.iterchildren("{*}*"):
                if name := _NAMES.get(element.tag.rpartition("}")[2]):
                    yield name, element.text or ""
