"""One place on the server a test, reached directly or through a proxy that can fail."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from search.backends.elastic_index import ElasticIndex
from tests.peers import elastic_noida
from tests.peers.elastic_proxy import Proxy, proxy

Open = Callable[..., ElasticIndex]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[str]:
    yield str(tmp_path)
    elastic_noida.drop(elastic_noida.server(), str(tmp_path))


@pytest.fixture
def between() -> Iterator[Proxy]:
    if not elastic_noida.server().startswith("http://"):
        pytest.skip("not checked: the proxy between speaks no TLS")
    with proxy(elastic_noida.server()) as standing:
        yield standing


@pytest.fixture
def opened(place: str) -> Iterator[Open]:
    """Opens the place, through `between` where it is given; waits of the back-off go to `pauses` and take no time."""
    indexes: list[ElasticIndex] = []

    def opening(between: Proxy | None = None, pauses: list[float] | None = None, options: str = "") -> ElasticIndex:
        url = (between.url if between else elastic_noida.server()) + options
        extra = {} if pauses is None else {"pause": pauses.append}
        indexes.append(ElasticIndex(elastic_noida.address(url, place), noticing=elastic_noida.NOTICING, **extra))
        return indexes[-1]

    yield opening
    for index in indexes:
        index.close()


@pytest.fixture
def index(opened: Open) -> ElasticIndex:
    index = opened()
    index.prepare()
    return index
