"""The worker that looks for separator pages: started as `python -m ingest.separating.worker`, one JSON object a file."""

import json

from ingest.extractors.base import Extraction, Source
from ingest.sandbox_worker import serve
from ingest.separating.pages import look_for_separators, written


def look(source: Source) -> Extraction:
    """Raises UnreadableFile."""
    found = look_for_separators(source)
    return Extraction((json.dumps(written(found)),), found.count, "opencv")


if __name__ == "__main__":
    serve(look)
