"""Which store counts, as the settings and the recorded moves together say it."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from admin.settings import BadSetting, Settings
from admin.storage import routes as module
from admin.storage.mover import Mover
from admin.storage.places import FOLDER, place_of, target_named
from admin.storage.routes import FRESH_SECONDS, RecordedRoutes, moving_blobs, whereabouts
from admin.storage.sealing import seal
from admin.system import System
from archive.errors import EngineDown, Invalid
from archive.models import AuditEntry, MoveState, StorageMove
from archive.operations.storage_moves import SealedPlace, begin_move, cancel_move, end_move, switch_move
from tests.builders import SYSTEM
from tests.unit.admin.storage.conftest import SECRET, bucket, naming, url

A, B, C = (bucket(name).name for name in ("aaa", "bbb", "ccc"))


def a_move(source: str, target: str, state: MoveState, *, ended: bool = True) -> StorageMove:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return StorageMove(source=source, target=target, state=state, source_sealed="x", target_sealed="x", started_at=at,
                       ended_at=at if ended and state != MoveState.COPYING else None)


COPYING = a_move(A, B, MoveState.COPYING)
SETTLING = a_move(A, B, MoveState.SWITCHED, ended=False)
SWITCHED = a_move(A, B, MoveState.SWITCHED)
RETIRED = a_move(A, B, MoveState.RETIRED)
BACK = a_move(B, A, MoveState.SWITCHED)


@pytest.mark.parametrize(("named", "moves", "here"), [
    (A, [], A), (A, [COPYING], A), (A, [SETTLING], B), (A, [SWITCHED], B), (B, [SWITCHED], B), (A, [RETIRED], B),
    (B, [RETIRED], B), (C, [RETIRED], C), (A, [RETIRED, BACK], A), (B, [RETIRED, BACK], A),
    (A, [RETIRED, a_move(B, A, MoveState.COPYING)], B), (B, [RETIRED, a_move(B, A, MoveState.COPYING)], B),
    (A, [RETIRED, a_move(B, C, MoveState.SWITCHED)], C),
])
def test_settings_are_followed_through_the_recorded_moves(
    settings: Settings, named: str, moves: list[StorageMove], here: str
) -> None:
    assert whereabouts(named, moves, settings).here == here


@pytest.mark.parametrize(("named", "moves", "says"), [
    (B, [COPYING], "还没有完成"), (C, [COPYING], "写法须一致"), (C, [SWITCHED], "写法须一致"), (C, [SETTLING], "写法须一致")])
def test_settings_that_would_lose_files_are_refused(
    settings: Settings, named: str, moves: list[StorageMove], says: str
) -> None:
    with pytest.raises(BadSetting, match=says):
        whereabouts(named, moves, settings)


@pytest.mark.parametrize("text", ["", "folder:/x", "/srv/objects", "ftp://a:b@c/d", f"http://KEY:{SECRET}@host/",
                                  f"http://KEY:{SECRET}@host/bucket?what=1"])
def test_only_what_settings_can_name_is_a_target_and_a_refusal_shows_no_key(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        target_named(text)
    assert SECRET not in str(refusal.value)


def test_a_place_shows_no_key(settings: Settings) -> None:
    place = bucket("aaa")
    assert target_named("folder").name == FOLDER
    assert SECRET not in repr(place) + place.name
    assert place_of(place.url.replace("KEY", "OTHER")).name == place.name


# -- asking the record ---------------------------------------------------------------------------------------------

class Watch:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    made = Watch()
    monkeypatch.setattr(module, "_instant", made)
    return made


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often the record was read."""
    calls: list[int] = []
    real = module.recorded_moves
    monkeypatch.setattr(module, "recorded_moves", lambda: calls.append(1) or real())
    return calls


def sealed(system: System, name: str) -> SealedPlace:
    return SealedPlace(bucket(name).name if name else FOLDER, seal(system.settings.secret_key, url(name) if name else ""))


def begin(system: System, target: str = "bbb") -> StorageMove:
    return begin_move(SYSTEM, system.clock, sealed(system, ""), sealed(system, target))


def test_the_record_is_read_once_a_second_at_most(system: System, watch: Watch, asked: list[int]) -> None:
    routes = RecordedRoutes(system.settings)
    for _ in range(50):
        routes.reading()
        routes.writing()
    assert len(asked) == 1
    watch.seconds += FRESH_SECONDS * 1.01
    for _ in range(50):
        routes.reading()
        routes.writing()
    assert len(asked) == 2


def test_a_process_hears_of_each_change_within_a_second(
    system: System, watch: Watch, buckets: Callable[[str], Any]
) -> None:
    routes = RecordedRoutes(system.settings)
    old, new = buckets(""), buckets("bbb")

    def heard() -> tuple[Any, Any, bool]:
        watch.seconds += FRESH_SECONDS * 1.01
        route = routes.writing()
        return route.first, route.second, route.copying

    assert heard() == (old, None, False)
    move = begin(system)
    assert heard() == (old, new, True)
    switch_move(SYSTEM, system.clock, move.id, [])
    assert heard() == (new, old, False)
    end_move(SYSTEM, system.clock, move.id)
    assert heard() == (new, None, False)


def test_a_cancelled_move_leaves_everything_as_it_was(
    system: System, watch: Watch, buckets: Callable[[str], Any]
) -> None:
    routes = RecordedRoutes(system.settings)
    cancel_move(SYSTEM, system.clock, begin(system).id)
    watch.seconds += 2
    assert (routes.writing().first, routes.writing().second) == (buckets(""), None)


def test_where_nobody_can_be_asked_reading_goes_on_and_writing_does_not(
    system: System, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    routes = RecordedRoutes(system.settings)
    known = routes.reading()

    def away() -> list[StorageMove]:
        raise EngineDown(engine="MongoDB", reason="away")

    monkeypatch.setattr(module, "recorded_moves", away)
    watch.seconds += 2
    assert routes.reading() is known
    with pytest.raises(EngineDown):
        routes.writing()
    monkeypatch.undo()


def test_another_secret_key_is_said_in_a_sentence(system: System) -> None:
    switch_move(SYSTEM, system.clock, begin(system).id, [])
    with pytest.raises(BadSetting, match="DANGAN_SECRET_KEY"):
        RecordedRoutes(dataclasses.replace(system.settings, secret_key="another" * 8))


def test_a_move_is_retired_once_the_settings_name_the_new_place(system: System, mover: Mover) -> None:
    mover.run(bucket("bbb"))
    moving_blobs(system.settings, system.clock)
    assert StorageMove.objects.get().state == MoveState.SWITCHED
    for _ in range(2):
        moving_blobs(naming(system.settings, "bbb"), system.clock)
    assert StorageMove.objects.get().state == MoveState.RETIRED
    assert AuditEntry.objects(action="storage.move-retired").count() == 1
    assert RecordedRoutes(system.settings).reading().first is RecordedRoutes(naming(system.settings, "bbb")).reading().first
