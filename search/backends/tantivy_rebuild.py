"""The next generation while it fills: how far it came and what was removed meanwhile, kept in its folder for whoever goes on.

Knows nothing of the generation that answers.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from search.backends.generations import PROGRESS, replace_durably
from search.backends.tantivy_errors import as_write_failure
from search.backends.tantivy_store import Store
from search.errors import IndexNeedsRebuild, RebuildNotRunning
from search.port import IndexedDocument


class Rebuild:
    """`mark` says up to where the caller has refilled, durably. `removed` is what a refill must not bring back."""

    def __init__(self, store: Store, mark: str = "", removed: Iterable[str] = ()) -> None:
        self.store = store
        self.mark = mark
        self._removed = set(removed)
        self._saved = frozenset(self._removed)
        self._failures = store.failures

    @classmethod
    def begin(cls, folder: Path) -> "Rebuild":
        """A new, empty generation. It counts as a rebuild once its progress is written."""
        rebuild = cls(Store.create(folder))
        rebuild._save()
        return rebuild

    @classmethod
    def resume(cls, folder: Path) -> "Rebuild":
        """Raises IndexNeedsRebuild where it is damaged or of another schema: then it is worth nothing."""
        store = Store(folder)
        try:
            progress = json.loads((folder / PROGRESS).read_bytes())
            return cls(store, str(progress["mark"]), map(str, progress["removed"]))
        except (OSError, ValueError, TypeError, KeyError):
            raise IndexNeedsRebuild(reason=f"{folder.name} 中缺少或无法读取 {PROGRESS}") from None

    def go_on(self) -> str:
        """From the mark again: what a failed writer lost after it is refilled once more."""
        self._failures = self.store.failures
        return self.mark

    def put(self, documents: Sequence[IndexedDocument]) -> int:
        taken = self.store.put(documents)
        self._removed.difference_update(document.id for document in documents)
        return taken

    def remove(self, ids: Sequence[str]) -> None:
        self.store.remove(ids)
        self._removed.update(ids)

    def refill(self, documents: Sequence[IndexedDocument]) -> int:
        self.check()
        return self.store.put([d for d in documents if d.id not in self._removed], refill=True)

    def commit(self) -> None:
        """What was removed is known durably before the commit that says so is: the other way round it could come back."""
        if self._removed != self._saved:
            self._save()
        self.store.commit()

    def checkpoint(self, mark: str) -> None:
        self.check()
        self.commit()
        self.mark = mark
        self._save()

    def settle(self) -> None:
        self.check()
        self.store.settle()

    def check(self) -> None:
        """Raises RebuildNotRunning where a writer failed since the caller began: what it lost was refilled, and is gone."""
        if self.store.failures != self._failures:
            raise RebuildNotRunning()

    def _save(self) -> None:
        progress = json.dumps({"mark": self.mark, "removed": sorted(self._removed)})
        with as_write_failure():
            replace_durably(self.store.folder / PROGRESS, progress)
        self._saved = frozenset(self._removed)
