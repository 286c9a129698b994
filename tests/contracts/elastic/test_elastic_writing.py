"""What the server decides of writes that meet, and what is done when it has too much to do or refuses something."""

import json
from collections.abc import Callable

import pytest

from archive.errors import EngineDown
from search.backends import elastic_bulk, elastic_writer
from search.backends.elastic_index import ElasticIndex
from tests.contracts.elastic.conftest import Open
from tests.contracts.search_indexes import document, fill, found
from tests.peers.elastic_proxy import Asked, Fault, Proxy, Said

# Writes that meet


def test_of_two_writers_the_higher_version_stays_whoever_is_later(index: ElasticIndex, opened: Open) -> None:
    other = opened()
    for late, early in ((index, other), (other, index)):
        late.put([document("a", "旧", version=1)])
        early.put([document("a", "新", version=2)])
        early.commit()
        late.commit()
        assert (found(index, "新"), found(index, "旧"), index.version_of("a")) == (["a"], [], 2)


def test_a_write_under_way_does_not_bring_back_what_was_removed_meanwhile(index: ElasticIndex, opened: Open) -> None:
    fill(index, document("a", "机密", version=4))
    slow = opened()
    assert slow.put([document("a", "机密", version=5)]) == 1
    index.remove(["a"])
    index.commit()
    slow.commit()
    assert (found(index, "机密"), list(index.ids()), index.count(), index.version_of("a")) == ([], [], 0, None)


def test_a_document_filed_anew_begins_again_in_the_same_commit_and_later(index: ElasticIndex) -> None:
    for version in (9, 1, 1):
        index.remove(["a"])
        assert index.put([document("a", f"第{version}版", version=version)]) == 1
        index.commit()
        assert index.version_of("a") == version
    assert index.put([document("a", version=0)]) == 0


def test_two_that_remove_the_same_document_agree(index: ElasticIndex, opened: Open) -> None:
    fill(index, document("a"), document("b"))
    other = opened()
    index.remove(["a"])
    other.remove(["a", "b"])
    index.commit()
    other.commit()
    assert (index.count(), other.count()) == (0, 0)


def test_what_exceeds_the_memory_set_aside_is_sent_before_the_commit_and_not_seen(
    index: ElasticIndex, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic_writer, "MOST_HELD_BACK", 1000)
    index.put([document(f"{n}", "验收" * 100) for n in range(20)])
    assert (found(index, "验收"), opened().version_of("7")) == ([], 1)
    index.commit()
    assert index.count() == 20


# Back-pressure and refusals


def refusing(times: int, refused: Callable[[dict[str, object]], bool], error: tuple[int, str]) -> Fault:
    """Passes on what is not refused; the rest is answered with the error, this many times."""
    left = [times]

    def fault(asked: Asked, forward: Callable[[Asked], Said]) -> Said:
        if not asked.is_("_bulk") or not left[0]:
            return forward(asked)
        left[0] -= 1
        lines = asked.body.splitlines()
        pairs = list(zip(lines[::2], lines[1::2], strict=True))
        bad = [refused(json.loads(action)["index"]) for action, _ in pairs]
        passed = b"".join(a + b"\n" + c + b"\n" for (a, c), no in zip(pairs, bad, strict=True) if not no)
        headers = {k: v for k, v in asked.headers.items() if k != "content-length"}
        done = iter(json.loads(forward(Asked(asked.method, asked.path, headers, passed)).body)["items"] if passed else ())
        no_item = {"index": {"status": error[0], "error": {"type": error[1], "reason": "no"}}}
        return Said.json(200, {"errors": True, "items": [no_item if no else next(done) for no in bad]})

    return fault


def ids_sent(between: Proxy) -> list[list[str]]:
    return [
        [json.loads(line)["index"]["_id"] for line in asked.body.splitlines()[::2]]
        for asked in between.asked if asked.is_("_bulk")
    ]  # fmt: skip


def test_what_a_busy_server_refuses_is_sent_again_alone_and_ever_more_slowly(
    opened: Open, between: Proxy, index: ElasticIndex
) -> None:
    pauses: list[float] = []
    writer = opened(between, pauses)
    between.fault = refusing(3, lambda item: item["_id"] in ("1", "3"), (429, "es_rejected_execution_exception"))
    fill(writer, *(document(f"{n}", "验收") for n in range(5)))
    assert set(found(index, "验收")) == {f"{n}" for n in range(5)}
    assert ids_sent(between) == [["0", "1", "2", "3", "4"], ["1", "3"], ["1", "3"], ["1", "3"]]
    assert pauses == sorted(pauses)
    assert len(pauses) == 3


def test_a_request_refused_whole_is_sent_again_whole(opened: Open, between: Proxy, index: ElasticIndex) -> None:
    pauses: list[float] = []
    writer = opened(between, pauses)
    left = [2]

    def fault(asked: Asked, forward: Callable[[Asked], Said]) -> Said:
        if asked.is_("_bulk") and left[0]:
            left[0] -= 1
            return Said.json(429, {"error": {"type": "circuit_breaking_exception"}, "status": 429})
        return forward(asked)

    between.fault = fault
    fill(writer, document("a", "验收"), document("b", "验收"))
    assert (set(found(index, "验收")), len(pauses)) == ({"a", "b"}, 2)


def test_a_server_that_stays_busy_counts_as_down_and_the_writes_go_on_waiting(
    opened: Open, between: Proxy, index: ElasticIndex
) -> None:
    pauses: list[float] = []
    writer = opened(between, pauses)
    between.fault = refusing(10**6, lambda item: True, (429, "es_rejected_execution_exception"))
    writer.put([document("a", "验收")])
    with pytest.raises(EngineDown, match=r"Elasticsearch.*过载.*1 件.*例如 a"):
        writer.commit()
    assert (len(pauses), sum(pauses) < 60) == (len(elastic_bulk.WAITS), True)
    between.fault = None
    writer.commit()
    assert found(index, "验收") == ["a"]


def test_a_document_the_server_refuses_is_named_and_holds_up_no_other(
    opened: Open, between: Proxy, index: ElasticIndex
) -> None:
    writer = opened(between)
    between.fault = refusing(1, lambda item: item["_id"] == "bad", (400, "document_parsing_exception"))
    writer.put([document("good", "验收"), document("bad", "验收")])
    with pytest.raises(EngineDown, match=r"1 件.*bad.*document_parsing_exception"):
        writer.commit()
    writer.commit()
    assert found(index, "验收") == ["good"]


def test_requests_are_of_bounded_size_and_one_too_large_is_halved(
    opened: Open, between: Proxy, index: ElasticIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic_bulk, "MOST_BYTES", 20_000)
    writer = opened(between)

    def fault(asked: Asked, forward: Callable[[Asked], Said]) -> Said:
        return Said(413, b"{}") if asked.is_("_bulk") and len(asked.body) > 10_000 else forward(asked)

    between.fault = fault
    fill(writer, *(document(f"{n}", "验收" * 300) for n in range(40)))
    assert index.count() == 40
    sizes = [len(asked.body) for asked in between.asked if asked.is_("_bulk")]
    assert max(sizes) < 25_000
    writer.put([document("huge", "验收" * 3000), document("small", "验收")])
    with pytest.raises(EngineDown, match=r"huge.*413"):
        writer.commit()
    writer.commit()
    assert index.count() == 41
