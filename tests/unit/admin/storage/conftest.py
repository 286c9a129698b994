"""Stores that settings can name without a server: each bucket is a folder. The mover never waits."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from admin import backends
from admin.settings import Settings
from admin.storage.mover import Mover
from admin.storage.places import Place, place_of
from admin.system import System
from archive.blobs.folder import FolderBlobs
from archive.blobs.port import BlobStore
from tests.builders import SYSTEM

SECRET = "very-secret-44182"


def url(bucket: str) -> str:
    return f"http://KEY:{SECRET}@127.0.0.1:9/{bucket}"


def bucket(name: str) -> Place:
    return place_of(url(name))


@pytest.fixture(autouse=True)
def buckets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], FolderBlobs]:
    """The store behind a bucket's name, or behind no name: that of the data folder. Each is one object."""
    made: dict[Path, FolderBlobs] = {}

    def at(name: str) -> FolderBlobs:
        folder = tmp_path / "buckets" / name if name else tmp_path / "var" / "objects"
        return made.setdefault(folder, FolderBlobs(folder))

    def blob_store(settings: Settings) -> BlobStore:
        return at(settings.s3_url.rpartition("/")[2])

    monkeypatch.setattr(backends, "blob_store", blob_store)
    return at


@pytest.fixture
def mover(system: System) -> Mover:
    return Mover(system.settings, system.clock, SYSTEM, pause=lambda seconds: None)


def naming(settings: Settings, name: str) -> Settings:
    """The settings after they were changed to another bucket."""
    return dataclasses.replace(settings, s3_url=url(name) if name else "")
