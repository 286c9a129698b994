"""The embedded mongod with real processes and real kills: it starts when needed, stops when not, and comes back."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from archive.errors import EngineDown
from archive.mongo import embedded
from archive.mongo.embedded import EmbeddedMongo
from archive.mongo.guardian import LONGEST_SOCKET_PATH, socket_path

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.timeout(90)


class User:
    """Another process with a share in the server."""

    def __init__(self, data: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.mongo_user", str(data)], cwd=ROOT, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)

    def ready(self) -> str:
        """Waits until it can write; the server's address."""
        return self._answer("ready ")

    def write(self) -> int:
        """Has it write a row, however long the server takes to come back; how many rows there are."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self._answer("wrote "))

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()

    def _answer(self, beginning: str) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith(beginning), f"the user said {line!r}"
        return line.removeprefix(beginning).strip()


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder; whatever runs on it is gone at the end."""
    folders = [tmp_path / "data"]
    yield folders[0]
    for run in tmp_path.rglob("run.json"):
        with suppress(ValueError, OSError):
            for pid in (json.loads(run.read_text())[name] for name in ("guardian", "mongod")):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


@pytest.fixture
def user(data: Path) -> Iterator[Callable[..., User]]:
    users: list[User] = []

    def start(folder: Path = data) -> User:
        users.append(User(folder))
        return users[-1]

    yield start
    for each in users:
        each.kill()


def running(data: Path) -> dict[str, Any]:
    return dict(json.loads((data / "mongo" / "run.json").read_text()))


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


def seconds_until(holds: Callable[[], bool], most: float = 20) -> float:
    """Polls until it holds; how long that took."""
    pause, begin = threading.Event(), time.monotonic()
    while not holds():
        assert time.monotonic() - begin < most, "waited in vain"
        pause.wait(0.02)
    return time.monotonic() - begin


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    seconds_until(lambda: not alive(pid))


def rows(url: str) -> int:
    with MongoClient[dict[str, Any]](url) as client:
        return int(client.test.rows.count_documents({}))


def gone(data: Path, facts: dict[str, Any]) -> float:
    return seconds_until(lambda: not alive(facts["mongod"]) and not alive(facts["guardian"]))


# -- coming and going ----------------------------------------------------------------------------------------------

def test_it_starts_soon_is_shared_and_stops_after_its_last_user(data: Path, user: Callable[..., User]) -> None:
    begin = time.monotonic()
    first = user()
    url = first.ready()
    assert time.monotonic() - begin < 15, "about a second on an idle machine"
    facts = running(data)
    second = user()
    assert second.ready() == url
    assert running(data) == facts, "the second user joined the first one's server"
    first.kill()
    assert second.write() == 3
    second.kill()
    assert gone(data, facts) < 10
    assert not (data / "mongo" / "run.json").exists()
    third = user()
    third.ready()
    assert third.write() == 5, "and nothing was lost"


def test_it_opens_no_port_and_its_folder_is_private(data: Path, user: Callable[..., User]) -> None:
    url = user().ready()
    assert url.startswith("mongodb://%2F")
    assert (data / "mongo").stat().st_mode & 0o077 == 0
    sockets = {str(link.readlink()) for link in Path(f"/proc/{running(data)['mongod']}/fd").iterdir()}
    listening = {line.split()[9] for table in ("tcp", "tcp6") for line in
                 Path(f"/proc/net/{table}").read_text().splitlines()[1:] if line.split()[3] == "0A"}
    assert any(name.startswith("socket:") for name in sockets)
    assert sockets.isdisjoint(f"socket:[{inode}]" for inode in listening)


def test_a_killed_user_counts_as_gone(data: Path, user: Callable[..., User]) -> None:
    only = user()
    only.ready()
    facts = running(data)
    only.kill()
    assert gone(data, facts) < 10


def test_a_user_that_comes_while_it_stops_gets_a_running_server(data: Path, user: Callable[..., User]) -> None:
    first = user()
    first.ready()
    facts = running(data)
    first.kill()
    seconds_until(lambda: not (data / "mongo" / "run.json").exists())  # the guardian is stopping its server now
    second = user()
    second.ready()
    assert second.write() == 3
    assert running(data)["guardian"] != facts["guardian"]


def test_two_who_come_at_once_share_one_server(data: Path, user: Callable[..., User]) -> None:
    users = [user() for _ in range(4)]
    assert len({each.ready() for each in users}) == 1
    assert users[0].write() == 5
    found = [path for path in Path("/proc").glob("[0-9]*/cmdline")
             if str(data / "mongo" / "db") in _text(path) and alive(int(path.parent.name))]
    assert len(found) == 1


def _text(path: Path) -> str:
    try:
        return path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


# -- kills ---------------------------------------------------------------------------------------------------------

def test_a_killed_mongod_comes_back_under_its_running_users(data: Path, user: Callable[..., User]) -> None:
    client = user()
    client.ready()
    assert client.write() == 2
    before = running(data)
    kill(before["mongod"])
    assert client.write() == 3, "what was acknowledged is there, and the client goes on by itself"
    seconds_until((data / "mongo" / "run.json").exists)
    after = running(data)
    assert (after["guardian"], after["mongod"] != before["mongod"]) == (before["guardian"], True)


def test_a_killed_guardian_takes_mongod_along_and_the_next_user_starts_anew(data: Path, user: Callable[..., User]) -> None:
    client = user()
    client.ready()
    before = running(data)
    kill(before["guardian"])
    assert seconds_until(lambda: not alive(before["mongod"])) < 10
    newcomer = user()
    newcomer.ready()
    assert newcomer.write() == 3
    assert client.write() == 4, "the old user finds the new server at the old place"
    assert running(data)["guardian"] != before["guardian"]


def test_both_killed_at_once_leave_a_server_that_starts(data: Path, user: Callable[..., User]) -> None:
    first = user()
    first.ready()
    facts = running(data)
    for pid in (facts["guardian"], facts["mongod"], first.process.pid):
        os.kill(pid, signal.SIGKILL)
    second = user()
    second.ready()
    assert second.write() == 3


# -- folders -------------------------------------------------------------------------------------------------------

def test_a_folder_that_was_moved_starts_at_its_new_place(data: Path, user: Callable[..., User], tmp_path: Path) -> None:
    first = user()
    before = first.ready()
    facts = running(data)
    first.kill()
    gone(data, facts)
    moved = tmp_path / "elsewhere" / "data"
    moved.parent.mkdir()
    shutil.move(data, moved)
    second = user(moved)
    assert second.ready() != before, "the socket follows the folder"
    assert second.write() == 3


def test_a_folder_with_a_long_and_foreign_path_works(data: Path, user: Callable[..., User], tmp_path: Path) -> None:
    far = tmp_path / ("很长的目录名" * 8) / "a b%20c" / ("x" * 60)
    far.mkdir(parents=True)
    assert len(os.fsencode(far)) > 200
    user(far).ready()
    socket = socket_path(far.resolve())
    assert len(os.fsencode(socket)) <= 107
    assert socket.parent.stat().st_mode & 0o077 == 0
    assert socket_path(tmp_path / ("y" * 120)) != socket_path(tmp_path / ("z" * 120))


def test_an_attached_process_joins_with_any_spelling_of_the_folder(data: Path, user: Callable[..., User]) -> None:
    url = user().ready()
    link = data.parent / "link"
    link.symlink_to(data)
    for spelling in (link, data / ".." / data.name):
        with EmbeddedMongo.attach(spelling) as share:
            assert share.url == url
            assert rows(share.url) == 1


def test_a_server_that_cannot_start_is_engine_down_with_its_log(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "WAIT_SECONDS", 3)
    (data / "mongo").mkdir(parents=True)
    (data / "mongo" / "db").write_text("a file where a folder should be")
    with pytest.raises(EngineDown, match=r"guardian\.log"):
        EmbeddedMongo.attach(data)
    assert (data / "log" / "guardian.log").exists()


@pytest.mark.parametrize("beyond", [0, 1])
def test_a_path_just_as_long_as_a_socket_may_have_works_and_one_longer_too(beyond: int, user: Callable[..., User]) -> None:
    with tempfile.TemporaryDirectory(prefix="d") as short:
        room = LONGEST_SOCKET_PATH + beyond - len(f"{short}//mongo/run/m.sock")
        data = Path(short) / ("x" * room)
        data.mkdir()
        assert socket_path(data).is_relative_to(data) == (not beyond)
        someone = user(data)
        someone.ready()
        facts = running(data)
        someone.kill()
        gone(data, facts)
