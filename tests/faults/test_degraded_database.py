"""The MongoDB primary changes while it is written to: nothing accepted is lost, nothing doubled, the audit chain holds."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from admin.bootstrap import build
from admin.settings import Settings
from admin.system import System
from admin.verify import verify
from admin.web.app import create_app
from admin.worker import wait_until_done, working
from archive.clock import FixedClock
from archive.errors import AlreadyExists, EngineDown
from archive.models import AuditEntry, Document, OutboxEvent, Project, Version
from ingest.sandbox import Sandbox
from tests.builders import a_project, file_text
from tests.conftest import empty_archive
from tests.functional.processes import until
from tests.peers.mongo_set import MongoSet

pytestmark = pytest.mark.timeout(240)
WRITERS = 3


@pytest.fixture(scope="module")
def servers() -> Iterator[MongoSet]:
    with MongoSet() as servers:
        yield servers


@pytest.fixture
def archive(servers: MongoSet, settings: Settings, clock: FixedClock, sandbox: Sandbox) -> Iterator[System]:
    system = build(replace(settings, mongodb_url=f"{servers.url}&serverSelectionTimeoutMS=5000"), work=True, clock=clock, sandbox=sandbox)
    empty_archive()
    system.index.prepare()
    yield system
    system.close()


class Writers:
    """Threads that create projects and file documents, each once more where the database was away, until stopped."""

    def __init__(self, system: System, name: str) -> None:
        self.system, self.name = system, name
        self.projects: list[str] = []
        self.files: list[str] = []
        self.unexpected: list[BaseException] = []
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(WRITERS)
        self._running = [self._pool.submit(self._run, number) for number in range(WRITERS)]

    def written(self) -> int:
        return len(self.projects) + len(self.files)

    def stop(self) -> None:
        self._stop.set()
        for each in self._running:
            each.result(120)
        self._pool.shutdown()

    def _run(self, number: int) -> None:
        turn = 0
        while not self._stop.is_set():
            code = f"{self.name}-{number}-{turn:03}"
            turn += 1
            if self._accepted(partial(a_project, self.system, code)):
                self.projects.append(code)
                if self._accepted(partial(file_text, self.system, code, "纪要.txt", f"{code} 例会纪要")):
                    self.files.append(code)

    def _accepted(self, write: Any) -> bool:
        """What a person does: after an error tries again, and is content where it was kept after all."""
        for _ in range(10):
            with suppress(EngineDown):
                try:
                    write()
                except AlreadyExists:
                    pass
                except EngineDown:
                    raise
                except BaseException as error:
                    self.unexpected.append(error)
                    return False
                return True
        return False


def judge(system: System, writers: Writers) -> None:
    assert writers.unexpected == []
    stored = Counter(Project.objects(code__startswith=writers.name).scalar("code"))
    assert set(writers.projects) <= stored.keys(), "accepted projects were lost"
    assert max(stored.values()) == 1
    created = Counter(AuditEntry.objects(action="project.created", subject__startswith=f"project:{writers.name}").scalar("subject"))
    assert created == Counter({f"project:{code}": 1 for code in stored}), "every project is audited once"
    filed = Counter(Version.objects.scalar("dossier", "sha256"))
    assert max(filed.values(), default=1) == 1
    assert set(writers.files) <= set(Document.objects.scalar("project")), "accepted files were lost"
    assert wait_until_done(system, OutboxEvent.objects(finished=False).distinct("subject"), timeout=90)
    assert verify(system).problems == []


def a_while(writers: Writers, more: int = 8) -> None:
    """Until so much more was written."""
    goal = writers.written() + more
    assert until(lambda: writers.written() >= goal or writers.unexpected, 60), "nothing is accepted any more"


def test_a_primary_that_hands_over_is_hardly_noticed(archive: System, servers: MongoSet) -> None:
    with working(archive):
        writers = Writers(archive, "STEP")
        for _ in range(2):
            a_while(writers)
            servers.step_down(3)
        a_while(writers)
        writers.stop()
        judge(archive, writers)


def test_a_primary_that_dies_loses_nothing(archive: System, servers: MongoSet) -> None:
    with working(archive):
        writers = Writers(archive, "KILL")
        a_while(writers)
        dead = servers.kill_primary()
        a_while(writers)
        servers.start(dead)
        a_while(writers)
        writers.stop()
        judge(archive, writers)


@pytest.mark.slow
def test_a_primary_that_hangs_is_given_up(archive: System, servers: MongoSet) -> None:
    with working(archive):
        writers = Writers(archive, "HANG")
        a_while(writers)
        port = servers.primary()
        servers.pause(port)
        try:
            a_while(writers)
        finally:
            servers.pause(port, paused=False)
        a_while(writers)
        writers.stop()
        judge(archive, writers)


def test_without_a_majority_everything_is_refused_in_words_and_goes_on_afterwards(
        archive: System, servers: MongoSet, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(archive)
    client: Any = app.test_client()
    a_project(archive, "LONE-1")
    servers.primary()
    stopped = servers.ports[:2]
    for port in stopped:
        servers.kill(port)
    try:
        assert until(lambda: not client.get("/readyz").json["checks"]["mongodb"]["ready"], 30)
        begin = time.monotonic()
        assert client.get("/readyz").status_code == 503
        assert 'dangan_engine_up{engine="mongodb"} 0.0' in client.get("/metrics").text
        assert time.monotonic() - begin < 10
        with ThreadPoolExecutor(4) as pool:
            begin = time.monotonic()
            errors = list(pool.map(lambda number: _error(partial(a_project, archive, f"LONE-{number}")), range(2, 6)))
        assert all(isinstance(error, EngineDown) for error in errors), errors
        assert time.monotonic() - begin < 45, "nobody waits for all who came before"
        page = client.get("/login", follow_redirects=True)
        assert page.status_code in (200, 503)
    finally:
        for port in stopped:
            servers.start(port)
    servers.primary()
    assert until(lambda: client.get("/readyz").json["checks"]["mongodb"]["ready"], 20)
    a_project(archive, "LONE-9")


def _error(write: Any) -> BaseException | None:
    try:
        write()
    except BaseException as error:
        return error
    return None
