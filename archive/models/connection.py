"""Connecting the models to a MongoDB replica set, and preparing its indexes."""

from collections.abc import Iterable
from typing import Any

import mongoengine
from mongoengine.connection import get_db
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import ConnectionFailure, ExecutionTimeout, OperationFailure, PyMongoError, WriteConcernError

from archive.errors import EngineDown
from archive.models.base import Model

DATABASE = "dangan"
# What the address itself does not say. A new primary is there after some 12 s; a server that froze while it had our
# question is given up by the driver's own watch long before the last of these.
PATIENCE: dict[str, Any] = {"serverSelectionTimeoutMS": 15_000, "connectTimeoutMS": 10_000, "socketTimeoutMS": 120_000}
# Nobody may say otherwise: what was accepted must outlive the server that took it.
DURABLE: dict[str, Any] = {"w": "majority", "journal": True, "retryWrites": True, "retryReads": True}
NAMESPACE_EXISTS, INDEX_NOT_FOUND = 48, 27
# Labels by which a server says that nothing is wrong with what was asked, only with the moment.
_MOMENTARY = ("TransientTransactionError", "RetryableWriteError", "UnknownTransactionCommitResult")
# Shutting down, stepping down, not primary yet, too few members for a majority.
_AWAY = frozenset({64, 89, 91, 100, 134, 189, 262, 9001, 10058, 10107, 11600, 11602, 13388, 13435, 13436})


def connect(url: str) -> "MongoClient[dict[str, Any]]":
    """Bind all models to this server. Raises EngineDown where it cannot be reached or is no replica set."""
    mongoengine.disconnect_all()
    try:
        client: MongoClient[dict[str, Any]] = mongoengine.connect(
            _database(url), host=url, tz_aware=True, uuidRepresentation="standard", **_unsaid(url), **DURABLE)
        hello = client.admin.command("hello")
    except PyMongoError as error:
        raise EngineDown(engine="MongoDB", reason=type(error).__name__) from error
    if "setName" not in hello:
        raise EngineDown(engine="MongoDB", reason="它不是副本集，不支持事务；请以 --replSet 启动")
    return client


def disconnect() -> None:
    mongoengine.disconnect_all()


def database() -> "Database[dict[str, Any]]":
    return get_db()  # type: ignore[no-any-return]


def engine_down(error: BaseException) -> EngineDown | None:
    """EngineDown where the driver's error says that no server could do it now; None for an error about the data."""
    if not isinstance(error, PyMongoError):
        return None
    away = error.timeout or isinstance(error, (ConnectionFailure, ExecutionTimeout, WriteConcernError))
    code = error.code if isinstance(error, OperationFailure) else None
    if away or code in _AWAY or any(map(error.has_error_label, _MOMENTARY)):
        return EngineDown(engine="MongoDB", reason=type(error).__name__)
    return None


def prepare(models: Iterable[type[Model]]) -> None:
    """Create collections and indexes, and drop those of earlier versions; may be repeated, by many processes at once.

    Collections must exist before a transaction may write to them. Raises EngineDown.
    """
    try:
        existing = set(database().list_collection_names())
        for model in models:
            if model._get_collection_name() not in existing:
                _create(model._get_collection_name())
            model.ensure_indexes()
            _drop_former(model)
    except PyMongoError as error:
        if down := engine_down(error):
            raise down from error
        raise


def _create(name: str) -> None:
    try:
        database().create_collection(name, check_exists=False)
    except OperationFailure as error:
        if error.code != NAMESPACE_EXISTS:  # another process was quicker
            raise


def _drop_former(model: type[Model]) -> None:
    rows = model._get_collection()
    for name in model.former_indexes.intersection(rows.index_information() if model.former_indexes else ()):
        try:
            rows.drop_index(name)
        except OperationFailure as error:
            if error.code != INDEX_NOT_FOUND:  # another process was quicker
                raise


def _unsaid(url: str) -> dict[str, Any]:
    """Our patience, except where the address sets its own."""
    given = {part.partition("=")[0].lower() for part in url.partition("?")[2].split("&")}
    return {name: value for name, value in PATIENCE.items() if name.lower() not in given}


def _database(url: str) -> str:
    path = url.partition("://")[2].partition("?")[0]
    name = path.rpartition("/")[2] if "/" in path else ""
    return name if name and not name.startswith("%2F") else DATABASE
