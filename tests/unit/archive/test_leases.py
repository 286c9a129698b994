"""One holder at a time; who stops renewing loses it, who renews keeps it however long it takes. The server's clock decides."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from admin.system import System
from archive import leases
from archive.clock import FixedClock
from archive.models import Lease
from tests.server_time import lease_has_left

TERM = timedelta(seconds=45)


@pytest.fixture
def duty(system: System) -> str:
    return "test"


def test_one_takes_it_and_may_renew_it(duty: str, clock: FixedClock) -> None:
    assert leases.take(duty, "a", clock, TERM)
    assert not leases.take(duty, "b", clock, TERM)
    lease_has_left(duty, timedelta(seconds=30))
    clock.advance(timedelta(seconds=15))
    assert leases.take(duty, "a", clock, TERM)
    assert not leases.take(duty, "b", clock, TERM)
    assert leases.standing(duty) == leases.Standing("a", clock.now(), alive=True), "b's attempt changed nothing"


def test_who_does_not_renew_loses_it(duty: str, clock: FixedClock) -> None:
    leases.take(duty, "a", clock, TERM)
    lease_has_left(duty)
    standing = leases.standing(duty)
    assert standing is not None
    assert (standing.holder, standing.alive) == ("a", False)
    assert leases.take(duty, "b", clock, TERM)
    assert not leases.take(duty, "a", clock, TERM)


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-1)])
def test_a_process_whose_clock_jumps_takes_and_loses_nothing(duty: str, clock: FixedClock, jump: timedelta) -> None:
    ahead = FixedClock(clock.now() + jump)
    assert leases.take(duty, "a", clock, TERM)
    assert not leases.take(duty, "b", ahead, TERM)
    assert leases.take(duty, "a", ahead, TERM)
    assert not leases.take(duty, "b", clock, TERM)
    lease_has_left(duty)
    assert leases.take(duty, "b", clock, TERM), "and it blocks nobody once its holder is gone"


def test_a_lease_from_before_the_server_s_clock_was_set_back_is_over(duty: str, clock: FixedClock) -> None:
    leases.take(duty, "a", clock, TERM)
    lease_has_left(duty, timedelta(days=1))
    assert leases.take(duty, "b", clock, TERM)


def test_a_lease_of_somebody_whose_command_began_a_moment_later_stands(duty: str, clock: FixedClock) -> None:
    leases.take(duty, "a", clock, TERM)
    lease_has_left(duty, TERM + timedelta(seconds=5))
    assert not leases.take(duty, "b", clock, TERM), "MongoDB does a command again with the time of its beginning"


def test_only_the_holder_gives_it_back(duty: str, clock: FixedClock) -> None:
    leases.take(duty, "a", clock, TERM)
    leases.give_back(duty, "b")
    assert not leases.take(duty, "b", clock, TERM)
    leases.give_back(duty, "a")
    assert leases.standing(duty) is None
    assert leases.take(duty, "b", clock, TERM)


def test_duties_do_not_touch_each_other(duty: str, clock: FixedClock) -> None:
    assert leases.take(duty, "a", clock, TERM)
    assert leases.take("another", "b", clock, TERM)


def test_of_many_who_try_at_once_one_gets_it(duty: str, clock: FixedClock) -> None:
    for again in range(5):
        together = threading.Barrier(6)

        def attempt(name: int, together: threading.Barrier = together, again: int = again) -> bool:
            together.wait()
            return leases.take(f"{duty}{again}", str(name), clock, TERM)

        with ThreadPoolExecutor(6) as pool:
            assert list(pool.map(attempt, range(6))).count(True) == 1


def test_a_block_holds_it_to_its_end_whatever_happens_inside(duty: str, clock: FixedClock) -> None:
    def work() -> None:
        with leases.held(duty, "a", clock, TERM) as ours:
            assert ours
            with leases.held(duty, "b", clock, TERM) as theirs:
                assert not theirs
            assert Lease.objects.get().holder == "a", "who did not get it gives nothing back"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert Lease.objects.count() == 0


def test_a_block_longer_than_its_term_keeps_the_lease(duty: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    renewed = threading.Event()
    monkeypatch.setattr(leases, "RENEWALS", 1000)
    with leases.held(duty, "a", clock, TERM):
        lease_has_left(duty)
        take = leases.take

        def and_say_so(*arguments: object) -> bool:
            taken = take(*arguments)  # type: ignore[arg-type]
            renewed.set()
            return taken

        monkeypatch.setattr(leases, "take", and_say_so)
        assert renewed.wait(10)
        assert not take(duty, "b", clock, TERM)
