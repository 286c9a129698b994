"""The worker's threads: a lane each, patient with engines, quick to stop; waiting for effects sees the last of them."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta

import pytest

from admin import worker as module
from admin.system import System
from admin.worker import Worker, wait_until_done, working
from archive import events
from archive.claims import Event
from archive.effects import GUARD, INDEX, JUDGE, LANES
from archive.errors import EngineDown
from archive.events import Subscription, waiting
from archive.models import AuditEntry, Document, OutboxEvent, TextState
from archive.transaction import Transaction, collection, write
from tests.builders import SYSTEM, a_project, file_text
from tests.functional.processes import until

CODE = "XM-2024-001"


@pytest.fixture
def made(system: System, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Worker]]:
    """A worker whose lanes do as the test says; impatient, for tests."""
    for name in ("IDLE_SECONDS", "TROUBLE_SECONDS", "LONGEST_TROUBLE"):
        monkeypatch.setattr(module, name, 0.01)
    monkeypatch.setattr(events, "AWAY", timedelta(milliseconds=50))
    workers: list[Worker] = []

    def make(**lanes: events.Handler) -> Worker:
        def table(*_: object) -> tuple[Subscription, ...]:
            return tuple(Subscription(lane, lanes.get(lane, nothing), batch=4, idle=0.01, patient=lane == JUDGE) for lane in LANES)

        monkeypatch.setattr(module, "subscriptions", table)
        workers.append(Worker(system))
        return workers[-1]

    yield make
    for each in workers:
        each.stop()


def nothing(_: Sequence[Event]) -> Mapping[str, str]:
    return {}


def emit(system: System, *subjects: str, kind: str = "document.filed") -> None:
    def work(tx: Transaction) -> None:
        tx.audit("test.done", "thing")
        for subject in subjects:
            tx.emit(kind, subject, CODE)
    write(SYSTEM, system.clock, work)


def test_a_lane_that_hangs_holds_up_no_other(system: System, made: Callable[..., Worker]) -> None:
    judged, go = threading.Event(), threading.Event()

    def hang(_: Sequence[Event]) -> Mapping[str, str]:
        go.wait(20)
        return {}

    def judge(_: Sequence[Event]) -> Mapping[str, str]:
        judged.set()
        return {}

    emit(system, "a")
    made(read=hang, index=hang, judge=judge).start()
    try:
        assert judged.wait(10)
        assert until(lambda: set(OutboxEvent.objects.get().due) == {INDEX}, 10)
    finally:
        go.set()
    assert wait_until_done(system, ["a"], timeout=10)


def test_a_patient_lane_takes_a_heap_as_a_whole_and_the_others_go_on(system: System, made: Callable[..., Worker]) -> None:
    judged: list[set[str]] = []

    def judge(found: Sequence[Event]) -> Mapping[str, str]:
        judged.append({event.subject for event in found})
        return {}

    worker = made(judge=judge)
    with worker.more_to_come():
        worker.start()
        time.sleep(0.3)    # it has looked, and found nothing
        for subject in "abc":
            emit(system, subject)
            assert until(lambda: all(set(event.due) == {JUDGE} for event in OutboxEvent.objects()), 10)
        assert judged == []
    assert wait_until_done(system, ["a", "b", "c"], timeout=10)
    assert judged == [{"a", "b", "c"}]


def test_who_only_waits_until_it_can_be_found_does_not_wait_for_the_rest(system: System, made: Callable[..., Worker]) -> None:
    go = threading.Event()

    def judge(_: Sequence[Event]) -> Mapping[str, str]:
        go.wait(20)
        return {}

    emit(system, "a")
    made(judge=judge).start()
    try:
        assert wait_until_done(system, ["a"], timeout=10, lanes=[INDEX, GUARD])
        assert not wait_until_done(system, ["a"], timeout=0.3)
        assert not wait_until_done(system, ["a"], timeout=0.3, lanes=[INDEX, JUDGE])
    finally:
        go.set()
    assert wait_until_done(system, ["a"], timeout=10)


def test_a_patient_lane_looks_now_and_then_and_stops_at_once(system: System, made: Callable[..., Worker],
                                                            monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.2)
    worker = made()
    with worker.more_to_come():
        worker.start()
        time.sleep(0.1)
        emit(system, "a")
        assert wait_until_done(system, ["a"], timeout=10)
        monkeypatch.setattr(module, "PATIENCE_SECONDS", 60.0)
        time.sleep(0.5)
        assert worker.stop()


def test_a_lane_asks_an_engine_that_is_away_with_one_event_at_a_time(system: System, made: Callable[..., Worker]) -> None:
    sizes: list[int] = []
    back = threading.Event()

    def index(batch: Sequence[Event]) -> Mapping[str, str]:
        sizes.append(len(batch))
        if not back.is_set():
            raise EngineDown(engine="Elasticsearch", reason="away")
        return {}

    emit(system, *map(str, range(12)), kind="document.changed")
    made(index=index).start()
    assert until(lambda: len(sizes) >= 4, 10)
    back.set()
    assert wait_until_done(system, list(map(str, range(12))), timeout=10)
    assert sizes[:4] == [4, 1, 1, 1]
    assert max(sizes[4:]) > 1, "and with more again when it is back"
    assert OutboxEvent.objects(attempts__gt=0).count() == 0


def test_one_event_that_brings_its_engine_down_does_not_keep_the_others_waiting(system: System, made: Callable[..., Worker]) -> None:
    done: set[str] = set()

    def index(batch: Sequence[Event]) -> Mapping[str, str]:
        if any(event.subject == "poison" for event in batch):
            raise EngineDown(engine="检索索引", reason="panic")
        done.update(event.subject for event in batch)
        return {}

    emit(system, "a", "poison", "b", "c", kind="document.changed")
    made(index=index).start()
    assert until(lambda: done == {"a", "b", "c"}, 20), done


def test_a_worker_lives_through_a_bug_of_the_outbox_itself(system: System, made: Callable[..., Worker],
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    deliver, failures = module.deliver, iter([ZeroDivisionError()] * 3)

    def sometimes(*arguments: object) -> events.Delivery:
        for failure in failures:
            raise failure
        return deliver(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "deliver", sometimes)
    emit(system, "a")
    made().start()
    assert wait_until_done(system, ["a"], timeout=10)


def test_stopping_waits_for_a_batch_and_takes_no_more(system: System, made: Callable[..., Worker]) -> None:
    begun, go = threading.Event(), threading.Event()

    def index(_: Sequence[Event]) -> Mapping[str, str]:
        begun.set()
        go.wait(20)
        return {}

    emit(system, *map(str, range(9)), kind="document.changed")
    worker = made(index=index)
    worker.start()
    assert begun.wait(10)
    stopper = threading.Thread(target=worker.stop)
    stopper.start()
    go.set()
    stopper.join(10)
    assert OutboxEvent.objects(due__index__exists=True).count() == 5
    assert OutboxEvent.objects(claims__index__exists=True).count() == 0


def test_waiting_ends_when_the_last_follower_is_done(system: System) -> None:
    a_project(system, CODE)
    keys = [file_text(system, CODE, f"{number}.txt", f"第 {number} 次例会").document.id for number in range(3)]
    collection(Document).update_many({}, {"$set": {"text_state": TextState.PENDING.value}})
    emit(system, *keys, kind="document.unread")
    seen: list[int] = []
    with working(system):
        assert wait_until_done(system, keys, timeout=30, progress=seen.append)
        assert not waiting(keys)
    assert AuditEntry.objects(action="document.text-read").count() == 3
    assert all(system.index.version_of(key) == Document.objects(id=key).get().revision for key in keys)


def test_waiting_gives_up_when_its_time_is_over(system: System) -> None:
    emit(system, "a")
    assert not wait_until_done(system, ["a"], timeout=0.2)


def test_a_file_whose_text_is_known_is_not_read_again(system: System) -> None:
    a_project(system, CODE)
    file_text(system, CODE, "a.txt", "例会纪要")
    assert {event.kind for event in OutboxEvent.objects} == {"project.changed", "document.filed-whole"}
    assert OutboxEvent.objects(kind="document.filed-whole").get().due.keys() == {INDEX, JUDGE, GUARD}
