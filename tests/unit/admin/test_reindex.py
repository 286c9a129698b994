"""Rebuilding the index: from where it stopped, by one process at a time, and what the database holds is what is found."""

import dataclasses
import threading
from datetime import UTC, datetime

import pytest

from admin import rebuilds, reindex
from admin.reindex import (
    NobodyRebuilds,
    RebuildBusy,
    RebuildFailed,
    follow,
    needs_filling,
    perform,
    ready_index,
    request,
)
from admin.reindexer import Reindexer
from admin.system import System
from archive import leases
from archive.chinese import squash
from archive.errors import EngineDown
from archive.models import Document, IndexRebuild, Lease
from archive.transaction import collection
from bench import stored
from search import projection
from search.port import SearchRequest
from search.query import Query
from tests.builders import a_project

COUNT = 50


@pytest.fixture
def filled(system: System, monkeypatch: pytest.MonkeyPatch) -> System:
    """Fifty documents in the database, none in the index; ten a batch, a mark every twenty."""
    monkeypatch.setattr(projection, "BATCH", 10)
    monkeypatch.setattr(reindex, "CHECKPOINT", 20)
    a_project(system, "BENCH-001")
    stored.insert(COUNT, code="BENCH-001")
    return system


def keys() -> list[str]:
    return [row["_id"] for row in collection(Document).find({}, {"_id": 1}).sort("_id", 1)]


def cut_at(number: int) -> reindex.Progress:
    """The engine goes away after so many documents."""
    def progress(done: int, _total: int) -> None:
        if done >= number:
            raise EngineDown(engine="检索索引", reason="拔掉了电源")
    return progress


def test_an_index_that_lacks_documents_is_filled_at_the_start_and_then_left_alone(filled: System) -> None:
    assert needs_filling(filled)
    ready_index(filled)
    assert sorted(filled.index.ids()) == keys()
    assert not needs_filling(filled)
    ticket = rebuilds.latest().ticket  # type: ignore[union-attr]
    ready_index(filled)
    assert rebuilds.latest().ticket == ticket  # type: ignore[union-attr]


def test_documents_are_found_by_their_text_after_a_rebuild(filled: System) -> None:
    ready_index(filled)
    found = filled.search.find(SearchRequest(dossiers=None, limit=1))
    assert found.total == COUNT
    key = found.items[0].document
    words = "".join(filled.search.texts([key])[key][0].split())[40:52]
    again = filled.search.find(SearchRequest(query=Query(phrases=(squash(words),)), dossiers=None))
    assert key in [item.document for item in again.items]


def test_a_rebuild_that_was_interrupted_goes_on_from_its_mark(filled: System) -> None:
    ready_index(filled)
    asked = request(filled, "somebody")
    with pytest.raises(EngineDown):
        perform(filled, progress=cut_at(30))
    interrupted = rebuilds.latest()
    assert interrupted is not None
    assert (interrupted.state, interrupted.ticket) == ("running", asked.ticket)
    assert "拔掉了电源" in interrupted.error
    assert filled.index.count() == COUNT, "the old index answers"
    seen: list[int] = []
    assert perform(filled, progress=lambda done, _total: seen.append(done))
    assert seen == [30, 40, 50], "twenty were marked, the third batch is done again"
    done = rebuilds.latest()
    assert done is not None
    assert (done.state, done.done, done.total, done.error) == ("done", COUNT, COUNT, "")
    assert sorted(filled.index.ids()) == keys()


def test_stopping_marks_what_was_done_and_loses_nothing(filled: System) -> None:
    ready_index(filled)
    request(filled, "somebody")
    assert perform(filled, stop=lambda: True)
    assert filled.index.info().state == "rebuilding"
    seen: list[int] = []
    perform(filled, progress=lambda done, _total: seen.append(done))
    assert seen[0] == 20


def test_strangers_go_and_what_is_missing_comes(filled: System) -> None:
    ready_index(filled)
    request(filled, "somebody")
    with pytest.raises(EngineDown):
        perform(filled, progress=cut_at(30))
    lost, *_ = keys()
    collection(Document).delete_one({"_id": lost})
    row = collection(Document).find_one({})
    collection(Document).insert_one({**row, "_id": "0" * 24})  # behind the mark already
    perform(filled)
    assert sorted(filled.index.ids()) == keys()
    assert filled.index.version_of("0" * 24) == 1


def test_what_is_filed_and_changed_meanwhile_is_in_the_new_index(filled: System) -> None:
    ready_index(filled)
    changed = keys()[0]

    def meanwhile(done: int, _total: int) -> None:
        if done == 30:
            collection(Document).update_one({"_id": changed}, {"$set": {"title": "改过的题名"}, "$inc": {"revision": 1}})
            stored.insert(1, code="BENCH-001", seed=2)
            for key in (changed, keys()[-1]):
                filled.index.put(projection.documents_by_id([key]))
            filled.index.commit()

    request(filled, "somebody")
    perform(filled, progress=meanwhile)
    assert sorted(filled.index.ids()) == keys()
    assert filled.index.version_of(changed) == 2


def test_asking_twice_is_asking_once_until_it_ended(filled: System) -> None:
    first = request(filled, "one")
    assert request(filled, "two").ticket == first.ticket
    perform(filled)
    assert request(filled, "two").ticket != first.ticket


def test_nothing_is_done_that_was_not_asked_for(filled: System) -> None:
    assert not perform(filled)
    assert IndexRebuild.objects.count() == 0


def test_nobody_rebuilds_while_another_process_does(filled: System) -> None:
    asked = request(filled, "one")
    assert leases.take(reindex.DUTY, "another process", filled.clock, reindex.TERM)
    assert not perform(filled)
    with pytest.raises(RebuildBusy, match="0/0"):
        request(filled, "two", fresh=True)
    collection(Lease).update_one({"_id": reindex.DUTY}, {"$set": {"until": datetime(2000, 1, 1, tzinfo=UTC)}})  # that one is dead
    assert perform(filled)
    assert rebuilds.latest().ticket == asked.ticket  # type: ignore[union-attr]


def test_beginning_afresh_does_everything_again(filled: System) -> None:
    request(filled, "one")
    with pytest.raises(EngineDown):
        perform(filled, progress=cut_at(30))
    seen: list[int] = []
    again = request(filled, "one", fresh=True)
    assert follow(filled, again.ticket, lambda done, _total: seen.append(done)) == COUNT
    assert 10 in seen
    assert sorted(filled.index.ids()) == keys()


def test_a_command_does_it_where_nobody_else_does_and_says_how_many(filled: System) -> None:
    assert follow(filled, request(filled, "me").ticket, lambda *_: None) == COUNT


def test_a_command_beside_a_worker_waits_for_it(filled: System) -> None:
    command = dataclasses.replace(filled, works=False)
    asked = request(command, "me")
    worker = Reindexer(filled)
    seen: list[int] = []
    thread = threading.Thread(target=lambda: seen.append(follow(command, asked.ticket, lambda *_: None)))
    thread.start()
    worker.start()
    thread.join(20)
    worker.stop()
    assert seen == [COUNT]


def test_a_command_that_nobody_helps_says_so(filled: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reindex, "PATIENCE_SECONDS", 0.1)
    with pytest.raises(NobodyRebuilds, match="dangan worker"):
        follow(dataclasses.replace(filled, works=False), request(filled, "me").ticket, lambda *_: None)


def test_a_bug_ends_it_as_failed_and_the_next_one_goes_on(filled: System) -> None:
    def bug(done: int, _total: int) -> None:
        if done == 30:
            raise ZeroDivisionError("oops")

    asked = request(filled, "me")
    with pytest.raises(ZeroDivisionError):
        perform(filled, progress=bug)
    with pytest.raises(RebuildFailed, match="oops"):
        follow(filled, asked.ticket, lambda *_: None)
    seen: list[int] = []
    follow(filled, request(filled, "me").ticket, lambda done, _total: seen.append(done))
    assert 10 not in seen
    assert filled.index.count() == COUNT


def test_a_worker_fills_what_is_needed_and_what_is_asked_for_until_it_stops(filled: System) -> None:
    worker = Reindexer(filled)
    worker.start()
    assert filled.index.info().state in ("rebuilding", "ready"), "it returned once the rebuild had begun"
    assert follow(filled, rebuilds.latest().ticket, lambda *_: None) == COUNT  # type: ignore[union-attr]
    worker.stop()
