"""The index on a server: Elasticsearch 8 or 9. A SearchIndex for any number of machines, all of which may write.

Writes wait in this process until `commit`; from there on the server decides by external version which of two stands
(elastic_versions), through aliases that a rebuild moves (elastic_generations). Nothing lives only in the index.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from archive.errors import EngineDown
from search.backends import elastic_server as server
from search.backends import elastic_versions as versions
from search.backends.elastic_address import ElasticAddress
from search.backends.elastic_bulk import Bulk
from search.backends.elastic_client import BULK_SECONDS, ENGINE, Busy, Missing, asking, connect
from search.backends.elastic_generations import Generation, Generations, State
from search.backends.elastic_search import Searcher
from search.backends.elastic_writer import Writer
from search.errors import IndexNeedsRebuild, RebuildNotRunning
from search.port import IndexedDocument, IndexInfo, SearchRequest, SearchResult

T = TypeVar("T")
# Seconds a process may go on with what it saw of the generations; a rebuild takes that much longer to begin and to end.
NOTICING = 1.0


class ElasticIndex:
    """`noticing` in seconds, the same for every process that uses the prefix. Opening touches no network."""

    def __init__(
        self, address: ElasticAddress, *, noticing: float = NOTICING, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._address = address
        self._client = connect(address)
        self._generations = Generations(self._client, address, noticing, pause=pause)
        self._searcher = Searcher(self._client, address)
        self._writer = Writer(self._generations, Bulk(self._client, pause))
        self._writing = threading.RLock()

    def prepare(self) -> bool:
        with self._while_there():
            server.check(self._client, self._address)
            return not self._generations.prepare().complete

    def put(self, documents: Sequence[IndexedDocument]) -> int:
        with self._writing, self._while_there():
            return self._writer.put(documents)

    def remove(self, ids: Iterable[str]) -> None:
        with self._writing, self._while_there():
            self._writer.remove(ids)

    def commit(self) -> None:
        with self._writing, self._while_there():
            self._writer.flush()
            if self._writer.unseen:
                self._refresh(self._generations.live_alias)
                self._writer.unseen = False

    def search(self, request: SearchRequest) -> SearchResult:
        if frozenset() in (request.dossiers, request.within):
            return SearchResult()
        return self._read(lambda: self._searcher.search(request))

    def count(self) -> int:
        return self._read(self._searcher.count)

    def ids(self) -> Iterator[str]:
        return iter(self._read(self._searcher.ids))

    def version_of(self, document: str) -> int | None:
        return self.versions_of([document]).get(document)

    def versions_of(self, documents: Sequence[str]) -> Mapping[str, int]:
        held = self._read(lambda: self._writer.held(self._generations.live_alias, documents))
        found = ((document, versions.revision(held.get(document))) for document in documents)
        return {document: revision for document, revision in found if revision is not None}

    def begin_rebuild(self, *, fresh: bool = False) -> str:
        with self._writing, self._while_there():
            self._writer.forget_refilled()
            return self._generations.begin(fresh=fresh)

    def refill(self, documents: Sequence[IndexedDocument]) -> int:
        with self._writing, self._while_running():
            self._running(self._generations.state())
            return self._writer.refill(documents)

    def checkpoint(self, mark: str) -> None:
        with self._writing, self._while_running():
            building = self._running(self._generations.fresh())
            self._writer.flush_refilled()
            self._generations.note(building, mark=mark)

    def finish_rebuild(self) -> None:
        with self._writing, self._while_running():
            state = self._generations.fresh()
            building = self._running(state)
            self._writer.flush()
            self._writer.flush_refilled()
            self._refresh(self._generations.next_alias)
            self._generations.note(building, complete=True)
            self._generations.switch(state)
            # Searches that began on the old index end on it.
            self._generations.wait_until_noticed()
            self._generations.sweep()

    def abandon_rebuild(self) -> None:
        with self._writing, self._while_there():
            building = self._generations.fresh().next
            if building is not None:
                self._writer.drop_rebuilding()
                self._generations.drop([building.name])

    def info(self) -> IndexInfo:
        try:
            return self._info()
        except (EngineDown, IndexNeedsRebuild) as error:
            return IndexInfo(ENGINE, "down", 0, 0, str(error.facts["reason"]))

    def close(self) -> None:
        with self._writing:
            try:
                self.commit()
            finally:
                self._client.close()

    def _refresh(self, alias: str) -> None:
        with asking("提交"):
            self._client.options(request_timeout=BULK_SECONDS).indices.refresh(index=alias)

    def _running(self, state: State) -> Generation:
        """The generation being built. Raises RebuildNotRunning, also where another version of the program builds it."""
        if state.next is None or not state.next.fits(self._generations.wanted):
            raise RebuildNotRunning()
        return state.next

    def _read(self, question: Callable[[], T]) -> T:
        """Ask the live generation; once more where it was replaced while it answered."""
        with self._while_there():
            self._generations.live()
            try:
                return question()
            except Missing:
                self._generations.forget()
                self._generations.live()
            return question()

    def _info(self) -> IndexInfo:
        with self._while_there():
            state, unusable = self._generations.fresh(), ""
            try:
                self._generations.live()
            except IndexNeedsRebuild as error:
                unusable = str(error.facts["reason"])
            documents = self._searcher.count() if state.live is not None else 0
            return server.condition(self._client, state, unusable, documents)

    @contextmanager
    def _while_there(self) -> Iterator[None]:
        """Raises IndexNeedsRebuild for what is missing on the server, EngineDown where it stays too busy."""
        try:
            yield
        except Missing as error:
            self._generations.forget()
            raise IndexNeedsRebuild(reason=f"服务器上没有索引 {self._generations.live_alias}（{error}）") from None
        except Busy as error:
            raise EngineDown(engine=ENGINE, reason=f"{error}：服务器过载（429）") from None

    @contextmanager
    def _while_running(self) -> Iterator[None]:
        """Raises RebuildNotRunning for what is missing on the server, EngineDown where it stays too busy."""
        try:
            yield
        except Missing:
            self._generations.forget()
            raise RebuildNotRunning() from None
        except Busy as error:
            raise EngineDown(engine=ENGINE, reason=f"{error}：服务器过载（429）") from None
