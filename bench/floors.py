"""What the machine could do at best, measured in the same run: a figure of ours is read beside these.

* `hash_copy`: sha256, copy and fsync of each file, one process: what keeping a file costs at the least.
* `extraction`: reading the text of each file in two sandboxed processes, with no database and no index.
* `bulk_index`: handing finished documents to the embedded index, with no database.
"""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from archive.flow import flow_text
from ingest.media_types import identify
from ingest.reading import Reading, read
from ingest.sandbox import Sandbox
from search.backends.tantivy_index import TantivyIndex
from search.port import IndexedDocument

PROCESSES, BATCH = 2, 100


def measure(folder: Path) -> dict[str, Any]:
    files = sorted((folder / "files").iterdir())
    with tempfile.TemporaryDirectory(prefix="dangan-floor-") as place:
        copying = _timed(partial(_hash_copy_all, files, Path(place)))
        with Sandbox() as sandbox, ThreadPoolExecutor(PROCESSES) as pool:
            started = time.perf_counter()
            readings = list(pool.map(lambda path: _read(sandbox, path), files))
            extracting = time.perf_counter() - started
        documents = [_document(path, reading) for path, reading in zip(files, readings, strict=True)]
        indexing = _timed(partial(_index, documents, Path(place) / "index"))
    return {name: {"seconds": round(seconds, 3), "docs_per_second": round(len(files) / seconds, 1)}
            for name, seconds in (("hash_copy", copying), ("extraction", extracting), ("bulk_index", indexing))}


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _hash_copy_all(files: Sequence[Path], folder: Path) -> None:
    for path in files:
        hash_copy(path, folder)


def hash_copy(path: Path, folder: Path) -> None:
    """What a file costs that is hashed, copied and made durable, and nothing else."""
    with path.open("rb") as source:
        hashlib.file_digest(source, "sha256")
    with path.open("rb") as source, (folder / path.name).open("wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
        target.flush()
        os.fsync(target.fileno())



def _read(sandbox: Sandbox, path: Path) -> Reading:
    return read(sandbox, path, identify(path, path.name), path.name)


def _document(path: Path, reading: Reading) -> IndexedDocument:
    return IndexedDocument(id=path.name, dossier="d", project="BENCH", title=path.stem, filename=path.name, type="other",
                           stage="CON", doc_date=None, version=1, text=flow_text(reading.text.pages).text)


def _index(documents: list[IndexedDocument], folder: Path) -> None:
    index = TantivyIndex(folder, writable=True)
    index.prepare()
    for start in range(0, len(documents), BATCH):
        index.put(documents[start:start + BATCH])
    index.commit()
    index.close()
