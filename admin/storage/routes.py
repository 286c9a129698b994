"""Which store counts now: what the settings name, or what a recorded move made of it. Asks the record once a second.

Every process has one `RecordedRoutes`; a mover waits `GRACE_SECONDS` after each change of the record, by which time
all of them have asked again.
"""

import dataclasses
import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import pymongo

from admin import backends
from admin.settings import PREFIX, BadSetting, Settings
from admin.storage.places import place_of, setting_for, shown
from admin.storage.sealing import Unreadable, unseal
from archive.access import system_actor
from archive.blobs.moving import Route, SwitchingBlobs
from archive.blobs.port import BlobStore
from archive.clock import Clock
from archive.errors import EngineDown
from archive.models import MoveState, StorageMove
from archive.operations.storage_moves import MoveRefused, recorded_moves, retire_move

log = logging.getLogger("dangan.storage")
FRESH_SECONDS = 1.0
GRACE_SECONDS = 3.0
PATIENCE_SECONDS = 2.0  # a read does not wait longer than this for a record it can do without
SETTING = f"{PREFIX}S3_URL"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """`here` is the store that counts; `move` the last one recorded, where there is one."""

    here: str
    move: StorageMove | None

    @property
    def copying(self) -> bool:
        return self.move is not None and self.move.state == MoveState.COPYING

    @property
    def settling(self) -> bool:
        """Switched, and what only the source got before every process knew is not yet copied."""
        return self.move is not None and self.move.state == MoveState.SWITCHED and self.move.ended_at is None


def whereabouts(named: str, moves: Sequence[StorageMove], settings: Settings) -> Whereabouts:
    """Follow the recorded moves from the place that the settings name. Raises BadSetting where no move knows it."""
    move, here = moves[-1] if moves else None, named
    done = [m for m in moves if m.state != MoveState.COPYING]
    for each in done:
        here = each.target if each.source == here else here
    found = Whereabouts(here, move)
    if move is None or here == (move.source if found.copying else move.target):
        return found
    if found.copying and here == move.target:
        raise BadSetting(name=SETTING, problem=(
            f"它已指向 {shown(here, settings)}，但迁往那里的存储迁移还没有完成，现在改用会缺少文件。"
            f"请改回 {shown(move.source, settings)}，等 dangan storage status 显示已切换后再改。"))
    if move.state == MoveState.RETIRED:  # changed by hand since: that is the settings' right
        return found
    raise BadSetting(name=SETTING, problem=(
        f"它指向 {shown(here, settings)}，而文件正在或已经由 {shown(move.source, settings)} 迁往 {shown(move.target, settings)}。"
        "请改为后两者之一（主机名、端口、桶名写法须一致），以免文件写到别处。"))


class Stores:
    """Opens each place once. The settings' own address wins over the sealed one: its key is the newer."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.own = settings, place_of(settings.s3_url)
        self._open: dict[str, BlobStore] = {}

    def at(self, name: str, sealed: str) -> BlobStore:
        return self.opened(self.address(name, sealed))

    def opened(self, url: str) -> BlobStore:
        if url not in self._open:
            self._open[url] = backends.blob_store(dataclasses.replace(self.settings, s3_url=url))
        return self._open[url]

    def address(self, name: str, sealed: str) -> str:
        if name == self.own.name:
            return self.own.url
        try:
            return unseal(self.settings.secret_key, sealed)
        except Unreadable:
            raise BadSetting(name=f"{PREFIX}SECRET_KEY", problem=(
                f"存储迁移的记录中，{shown(name, self.settings)} 的地址是用另一个密钥加密的，读不出来。请改回原来的密钥；"
                f"如果迁移已经完成，也可以{setting_for(name)}。")) from None


class RecordedRoutes:
    """The route as the database records it. Raises BadSetting, EngineDown when it is made."""

    def __init__(self, settings: Settings) -> None:
        self._stores, self._settings = Stores(settings), settings
        self._turn = threading.Lock()
        self._asked_at = self._tried_at = _instant()
        self._route = self._look()

    def reading(self) -> Route:
        if _instant() - self._tried_at > FRESH_SECONDS and self._turn.acquire(blocking=False):
            try:
                with pymongo.timeout(PATIENCE_SECONDS):
                    self._renew()
            except (EngineDown, BadSetting) as error:
                log.warning("cannot read where the objects are (%s); going on as before", type(error).__name__)
            finally:
                self._turn.release()
        return self._route

    def writing(self) -> Route:
        if _instant() - self._asked_at > FRESH_SECONDS:
            with self._turn:
                if _instant() - self._asked_at > FRESH_SECONDS:
                    self._renew()
        return self._route

    def _renew(self) -> None:
        self._tried_at = asked_at = _instant()
        self._route = self._look()
        self._asked_at = asked_at

    def _look(self) -> Route:
        found = whereabouts(self._stores.own.name, recorded_moves(), self._settings)
        move = found.move
        if move is None:
            return Route(self._stores.at(self._stores.own.name, ""))
        source = move.source, move.source_sealed
        target = move.target, move.target_sealed
        if found.copying:
            return Route(self._stores.at(*source), self._stores.at(*target), copying=True)
        if found.settling:
            return Route(self._stores.at(*target), self._stores.at(*source))
        return Route(self._stores.at(found.here, move.target_sealed))


def moving_blobs(settings: Settings, clock: Clock) -> BlobStore:
    """The archive's objects, wherever they are. A move that the settings have caught up with is retired.

    Raises BadSetting, EngineDown.
    """
    routes = RecordedRoutes(settings)
    moves = recorded_moves()
    last = moves[-1] if moves else None
    if last and last.state == MoveState.SWITCHED and last.ended_at and last.target == place_of(settings.s3_url).name:
        try:
            retire_move(system_actor("storage"), clock, last.id)
        except MoveRefused:  # another process that started at the same time did it
            log.info("the storage move is retired already")
    return SwitchingBlobs(routes, clock)


def _instant() -> float:
    """Seconds that go on while the machine sleeps: a route known before that is not fresh after it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
