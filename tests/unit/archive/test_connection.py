"""Preparing a database that others are preparing at the same moment."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from pymongo import MongoClient

from archive import models
from archive.models.connection import connect, database, disconnect, prepare

STARTING = 4


@pytest.fixture
def fresh(mongodb: str) -> "Iterator[MongoClient[dict[str, Any]]]":
    base, _, options = mongodb.partition("?")
    client = connect(f"{base.rstrip('/')}/dangan_starting" + (f"?{options}" if options else ""))
    yield client
    client.drop_database(database().name)
    disconnect()


def test_processes_that_start_together_on_an_empty_database_all_start(fresh: "MongoClient[dict[str, Any]]") -> None:
    for _ in range(2):
        fresh.drop_database(database().name)
        together = Barrier(STARTING)

        def start(number: int, together: Barrier = together) -> None:
            together.wait()
            prepare(models.ALL)

        with ThreadPoolExecutor(STARTING) as processes:
            list(processes.map(start, range(STARTING)))
        assert set(database().list_collection_names()) == {model._get_collection_name() for model in models.ALL}
