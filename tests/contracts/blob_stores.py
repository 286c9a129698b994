"""The implementations of BlobStore that the contract is run against, and what its tests share."""

import hashlib
import os
from pathlib import Path

import pytest

from archive.blobs.folder import FolderBlobs
from archive.blobs.port import BlobStore
from archive.blobs.s3 import S3Blobs
from archive.blobs.s3_address import S3Address
from archive.blobs.s3_bucket import Bucket
from archive.blobs.s3_pool import Patience
from tests.contracts.moving_stores import MOVING, moving
from tests.peers.s3_servers import SERVERS, bucket, need_locks

STORES = ("folder", *MOVING, *SERVERS)
# For tests of broken servers: a request is given up within a second or two.
HASTY = Patience(connect=0.5, read=0.5, retries=1, pause=0.05)


def fresh(store: str, folder: Path, factory: pytest.TempPathFactory) -> BlobStore:
    """An empty store without locks."""
    if store in MOVING:
        return moving(store, folder)
    made: BlobStore = FolderBlobs(folder / "objects") if store == "folder" else S3Blobs(bucket(factory, store))
    made.prepare()
    return made


def lockable(store: str, folder: Path, factory: pytest.TempPathFactory) -> BlobStore:
    """An empty store that can lock objects, and by itself locks none. Skips where the server cannot."""
    if store in MOVING:
        return moving(store, folder)
    if store == "folder":
        return FolderBlobs(folder / "objects")
    need_locks(store)
    address = bucket(factory, store)
    Bucket(address).make(lock=True)
    return S3Blobs(address)


def hasty(address: S3Address) -> S3Blobs:
    return S3Blobs(address, patience=HASTY)


def digest_of(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def put(blobs: BlobStore, folder: Path, content: bytes) -> str:
    """Store these bytes; their digest."""
    source = folder / f"source-{os.urandom(4).hex()}"
    source.write_bytes(content)
    blobs.put(source, digest_of(content))
    source.unlink(missing_ok=True)
    return digest_of(content)
