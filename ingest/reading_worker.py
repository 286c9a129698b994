"""The worker that reads: text, and where the job says so what the text is examined for. `python -m ingest.reading_worker`."""

from dataclasses import replace
from importlib import import_module

from ingest import extractors
from ingest.examination import EXAMINE, examine, has_text
from ingest.examination_message import message_of
from ingest.extractors._pdfium import pdfium
from ingest.extractors.base import Extraction, Source
from ingest.sandbox_worker import serve

USUAL = ("pikepdf", "lxml.etree", "python_calamine")


def read(source: Source) -> Extraction:
    """Raises NoExtractor, UnreadableFile and whatever a library does."""
    found = extractors.extract(source)
    if source.task != EXAMINE or found.garbled or not has_text(found.pages):
        return found
    return replace(found, examination=message_of(
        examine(source.filename, found.pages, found.headings, complete=found.complete)))


def prepare() -> None:
    """Have loaded what nearly every file needs: what reads PDF and Office files, tables of characters and words, what reads
    numerals."""
    pdfium()
    for library in USUAL:
        import_module(library)
    examine("合同.pdf", ["合同金额：人民币壹佰元整\n" * 20])


if __name__ == "__main__":
    serve(read, prepare)
