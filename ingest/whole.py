"""Everything that is to be found out about a text, once it is whole: in the process that has it at hand anyway."""

from collections.abc import Sequence

from archive.operations.whole_texts import WholeText
from archive.personal import counts_of
from archive.similarity import signature_of
from ingest.field_reading import values_of
from ingest.fields import EXTRACTOR
from ingest.labels import labels_of


def whole_text(pages: Sequence[str]) -> WholeText | None:
    """Of a text of which no page was recognised from its picture; None where there is no text. Never raises for what is
    in it. Whether it may be kept at all was decided before."""
    if not any(page.strip() for page in pages):
        return None
    return WholeText(labels_of(pages), counts_of(pages), values_of(pages), EXTRACTOR, signature_of(pages))
