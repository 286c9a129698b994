"""Several workers and web servers as real processes on one database: work is shared, done once, and outlives who did it."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from admin.scheduler import DUTY
from admin.settings import Settings
from admin.system import System
from archive import leases
from archive.events import waiting
from archive.models import AuditEntry, Document, JobRun, OutboxEvent, Person, TextState
from archive.operations.people import NewPerson, add_person, issue_token
from archive.permissions import Role
from archive.server_clock import AT_ONCE
from archive.transaction import Transaction, collection, write
from search.backends.elastic_index import ElasticIndex
from tests.builders import SYSTEM, a_project, file_text
from tests.functional.processes import living, tree, until
from tests.functional.shell import ROOT
from tests.peers import elastic_noida
from tests.peers.clamd import free_port

pytestmark = pytest.mark.timeout(180)
CODE = "XM-2024-001"
PATIENCE = 40.0


class Crew:
    """Processes of `dangan` on the test's own database and objects, with an index of their own on a real server."""

    def __init__(self, settings: Settings, place: str) -> None:
        self.settings = settings
        self.address = elastic_noida.address(elastic_noida.server(), place)
        self.elasticsearch = f"{elastic_noida.server()}/?prefix={self.address.prefix}"
        self.processes: list[subprocess.Popen[str]] = []

    def start(self, *arguments: object, module: str = "tests.faults.hasty", **changes: str) -> "subprocess.Popen[str]":
        own = {name: value for name, value in os.environ.items() if not name.startswith("DANGAN_")}
        environment = {
            **own, "DANGAN_DATA_DIR": str(self.settings.data_dir), "DANGAN_MONGODB_URL": self.settings.mongodb_url,
            "DANGAN_ELASTICSEARCH_URL": self.elasticsearch, "DANGAN_SECRET_KEY": self.settings.secret_key, **changes}
        process = subprocess.Popen([sys.executable, "-m", module, *map(str, arguments)], cwd=ROOT, env=environment, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        self.processes.append(process)
        return process

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.communicate()


@pytest.fixture
def crew(system: System, settings: Settings, tmp_path: Path) -> Iterator[Crew]:
    made = Crew(settings, str(tmp_path))
    ElasticIndex(made.address).prepare()
    yield made
    made.end()


def unread(system: System, count: int, text: str = "") -> list[str]:
    """Documents whose text is still to be read."""
    keys = [file_text(system, CODE, f"纪要{number}.txt", f"{text} 第 {number} 次例会").document.id for number in range(count)]
    collection(Document).update_many({"_id": {"$in": keys}}, {"$set": {"text_state": TextState.PENDING.value}})

    def work(tx: Transaction) -> None:
        tx.audit("test.unread", CODE)
        for key in keys:
            tx.emit("document.unread", key, CODE)

    write(SYSTEM, system.clock, work)
    return keys


def readings() -> Counter[str]:
    """How often each document was read."""
    return Counter(AuditEntry.objects(action="document.text-read").scalar("subject"))


def readers() -> set[str]:
    """The tokens of whoever reads at this moment."""
    return {event.claims["read"] for event in OutboxEvent.objects(finished=False) if "read" in event.claims}


# -- sharing and taking over -----------------------------------------------------------------------------------------

def test_two_workers_share_the_work_and_the_survivor_ends_it(system: System, crew: Crew, tmp_path: Path) -> None:
    a_project(system, CODE)
    go = tmp_path / "go"
    keys = unread(system, 6, f"wait {go}")
    first, second = crew.start("worker"), crew.start("worker")
    assert until(lambda: len(readers()) == 4, PATIENCE), "two readers in each of two workers"
    assert not [key for key in keys if readings()[f"document:{key}"]]
    assert until(lambda: {event.kind for event in OutboxEvent.objects(finished=False)} == {"document.unread"}, PATIENCE), (
        "reading holds up neither the index nor judging")
    first.kill()
    go.touch()
    assert until(lambda: not waiting([*keys, CODE]), PATIENCE)
    assert readings() == Counter({f"document:{key}": 1 for key in keys}), "nothing was read twice"
    assert second.poll() is None
    index = ElasticIndex(crew.address)
    assert sorted(index.ids()) == sorted(keys)
    assert all(index.version_of(key) == Document.objects(id=key).get().revision for key in keys)


def test_a_worker_that_is_told_to_stop_gives_back_what_takes_long(system: System, crew: Crew, tmp_path: Path) -> None:
    a_project(system, CODE)
    keys = unread(system, 2, f"wait {tmp_path / 'never'}")
    worker = crew.start("worker")
    assert until(lambda: len(readers()) == 2, PATIENCE), (worker.poll(), list(OutboxEvent.objects.as_pymongo()))
    assert until(lambda: len(tree(worker.pid)) >= 3, PATIENCE), "the worker and its sandboxes"
    everybody = tree(worker.pid)
    worker.terminate()
    assert worker.wait(18) == 0, worker.communicate()[1]
    assert until(lambda: not living(everybody), 20)
    events = OutboxEvent.objects(subject__in=keys, kind="document.unread")
    assert [(event.due, event.claims, event.attempts) for event in events] == [({"read": AT_ONCE}, {}, 0)] * 2
    assert leases.standing(DUTY) is None, "another scheduler may act at once"


# -- one scheduler -------------------------------------------------------------------------------------------------

def test_of_two_schedulers_one_acts_and_the_other_takes_over(system: System, crew: Crew) -> None:
    pair = [crew.start("worker"), crew.start("worker")]
    assert until(alive, PATIENCE)
    first = holding()
    assert not until(lambda: holding() != first, 2), "the other one leaves it alone"
    acting = next(process for process in pair if falls_silent_with(process))
    assert until(lambda: alive() and holding() != first, PATIENCE), "the other one takes over when the term is over"
    second = holding()
    acting.send_signal(signal.SIGCONT)
    assert not until(lambda: holding() != second, 2), "and who comes back does not take it away"
    acting.kill()
    runs = Counter(JobRun.objects.scalar("job", "day"))
    assert max(runs.values(), default=1) == 1, "no day's job ran twice"


def falls_silent_with(process: "subprocess.Popen[str]") -> bool:
    """Whether the lease runs out while this process stands still; it stands still then."""
    process.send_signal(signal.SIGSTOP)
    holder = holding()
    if until(lambda: not alive() or holding() != holder, 3):
        return True
    process.send_signal(signal.SIGCONT)
    return False


def holding() -> str:
    standing = leases.standing(DUTY)
    return standing.holder if standing else ""


def alive() -> bool:
    standing = leases.standing(DUTY)
    return standing is not None and standing.alive


# -- starting and stopping with engines away ------------------------------------------------------------------------------

@pytest.mark.parametrize("command", [["worker"], ["web", "--port", "0"]])
def test_without_a_database_nothing_starts_and_the_exit_says_so(crew: Crew, command: list[str]) -> None:
    if command[0] == "web":
        command[-1] = str(free_port())
    process = crew.start(*command, module="admin", DANGAN_MONGODB_URL="mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=500")
    _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, "MongoDB" in err, "Traceback" in err) == (3, True, False), err


@pytest.fixture
def ask(crew: Crew, system: System) -> Callable[..., Any]:
    person: Person = add_person(SYSTEM, system.clock, NewPerson("wang", Role.ARCHIVIST))
    token = issue_token(SYSTEM, system.clock, person.name)

    def ask(port: int, path: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except OSError:
            return 0, {}
        finally:
            connection.close()

    return ask


def test_web_and_worker_start_while_search_and_objects_are_away(crew: Crew, system: System, ask: Callable[..., Any]) -> None:
    a_project(system, CODE)
    away = {"DANGAN_ELASTICSEARCH_URL": "http://127.0.0.1:1", "DANGAN_S3_URL": "http://key:secret@127.0.0.1:1/bucket"}
    port = free_port()
    web, worker = crew.start("web", "--port", port, **away), crew.start("worker", **away)
    assert until(lambda: ask(port, "/healthz")[0] == 200, PATIENCE), web.poll()
    assert until(lambda: not waiting([CODE]), PATIENCE), "judging goes on"
    status, answer = ask(port, "/readyz")
    assert (status, {name for name, check in answer["checks"].items() if not check["ready"]} - {"scheduler"}) == (
        503, {"index", "objects"})
    assert ask(port, "/api/v1/projects")[1]["total"] == 1
    assert (web.poll(), worker.poll()) == (None, None)
    web.terminate()
    worker.terminate()
    assert (web.wait(20), worker.wait(20)) == (0, 0)


def test_a_web_server_that_is_told_to_stop_ends_what_is_under_way(crew: Crew, system: System, ask: Callable[..., Any]) -> None:
    a_project(system, CODE)
    token = issue_token(SYSTEM, system.clock, "wang")
    port = free_port()
    web = crew.start("web", "--port", port)
    assert until(lambda: ask(port, "/healthz")[0] == 200, PATIENCE)
    body = (b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n" + "例会纪要".encode() * 1000
            + b"\r\n--edge--\r\n")
    upload = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    upload.putrequest("POST", f"/api/v1/projects/{CODE}/documents")
    upload.putheader("Authorization", f"Bearer {token}")
    upload.putheader("Content-Type", "multipart/form-data; boundary=edge")
    upload.putheader("Content-Length", str(len(body)))
    upload.endheaders()
    upload.send(body[:5000])
    staging = system.intake.staging
    assert until(lambda: list(staging.glob("in-*")), PATIENCE), "it is being received"
    web.terminate()
    assert until(lambda: ask(port, "/healthz")[0] == 0, 10), "nothing new is taken"
    upload.send(body[5000:])
    assert upload.getresponse().status == 201
    upload.close()
    assert web.wait(20) == 0
    assert Document.objects.count() == 1
