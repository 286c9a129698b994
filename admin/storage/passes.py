"""Passes over the source until the target has and proves everything, the switch, and one pass more for stragglers.

What holds at the switch: every object the source lists was read back from the target with its digest, and every object
that a version names is in the target, but for those a person chose to leave behind.
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field

from pymongo.errors import ConnectionFailure

from admin.storage.carrying import Carrier, Fate
from admin.storage.progress import Counter
from admin.storage.routes import GRACE_SECONDS
from archive.access import Actor
from archive.clock import Clock
from archive.errors import NotFound
from archive.models import MoveState, StorageMove
from archive.operations import storage_moves
from archive.operations.storage_moves import MoveRefused, in_batches

WORKERS = 4
BATCH = 64


@dataclass(frozen=True, slots=True)
class Trouble:
    """An object that cannot be moved: `damaged` in the source, or `missing` in both stores; who names it, if anybody."""

    digest: str
    kind: str
    documents: tuple[str, ...] = ()


@dataclass(slots=True)
class Passes:
    """One run of a move. `pause` waits until every process has heard of a change of the record."""

    actor: Actor
    clock: Clock
    move: StorageMove
    carrier: Carrier
    counter: Counter
    pause: Callable[[float], None]
    leave_damaged: bool = False
    _present: set[str] = field(default_factory=set)

    def run(self) -> list[Trouble]:
        """Everything that is still to be done. Troubles that documents name stop it, unless they are left behind."""
        self.pause(GRACE_SECONDS)
        if self.move.state == MoveState.COPYING:
            troubles = self._copy_everything()
            if _stops(troubles) and not self.leave_damaged:
                return troubles
            self.move.left = [each.digest for each in troubles]
            storage_moves.switch_move(self.actor, self.clock, self.move.id, self.move.left)
            self.move.state = MoveState.SWITCHED.value
            self.pause(GRACE_SECONDS)
        return self._gather_stragglers()

    def _copy_everything(self) -> list[Trouble]:
        damaged = self._until_nothing_is_missing()
        if self.carrier.locks:
            self._carry_locks()
        return self._troubles(damaged)

    def _gather_stragglers(self) -> list[Trouble]:
        """What a process that had not heard of the switch put into the source alone."""
        self.carrier = dataclasses.replace(self.carrier, undo=False)
        known = set(self.move.left)
        damaged = self._until_nothing_is_missing()
        late = [each for each in self._troubles(damaged) if each.digest not in known]
        if not _stops(late) or self.leave_damaged:
            storage_moves.end_move(self.actor, self.clock, self.move.id)
        return [*self._troubles(known & damaged), *late]

    def _until_nothing_is_missing(self) -> set[str]:
        """Pass after pass; the digests that are damaged in the source."""
        while True:
            storage_moves.note_pass(self.move.id)
            fates = self._pass()
            if not fates.keys() & {Fate.COPIED, Fate.GONE}:  # what was gone may have come back since
                return fates.get(Fate.DAMAGED, set())

    def _pass(self) -> dict[Fate, set[str]]:
        self._present = set(self.carrier.target.digests())
        fates: dict[Fate, set[str]] = {}
        with ThreadPoolExecutor(WORKERS, "move") as pool:
            for batch in in_batches(self.carrier.source.digests(), BATCH):
                if storage_moves.move_state(self.move.id) != self.move.state:
                    raise MoveRefused(reason="它已被另一条命令取消或结束。")
                proven = storage_moves.proven_of(self.move.id, batch)
                self._carry(pool, [d for d in batch if d not in proven or d not in self._present], fates)
        self.counter.flush()
        return fates

    def _carry(self, pool: ThreadPoolExecutor, batch: Sequence[str], fates: dict[Fate, set[str]]) -> None:
        futures = [pool.submit(self.carrier.carry, digest, present=digest in self._present) for digest in batch]
        try:
            for future in as_completed(futures):
                carried = future.result()
                fates.setdefault(carried.fate, set()).add(carried.digest)
                self.counter.add(carried)
                if carried.fate in (Fate.COPIED, Fate.PROVEN):
                    self._present.add(carried.digest)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            with suppress(ConnectionFailure):  # what was proven stays proven, where anybody can be told
                self.counter.flush()
            raise

    def _carry_locks(self) -> None:
        """Once more for all: protection set or lifted past the archive since an object was carried."""
        def carry(digest: str) -> None:
            with suppress(NotFound):
                self.carrier.carry_lock(digest)

        with ThreadPoolExecutor(WORKERS, "move") as pool:
            for batch in in_batches(self.carrier.source.digests(), BATCH):
                list(pool.map(carry, batch))

    def _troubles(self, damaged: Iterable[str]) -> list[Trouble]:
        damaged = set(damaged)
        missing = {digest for digest in storage_moves.named_digests()
                   if digest not in self._present and digest not in damaged and not self._somewhere(digest)}
        naming = storage_moves.documents_naming(damaged | missing)
        return [Trouble(digest, "damaged" if digest in damaged else "missing", tuple(naming.get(digest, ())))
                for digest in sorted(damaged | missing)]

    def _somewhere(self, digest: str) -> bool:
        return self.carrier.target.exists(digest) or self.carrier.source.exists(digest)


def _stops(troubles: Iterable[Trouble]) -> bool:
    """Objects that nobody names are told and left behind: the sweep would have removed them."""
    return any(each.documents for each in troubles)
