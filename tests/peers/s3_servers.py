"""The S3 servers that the contract is run against, by name. Each test gets a bucket of its own.

The bucket of `DANGAN_TEST_S3_URL` serves as a prefix of names: the tests make buckets beside it and leave them.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from archive.blobs.s3_address import S3Address
from tests.peers import s3_ceph, s3_moto, s3_rclone
from tests.peers.keeping import shared

EXTERNAL = "DANGAN_TEST_S3_URL"


@dataclass(frozen=True)
class Server:
    """`locks`: whether it keeps versions and locks. What it cannot do is skipped, and counted as not checked."""

    need: Callable[[], None]
    module: str
    locks: bool = True


SERVERS: dict[str, Server] = {
    "ceph": Server(s3_ceph.need, "tests.peers.s3_ceph"),
    "moto": Server(s3_moto.need, "tests.peers.s3_moto"),
    "rclone": Server(s3_rclone.need, "tests.peers.s3_rclone", locks=False)}
if os.environ.get(EXTERNAL):
    SERVERS["s3-external"] = Server(lambda: None, "")


def server_url(factory: pytest.TempPathFactory, name: str) -> str:
    """`http://KEY:SECRET@host:port` of the server, started where it is not yet. Skips where it is not installed."""
    if name == "s3-external":
        return os.environ[EXTERNAL].partition("?")[0].rpartition("/")[0]
    SERVERS[name].need()
    return shared(factory, SERVERS[name].module)


def bucket_url(factory: pytest.TempPathFactory, name: str, **options: object) -> str:
    """What DANGAN_S3_URL would say for a bucket that is not there yet; `options` as in the URL (lock, days, …)."""
    given = dict(part.split("=", 1) for part in os.environ.get(EXTERNAL, "").partition("?")[2].split("&") if "=" in part)
    kept = {key: given[key] for key in ("region", "ca") if key in given} if name == "s3-external" else {}
    query = urlencode(kept | {key: str(value) for key, value in options.items()})
    return f"{server_url(factory, name)}/t-{uuid4().hex[:20]}" + (f"?{query}" if query else "")


def bucket(factory: pytest.TempPathFactory, name: str, **options: object) -> S3Address:
    return S3Address.parse(bucket_url(factory, name, **options))


def need_locks(name: str) -> None:
    if not SERVERS[name].locks:
        pytest.skip(f"not checked: {name} keeps neither versions nor locks")
