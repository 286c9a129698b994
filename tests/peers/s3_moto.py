"""`moto`'s S3 over HTTP: it imitates versions and locks, checks no signature and keeps everything in memory."""

import sys
from importlib.util import find_spec
from pathlib import Path

from tests.peers.clamd import free_port
from tests.peers.keeping import Processes, absent, spawn, wait_for


def need() -> None:
    if find_spec("moto") is None:
        absent("moto", "pip install 'moto[server]'")


def start(folder: Path) -> tuple[str, Processes]:
    port = free_port()
    process = spawn([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], folder, "moto")
    wait_for(f"http://127.0.0.1:{port}/", process)
    return f"http://tests:tests@127.0.0.1:{port}", [process]
