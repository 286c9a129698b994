"""`dangan storage move`: begins a move or goes on with one, alone, and says how it ended."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from pymongo.errors import ConnectionFailure

from admin.settings import Settings
from admin.storage.carrying import Carrier
from admin.storage.passes import Passes, Trouble
from admin.storage.places import Place, shown
from admin.storage.progress import Counter, Progress, wait
from admin.storage.routes import Stores, whereabouts
from admin.storage.sealing import seal
from archive import leases
from archive.access import Actor
from archive.blobs.port import BlobStore
from archive.clock import Clock
from archive.errors import ArchiveError, EngineDown, StoreUnfit
from archive.models import StorageMove, new_id
from archive.operations import storage_moves
from archive.operations.storage_moves import MoveRefused, SealedPlace

log = logging.getLogger("dangan.storage")
DUTY = "storage-move"
TERM = timedelta(seconds=6)  # renewed while the mover runs; two movers at once would do no harm, only double work
PATIENCE = 10  # seconds to wait for the lease of a mover that was killed


@dataclass(frozen=True, slots=True)
class Outcome:
    """The move as it is recorded now. Troubles that documents name stopped it, or were left behind by choice."""

    move: StorageMove
    troubles: list[Trouble]


@dataclass(frozen=True, slots=True)
class Mover:
    """Copies for one person. `watch` hears of the progress about once a second."""

    settings: Settings
    clock: Clock
    actor: Actor
    leave_damaged: bool = False
    watch: Callable[[Progress], None] | None = None
    pause: Callable[[float], None] = wait

    def run(self, target: Place) -> Outcome:
        """Begin or resume the move to this place; ended already, it only says so.

        Raises MoveRefused, StoreUnfit, EngineDown, BadSetting; then the same call goes on where this one stopped.
        """
        try:
            for _ in range(PATIENCE):
                with leases.held(DUTY, new_id(), self.clock, TERM) as ours:
                    if ours:
                        return self._begin_or_resume(target)
                self.pause(1.0)
        except ConnectionFailure as error:
            raise EngineDown(engine="MongoDB", reason=type(error).__name__) from error
        raise MoveRefused(reason="另一条 dangan storage move 正在运行。用 dangan storage status 可以看到它的进度。")

    def _begin_or_resume(self, target: Place) -> Outcome:
        stores = Stores(self.settings)
        found = whereabouts(stores.own.name, storage_moves.recorded_moves(), self.settings)
        last = found.move
        if last is not None and (found.copying or found.settling):
            if last.target != target.name:
                raise MoveRefused(reason=f"迁往 {shown(last.target, self.settings)} 的迁移还没有结束；"
                                         "请先完成它（再次运行原来的命令），或取消它（dangan storage cancel）。")
            source = Place(stores.address(last.source, last.source_sealed), last.source)
            return self._move(stores, source, target, last)
        if found.here == target.name:
            if last is not None and last.target == target.name:
                return Outcome(last, [])
            raise MoveRefused(reason=f"文件本来就在 {shown(target.name, self.settings)}。")
        source = Place(stores.address(found.here, last.target_sealed if last else ""), found.here)
        return self._move(stores, source, target, None)

    def _move(self, stores: Stores, source: Place, target: Place, resumed: StorageMove | None) -> Outcome:
        origin, goal = stores.opened(source.url), stores.opened(target.url)
        goal.prepare()
        locks = self._locks(origin, goal, target)
        sealed = self._sealed(source), self._sealed(target)
        if resumed is None:
            move = storage_moves.begin_move(self.actor, self.clock, *sealed)
        else:
            move = resumed
            storage_moves.renew_addresses(move, *sealed)
        carrier = Carrier(origin, goal, self.clock.now, locks)
        counter = Counter(move.id, self.clock, *storage_moves.named_totals(), move.proven, move.proven_bytes, self.watch)
        passes = Passes(self.actor, self.clock, move, carrier, counter, self.pause, self.leave_damaged)
        try:
            troubles = passes.run()
        except Exception as error:
            self._note(move.id, error)
            raise
        return Outcome(storage_moves.find_move(move.id), troubles)

    def _sealed(self, place: Place) -> SealedPlace:
        return SealedPlace(place.name, seal(self.settings.secret_key, place.url))

    def _locks(self, source: BlobStore, target: BlobStore, place: Place) -> bool:
        """Whether there may be locks to carry. Raises StoreUnfit where there are and the target can keep none."""
        if not source.info().locks:
            return False
        if target.info().locks:
            return True
        now = self.clock.now()
        for digest in source.digests():
            if source.lock_of(digest).holds_at(now):
                raise StoreUnfit(place=shown(place.name, self.settings), reason=(
                    f"它不能保护对象，而对象 {digest} 受保护，迁过去就失去保护。请换一个新桶名，并在地址中加上 lock 与 days 选项"
                    "（建桶时即开启对象锁定）。"))
        return True

    def _note(self, key: str, error: Exception) -> None:
        """For `storage status`. What is no error of ours may say anything, so only its kind is kept."""
        try:
            storage_moves.note_error(key, str(error) if isinstance(error, ArchiveError) else type(error).__name__)
        except Exception:  # the database may be what is away; the first error is the one to tell
            log.warning("could not note what stopped the storage move")
