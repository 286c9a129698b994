"""The worker that looks at scans without reading them: which pages are blank, crooked, or of too few dots.

Started by `ingest.ocr.looking` as `python -m ingest.ocr.looking_worker`. The job's `max_pages` is the first page of the run
that is wanted; each page of the answer is a JSON object.
"""

import json
from typing import Any

import cv2

from ingest.extractors.base import Extraction, Source, UnreadableFile
from ingest.ocr.pictures import Pages, opened
from ingest.ocr.port import RUN
from ingest.ocr.upright import ink, is_blank, skew_of
from ingest.sandbox_worker import serve

SMALL = 1200   # pixels of the longer side


def look(source: Source) -> Extraction:
    """Raises UnreadableFile where the file cannot be opened."""
    cv2.setNumThreads(1)
    first = source.max_pages or 1
    with opened(source) as pages:
        last = min(first + RUN - 1, pages.count)
        seen = tuple(json.dumps(_page(pages, number)) for number in range(first, last + 1))
        return Extraction(seen, pages.count, f"opencv {cv2.__version__}")


def _page(pages: Pages, number: int) -> dict[str, Any]:
    try:
        page = pages.page(number - 1, SMALL)
    except UnreadableFile as error:
        return {"page": number, "problem": str(error)}
    written = ink(page.picture)
    blank = is_blank(written)
    return {"page": number, "blank": blank, "dpi": page.dpi, "pixels": page.pixels, "skew": 0.0 if blank else skew_of(written)}


if __name__ == "__main__":
    serve(look)
