"""Connecting: sensible options that the address may refine, a schema that many processes may prepare at once, errors told apart."""

import subprocess
import sys
from uuid import uuid4

import pytest
from pymongo import MongoClient
from pymongo.errors import (
    AutoReconnect,
    DuplicateKeyError,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WTimeoutError,
)

from admin.system import System
from archive import models
from archive.models.connection import PATIENCE, connect, database, engine_down, prepare
from retention import models as retention_models
from tests.functional.shell import ROOT

PREPARE = "import sys; from archive import models; from archive.models.connection import connect, prepare; connect(sys.argv[1]); prepare(models.ALL)"


def test_many_processes_may_prepare_an_empty_database_at_once(mongodb: str) -> None:
    name = f"t{uuid4().hex[:12]}"
    address, _, options = mongodb.partition("?")
    url = f"{address.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")
    starting = [subprocess.Popen([sys.executable, "-c", PREPARE, url], cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    ended = [(process.communicate(timeout=60)[1], process.returncode) for process in starting]
    assert [status for _, status in ended] == [0] * 4, ended
    with MongoClient[dict[str, object]](url) as client:
        assert {model._get_collection_name() for model in models.ALL} <= set(client[name].list_collection_names())
        client.drop_database(name)


def test_what_is_accepted_is_kept_by_a_majority_whatever_the_address_says(system: System, mongodb: str) -> None:
    glue = "&" if "?" in mongodb else "?"
    client = connect(f"{mongodb}{glue}w=1&journal=false&serverSelectionTimeoutMS=1234&connectTimeoutMS=4321")
    try:
        assert client.write_concern.document == {"w": "majority", "j": True}
        assert (client.options.retry_writes, client.options.retry_reads) == (True, True)
        assert client.options.server_selection_timeout == 1.234, "but patience is the address's to say"
        assert client.options.pool_options.connect_timeout == 4.321
        assert client.options.pool_options.socket_timeout == PATIENCE["socketTimeoutMS"] / 1000
    finally:
        connect(mongodb)


def labelled(error: PyMongoError, label: str) -> PyMongoError:
    error._add_error_label(label)
    return error


@pytest.mark.parametrize("error", [
    AutoReconnect("x"), NotPrimaryError("x"), ServerSelectionTimeoutError("x"), WTimeoutError("x", 64), OperationFailure("x", 11602),
    OperationFailure("x", 91), labelled(OperationFailure("x", 112), "TransientTransactionError")], ids=repr)
def test_a_server_that_could_not_just_now_is_an_engine_that_is_down(error: PyMongoError) -> None:
    down = engine_down(error)
    assert down is not None
    assert down.facts["engine"] == "MongoDB"


@pytest.mark.parametrize("error", [DuplicateKeyError("x", 11000), OperationFailure("x", 2), ValueError("x")], ids=repr)
def test_what_is_wrong_with_the_data_is_not(error: Exception) -> None:
    assert engine_down(error) is None


def test_every_model_is_prepared(system: System) -> None:
    names = set(database().list_collection_names())
    assert {model._get_collection_name() for model in (*models.ALL, *retention_models.ALL)} <= names


def test_indexes_of_earlier_versions_go(system: System) -> None:
    rows = database()["findings"]
    rows.create_index([("history.day", 1)])
    before = rows.index_information()
    assert "history.day_1" in before
    prepare([retention_models.FindingRecord])
    prepare([retention_models.FindingRecord])
    assert rows.index_information().keys() == before.keys() - {"history.day_1"}
