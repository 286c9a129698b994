"""One search index, or one blob store, a test: of every implementation in turn."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.blobs.port import BlobStore
from search.port import SearchIndex
from tests.contracts.blob_stores import STORES, fresh, lockable
from tests.contracts.search_indexes import IMPLEMENTATIONS, Reopen, begin, drop


@pytest.fixture(params=sorted(IMPLEMENTATIONS))
def engine(request: pytest.FixtureRequest) -> str:
    begin(str(request.param))
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
    drop(engine, str(tmp_path))


@pytest.fixture
def index(reopen: Reopen) -> SearchIndex:
    writer = reopen(writable=True)
    assert writer.prepare()
    return writer


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def blobs(store: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> BlobStore:
    """An empty store, ready."""
    return fresh(store, tmp_path, tmp_path_factory)


@pytest.fixture
def locking(store: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> BlobStore:
    """An empty store that can lock objects, and by itself locks none."""
    return lockable(store, tmp_path, tmp_path_factory)
