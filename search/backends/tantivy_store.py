"""One generation: a Tantivy index in one folder, read by anybody, written by whoever holds the lock of the root.

Knows versions and requests; knows nothing of rebuilds and of other generations.
"""

import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy

from archive.errors import EngineDown
from search.backends.generations import Stamp, stamp
from search.backends.tantivy_errors import as_damage, as_write_failure
from search.backends.tantivy_query import FACET_QUERY, build, by_id
from search.backends.tantivy_schema import fingerprint, schema, to_tantivy
from search.errors import IndexNeedsRebuild
from search.port import FACETS, Hit, IndexedDocument, SearchRequest, SearchResult
from search.stored import keyword, read_card

# One indexing thread keeps documents in order and leaves the other core to the readers; 48 MB is about 5,000 reports.
WRITER_HEAP = 48_000_000
WRITER_THREADS = 1
MOST_RANKED = 10_000  # of a reader's own dossiers; what lies behind is in no order
SCHEMA_FILE = "schema.json"
COMPLETE_FILE = "complete"
_ORDERS = {
    "date_desc": ("day", tantivy.Order.Desc),
    "date_asc": ("day", tantivy.Order.Asc),
    "title": ("order", tantivy.Order.Asc),
}


class Store:
    """Opens an existing index. Raises IndexNeedsRebuild where it is damaged or of another schema."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        _check_schema(folder)
        self._reloading = threading.Lock()
        self._seen: Stamp | None = None
        self._writer: tantivy.IndexWriter | None = None
        self.failures = 0  # how often a writer was lost, with everything it had not committed
        # Versions written since the last commit, None for removed: the searcher does not see them yet.
        self._pending: dict[str, int | None] = {}
        # Of these, the ones somebody will believe to be kept once `commit` returned: not what is refilled.
        self._owed: set[str] = set()
        # Documents whose write went down with a failed writer and was not repeated: the next commit must not say yes.
        self._lost: set[str] = set()
        with as_damage(folder):
            self._index = tantivy.Index.open(str(folder))
            self._index.config_reader("manual")
        self._searcher()

    @classmethod
    def create(cls, folder: Path) -> "Store":
        folder.mkdir(parents=True)
        with as_write_failure():
            tantivy.Index(schema(), str(folder))
        (folder / SCHEMA_FILE).write_text(json.dumps(fingerprint()), "utf-8")
        return cls(folder)

    def search(self, request: SearchRequest) -> SearchResult:
        if frozenset() in (request.dossiers, request.within):
            return SearchResult()
        query = build(request)
        searcher = self._searcher()
        with as_damage(self.folder):
            found = _run(searcher, query, request)
            facets = searcher.aggregate(query, FACET_QUERY) if request.facets and found.count else {}
            hits = [_hit(searcher, value, address) for value, address in found.hits] if request.limit > 0 else []
        return SearchResult(tuple(hits), int(found.count), _counts(facets))

    def count(self) -> int:
        return self._searcher().num_docs

    def ids(self) -> Iterator[str]:
        with as_damage(self.folder):
            # The filter matters: without it the dictionary still names deleted documents.
            found = self._searcher().terms_with_prefix("id", "", tantivy.Query.all_query())
        return (name for name, _ in found)

    def version_of(self, document: str) -> int | None:
        if document in self._pending:
            return self._pending[document]
        searcher = self._searcher()
        with as_damage(self.folder):
            if not searcher.doc_freq("id", keyword(document)):
                return None
            hits = searcher.search(by_id(document), 1, count=False).hits
            return int(searcher.fast_field_values("version", [hits[0][1]])[0] or 0) if hits else None

    def segments(self) -> int:
        return self._searcher().num_segments

    def size(self) -> int:
        return sum(entry.stat().st_size for entry in os.scandir(self.folder) if entry.is_file())

    def put(self, documents: Iterable[IndexedDocument], *, refill: bool = False) -> int:
        """How many were taken. A `refill` leaves alone what is held already, and who does it keeps book of it himself."""
        taken = 0
        for document in documents:
            held = self.version_of(document.id)
            if held is not None and document.version < held + refill:
                continue
            entry = to_tantivy(document)
            with self._writing():
                if held is not None:  # a deletion is looked up in every segment
                    self._open.delete_documents_by_term("id", keyword(document.id))
                self._open.add_document(entry)
            self._noted(document.id, document.version, owed=not refill)
            taken += 1
        return taken

    def remove(self, ids: Iterable[str]) -> None:
        for document in ids:
            with self._writing():
                self._open.delete_documents_by_term("id", keyword(document))
            self._noted(document, None, owed=True)

    def commit(self) -> None:
        """Raises EngineDown also where an earlier write failed, perhaps in another thread, and was not repeated."""
        if self._pending:
            with self._writing():
                self._open.commit()
            self._pending.clear()
            self._owed.clear()
        if self._lost:
            reason = f"此前 {len(self._lost)} 件文件的索引没有写成，需要重新写入"
            self._lost.clear()
            raise EngineDown(engine="检索索引", reason=reason)

    def settle(self) -> None:
        """Commit, finish merging, let go of the writer. The next write opens another."""
        self.commit()
        if self._writer is not None:
            with self._writing():
                self._open.wait_merging_threads()
            self._writer = None

    def mark_complete(self) -> None:
        """Say that a rebuild filled this index to the end."""
        (self.folder / COMPLETE_FILE).touch()

    def drop_writer(self) -> None:
        """Forget what was not committed."""
        self._writer = None
        self._pending.clear()
        self._owed.clear()

    @property
    def _open(self) -> tantivy.IndexWriter:
        """The writer, opened on first use. To be asked for each time and never named: the traceback of a failure would keep
        it, and with it the lock that the next one needs."""
        if self._writer is None:
            self._writer = self._index.writer(WRITER_HEAP, WRITER_THREADS)
        return self._writer

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """After a failure the writer is dropped: Tantivy's cannot go on."""
        try:
            with as_write_failure():
                yield
        except EngineDown:
            self._lost |= self._owed
            self.failures += 1
            self.drop_writer()
            raise

    def _noted(self, document: str, version: int | None, *, owed: bool) -> None:
        self._pending[document] = version
        if owed:
            self._owed.add(document)
            self._lost.discard(document)

    def _searcher(self) -> tantivy.Searcher:
        """Sees every commit so far: a commit replaces meta.json, and looking at that costs microseconds."""
        now = stamp(self.folder / "meta.json")
        if now != self._seen or now is None:
            with self._reloading, as_damage(self.folder):
                self._index.reload()
                self._seen = now
        return self._index.searcher()


def is_complete(folder: Path) -> bool:
    return (folder / COMPLETE_FILE).exists()


def _run(searcher: tantivy.Searcher, query: tantivy.Query, request: SearchRequest) -> Any:
    # Tantivy panics on a limit of 0, and sets aside memory for the limit and offset asked for, however large.
    offset = min(max(request.offset, 0), searcher.num_docs)
    limit = min(max(request.limit, 1), max(searcher.num_docs, 1))
    if (order := _order(request)) is not None:
        return searcher.search(query, limit, offset=offset, order_by_field=order[0], order=order[1])
    if request.dossiers is None:
        return searcher.search(query, limit, offset=offset)
    return _newest_first(searcher, query, offset, limit)


def _newest_first(searcher: tantivy.Searcher, query: tantivy.Query, offset: int, limit: int) -> "_Found":
    """For scores that many documents share: among equals the newest come first, those without a date last."""
    found: Any = searcher.search(query, max(MOST_RANKED, offset + limit))
    days = searcher.fast_field_values("day", [address for _, address in found.hits])
    ranked = sorted(zip(found.hits, days, strict=True), key=lambda pair: (-pair[0][0], -(pair[1] or 0)))
    return _Found([hit for hit, _ in ranked[offset:offset + limit]], int(found.count))


@dataclass(frozen=True, slots=True)
class _Found:
    """As tantivy.SearchResult: (score, address) pairs, and how many documents match in all."""

    hits: list[tuple[float, tantivy.DocAddress]]
    count: int


def _order(request: SearchRequest) -> tuple[str, tantivy.Order] | None:
    if request.sort == "relevance":
        return None if request.query.required else _ORDERS["date_desc"]
    return _ORDERS[request.sort]


def _hit(searcher: tantivy.Searcher, value: object, address: tantivy.DocAddress) -> Hit:
    score = value if isinstance(value, float) else 0.0  # another order gives the day or the title here
    return Hit(read_card(bytes(searcher.doc(address)["card"][0])), score)


def _counts(facets: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    return {
        name: {bucket["key"]: bucket["doc_count"] for bucket in facets[name]["buckets"]} if name in facets else {}
        for name in FACETS
    }


def _check_schema(folder: Path) -> None:
    try:
        found = json.loads((folder / SCHEMA_FILE).read_bytes())
    except (OSError, ValueError):
        raise IndexNeedsRebuild(reason=f"{folder.name} 中缺少或无法读取 {SCHEMA_FILE}") from None
    if found != fingerprint():
        raise IndexNeedsRebuild(reason="索引由另一版本的程序建立，字段或字形归一规则已改变")
