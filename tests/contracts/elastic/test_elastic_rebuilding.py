"""A rebuild among many processes: nobody's write is lost, no search fails, no index comes to be by itself."""

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from search.backends import elastic_fields
from search.backends.elastic_client import connect
from search.backends.elastic_index import ElasticIndex
from search.errors import IndexNeedsRebuild, RebuildNotRunning
from tests.contracts.elastic.conftest import Open
from tests.contracts.search_indexes import asked, document, fill, found
from tests.peers import elastic_noida
from tests.peers.elastic_proxy import Asked, Proxy, Said

ROOT = Path(__file__).parents[3]


def names(place: str) -> list[str]:
    where = elastic_noida.address(elastic_noida.server(), place)
    client = connect(where)
    return sorted(client.indices.get(index=f"{where.prefix}*").body)


WRITING = """
import sys
from tests.contracts.search_indexes import asked, document
from tests.peers import elastic_noida
place, who = sys.argv[1:]
index = elastic_noida.ElasticIndex(
    elastic_noida.address(elastic_noida.server(), place), noticing=elastic_noida.NOTICING)
print("ready", flush=True)
round = 0
while not index.search(asked("停止")).total:
    round += 1
    index.put([document(f"{who}-{n}", f"验收 第{round}轮", version=round) for n in range(20)])
    index.remove([f"{who}-gone"])
    index.put([document(f"{who}-back", f"验收 第{round}轮", version=1)])
    index.commit()
    index.remove([f"{who}-back"])
    index.commit()
print(round, flush=True)
"""


def test_two_processes_write_while_a_third_rebuilds_and_searches_never_fail(
    index: ElasticIndex, opened: Open, place: str
) -> None:
    stable = [document(f"s{n}", "稳定") for n in range(100)]
    fill(index, *stable, document("one-gone", "验收"), document("two-gone", "验收"))
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITING, place, who], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for who in ("one", "two")
    ]
    failures: list[Exception] = []
    totals: list[int] = []
    stop = threading.Event()

    def searching() -> None:
        reader = opened()
        while not stop.is_set():
            try:
                totals.append(reader.search(asked("稳定")).total)
                list(reader.ids())
            except Exception as error:
                failures.append(error)

    thread = threading.Thread(target=searching)
    try:
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
        thread.start()
        for _ in range(5):
            index.begin_rebuild()
            # What a reindex read of the database before the others' last writes: older versions, and what is gone.
            index.refill([document("one-gone", "验收", version=0), document("one-3", "旧", version=0), *stable])
            index.checkpoint("s99")
            index.finish_rebuild()
        fill(index, document("stop", "停止"))
        rounds = {who: int(writer.communicate(timeout=60)[0]) for who, writer in zip(("one", "two"), writers, strict=True)}
    finally:
        stop.set()
        thread.join()
        for writer in writers:
            writer.kill()
            writer.wait()
    assert failures == []
    assert set(totals) == {100}
    assert min(rounds.values()) > 5
    expected = {f"{who}-{n}": last for who, last in rounds.items() for n in range(20)}
    assert {id_: index.version_of(id_) for id_ in expected} == expected
    assert set(index.ids()) == {*expected, *(f"s{n}" for n in range(100)), "stop"}
    assert len(names(place)) == 1


def test_many_processes_that_prepare_at_once_make_one_index(opened: Open, place: str) -> None:
    together = threading.Barrier(6)
    first: list[bool] = []

    def preparing() -> None:
        index = opened()
        together.wait()
        first.append(index.prepare())

    threads = [threading.Thread(target=preparing) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert first == [True] * 6
    assert len(names(place)) == 1


def test_a_write_that_waited_through_the_whole_rebuild_is_in_the_new_index(index: ElasticIndex, opened: Open) -> None:
    fill(index, document("a", "验收", version=1))
    index.begin_rebuild()
    slow = opened()
    slow.put([document("a", "新的验收", version=2), document("b", "验收")])
    slow.remove(["gone"])
    index.refill([document("a", "验收", version=1)])
    index.finish_rebuild()
    slow.commit()
    assert (found(index, "新的验收"), set(index.ids())) == (["a"], {"a", "b"})


def test_what_was_for_a_rebuild_given_up_elsewhere_is_kept_in_the_live_index_alone(
    index: ElasticIndex, opened: Open, place: str
) -> None:
    index.begin_rebuild()
    slow = opened()
    slow.put([document("a", "验收")])
    index.abandon_rebuild()
    slow.commit()
    assert found(index, "验收") == ["a"]
    assert len(names(place)) == 1


def test_no_write_makes_an_index(index: ElasticIndex, opened: Open, place: str) -> None:
    writer = opened()
    writer.put([document("a", "验收")])
    where = elastic_noida.address(elastic_noida.server(), place)
    connect(where).indices.delete(index=names(place)[0])
    for use in (writer.commit, lambda: writer.put([document("b")]), lambda: writer.search(asked("验收"))):
        with pytest.raises(IndexNeedsRebuild, match="dangan reindex"):
            use()
    assert names(place) == []
    assert writer.prepare()
    writer.commit()
    assert found(writer, "验收") == ["a"]


def test_a_search_that_meets_the_switch_asks_again(index: ElasticIndex, opened: Open, between: Proxy) -> None:
    fill(index, document("a", "验收"))
    reader = opened(between)
    gone = [Said.json(404, {"error": {"type": "search_context_missing_exception"}, "status": 404})]

    def fault(request: Asked, forward: Callable[[Asked], Said]) -> Said:
        return gone.pop() if gone and request.is_("_search") else forward(request)

    between.fault = fault
    assert found(reader, "验收") == ["a"]
    assert gone == []


def test_an_index_of_another_format_or_analysis_asks_for_a_rebuild_and_a_rebuild_cures_it(
    index: ElasticIndex, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(index, document("a", "验收"))
    index.begin_rebuild()
    monkeypatch.setattr(elastic_fields, "FORMAT", elastic_fields.FORMAT + 1)
    newer = opened()
    assert newer.info().state == "rebuilding"
    newer.prepare()
    uses: list[Callable[[], object]] = [newer.count, newer.ids, lambda: newer.put([document("b")])]
    for use in (lambda: newer.search(asked("验收")), *uses):
        with pytest.raises(IndexNeedsRebuild, match="另一"):
            use()
    with pytest.raises(RebuildNotRunning):
        newer.refill([])
    assert newer.begin_rebuild() == ""
    newer.put([document("meanwhile", "验收")])
    newer.refill([document("again", "验收")])
    # A process of the older version must not write beside the new index: its events wait for a newer process.
    with pytest.raises(IndexNeedsRebuild, match="旧版本"):
        index.put([document("missed", "验收")])
    newer.finish_rebuild()
    assert set(found(newer, "验收")) == {"again", "meanwhile"}
    with pytest.raises(IndexNeedsRebuild, match="另一版本"):
        index.search(asked("验收"))


def test_what_a_process_left_that_died_between_switch_and_drop_goes_with_the_next_rebuild(
    index: ElasticIndex, place: str
) -> None:
    where = elastic_noida.address(elastic_noida.server(), place)
    client = connect(where)
    client.indices.create(index=f"{where.prefix}-000007")
    client.indices.create(index=f"{where.prefix}-other")
    index.begin_rebuild()
    index.finish_rebuild()
    assert names(place) == [f"{where.prefix}-000008", f"{where.prefix}-other"]


def test_a_change_of_access_writes_nothing_to_the_index(index: ElasticIndex, opened: Open, between: Proxy) -> None:
    fill(index, *(document(f"{n}", "验收", dossier=f"d{n % 2}") for n in range(200)))
    reader = opened(between)
    question = asked("验收", dossiers=frozenset({"d0"}))
    assert reader.search(question).total == 100
    assert reader.search(replace(question, dossiers=frozenset({"d0", "d1"}))).total == 200
    assert {request.method for request in between.asked} <= {"GET", "POST"}
    assert not any(request.is_("_bulk") for request in between.asked)
