"""The embedded index: Tantivy inside this process, generations on disk. A SearchIndex for one machine."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from search.backends.generations import Generations, Stamp
from search.backends.tantivy_rebuild import Rebuild
from search.backends.tantivy_store import Store, is_complete
from search.errors import IndexNeedsRebuild, RebuildNotRunning
from search.port import IndexedDocument, IndexInfo, SearchRequest, SearchResult, State

T = TypeVar("T")
TURN = 25  # documents refilled while whoever else writes waits


class TantivyIndex:
    """`root` is the index folder. Only one object in one process may be `writable`; opening reads nothing yet."""

    def __init__(self, root: Path, *, writable: bool = False) -> None:
        self.writable = writable
        self._generations = Generations(root)
        self._store: Store | None = None
        self._stamp: Stamp | None = None
        self._rebuild: Rebuild | None = None
        self._opening = threading.Lock()
        self._writing = threading.RLock()

    def prepare(self) -> bool:
        if self._generations.stamp() is None:
            with self._writing:
                self._claim()
                if self._generations.stamp() is None:
                    self._switch(Store.create(self._generations.next()))
        folder = self._generations.current()
        return folder is not None and not is_complete(folder)

    def put(self, documents: Sequence[IndexedDocument]) -> int:
        with self._writing:
            return self._everywhere(lambda place: place.put(documents))

    def remove(self, ids: Iterable[str]) -> None:
        gone = list(ids)
        with self._writing:
            self._everywhere(lambda place: place.remove(gone))

    def commit(self) -> None:
        with self._writing:
            for place in (self._rebuild, self._store):  # the new one first: what answers never knows more than it
                if place is not None:
                    place.commit()

    def search(self, request: SearchRequest) -> SearchResult:
        return self._read(lambda store: store.search(request))

    def count(self) -> int:
        return self._read(lambda store: store.count())

    def ids(self) -> Iterator[str]:
        return self._read(lambda store: store.ids())

    def version_of(self, document: str) -> int | None:
        return self._read(lambda store: store.version_of(document))

    def versions_of(self, documents: Sequence[str]) -> Mapping[str, int]:
        found = self._read(lambda store: [store.version_of(document) for document in documents])
        return {document: version for document, version in zip(documents, found, strict=True) if version is not None}

    def begin_rebuild(self, *, fresh: bool = False) -> str:
        with self._writing:
            self._claim()
            if fresh:
                self.abandon_rebuild()
            if self._rebuild is None:
                self._rebuild = Rebuild.begin(self._generations.next())
            return self._rebuild.go_on()

    def refill(self, documents: Sequence[IndexedDocument]) -> int:
        taken = 0
        for start in range(0, max(len(documents), 1), TURN):
            with self._writing:  # in turns with whoever puts and removes
                taken += self._running().refill(documents[start:start + TURN])
        return taken

    def checkpoint(self, mark: str) -> None:
        with self._writing:
            self._running().checkpoint(mark)

    def finish_rebuild(self) -> None:
        with self._writing:
            rebuild = self._running()
            rebuild.settle()
            rebuild.store.mark_complete()
            self._rebuild = None
            self._switch(rebuild.store)

    def abandon_rebuild(self) -> None:
        with self._writing:
            self._claim()
            if self._rebuild is not None:
                self._rebuild.store.drop_writer()
                self._rebuild = None
            if self._generations.unfinished() is not None:
                self._generations.sweep(self._generations.current())

    def info(self) -> IndexInfo:
        engine = f"Tantivy {version('tantivy')}"
        try:
            store = self._live()
            detail = {"generation": store.folder.name, "segments": str(store.segments())}
            return IndexInfo(engine, self._state("ready"), store.count(), store.size(), detail=detail)
        except IndexNeedsRebuild as error:
            return IndexInfo(engine, self._state("needs_rebuild"), 0, 0, str(error.facts["reason"]))

    def close(self) -> None:
        with self._writing:
            try:
                self.commit()
                if self._store is not None:
                    self._store.settle()
            finally:
                if self._rebuild is not None:
                    self._rebuild.store.drop_writer()
                self._store = self._rebuild = None
                self._generations.release()

    def _read(self, question: Callable[[Store], T]) -> T:
        """Ask the live generation; once more where a writer elsewhere replaced it in between."""
        seen = self._generations.stamp()
        try:
            return question(self._live())
        except IndexNeedsRebuild:
            if self._generations.stamp() == seen:
                raise
        return question(self._live())

    def _live(self) -> Store:
        """The generation the pointer names, opened again when the pointer moved. Raises IndexNeedsRebuild."""
        now = self._generations.stamp()
        store = self._store
        if store is not None and now == self._stamp:
            return store
        with self._opening:
            if self._store is None or self._generations.stamp() != self._stamp:
                self._open_current()
            assert self._store is not None
            return self._store

    def _open_current(self) -> None:
        self._store = None
        now = self._generations.stamp()
        folder = self._generations.current()
        if folder is None:
            raise IndexNeedsRebuild(reason="还没有建立索引，或指向当前索引的 CURRENT 文件丢失")
        self._store = Store(folder)
        self._stamp = now

    def _switch(self, store: Store) -> None:
        with self._opening:
            old = self._store
            self._generations.switch(store.folder)
            self._store, self._stamp = store, self._generations.stamp()
        if old is not None:
            old.drop_writer()
        self._generations.sweep(store.folder, self._generations.unfinished())

    def _everywhere(self, write: Callable[[Store | Rebuild], T]) -> T:
        """Write to the live index, where it can be used, and to the one being rebuilt; the answer of the first."""
        self._claim()
        answers: list[T] = []
        try:
            answers.append(write(self._live()))
        except IndexNeedsRebuild:
            if self._rebuild is None:
                raise
        if self._rebuild is not None:
            try:
                answers.append(write(self._rebuild))
            except IndexNeedsRebuild:
                self.abandon_rebuild()
                if not answers:
                    raise
        return answers[0]

    def _state(self, otherwise: State) -> State:
        return "rebuilding" if self._generations.unfinished() is not None else otherwise

    def _running(self) -> Rebuild:
        """Raises RebuildNotRunning also where somebody else's rebuild lies about: it is not this caller's yet."""
        if self._rebuild is None:
            raise RebuildNotRunning()
        return self._rebuild

    def _claim(self) -> None:
        if not self.writable:
            raise RuntimeError("this index was opened for reading; pass writable=True in the process that writes")
        if self._generations.claim():
            self._find_rebuild()

    def _find_rebuild(self) -> None:
        """Writes go to an interrupted rebuild from the first one on; one that cannot be gone on with is dropped."""
        self._generations.tidy()
        folder = self._generations.unfinished()
        if folder is not None:
            try:
                self._rebuild = Rebuild.resume(folder)
            except IndexNeedsRebuild:
                self.abandon_rebuild()
