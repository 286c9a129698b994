"""A store made of two: nothing put and not deleted is ever unreadable, whenever whoever hears of the move."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from admin.storage.carrying import Carrier, Fate
from archive.blobs.folder import FolderBlobs
from archive.blobs.moving import Route, SwitchingBlobs
from archive.blobs.port import BlobStore, Lock, LockMode
from archive.clock import FixedClock
from archive.errors import EngineDown, Locked, NotFound

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CLOCK = FixedClock(NOW)
UNTIL = datetime(2090, 1, 1, tzinfo=UTC)
ABSENT = "sha256:" + "0" * 64


def digest_of(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def put(blobs: BlobStore, folder: Path, content: bytes) -> str:
    source = folder / "source"
    source.write_bytes(content)
    blobs.put(source, digest_of(content))
    source.unlink(missing_ok=True)
    return digest_of(content)


class Told:
    """Routes that are told, as a process hears of the record: late."""

    def __init__(self, route: Route) -> None:
        self.route = route

    def reading(self) -> Route:
        return self.route

    def writing(self) -> Route:
        return self.route


class Away:
    """A store that does not answer."""

    def __getattr__(self, name: str) -> Any:
        def fail(*_: object, **__: object) -> None:
            raise EngineDown(engine="S3", reason="away")

        return fail


class Slow(FolderBlobs):
    """Something happens while a file is being sent, or after it arrived and before whoever sent it goes on."""

    before: Callable[[], None] | None = None
    after: Callable[[], None] | None = None

    def put(self, source: Path, digest: str, *, hashed: bool = False) -> None:
        before, self.before = self.before, None
        if before:
            before()
        super().put(source, digest, hashed=hashed)
        after, self.after = self.after, None
        if after:
            after()


class Moving(RuleBasedStateMachine):
    """Three processes that hear of changes at any time before the mover goes on, and the mover."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        root = Path(self.folder.name)
        self.root = root
        self.source, self.target = Slow(root / "a"), Slow(root / "b")
        self.record = Route(self.source)
        self.told = [Told(self.record) for _ in range(3)]
        self.processes = [SwitchingBlobs(told, CLOCK) for told in self.told]
        self.steps = iter([
            lambda: self.change(Route(self.source, self.target, copying=True)), self.all_hear, self.copy, self.copy,
            lambda: self.change(Route(self.target, self.source)), self.all_hear, self.gather,
            lambda: self.change(Route(self.target)), self.all_hear])
        self.ended = False
        self.living: set[bytes] = set()

    def teardown(self) -> None:
        for _ in range(12):
            self.mover_goes_on()
        for content in self.living:
            assert self.target.verify(digest_of(content)), "accepted, and not in the target after the move"
        self.folder.cleanup()

    def change(self, route: Route) -> None:
        self.record = route

    def all_hear(self) -> None:
        for told in self.told:
            told.route = self.record

    def copy(self) -> None:
        """Passes until one finds nothing missing."""
        while self._pass(undo=True):
            pass

    def gather(self) -> None:
        while self._pass(undo=False):
            pass
        self.ended = True

    def _pass(self, *, undo: bool) -> bool:
        carrier = Carrier(self.source, self.target, CLOCK.now, locks=True, undo=undo)
        present = set(self.target.digests())
        return any(carrier.carry(d, present=d in present).fate in (Fate.COPIED, Fate.GONE) for d in list(self.source.digests()))

    @rule(process=st.integers(0, 2))
    def hear(self, process: int) -> None:
        self.told[process].route = self.record

    @rule()
    def mover_goes_on(self) -> None:
        next(self.steps, lambda: None)()

    @rule(process=st.integers(0, 2), content=st.sampled_from([b"a", b"b", b"c", b"d"]))
    def put(self, process: int, content: bytes) -> None:
        put(self.processes[process], self.root, content)
        self.living.add(content)

    @rule(process=st.integers(0, 2), content=st.sampled_from([b"a", b"b", b"c", b"d"]), steps=st.integers(1, 9),
          sending=st.booleans())
    def put_slowly(self, process: int, content: bytes, steps: int, sending: bool) -> None:
        """The mover takes steps while the file is being sent; a process looks again after at most a second."""
        def meanwhile() -> None:
            for _ in range(steps):
                self.mover_goes_on()

        setattr(self.told[process].route.first, "before" if sending else "after", meanwhile)
        self.put(process, content)
        self.source.before = self.source.after = self.target.before = self.target.after = None

    @precondition(lambda self: self.living)
    @rule(process=st.integers(0, 2), choice=st.randoms(use_true_random=False))
    def delete(self, process: int, choice: Any) -> None:
        content = choice.choice(sorted(self.living))
        self.hear(process)
        self.processes[process].delete(digest_of(content))
        self.living.discard(content)
        assert not self.target.exists(digest_of(content))

    @invariant()
    def everything_accepted_is_readable(self) -> None:
        for process in self.processes:
            for content in self.living:
                with process.open(digest_of(content)) as stream:
                    assert stream.read() == content
                assert process.size(digest_of(content)) == len(content)
            assert set(process.digests()) >= {digest_of(content) for content in self.living}


TestMoving = Moving.TestCase
TestMoving.settings = settings(max_examples=100, stateful_step_count=25, deadline=None)


@pytest.fixture
def stores(tmp_path: Path) -> tuple[FolderBlobs, FolderBlobs]:
    return FolderBlobs(tmp_path / "a"), FolderBlobs(tmp_path / "b")


def over(route: Route) -> SwitchingBlobs:
    return SwitchingBlobs(Told(route), CLOCK)


# -- a store in trouble --------------------------------------------------------------------------------------------

def test_a_failing_target_refuses_no_upload_and_hides_nothing(stores: Any, tmp_path: Path) -> None:
    blobs = over(Route(stores[0], Away(), copying=True))  # type: ignore[arg-type]
    digest = put(blobs, tmp_path, b"deed")
    assert blobs.verify(digest)
    assert stores[0].verify(digest)
    assert not blobs.exists(ABSENT)
    assert list(blobs.digests()) == [digest]
    assert blobs.tidy(0) == 0
    with pytest.raises(NotFound):
        blobs.size(ABSENT)


def test_after_the_switch_an_upload_that_the_target_did_not_take_is_no_upload(stores: Any, tmp_path: Path) -> None:
    blobs = over(Route(Away(), stores[0]))  # type: ignore[arg-type]
    with pytest.raises(EngineDown):
        put(blobs, tmp_path, b"deed")


def test_after_the_switch_nobody_says_missing_while_the_source_cannot_be_asked(stores: Any) -> None:
    blobs = over(Route(stores[0], Away()))  # type: ignore[arg-type]
    with pytest.raises(EngineDown):
        blobs.size(ABSENT)
    with pytest.raises(EngineDown):
        blobs.exists(ABSENT)


def test_a_switch_in_the_middle_of_an_upload_is_not_missed(tmp_path: Path) -> None:
    source, target = Slow(tmp_path / "a"), FolderBlobs(tmp_path / "b")
    told = Told(Route(source, Away(), copying=True))  # type: ignore[arg-type]

    def switch() -> None:
        told.route = Route(target, source)

    source.after = switch
    assert target.verify(put(SwitchingBlobs(told, CLOCK), tmp_path, b"deed"))


# -- deleting ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("copying", [True, False])
def test_an_old_object_goes_from_both_though_its_copy_is_young(stores: Any, tmp_path: Path, copying: bool) -> None:
    first, second = stores
    digest = put(first, tmp_path, b"deed")
    put(second, tmp_path, b"deed")
    for store, age in ((first, timedelta(days=2)), (second, timedelta(minutes=1))):
        with store.local(digest) as path:
            moment = (NOW - age).timestamp()
            os.utime(path, (moment, moment))
    blobs = over(Route(first, second, copying=copying))
    assert blobs.delete_if_old(digest, (NOW - timedelta(days=1)).timestamp())
    assert not first.exists(digest)
    assert not second.exists(digest)


def test_a_young_object_stays_though_its_forgotten_copy_is_old(stores: Any, tmp_path: Path) -> None:
    first, second = stores
    digest = put(first, tmp_path, b"deed")
    put(second, tmp_path, b"deed")
    with second.local(digest) as path:
        os.utime(path, (0, 0))
    assert not over(Route(first, second)).delete_if_old(digest, 1.0)
    assert second.exists(digest)


def test_what_is_locked_is_deleted_nowhere(stores: Any, tmp_path: Path) -> None:
    blobs = over(Route(*stores, copying=True))
    digest = put(blobs, tmp_path, b"deed")
    blobs.hold(digest, True)
    with pytest.raises(Locked):
        blobs.delete(digest)
    assert all(store.exists(digest) for store in stores)


# -- locks ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("copying", [True, False])
def test_protection_is_set_wherever_the_object_is(stores: Any, tmp_path: Path, copying: bool) -> None:
    blobs = over(Route(*stores, copying=copying))
    digest = put(blobs, tmp_path, b"deed")
    blobs.retain(digest, LockMode.GOVERNANCE, UNTIL)
    blobs.hold(digest, True)
    wanted = Lock(LockMode.GOVERNANCE, UNTIL, hold=True)
    assert {store.lock_of(digest) for store in stores if store.exists(digest)} == {wanted}
    with pytest.raises(NotFound):
        blobs.retain(ABSENT, LockMode.GOVERNANCE, UNTIL)


def test_a_lock_that_changes_while_it_is_carried_is_carried_again(stores: Any, tmp_path: Path) -> None:
    """The hold is lifted after the carrier read it and before it set it."""
    class Changing(FolderBlobs):
        def hold(self, digest: str, on: bool) -> None:
            if stores[0].lock_of(digest).hold:
                stores[0].hold(digest, False)
            super().hold(digest, on)

    target = Changing(tmp_path / "c")
    digest = put(stores[0], tmp_path, b"deed")
    stores[0].hold(digest, True)
    assert Carrier(stores[0], target, CLOCK.now, locks=True).carry(digest, present=False).fate is Fate.COPIED
    assert target.lock_of(digest) == Lock()


# -- carrying ------------------------------------------------------------------------------------------------------

def test_what_is_damaged_in_the_target_is_replaced_and_in_the_source_is_told(stores: Any, tmp_path: Path) -> None:
    source, target = stores
    carrier = Carrier(source, target, CLOCK.now, locks=True)
    digest = put(source, tmp_path, b"deed")
    put(target, tmp_path, b"deed")
    damage(target, digest)
    assert carrier.carry(digest, present=True).fate is Fate.COPIED
    assert target.verify(digest)
    damage(source, digest)
    assert carrier.carry(digest, present=True).fate is Fate.PROVEN
    target.delete(digest)
    assert carrier.carry(digest, present=False).fate is Fate.DAMAGED
    assert not target.exists(digest)


def damage(store: FolderBlobs, digest: str) -> None:
    with store.local(digest) as path:
        path.chmod(0o640)
        path.write_bytes(b"deeD")


def test_what_is_deleted_while_it_is_copied_does_not_come_back(stores: Any, tmp_path: Path) -> None:
    source = stores[0]
    digest = put(source, tmp_path, b"deed")
    target = Slow(tmp_path / "c")
    target.after = lambda: over(Route(source, target, copying=True)).delete(digest)
    assert Carrier(source, target, CLOCK.now, locks=True).carry(digest, present=False).fate is Fate.GONE
    target.after = lambda: source.delete(digest)
    put(source, tmp_path, b"deed")
    assert Carrier(source, target, CLOCK.now, locks=True).carry(digest, present=False).fate is Fate.GONE
    assert not target.exists(digest)
