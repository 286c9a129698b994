"""Connections to an S3 server: how long to wait, how often to repeat, whom to trust."""

from dataclasses import dataclass
from typing import Any

from urllib3 import PoolManager, Retry, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from archive.blobs.s3_address import S3Address

POOLED = 32
LONGEST_PAUSE = 2.0
_TRY_AGAIN = (429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for a connection and for each answer; how often a request is repeated, and the first pause."""

    connect: float = 5.0
    read: float = 30.0
    retries: int = 2
    pause: float = 0.2


def pool_for(address: S3Address, patience: Patience) -> PoolManager:
    """What is not safe to repeat (POST) is not. A server cannot make us wait for hours by `Retry-After`."""
    retry = Retry(
        total=patience.retries, backoff_factor=patience.pause, backoff_max=LONGEST_PAUSE, status_forcelist=_TRY_AGAIN,
        allowed_methods=("GET", "HEAD", "PUT", "DELETE"), redirect=False, respect_retry_after_header=False)
    pool = PoolManager(
        maxsize=POOLED, retries=retry, timeout=Timeout(connect=patience.connect, read=patience.read),
        cert_reqs="CERT_REQUIRED", ca_certs=address.ca or None)
    pool.pool_classes_by_scheme = _patient_pools(patience.read)
    return pool


def _patient_pools(seconds: float) -> dict[str, type[HTTPConnectionPool]]:
    """urllib3 sends a body under the time-out of making the connection, which is too short for a busy server."""

    class Plain(HTTPConnection):
        def endheaders(self, *args: Any, **options: Any) -> None:
            super().endheaders(*args, **options)
            if self.sock is not None:
                self.sock.settimeout(seconds)

    class Secure(HTTPSConnection):
        def endheaders(self, *args: Any, **options: Any) -> None:
            super().endheaders(*args, **options)
            if self.sock is not None:
                self.sock.settimeout(seconds)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
