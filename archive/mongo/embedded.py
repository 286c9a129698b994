"""Using the embedded mongod: take a share in it, get its address. The guardian process does the rest."""

import fcntl
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import IO

from archive.errors import EngineDown

WAIT_SECONDS = 70


class EmbeddedMongo:
    """A share in the data folder's mongod, from `attach` until `release` or the death of this process."""

    def __init__(self, data: Path, users: IO[str], url: str) -> None:
        self.data, self._users, self.url = data, users, url

    @classmethod
    def attach(cls, data: Path) -> "EmbeddedMongo":
        """Join the running server, or start one. Raises EngineDown where it does not come up."""
        data = data.resolve()
        home = data / "mongo"
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o700)
        users = (home / "users.lock").open("a")
        fcntl.flock(users, fcntl.LOCK_SH)  # waits while a guardian is stopping its server
        try:
            return cls(data, users, _address(data))
        except BaseException:
            users.close()
            raise

    def keep(self) -> None:
        """Start the guardian again where it was killed; its users find the new server at the same address."""
        _address(self.data)

    def release(self) -> None:
        self._users.close()

    def __enter__(self) -> "EmbeddedMongo":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()


def _address(data: Path) -> str:
    deadline = time.monotonic() + WAIT_SECONDS
    guardian: subprocess.Popen[bytes] | None = None
    while time.monotonic() < deadline:
        if _guardian_is_absent(data):
            if guardian is not None and guardian.poll() not in (None, 0):
                break
            if guardian is None or guardian.poll() is not None:
                guardian = _start_guardian(data)
        elif url := _announced(data):
            return url
        time.sleep(0.05)
    log = data / "log" / "guardian.log"
    raise EngineDown(engine="内置 MongoDB", reason=f"没有启动成功（{_last_line(log)}），日志见 {log}")


def _last_line(log: Path) -> str:
    """What the guardian said last, for where the folder is gone before anybody looks."""
    lines = log.read_text("utf-8", errors="replace").split("\n") if log.exists() else []
    return next((line.strip()[:200] for line in reversed(lines) if line.strip()), "没有日志")


def _guardian_is_absent(data: Path) -> bool:
    with (data / "mongo" / "guardian.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _announced(data: Path) -> str | None:
    try:
        return str(json.loads((data / "mongo" / "run.json").read_text())["url"])
    except (FileNotFoundError, ValueError, KeyError):
        return None


def _start_guardian(data: Path) -> "subprocess.Popen[bytes]":
    """In a session of its own: Ctrl-C at the terminal must reach the users first, the database last."""
    log = data / "log"
    log.mkdir(parents=True, exist_ok=True)
    with (log / "guardian.log").open("ab") as target:
        return subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "archive.mongo.guardian", str(data)], stdin=subprocess.DEVNULL, stdout=target,
            stderr=target, start_new_session=True, cwd=os.sep, env=_environment())


def _environment() -> dict[str, str]:
    root = str(Path(__file__).resolve().parents[2])
    return {"PYTHONPATH": root, "PATH": os.defpath, "LANG": "C.UTF-8"}
