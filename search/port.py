"""The port for search: what an index is given, what it is asked, and what it must promise. Knows no engine."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from search.query import Query

Sort = Literal["relevance", "date_desc", "date_asc", "title"]
State = Literal["ready", "needs_rebuild", "rebuilding", "down"]
FACETS = ("type", "stage", "project", "year")
# Values of one facet that are counted, the most frequent first; each count is exact.
FACET_LIMIT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a list of hits shows of a document, kept in the index so that a list needs no second query.

    Nothing of it belongs to the dossier but its two names, which never change: who may see a dossier, its unit, its
    responsible people are asked of the database, so a change of them touches no document of the index.
    """

    id: str
    dossier: str
    project: str
    title: str
    filename: str
    type: str
    stage: str
    doc_date: date | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedDocument(Card):
    """A document to be found: its card and its flow text. A lower `version` never replaces a higher one."""

    text: str

    def card(self) -> Card:
        return Card(
            id=self.id, dossier=self.dossier, project=self.project, title=self.title, filename=self.filename,
            type=self.type, stage=self.stage, doc_date=self.doc_date, version=self.version,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """One question. Filters that are empty do not filter; several values of one filter are alternatives.

    `dossiers` is the asker's access: None sees everything, a set sees only these, the empty set nothing. `within` is a
    filter like the others, by dossier: None does not filter, the empty set finds nothing.
    `date_from` and `date_to` are inclusive and leave out documents without a date. `relevance` without anything to
    find is `date_desc`. Documents without a date come last in both date orders.
    """

    query: Query = field(default_factory=Query)
    dossiers: frozenset[str] | None
    project: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    within: frozenset[str] | None = None
    date_from: date | None = None
    date_to: date | None = None
    sort: Sort = "relevance"
    offset: int = 0
    limit: int = 20
    facets: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    card: Card
    score: float

    @property
    def document(self) -> str:
        return self.card.id


@dataclass(frozen=True, slots=True)
class SearchResult:
    """`total` and `facets` count everything that matches within the asker's access, not only the hits returned."""

    hits: tuple[Hit, ...] = ()
    total: int = 0
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=lambda: {name: {} for name in FACETS})


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """For the health page and `doctor`. `size` in bytes; `reason` says why a rebuild is needed, or why the server is down."""

    engine: str
    state: State
    documents: int
    size: int
    reason: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)


class SearchIndex(Protocol):
    """Finds documents by substrings of their squashed text, title or filename (Query.matches is the definition).

    Writes become visible, together and durably, with `commit`; whatever was not committed is lost with the process, and
    the caller writes it again. All methods may be called from any thread. An engine on this machine has one process
    that writes, a server any number; any number read. Reading and writing raise IndexNeedsRebuild where the index is
    missing, damaged or of another schema, and EngineDown where a server does not answer; writing raises IndexBusy where
    another process writes and only one may. One process at a time rebuilds: the caller sees to it.
    """

    def prepare(self) -> bool:
        """Create an empty index where there is none. True while nothing filled it: the caller then rebuilds.

        It stays True until a rebuild is finished, so a first filling that was interrupted is done again. Idempotent;
        says nothing of damage, which `info` does.
        """

    def put(self, documents: Sequence[IndexedDocument]) -> int:
        """Add or replace by id, leaving out what is of a lower `version` than the one held. How many were taken."""

    def remove(self, ids: Iterable[str]) -> None:
        """Forget documents, and which version they had. Unknown ids are no error."""

    def commit(self) -> None:
        """Make everything put and removed so far durable and visible to every process."""

    def search(self, request: SearchRequest) -> SearchResult:
        """Sees every commit made before the call, by whatever process."""

    def count(self) -> int:
        """Documents in the index (committed)."""

    def ids(self) -> Iterator[str]:
        """Every document's id (committed), in no order."""

    def version_of(self, document: str) -> int | None:
        """The version held, uncommitted writes of this object included; None where the document is not held."""

    def versions_of(self, documents: Sequence[str]) -> Mapping[str, int]:
        """The same for many at once; what is not held is left out."""

    def begin_rebuild(self, *, fresh: bool = False) -> str:
        """Start a second, empty index beside the first, which keeps answering; or go on with one that was interrupted.

        Returns the mark of the last `checkpoint`: empty where the new index is new. `fresh` starts anew in any case,
        as an index of another format does by itself. From the first begin to the end `put` and `remove` go to both, by
        whatever process and also while nobody refills, so nothing that changes meanwhile is lost. Works on an index
        that needs a rebuild.
        """

    def refill(self, documents: Sequence[IndexedDocument]) -> int:
        """Put documents into the new index only; how many were taken.

        What `put` or `remove` said since the begin wins, whatever was interrupted meanwhile: a document that the new
        index holds at the same or a higher version is left alone, one that was removed stays away. Raises
        RebuildNotRunning, also where what was refilled before was lost: `begin_rebuild` says from where to go on.
        """

    def checkpoint(self, mark: str) -> None:
        """Make everything refilled so far durable, and remember this mark of where to go on. Raises RebuildNotRunning."""

    def finish_rebuild(self) -> None:
        """Commit the new index, answer from it at once in every process, drop the old. Raises RebuildNotRunning."""

    def abandon_rebuild(self) -> None:
        """Drop the new index, keep the old. No error where no rebuild runs."""

    def info(self) -> IndexInfo:
        """Never raises for a missing or damaged index: it says so.

        `state` is `rebuilding` from the first begin to the end, in every process, also while nobody refills.
        """

    def close(self) -> None:
        """Commit and let go of files and locks; an unfinished rebuild stays to be gone on with. Not used again."""
