"""Elasticsearch as `noida-db` speaks it (the API of 8.15, in one small program), and whatever server is named by URL.

noida-db is no Elasticsearch: what it lets pass a real server may refuse. A run against a real one is what
`DANGAN_TEST_ELASTICSEARCH_URL` is for.
"""

import atexit
import ctypes
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from functools import cache
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from search.backends.elastic_address import ElasticAddress
from search.backends.elastic_client import connect
from search.backends.elastic_index import ElasticIndex
from search.port import SearchIndex
from tests.peers.clamd import free_port

EXTERNAL = "DANGAN_TEST_ELASTICSEARCH_URL"
# Tells processes started by a test where this one's server is.
_HANDED_ON = "PEER_NOIDA_URL"
STARTS_WITHIN = 30.0
# Short, so that the many rebuilds of the suite do not wait; the same in every process a test starts.
NOTICING = 0.1


class Noida:
    """One server on a free loopback port, with a private folder; `stop` and `start` as often as a test likes."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="noida-"))
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.remove)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def pids(self) -> set[int]:
        return {self._process.pid} if self._process else set()

    def start(self) -> None:
        command = [str(program()), "start", "--data-dir", str(self.folder / "data"), "--only", "elasticsearch",
                   "--elasticsearch-port", str(self.port)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=_die_with_parent)
        end = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            if time.monotonic() > end or self._process.poll() is not None:
                log_text = (self.folder / "log").read_text(errors="replace")
                self.stop()
                raise RuntimeError(f"noida-db did not start: {log_text[-500:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.url, timeout=1):
                return True
        except OSError:
            return False


@cache
def noida() -> str:
    """The URL of this process's server, started when first asked for, or handed on by the process that started this."""
    if handed := os.environ.get(_HANDED_ON):
        return handed
    server = Noida()
    server.start()
    os.environ[_HANDED_ON] = server.url
    return server.url


def is_external() -> bool:
    return EXTERNAL in os.environ


def server() -> str:
    """The URL of what the tests for Elasticsearch alone run against: the server named, or noida-db."""
    return os.environ.get(EXTERNAL) or noida()


def open_noida(place: str, writable: bool) -> SearchIndex:
    return ElasticIndex(address(noida(), place), noticing=NOTICING)


def open_external(place: str, writable: bool) -> SearchIndex:
    return ElasticIndex(address(os.environ[EXTERNAL], place), noticing=NOTICING)


def address(url: str, place: str) -> ElasticAddress:
    """Every place has a prefix of its own."""
    prefix = f"t{hashlib.sha256(place.encode()).hexdigest()[:20]}"
    return ElasticAddress.parse(f"{url}{'&' if urlsplit(url).query else '?'}prefix={prefix}")


def drop(url: str, place: str) -> None:
    """Every index of the place."""
    where = address(url, place)
    client = connect(where)
    for name in list(client.indices.get(index=f"{where.prefix}-*").body):
        client.indices.delete(index=name)
    client.close()


def program() -> Path:
    """Not the package's own start script: that one waits for a child, which would outlive it."""
    try:
        path = Path(str(files("noida_db"))) / "noida-db"
    except ModuleNotFoundError:
        missing = "not checked: noida-db is not installed (pip install noida-db)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    path.chmod(0o755)
    return path


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
