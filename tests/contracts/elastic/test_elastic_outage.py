"""A server that is away, slow, of the wrong kind or refuses the key: EngineDown in bounded time, and then on as before."""

import socket
import time
from collections.abc import Callable, Iterator

import pytest

from archive.errors import EngineDown
from search.backends.elastic_address import ElasticAddress
from search.backends.elastic_index import ElasticIndex
from search.errors import IndexNeedsRebuild
from tests.contracts.elastic.conftest import Open
from tests.contracts.search_indexes import asked, document, fill, found
from tests.peers.elastic_noida import NOTICING, Noida
from tests.peers.elastic_proxy import Asked, Proxy, Said


@pytest.fixture(scope="module")
def own() -> Iterator[Noida]:
    """A server of this module's own, which may be stopped."""
    server = Noida()
    server.start()
    yield server
    server.remove()


def uses(index: ElasticIndex) -> dict[str, Callable[[], object]]:
    return {
        "search": lambda: index.search(asked("验收")), "count": index.count, "ids": index.ids, "prepare": index.prepare,
        "put": lambda: index.put([document("x")]), "remove": lambda: index.remove(["x"]),
        "version_of": lambda: index.version_of("x"), "begin_rebuild": index.begin_rebuild,
        "finish_rebuild": index.finish_rebuild, "abandon_rebuild": index.abandon_rebuild,
    }  # fmt: skip


def test_everything_says_so_while_the_server_is_away_and_goes_on_when_it_is_back(own: Noida) -> None:
    secret = f"http://archivist:geheim@127.0.0.1:{own.port}/?prefix=outage"
    index = ElasticIndex(ElasticAddress.parse(secret), noticing=NOTICING)
    index.prepare()
    fill(index, document("a", "验收"))
    index.put([document("b", "验收")])
    own.stop()
    try:
        for name, use in [*uses(index).items(), ("commit", index.commit)]:
            began = time.monotonic()
            with pytest.raises(EngineDown, match="Elasticsearch") as caught:
                use()
            assert time.monotonic() - began < 5, name
            assert "geheim" not in str(caught.value)
        info = index.info()
        assert (info.state, info.documents, bool(info.reason)) == ("down", 0, True)
    finally:
        own.start()
    index.commit()
    assert set(found(index, "验收")) == {"a", "b"}
    assert index.info().state == "ready"
    index.close()


def test_a_server_that_does_not_answer_costs_no_more_than_the_time_allowed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        index = ElasticIndex(ElasticAddress.parse(f"http://127.0.0.1:{port}/?timeout=1"))
        began = time.monotonic()
        with pytest.raises(EngineDown, match="没有在规定时间内应答"):
            index.search(asked("验收"))
        assert time.monotonic() - began < 3


def answering(status: int, body: object) -> Callable[[Asked, Callable[[Asked], Said]], Said]:
    return lambda asked, forward: Said.json(status, body)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (401, {"error": {"type": "security_exception"}, "status": 401}, "权限"),
        (403, {"error": {"type": "security_exception"}, "status": 403}, "权限"),
        (500, {"error": {"type": "boom"}, "status": 500}, "500"),
        (503, {"error": {"type": "master_not_discovered_exception"}, "status": 503}, "503"),
        (429, {"error": {"type": "circuit_breaking_exception"}, "status": 429}, "过载"),
    ],
)
def test_what_the_server_refuses_is_told_in_short(
    opened: Open, between: Proxy, status: int, body: object, reason: str
) -> None:
    index = opened(between, [])
    between.fault = answering(status, body)
    for use in uses(index).values():
        with pytest.raises(EngineDown, match=reason):
            use()
    assert index.info().state == "down"
    between.fault = None


@pytest.mark.parametrize("number", ["7.17.0", "10.0.0"])
def test_a_server_of_another_version_is_refused(opened: Open, between: Proxy, number: str) -> None:
    between.fault = answering(200, {"version": {"number": number}})
    with pytest.raises(EngineDown, match=f"{number} 不受支持"):
        opened(between).prepare()


def test_the_ik_setting_asks_for_the_plugin_before_anything_is_made(opened: Open) -> None:
    wanting = opened(options="?analyzer=ik")
    with pytest.raises(EngineDown, match="IK"):
        wanting.prepare()
    with pytest.raises(IndexNeedsRebuild):
        wanting.search(asked("验收"))


@pytest.mark.parametrize("ca", ["/absent/ca.pem", __file__])
def test_an_authority_file_that_cannot_be_used_is_told(ca: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        index = ElasticIndex(ElasticAddress.parse(f"https://user:geheim@127.0.0.1:{port}/?ca={ca}"))
        with pytest.raises(EngineDown, match="TLS") as caught:
            index.count()
        assert "geheim" not in str(caught.value)
        assert index.info().state == "down"
