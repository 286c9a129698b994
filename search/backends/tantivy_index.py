"""The embedded index: Tantivy inside this process, generations on disk. A SearchIndex for one machine."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from archive.errors import EngineDown
from search.backends.generations import Generations, Stamp
from search.backends.tantivy_store import Store, is_complete
from search.errors import IndexNeedsRebuild, RebuildNotRunning
from search.port import IndexedDocument, IndexInfo, SearchRequest, SearchResult, State

T = TypeVar("T")


class _Rebuild:
    """The next generation while it fills, and what was written live meanwhile: a refill must not undo that."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.touched: set[str] = set()


class TantivyIndex:
    """`root` is the index folder. Only one object in one process may be `writable`; opening reads nothing yet."""

    def __init__(self, root: Path, *, writable: bool = False) -> None:
        self.writable = writable
        self._generations = Generations(root)
        self._store: Store | None = None
        self._stamp: Stamp | None = None
        self._rebuild: _Rebuild | None = None
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
            taken = [store.put(documents) for store in self._targets()]
            self._touch(document.id for document in documents)
        return taken[0]

    def remove(self, ids: Iterable[str]) -> None:
        gone = list(ids)
        with self._writing:
            for store in self._targets():
                store.remove(gone)
            self._touch(gone)

    def commit(self) -> None:
        with self._writing:
            if self._store is not None:
                self._store.commit()

    def search(self, request: SearchRequest) -> SearchResult:
        return self._read(lambda store: store.search(request))

    def count(self) -> int:
        return self._read(lambda store: store.count())

    def ids(self) -> Iterator[str]:
        return self._read(lambda store: store.ids())

    def version_of(self, document: str) -> int | None:
        return self._read(lambda store: store.version_of(document))

    def begin_rebuild(self) -> None:
        with self._writing:
            self._claim()
            self.abandon_rebuild()
            self._rebuild = _Rebuild(Store.create(self._generations.next()))

    def refill(self, documents: Sequence[IndexedDocument]) -> int:
        with self._writing:
            rebuild = self._running()
            return rebuild.store.put(d for d in documents if d.id not in rebuild.touched)

    def finish_rebuild(self) -> None:
        with self._writing:
            store = self._running().store
            try:
                store.settle()
            except EngineDown:
                self.abandon_rebuild()  # what was refilled is gone: a second try would switch to less than everything
                raise
            store.mark_complete()
            self._rebuild = None
            self._switch(store)

    def abandon_rebuild(self) -> None:
        with self._writing:
            if self._rebuild is not None:
                self._rebuild.store.drop_writer()
                self._rebuild = None
                self._generations.sweep(keep=self._generations.current())

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
            self.abandon_rebuild()
            if self._store is not None:
                self._store.settle()
                self._store = None
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
        self._generations.sweep(keep=store.folder)

    def _targets(self) -> list[Store]:
        """Where a write goes: the live index (where it can be used) and the one being rebuilt."""
        self._claim()
        rebuilding = [self._rebuild.store] if self._rebuild else []
        try:
            return [self._live(), *rebuilding]
        except IndexNeedsRebuild:
            if not rebuilding:
                raise
            return rebuilding

    def _touch(self, ids: Iterable[str]) -> None:
        if self._rebuild is not None:
            self._rebuild.touched.update(ids)

    def _state(self, otherwise: State) -> State:
        return "rebuilding" if self._rebuild is not None else otherwise

    def _running(self) -> _Rebuild:
        if self._rebuild is None:
            raise RebuildNotRunning()
        return self._rebuild

    def _claim(self) -> None:
        if not self.writable:
            raise RuntimeError("this index was opened for reading; pass writable=True in the process that writes")
        self._generations.claim()
