"""One store in front of two, while the objects move from one to the other. Knows no record and no settings: `Routes`
tells it which stores there are and which of them counts.

Two rules keep every accepted object through a move, however late a process hears of a switch:
* a write asks for the route again when it is done, and is not done before the store that counts *then* has the object;
* deletions go to the store the objects come from first, so that whoever copies them sees that they are gone.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from archive.blobs.port import BlobStore, Lock, LockMode, StoreInfo
from archive.clock import Clock
from archive.errors import ArchiveError, EngineDown, NotFound

T = TypeVar("T")
log = logging.getLogger("dangan.storage")
SPARED_SECONDS = 30.0  # how long uploads do without a target that failed; the mover copies what it missed
SKEW_SECONDS = 2.0  # stores keep an object's age by their own clock, often in whole seconds


@dataclass(frozen=True, slots=True)
class Route:
    """`first` is the store that counts. `second` is where its objects are being copied to (`copying`), or, after the
    switch, where they came from and where a straggler may still lie.
    """

    first: BlobStore
    second: BlobStore | None = None
    copying: bool = False

    @property
    def stores(self) -> tuple[BlobStore, ...]:
        """The store the objects come from first."""
        if self.second is None:
            return (self.first,)
        return (self.first, self.second) if self.copying else (self.second, self.first)


class Routes(Protocol):
    def reading(self) -> Route:
        """What is known; where nobody can be asked, what was known last."""

    def writing(self) -> Route:
        """What holds now or did a second ago at most. Raises EngineDown where nobody can be asked."""


class SwitchingBlobs:
    """A BlobStore over the stores of the current route."""

    def __init__(self, routes: Routes, clock: Clock) -> None:
        self._routes, self._clock = routes, clock
        self._spared_until = 0.0

    def prepare(self) -> None:
        self._routes.writing().first.prepare()

    def put(self, source: Path, digest: str, *, hashed: bool = False) -> None:
        file = _File(source, digest, hashed)
        while (route := self._routes.writing()).first not in file.stored:
            file.store(route.first)
            if route.copying and route.second is not None and route.second not in file.stored:
                self._store_too(route.second, file)

    def open(self, digest: str) -> BinaryIO:
        return self._ask(lambda store: store.open(digest))

    def read(self, digest: str, start: int, length: int) -> bytes:
        return self._ask(lambda store: store.read(digest, start, length))

    def pieces(self, digest: str, start: int, end: int) -> Iterator[bytes]:
        return self._holder(digest).pieces(digest, start, end)

    def size(self, digest: str) -> int:
        return self._ask(lambda store: store.size(digest))

    def exists(self, digest: str) -> bool:
        route = self._routes.reading()
        return route.first.exists(digest) or _second_has(route, digest)

    def verify(self, digest: str) -> bool:
        return self._holder(digest).verify(digest)

    def delete(self, digest: str) -> None:
        self._everywhere([], lambda store: store.delete(digest))

    def delete_if_old(self, digest: str, before: float) -> bool:
        """The store that counts decides by the age it knows; a copy is younger than that and goes with it, unless
        somebody stored it anew since.
        """
        since = max(before, self._clock.now().timestamp() - SKEW_SECONDS)
        route = self._routes.writing()
        judge = route.first if route.second is None or route.first.exists(digest) else route.second
        if not judge.delete_if_old(digest, before):
            return False
        self._everywhere([judge], lambda store: store.delete_if_old(digest, since))
        return True

    def digests(self) -> Iterator[str]:
        route = self._routes.reading()
        if route.second is None:
            yield from route.first.digests()
            return
        seen = set()
        for digest in route.first.digests():
            seen.add(digest)
            yield digest
        with _without_target(route):
            yield from (digest for digest in route.second.digests() if digest not in seen)

    def tidy(self, before: float) -> int:
        route = self._routes.writing()
        removed = route.first.tidy(before)
        with _without_target(route):
            removed += route.second.tidy(before) if route.second is not None else 0
        return removed

    @contextmanager
    def local(self, digest: str) -> Iterator[Path]:
        with ExitStack() as closing:
            yield self._ask(lambda store: closing.enter_context(store.local(digest)))

    def lock_of(self, digest: str) -> Lock:
        return self._ask(lambda store: store.lock_of(digest))

    def retain(self, digest: str, mode: LockMode, until: datetime) -> None:
        self._protect(digest, lambda store: store.retain(digest, mode, until))

    def hold(self, digest: str, on: bool) -> None:
        self._protect(digest, lambda store: store.hold(digest, on))

    def link(self, digest: str, filename: str, media_type: str, seconds: int) -> str | None:
        return self._holder(digest).link(digest, filename, media_type, seconds)

    def info(self) -> StoreInfo:
        return self._routes.reading().first.info()

    def _store_too(self, target: BlobStore, file: "_File") -> None:
        """A target in trouble refuses no upload and slows down few: it is left alone for a while."""
        if time.monotonic() < self._spared_until:
            return
        try:
            file.store(target)
        except (ArchiveError, OSError) as error:
            log.warning("the target of the storage move failed (%s); uploads go on without it", type(error).__name__)
            self._spared_until = time.monotonic() + SPARED_SECONDS

    def _ask(self, ask: Callable[[BlobStore], T]) -> T:
        route = self._routes.reading()
        try:
            return ask(route.first)
        except NotFound:
            if route.second is None:
                raise
            with _without_target(route):
                return ask(route.second)
            raise

    def _holder(self, digest: str) -> BlobStore:
        """The store that has it; the first where none does."""
        route = self._routes.reading()
        if route.second is None or route.first.exists(digest) or not _second_has(route, digest):
            return route.first
        return route.second

    def _everywhere(self, done: list[BlobStore], act: Callable[[BlobStore], object]) -> None:
        """Do it in every store of the route, and in those that joined while it was being done."""
        while left := [store for store in self._routes.writing().stores if store not in done]:
            act(left[0])
            done.append(left[0])

    def _protect(self, digest: str, protect: Callable[[BlobStore], None]) -> None:
        found: list[BlobStore] = []

        def act(store: BlobStore) -> None:
            with suppress(NotFound):
                protect(store)
                found.append(store)

        self._everywhere([], act)
        if not found:
            raise NotFound(what="对象", key=digest)


@dataclass(slots=True)
class _File:
    """A file on its way into one store or more; `hashed` as in `BlobStore.put`."""

    source: Path
    digest: str
    hashed: bool
    stored: list[BlobStore] = field(default_factory=list)

    def store(self, store: BlobStore) -> None:
        """From the file, or from where it is stored already if that consumed the file.

        A store renames away only what lies in its own staging folder, so giving it another store's object is safe.
        """
        if self.source.exists() or not self.stored:
            store.put(self.source, self.digest, hashed=self.hashed)
        else:
            with self.stored[0].local(self.digest) as path:
                store.put(path, self.digest)
        self.stored.append(store)


def _second_has(route: Route, digest: str) -> bool:
    with _without_target(route):
        return route.second is not None and route.second.exists(digest)
    return False


@contextmanager
def _without_target(route: Route) -> Iterator[None]:
    """While objects are copied all of them are in the first store: reading does without a second that does not answer.

    After the switch one may still be in the second alone, and nobody may say that it is not there.
    """
    try:
        yield
    except EngineDown:
        if not route.copying:
            raise
