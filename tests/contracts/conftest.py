"""One search index, or one blob store, a test: of every implementation in turn. And the servers that mailers meet."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from admin.mail.smtp import Server
from archive.blobs.port import BlobStore
from search.port import SearchIndex
from tests.contracts.blob_stores import STORES, fresh, lockable
from tests.contracts.search_indexes import IMPLEMENTATIONS, Reopen, begin, drop
from tests.contracts.smtp_servers import LocalController, Post


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


@pytest.fixture
def serve() -> Iterator[Callable[..., tuple[Post, Server]]]:
    """Starts an SMTP server, as often as asked, with the options of aiosmtpd; what it was given and how to reach it."""
    running: list[Controller] = []

    def start(**options: Any) -> tuple[Post, Server]:
        post = Post()
        controller = LocalController(post, hostname="127.0.0.1", port=0, **options)
        controller.start()
        running.append(controller)
        return post, Server("127.0.0.1", controller.port, timeout=10)

    yield start
    for controller in running:
        controller.stop()
