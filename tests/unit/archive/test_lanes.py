"""Work goes on in order beside the caller, never further behind than allowed, and its errors come back."""

import threading

import pytest

from archive.lanes import Lane

SECONDS = 10.0


def test_pieces_are_done_in_order_and_all_of_them() -> None:
    done: list[int] = []
    lane = Lane(done.append, "test", 2)
    for number in range(100):
        lane.put(number)
    lane.finish()
    assert done == list(range(100))


def test_whoever_is_faster_waits() -> None:
    begun, go = threading.Semaphore(0), threading.Event()

    def slow(_: int) -> None:
        begun.release()
        assert go.wait(SECONDS)

    lane: Lane[int] = Lane(slow, "test", 2)
    put: list[int] = []

    def give() -> None:
        for number in range(9):
            lane.put(number)
            put.append(number)

    giver = threading.Thread(target=give)
    giver.start()
    assert begun.acquire(timeout=SECONDS)
    giver.join(0.1)
    assert giver.is_alive()
    assert len(put) <= 3, "one is worked on, two wait"
    go.set()
    giver.join(SECONDS)
    lane.finish()
    assert len(put) == 9


def test_an_offer_is_dropped_where_others_wait() -> None:
    begun, go = threading.Event(), threading.Event()
    done: list[int] = []

    def slow(number: int) -> None:
        begun.set()
        assert go.wait(SECONDS)
        done.append(number)

    lane = Lane(slow, "test", 1)
    lane.offer(1)
    assert begun.wait(SECONDS)
    for number in (2, 3, 4):
        lane.offer(number)
    go.set()
    lane.finish()
    assert done == [1, 2]


def test_an_error_is_raised_where_work_is_given_and_ends_nothing_else() -> None:
    def fail(number: int) -> None:
        raise OSError(number)

    lane = Lane(fail, "test", 1)
    def go_on() -> None:
        for _ in range(50):
            lane.put(1)

    with pytest.raises(OSError, match="1"):
        go_on()
    with pytest.raises(OSError, match="1"):
        lane.finish()
    lane.end()
