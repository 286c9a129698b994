"""Writes on their way: held back until the commit, the last word on each id, for each index that is to hear it.

Which version a write gets is decided when it is given, from what the server held then: whoever removes a document
afterwards wins over it, however late it is sent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from search.backends import elastic_versions as versions
from search.backends.elastic_bulk import Bulk, Write
from search.backends.elastic_client import Missing
from search.backends.elastic_generations import Generations
from search.port import IndexedDocument

# Text held back, in characters. Beyond it everything goes to the server before the commit, where nothing shows it yet.
MOST_HELD_BACK = 20_000_000
# The same for what a rebuild refills: about one request to the server.
MOST_REFILLED = 2_500_000


@dataclass(slots=True)
class _Waiting:
    """By alias and id."""

    writes: dict[str, dict[str, Write]] = field(default_factory=dict)
    size: int = 0

    def of(self, alias: str) -> dict[str, Write]:
        return self.writes.setdefault(alias, {})

    def add(self, alias: str, write: Write) -> None:
        self.of(alias)[write.id] = write
        self.size += len(write.document.text) if write.document else 0


class Writer:
    """For one thread at a time, but for `held`."""

    def __init__(self, generations: Generations, bulk: Bulk) -> None:
        self.unseen = False  # whether the live index was sent something that no refresh has shown
        self._generations = generations
        self._bulk = bulk
        self._waiting = _Waiting()
        self._refilled = _Waiting()

    def put(self, documents: Sequence[IndexedDocument]) -> int:
        """Raises Missing, EngineDown, IndexNeedsRebuild."""
        taken = [self._put(alias, documents) for alias in self._generations.targets()]
        if self._waiting.size > MOST_HELD_BACK:
            self.flush()
        return taken[-1]

    def remove(self, ids: Iterable[str]) -> None:
        """Raises Missing, EngineDown, IndexNeedsRebuild."""
        gone = list(dict.fromkeys(ids))
        for alias in self._generations.targets():
            held = self.held(alias, gone)
            for id_ in gone:
                self._waiting.add(alias, Write(id_, versions.for_removal(held.get(id_)), None))

    def held(self, alias: str, ids: Iterable[str]) -> dict[str, int]:
        """External versions, those of waiting writes first. Raises Missing where the live index is not there."""
        waiting = self._waiting.of(alias)
        wanted = list(ids)
        mine = {id_: write.version for id_ in wanted if (write := waiting.get(id_)) is not None}
        try:
            return self._bulk.versions(alias, (id_ for id_ in wanted if id_ not in mine)) | mine
        except Missing:
            if alias == self._generations.live_alias:
                raise
            return mine  # the rebuild has just ended: `flush` finds that out as well

    def flush(self) -> None:
        """Send what waits. What the server could not be reached for goes on waiting. Raises Missing, EngineDown.

        The index being built comes first: where it has just become the one that answers, its alias is gone, and the
        other alias leads to it.
        """
        live, building = self._generations.live_alias, self._generations.next_alias
        try:
            self._send(building)
        except Missing:
            self._generations.forget()
            for write in self._waiting.writes.pop(building).values():
                self._waiting.of(live).setdefault(write.id, write)
        self.unseen |= bool(self._waiting.of(live))
        self._send(live)
        self._waiting.size = 0

    def refill(self, documents: Sequence[IndexedDocument]) -> int:
        """For the index being built only, and below whatever was put or removed there. Raises Missing, EngineDown."""
        building = self._generations.next_alias
        ids = dict.fromkeys(document.id for document in documents)
        held = self._bulk.versions(building, ids)
        for waiting in (self._waiting.of(building), self._refilled.of(building)):
            held |= {id_: max(waiting[id_].version, held.get(id_, 0)) for id_ in ids if id_ in waiting}
        taken = 0
        for document in documents:
            version = versions.for_refill(document.version)
            if version > held.get(document.id, 0):
                self._refilled.add(building, Write(document.id, version, document))
                held[document.id] = version
                taken += 1
        if self._refilled.size > MOST_REFILLED:
            self.flush_refilled()
        return taken

    def flush_refilled(self) -> None:
        """Durable from here on: the server's index.translog.durability is `request`. Raises Missing, EngineDown."""
        building = self._generations.next_alias
        waiting = self._refilled.of(building)
        if waiting:
            outcome = self._bulk.send(building, list(waiting.values()), "external")
            self.forget_refilled()
            outcome.check()

    def forget_refilled(self) -> None:
        """What was refilled since the last mark will be refilled again."""
        self._refilled = _Waiting()

    def drop_rebuilding(self) -> None:
        """The index being built is given up: what waits for it goes nowhere else."""
        self._waiting.of(self._generations.next_alias).clear()
        self.forget_refilled()

    def _put(self, alias: str, documents: Sequence[IndexedDocument]) -> int:
        held = self.held(alias, dict.fromkeys(document.id for document in documents))
        taken = 0
        for document in documents:
            version = versions.for_put(held.get(document.id), document.version)
            if version >= held.get(document.id, 0):
                self._waiting.add(alias, Write(document.id, version, document))
                held[document.id] = version
                taken += 1
        return taken

    def _send(self, alias: str) -> None:
        """Raises EngineDown also where the server refuses single documents; these do not wait any longer."""
        waiting = self._waiting.of(alias)
        if waiting:
            outcome = self._bulk.send(alias, list(waiting.values()), "external_gte")
            waiting.clear()
            outcome.check()
