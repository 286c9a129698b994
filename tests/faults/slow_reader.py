"""A reading worker that takes its time: a file that begins with `wait PATH` is read once something lies at that path."""

import time
from pathlib import Path

from ingest import extractors
from ingest.extractors.base import Extraction, Source
from ingest.sandbox_worker import serve


def patiently(source: Source) -> Extraction:
    words = source.path.read_bytes()[:4096].decode(errors="replace").split()
    if source.max_pages is None and words[:1] == ["wait"]:
        while not Path(words[1]).exists():
            time.sleep(0.05)
    return extractors.extract(source)


if __name__ == "__main__":
    serve(patiently)
