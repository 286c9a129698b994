"""One search index a test, of every implementation in turn."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from search.port import SearchIndex
from tests.contracts.search_indexes import IMPLEMENTATIONS, Reopen


@pytest.fixture(params=sorted(IMPLEMENTATIONS))
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def reopen(engine: str, tmp_path: Path) -> Iterator[Reopen]:
    """Opens the test's index, as often as asked; `writable=True` for the one that writes."""
    opened: list[SearchIndex] = []

    def opening(writable: bool = False) -> SearchIndex:
        opened.append(IMPLEMENTATIONS[engine](str(tmp_path), writable))
        return opened[-1]

    yield opening
    for index in reversed(opened):
        index.close()


@pytest.fixture
def index(reopen: Reopen) -> SearchIndex:
    writer = reopen(writable=True)
    assert writer.prepare()
    return writer
