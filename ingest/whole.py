"""What was found out about a text that was read to its end, as the archive keeps it."""

from archive.operations.whole_texts import ValueRead, WholeText
from ingest.examination import Whole
from ingest.fields import EXTRACTOR, Found


def whole_text(found: Whole) -> WholeText:
    """Of a text of which no page was recognised from its picture."""
    return WholeText(found.labels, found.personal, [value_read(value) for value in found.values], EXTRACTOR, found.signature)


def value_read(found: Found) -> ValueRead:
    return ValueRead(found.key, found.value, found.quote, found.page, found.start, found.end, found.confidence)
