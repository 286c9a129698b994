"""Events are delivered at least once to each handler, failures are kept and retried, a dead worker's claim runs out."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from admin.system import System
from archive import events
from archive.clock import FixedClock
from archive.events import CLAIM, Subscription, deliver, lag
from archive.models import OutboxEvent
from archive.transaction import Transaction, collection, write
from tests.builders import SYSTEM


def emit(system: System, *subjects: str, kind: str = "test.happened") -> None:
    def work(tx: Transaction) -> None:
        tx.audit("test.done", "thing")
        for subject in subjects:
            tx.emit(kind, subject)
    write(SYSTEM, system.clock, work)


class Recorder:
    """A handler that notes what it got and fails as told."""

    def __init__(self, fail: Mapping[str, int] | None = None) -> None:
        self.got: list[str] = []
        self.fail = dict(fail or {})

    def __call__(self, batch: Sequence[OutboxEvent]) -> Mapping[str, str]:
        errors = {}
        for event in batch:
            self.got.append(event.subject)
            if self.fail.get(event.subject, 0):
                self.fail[event.subject] -= 1
                errors[event.id] = "not now"
        return errors


def subscribed(handler: events.Handler, name: str = "h", kind: str = "test.happened") -> Subscription:
    return Subscription(name, frozenset({kind}), handler)


def test_each_event_reaches_each_handler_once(system: System) -> None:
    emit(system, "a", "b", "c")
    one, two = Recorder(), Recorder()
    assert deliver([subscribed(one, "one"), subscribed(two, "two")], system.clock) == 3
    assert deliver([subscribed(one, "one"), subscribed(two, "two")], system.clock) == 0
    assert sorted(one.got) == sorted(two.got) == ["a", "b", "c"]
    assert lag(system.clock.now()).waiting == 0


def test_an_event_nobody_wants_is_finished(system: System) -> None:
    emit(system, "a", kind="test.unwanted")
    assert deliver([subscribed(Recorder())], system.clock) == 1


def test_a_failure_is_kept_and_only_the_failed_handler_runs_again(system: System, clock: FixedClock) -> None:
    emit(system, "a", "b")
    good, bad = Recorder(), Recorder(fail={"a": 1})
    both = [subscribed(good, "good"), subscribed(bad, "bad")]
    assert deliver(both, clock) == 1
    stored = OutboxEvent.objects(subject="a").get()
    assert (stored.finished, stored.attempts) == (False, 1)
    assert "bad: not now" in stored.error
    assert lag(clock.now()).failing == 1
    assert deliver(both, clock) == 0, "not before its back-off"
    clock.advance(timedelta(hours=1))
    assert deliver(both, clock) == 1
    assert good.got.count("a") == 1
    assert bad.got.count("a") == 2


def test_a_raising_handler_fails_its_batch_but_not_the_others(system: System) -> None:
    emit(system, "a")

    def broken(batch: Sequence[OutboxEvent]) -> Mapping[str, str]:
        raise ZeroDivisionError("bug")

    good = Recorder()
    assert deliver([subscribed(broken, "broken"), subscribed(good, "good")], system.clock) == 0
    assert good.got == ["a"]
    assert "ZeroDivisionError" in OutboxEvent.objects(subject="a").get().error


def test_claimed_events_are_not_taken_twice_until_the_claim_runs_out(system: System, clock: FixedClock) -> None:
    emit(system, "a")
    assert [event.subject for event in events._claim(clock, 10)] == ["a"]
    assert events._claim(clock, 10) == []
    clock.advance(CLAIM + timedelta(seconds=1))
    assert [event.subject for event in events._claim(clock, 10)] == ["a"]


def test_the_only_worker_may_free_old_claims_at_once(system: System, clock: FixedClock) -> None:
    emit(system, "a")
    events._claim(clock, 10)
    assert events.release_claims(clock) == 1
    assert len(events._claim(clock, 10)) == 1


def test_lag_says_how_long_the_oldest_waits(system: System, clock: FixedClock) -> None:
    emit(system, "a")
    clock.advance(timedelta(seconds=90))
    emit(system, "b")
    seen = lag(clock.now())
    assert (seen.waiting, seen.seconds) == (2, pytest.approx(90, abs=0.01))
    assert lag(clock.now(), ["b"]).waiting == 1


def test_finished_events_remember_when(system: System) -> None:
    emit(system, "a")
    deliver([subscribed(Recorder())], system.clock)
    row = collection(OutboxEvent).find_one({"subject": "a"})
    assert row["finished_at"] == system.clock.now()
