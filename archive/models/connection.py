"""Connecting the models to a MongoDB replica set, and preparing its indexes."""

from collections.abc import Iterable
from typing import Any

import mongoengine
from mongoengine.connection import get_db
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import CollectionInvalid, OperationFailure, PyMongoError

from archive.errors import EngineDown
from archive.models.base import Model

DATABASE = "dangan"
TIMEOUT_MS = 15_000
NAMESPACE_EXISTS = 48


def connect(url: str) -> "MongoClient[dict[str, Any]]":
    """Bind all models to this server. Raises EngineDown where it cannot be reached or is no replica set."""
    mongoengine.disconnect_all()
    client: MongoClient[dict[str, Any]] = mongoengine.connect(
        _database(url), host=url, tz_aware=True, serverSelectionTimeoutMS=TIMEOUT_MS, uuidRepresentation="standard",
        w="majority", journal=True)
    try:
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


def prepare(models: Iterable[type[Model]]) -> None:
    """Create collections and indexes; idempotent. Collections must exist before a transaction may write to them."""
    existing = set(database().list_collection_names())
    for model in models:
        if model._get_collection_name() not in existing:
            _create(model._get_collection_name())
        model.ensure_indexes()


def _create(name: str) -> None:
    """Another process that starts at the same moment may have been first."""
    try:
        database().create_collection(name)
    except CollectionInvalid:
        return
    except OperationFailure as error:
        if error.code != NAMESPACE_EXISTS:
            raise


def _database(url: str) -> str:
    path = url.partition("://")[2].partition("?")[0]
    name = path.rpartition("/")[2] if "/" in path else ""
    return name if name and not name.startswith("%2F") else DATABASE
