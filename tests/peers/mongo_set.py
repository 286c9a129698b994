"""A replica set of three real mongod on loopback, whose primary may step down, be killed, and come back."""

import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from archive.mongo.guardian import mongod_binary
from tests.peers.clamd import free_port
from tests.peers.keeping import spawn

NAME = "dangan"
STARTS_WITHIN = 60.0
ELECTION_MS = 2000  # ten seconds is what a real one waits; the order of things is the same


class MongoSet:
    """Started with `with`; every member ends with it, whatever happens."""

    def __init__(self, members: int = 3) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mongo-set-"))
        self.ports = [free_port() for _ in range(members)]
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        """As DANGAN_MONGODB_URL says it."""
        return f"mongodb://{','.join(f'127.0.0.1:{port}' for port in self.ports)}/dangan?replicaSet={NAME}"

    def __enter__(self) -> Self:
        try:
            for port in self.ports:
                self.start(port)
            self._initiate()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes.values():
            process.kill()
        for process in self._processes.values():
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, port: int) -> None:
        data = self.folder / str(port)
        data.mkdir(exist_ok=True)
        self._processes[port] = spawn(
            [str(mongod_binary()), "--replSet", NAME, "--bind_ip", "127.0.0.1", "--port", str(port), "--dbpath", str(data),
             "--nounixsocket", "--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "64", "--logpath", str(data / "log"),
             "--setParameter", "ttlMonitorEnabled=false"], self.folder, f"mongod-{port}")

    def primary(self) -> int:
        """The port of the primary, once there is one."""
        end = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < end:
            for port, process in self._processes.items():
                if process.poll() is None and self._hello(port).get("isWritablePrimary"):
                    return port
            time.sleep(0.05)
        raise RuntimeError("the replica set has no primary")

    def step_down(self, seconds: int = 5) -> int:
        """The primary hands over, and is not elected again for so long; its port."""
        port = self.primary()
        with self._client(port) as client:
            client.admin.command("replSetStepDown", seconds, secondaryCatchUpPeriodSecs=2, force=True)
        return port

    def kill_primary(self) -> int:
        """The primary is gone without a word; its port, for `start`."""
        port = self.primary()
        self.kill(port)
        return port

    def kill(self, port: int) -> None:
        self._processes[port].kill()
        self._processes[port].wait()

    def pause(self, port: int, paused: bool = True) -> None:
        """As a machine that hangs: connections stay, nothing answers."""
        self._processes[port].send_signal(signal.SIGSTOP if paused else signal.SIGCONT)

    def _initiate(self) -> None:
        members = [{"_id": number, "host": f"127.0.0.1:{port}"} for number, port in enumerate(self.ports)]
        config = {"_id": NAME, "members": members,
                  "settings": {"electionTimeoutMillis": ELECTION_MS, "heartbeatIntervalMillis": 500}}
        end = time.monotonic() + STARTS_WITHIN
        while True:
            try:
                with self._client(self.ports[0]) as client:
                    client.admin.command("replSetInitiate", config)
                break
            except PyMongoError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)
        self.primary()

    def _hello(self, port: int) -> dict[str, Any]:
        try:
            with self._client(port) as client:
                return dict(client.admin.command("hello"))
        except PyMongoError:
            return {}

    def _client(self, port: int) -> "MongoClient[dict[str, Any]]":
        return MongoClient(f"mongodb://127.0.0.1:{port}/?directConnection=true", serverSelectionTimeoutMS=2000)
