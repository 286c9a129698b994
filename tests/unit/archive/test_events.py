"""Events are delivered at least once in each lane, failures are kept and retried, a dead worker's claim runs out."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo.errors import NotPrimaryError

from admin.system import System
from archive import claims, effects, events, transaction
from archive.claims import Event
from archive.clock import FixedClock
from archive.errors import EngineDown
from archive.events import AWAY, Delivery, NotNow, Subscription, deliver, lag
from archive.models import OutboxEvent
from archive.server_clock import AT_ONCE, after
from archive.transaction import Transaction, collection, write
from tests.builders import SYSTEM
from tests.server_time import pass_time


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two kinds of test events: one for two lanes, one for the index alone."""
    monkeypatch.setattr(transaction, "EFFECTS", {"test.happened": (effects.INDEX, effects.JUDGE), "test.indexed": (effects.INDEX,)})


def emit(system: System, *subjects: str, kind: str = "test.indexed") -> None:
    def work(tx: Transaction) -> None:
        tx.audit("test.done", "thing")
        for subject in subjects:
            tx.emit(kind, subject)
    write(SYSTEM, system.clock, work)


class Recorder:
    """A handler that notes what it got and fails as told."""

    def __init__(self, fail: Mapping[str, int] | None = None, error: str | EngineDown = "not now") -> None:
        self.got: list[str] = []
        self.fail = dict(fail or {})
        self.error = error

    def __call__(self, batch: Sequence[Event]) -> Mapping[str, str | EngineDown]:
        errors = {}
        for event in batch:
            self.got.append(event.subject)
            if self.fail.get(event.subject, 0):
                self.fail[event.subject] -= 1
                errors[event.id] = self.error
        return errors


def index(handler: events.Handler, batch: int = 64) -> Subscription:
    return Subscription(effects.INDEX, handler, batch)


def judge(handler: events.Handler) -> Subscription:
    return Subscription(effects.JUDGE, handler)


def failing(error: Exception) -> events.Handler:
    def handle(_: Sequence[Event]) -> Mapping[str, str]:
        raise error
    return handle


def stored(subject: str) -> OutboxEvent:
    event: OutboxEvent = OutboxEvent.objects(subject=subject).get()
    return event


# -- lanes ---------------------------------------------------------------------------------------------------------

def test_each_event_reaches_each_of_its_lanes_once(system: System) -> None:
    emit(system, "a", "b", "c", kind="test.happened")
    one, two = Recorder(), Recorder()
    assert deliver(index(one)) == Delivery(3, 3)
    assert lag(system.clock.now()).waiting == 3, "the other lane is not done yet"
    assert deliver(judge(two)) == Delivery(3, 3)
    assert deliver(index(one)) == deliver(judge(two)) == Delivery()
    assert sorted(one.got) == sorted(two.got) == ["a", "b", "c"]
    assert lag(system.clock.now()).waiting == 0


def test_a_lane_does_not_wait_for_another(system: System) -> None:
    emit(system, "a", kind="test.happened")
    seen: list[Delivery] = []

    def slow(_: Sequence[Event]) -> Mapping[str, str]:
        seen.append(deliver(judge(Recorder())))
        return {}

    deliver(index(slow))
    assert seen == [Delivery(1, 1)]
    assert stored("a").finished


def test_a_kind_without_effects_leaves_no_event(system: System) -> None:
    emit(system, "a", kind="test.unwanted")
    assert OutboxEvent.objects.count() == 0


def test_every_kind_of_event_goes_to_lanes_that_exist() -> None:
    assert {lane for lanes in effects.EFFECTS.values() for lane in lanes} == set(effects.LANES)
    assert effects.EFFECTS_BEFORE.keys() == effects.EFFECTS.keys()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(st.tuples(st.sampled_from(["index", "judge"]), st.integers(1, 4), st.sampled_from(["ok", "fail", "away", "stop"])),
                     max_size=12))
def test_whatever_fails_each_lane_is_done_with_every_event_in_the_end(system: System, plan: list[tuple[str, int, str]]) -> None:
    collection(OutboxEvent).delete_many({})
    subjects = [str(number) for number in range(6)]
    emit(system, *subjects, kind="test.happened")
    done: dict[str, list[str]] = {"index": [], "judge": []}

    def handler(lane: str, how: str) -> events.Handler:
        def handle(batch: Sequence[Event]) -> Mapping[str, str | EngineDown]:
            if how == "stop":
                raise NotNow
            error: str | EngineDown = EngineDown(engine="X", reason="away") if how == "away" else "bad"
            failed = {} if how == "ok" else {batch[0].id: error}
            done[lane] += [event.subject for event in batch if event.id not in failed]
            return failed
        return handle

    for lane, size, how in plan:
        deliver(Subscription(lane, handler(lane, how), size))
    for lane in done:
        pass_time(timedelta(hours=1))
        while deliver(Subscription(lane, handler(lane, "ok"))).claimed:
            pass
    assert {lane: sorted(got) for lane, got in done.items()} == {"index": subjects, "judge": subjects}
    assert lag(system.clock.now()).waiting == 0


# -- failures ------------------------------------------------------------------------------------------------------

def test_a_failure_is_kept_and_only_the_failed_lane_runs_again(system: System, clock: FixedClock) -> None:
    emit(system, "a", "b", kind="test.happened")
    good, bad = Recorder(), Recorder(fail={"a": 1})
    assert deliver(index(good)).done == 2
    assert deliver(judge(bad)) == Delivery(2, 1)
    assert (stored("a").finished, stored("a").attempts) == (False, 1)
    assert stored("a").error == "judge: not now"
    assert lag(clock.now()).failing == lag(clock.now(), effects.JUDGE).failing == 1
    assert lag(clock.now(), effects.INDEX).failing == 0
    assert deliver(judge(bad)) == Delivery(), "not before its back-off"
    pass_time(timedelta(seconds=10))
    assert deliver(judge(bad)) == Delivery(1, 1)
    assert (good.got.count("a"), bad.got.count("a")) == (1, 2)
    assert (stored("a").finished, stored("a").error) == (True, "")


def test_a_raising_handler_fails_its_batch(system: System) -> None:
    emit(system, "a", "b")
    assert deliver(index(failing(ZeroDivisionError("$bug")))) == Delivery(2, 0)
    assert {event.error for event in OutboxEvent.objects} == {"index: ZeroDivisionError: $bug"}


def test_pauses_grow_with_failures(system: System) -> None:
    emit(system, "a")
    bad, waits = Recorder(fail={"a": 9}), []
    for _ in range(4):
        deliver(index(bad))
        row = next(collection(OutboxEvent).aggregate([{"$set": {"left": {"$subtract": ["$due.index", "$$NOW"]}}}]))
        waits.append(row["left"])
        pass_time(timedelta(hours=1))
    assert all(later > earlier for earlier, later in pairwise(waits))
    assert waits[0] <= 10_000


@pytest.mark.parametrize("error", [EngineDown(engine="Elasticsearch", reason="away"), NotPrimaryError("stepping down")])
def test_an_engine_that_is_away_is_not_the_event_s_failure(system: System, clock: FixedClock, error: Exception) -> None:
    emit(system, "a", "b")
    delivery = deliver(index(failing(error)))
    assert (delivery.claimed, delivery.done) == (2, 0)
    assert "连接不上" in delivery.away
    assert (stored("a").attempts, lag(clock.now()).failing) == (0, 0)
    assert "连接不上" in stored("a").error
    pass_time(AWAY)
    assert deliver(index(Recorder())) == Delivery(2, 2), "soon after it is back"


def test_one_object_that_cannot_be_had_does_not_stop_the_lane(system: System) -> None:
    emit(system, "a", "b")
    some = Recorder(fail={"a": 1}, error=EngineDown(engine="S3", reason="away"))
    assert deliver(index(some)) == Delivery(2, 1)


def test_a_handler_that_is_stopped_gives_its_events_back(system: System) -> None:
    emit(system, "a")
    assert deliver(index(failing(NotNow()))) == Delivery(1, 0)
    assert (stored("a").attempts, stored("a").error, stored("a").due["index"]) == (0, "", AT_ONCE)
    assert deliver(index(Recorder())) == Delivery(1, 1)


# -- claims --------------------------------------------------------------------------------------------------------

def claimed(lane: str = effects.INDEX, most: int = 10) -> list[str]:
    claim = claims.take(lane, most)
    return sorted(event.subject for event in claim.events) if claim else []


def test_claimed_events_are_not_taken_twice_until_the_claim_runs_out(system: System) -> None:
    emit(system, "a")
    assert claimed() == ["a"]
    assert claimed() == []
    pass_time(claims.TERM - timedelta(seconds=5))
    assert claimed() == []
    pass_time(timedelta(seconds=5))
    assert claimed() == ["a"]


def test_a_claim_from_before_the_server_s_clock_was_set_back_is_over(system: System) -> None:
    emit(system, "a")
    claimed()
    pass_time(-timedelta(days=1))
    assert claimed() == ["a"]


def test_an_event_of_a_machine_whose_clock_is_ahead_is_due_at_once(system: System, clock: FixedClock) -> None:
    clock.instant = datetime.now(UTC) + timedelta(days=1)
    emit(system, "a")
    assert claimed() == ["a"]


def test_a_claim_is_renewed_while_its_events_are_handled(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "RENEW_SECONDS", 0.01)
    emit(system, "a")
    others: list[list[str]] = []

    def long_work(batch: Sequence[Event]) -> Mapping[str, str]:
        collection(OutboxEvent).update_many({}, [{"$set": {"due.index": after(timedelta(seconds=1))}}])
        until(lambda: stored("a").due["index"] > datetime.now(UTC) + timedelta(seconds=20))
        others.append(claimed())
        return {}

    assert deliver(index(long_work)) == Delivery(1, 1)
    assert others == [[]]


def test_who_lost_a_claim_settles_nothing(system: System) -> None:
    emit(system, "a", "b")

    def frozen(batch: Sequence[Event]) -> Mapping[str, str]:
        pass_time(claims.TERM)
        assert claimed(most=1), "another worker takes one over"
        return {batch[0].id: "bad", batch[1].id: "bad"}

    deliver(index(frozen))
    assert sorted(event.attempts for event in OutboxEvent.objects) == [0, 1]

    collection(OutboxEvent).update_many({}, {"$set": {"due.index": AT_ONCE}, "$unset": {"claims": 1}})

    def slow(batch: Sequence[Event]) -> Mapping[str, str]:
        pass_time(claims.TERM)
        claimed(most=1)
        return {}

    assert deliver(index(slow)).done == 1
    assert OutboxEvent.objects(finished=False).count() == 1


def test_an_unexpected_end_frees_the_claim(system: System) -> None:
    emit(system, "a")

    def gather(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver(Subscription(effects.INDEX, Recorder(), gather=1), gather)
    assert claimed() == ["a"]


def test_the_only_worker_may_free_old_claims_at_once(system: System) -> None:
    emit(system, "a", kind="test.happened")
    claimed()
    claimed(effects.JUDGE)
    assert claims.release_all() == 2
    assert claimed() == claimed(effects.JUDGE) == ["a"]


def test_many_workers_share_the_events_without_doing_any_twice(system: System) -> None:
    subjects = [f"{number:03}" for number in range(120)]
    emit(system, *subjects)
    together = threading.Barrier(6)

    def work(_: int) -> list[str]:
        mine = Recorder()
        together.wait()
        while deliver(index(mine, batch=3)).claimed:
            pass
        return mine.got

    with ThreadPoolExecutor(6) as pool:
        got = [subject for mine in pool.map(work, range(6)) for subject in mine]
    while deliver(index(rest := Recorder())).claimed:  # one that was outrun too often has stopped early
        got += rest.got
    assert sorted(got) == subjects


# -- what was there before ----------------------------------------------------------------------------------------

def old_row(key: str, kind: str, handled: Sequence[str], **more: Any) -> dict[str, Any]:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return {"_id": key, "kind": kind, "subject": key, "project": "P", "at": at, "finished": False, "handled": list(handled),
            "attempts": 2, "not_before": at, "claimed_by": "a worker of then", "error": "index: bad", **more}


def test_rows_of_before_there_were_lanes_go_where_they_had_not_been(system: System) -> None:
    rows = [old_row("a", "document.filed", []), old_row("b", "document.filed", ["read", "index"]), old_row("c", "project.changed", []),
            old_row("d", "document.changed", ["index", "judge"]), old_row("e", "forgotten.kind", []),
            old_row("f", "document.filed", [], finished=True, finished_at=datetime.now(UTC))]
    collection(OutboxEvent).insert_many(rows)
    assert claims.adopt() == 5
    assert claims.adopt() == 0
    assert {key: sorted(stored(key).due) for key in "abcdef"} == {
        "a": ["index", "judge", "read"], "b": ["judge"], "c": ["judge"], "d": [], "e": [], "f": []}
    assert {key for key in "abcdef" if stored(key).finished} == {"d", "e", "f"}
    assert claimed(effects.READ) == ["a"]
    assert claimed(effects.JUDGE) == ["a", "b", "c"]


# -- numbers -------------------------------------------------------------------------------------------------------

def test_lag_says_how_long_the_oldest_waits(system: System, clock: FixedClock) -> None:
    emit(system, "a", kind="test.happened")
    clock.advance(timedelta(seconds=90))
    emit(system, "b")
    deliver(judge(Recorder()))
    seen = lag(clock.now())
    assert (seen.waiting, seen.seconds) == (2, pytest.approx(90, abs=0.01))
    assert lag(clock.now(), effects.JUDGE) == events.Lag(0, 0.0, 0)
    assert lag(clock.now(), effects.INDEX).waiting == 2
    deliver(index(Recorder(), batch=1))
    assert events.waiting(["a", "b", "c"]) == {"b"}
    assert events.seconds_behind(clock.now(), effects.INDEX) == 0


def test_questions_of_a_long_queue_are_answered_by_indexes(system: System, clock: FixedClock) -> None:
    emit(system, *map(str, range(50)), kind="test.happened")
    outbox = collection(OutboxEvent)
    for lane in (effects.INDEX, effects.JUDGE):
        queue = outbox.find(claims.waiting_in(lane)).sort(f"due.{lane}", 1).limit(4)
        oldest = outbox.find(claims.waiting_in(lane)).sort("at", 1).limit(1)
        for cursor, most in ((queue, 4), (oldest, 1)):
            work = cursor.explain()["executionStats"]
            assert (work["totalDocsExamined"], work["totalKeysExamined"]) == (most, most)


def test_finished_events_remember_when(system: System) -> None:
    emit(system, "a")
    begin = datetime.now(UTC) - timedelta(seconds=5)
    deliver(index(Recorder()))
    row = collection(OutboxEvent).find_one({"subject": "a"})
    assert begin < row["finished_at"] < datetime.now(UTC) + timedelta(seconds=5), "by the server's clock, which removes it"


def until(holds: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(500):
        if holds():
            return
        pause.wait(0.01)
    raise AssertionError("waited in vain")


@pytest.fixture(autouse=True)
def no_claim_is_left_to_a_thread() -> Iterator[None]:
    yield
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("claim ")]
