"""All or nothing, one winner for one revision, a whole chain under contention, an engine that is away named as such."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import date

import pytest
from pymongo.errors import DuplicateKeyError

from admin.settings import Settings
from admin.system import System
from archive import audit, transaction
from archive.clock import FixedClock
from archive.errors import AlreadyExists, Conflict, EngineDown, Invalid
from archive.models import AuditEntry, OutboxEvent, Project, Unit, connection
from archive.operations.projects import create_project, update_project
from archive.queries import find_project
from archive.transaction import Transaction, collection, write
from tests.builders import SYSTEM, UNIT, a_project
from tests.conftest import snapshot
from tests.unit.archive.refusals import refused

CODE = "XM-2024-001"


def a_unit(name: str, system: System) -> Unit:
    return Unit(id=name, created_at=system.clock.now())


def test_documents_audit_and_events_appear_together(system: System) -> None:
    def work(tx: Transaction) -> str:
        tx.insert(a_unit("甲", system))
        tx.audit("test.done", "unit:甲", amount=3)
        tx.emit("project.changed", "甲", "XM-1")
        return "answer"

    assert write(SYSTEM, system.clock, work) == "answer"
    entry, event = AuditEntry.objects.get(), OutboxEvent.objects.get()
    assert (entry.actor, entry.action, entry.subject, entry.detail) == (SYSTEM.id, "test.done", "unit:甲", {"amount": 3})
    assert (entry.at, event.at) == (system.clock.now(),) * 2
    assert (event.kind, event.subject, event.project, event.finished) == ("project.changed", "甲", "XM-1", False)
    assert Unit.objects(id="甲").count() == 1


@pytest.mark.parametrize("error", [ValueError("changed my mind"), Invalid(field="a", problem="b"), KeyboardInterrupt()])
def test_whatever_the_work_raises_leaves_nothing(system: System, error: BaseException) -> None:
    a_project(system)
    before = snapshot()

    def work(tx: Transaction) -> None:
        tx.insert(a_unit("甲", system))
        tx.remove(OutboxEvent, {})
        tx.audit("test.done", "unit:甲")
        tx.emit("test.happened", "甲")
        raise error

    with pytest.raises(type(error)):
        write(SYSTEM, system.clock, work)
    assert snapshot() == before


def test_a_write_nobody_audits_is_not_kept(system: System) -> None:
    before = snapshot()
    with pytest.raises(RuntimeError, match="audit"):
        write(SYSTEM, system.clock, lambda tx: tx.insert(a_unit("甲", system)))
    assert snapshot() == before


def test_a_unique_index_refuses_the_whole_write(system: System) -> None:
    a_project(system)

    def work(tx: Transaction) -> None:
        tx.insert(a_unit("甲", system))
        tx.insert(Project(code=CODE, name="又一个", unit="甲", mode="self_build", created_at=tx.now, updated_at=tx.now))
        tx.audit("test.done", "thing")

    before = snapshot()
    with pytest.raises(DuplicateKeyError):
        write(SYSTEM, system.clock, work)
    assert snapshot() == before


def test_a_document_that_cannot_be_kept_is_invalid_by_field(system: System) -> None:
    def work(tx: Transaction) -> None:
        tx.insert(Project(code="X", name="名" * 301, unit="甲", mode="self_build", created_at=tx.now, updated_at=tx.now))
        tx.audit("test.done", "thing")

    error = refused(Invalid, lambda: write(SYSTEM, system.clock, work))
    assert error.facts["field"] == "name"
    assert "过长" in str(error)


def test_the_second_writer_of_one_revision_gets_a_conflict(system: System) -> None:
    a_project(system)
    one, two = find_project(SYSTEM, CODE), find_project(SYSTEM, CODE)

    def keep(project: Project) -> Callable[[Transaction], None]:
        def work(tx: Transaction) -> None:
            tx.replace(project)
            tx.audit("test.done", "thing")
        return work

    one.name = "先写"
    write(SYSTEM, system.clock, keep(one))
    two.name = "后写"
    error = refused(Conflict, lambda: write(SYSTEM, system.clock, keep(two)))
    assert (error.facts["what"], error.facts["key"]) == ("项目", CODE)
    stored = find_project(SYSTEM, CODE)
    assert (stored.name, stored.revision) == ("先写", 2)


def test_the_work_may_run_again_after_a_replace(system: System) -> None:
    """MongoDB asks for it on conflicts: the object in hand must still be at the revision it was read at."""
    a_project(system)
    project, runs = find_project(SYSTEM, CODE), []

    def work(tx: Transaction) -> None:
        runs.append(project.revision)
        tx.replace(project)
        tx.audit("test.done", "thing")
        if len(runs) == 1:
            collide()

    def collide() -> None:
        from pymongo.errors import OperationFailure
        error = OperationFailure("WriteConflict", 112)
        error._add_error_label("TransientTransactionError")
        raise error

    write(SYSTEM, system.clock, work)
    assert runs == [1, 1]
    assert find_project(SYSTEM, CODE).revision == 2
    assert audit.verify()[1] == []


@pytest.fixture(params=["one process", "several processes"])
def contention(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """In one process writers queue; without the queue they meet in MongoDB, as those of several processes do."""
    if request.param == "several processes":
        monkeypatch.setattr(transaction._Turn, "taken", lambda _: nullcontext())
    return str(request.param)


def test_concurrent_writers_of_one_project_lose_no_update(system: System, contention: str) -> None:
    a_project(system, total_investment_fen=0)
    writers, rounds = 4, 5
    together = threading.Barrier(writers)

    def add_one() -> int:
        together.wait()
        conflicts = 0
        for _ in range(rounds):
            while True:
                project = find_project(SYSTEM, CODE)
                try:
                    update_project(SYSTEM, system.clock, CODE, project.revision,
                                   {"total_investment_fen": (project.total_investment_fen or 0) + 1})
                    break
                except Conflict:
                    conflicts += 1
        return conflicts

    with ThreadPoolExecutor(writers) as pool:
        conflicts = sum(task.result() for task in [pool.submit(add_one) for _ in range(writers)])
    project = find_project(SYSTEM, CODE)
    assert project.total_investment_fen == writers * rounds
    assert project.revision == 1 + writers * rounds
    assert conflicts, "the writers never met: the test proved nothing"
    assert AuditEntry.objects(action="project.updated").count() == writers * rounds
    assert audit.verify()[1] == []


def test_concurrent_creators_of_one_code_make_one_project(system: System, contention: str) -> None:
    together = threading.Barrier(4)

    def create() -> bool:
        together.wait()
        try:
            create_project(SYSTEM, system.clock, CODE, {"name": "平台", "unit": UNIT, "mode": "self_build"})
        except AlreadyExists:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        won = [task.result() for task in [pool.submit(create) for _ in range(4)]]
    assert won.count(True) == 1
    assert Project.objects(code=CODE).count() == Unit.objects(id=UNIT).count() == 1
    assert AuditEntry.objects(action="project.created").count() == 1
    assert audit.verify()[1] == []


@pytest.fixture
def away(system: System, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An address where no database is; whoever connects to it is soon told so."""
    yield "mongodb://127.0.0.1:1/?directConnection=true&serverSelectionTimeoutMS=200"
    monkeypatch.undo()
    connection.connect(settings.mongodb_url)


@pytest.mark.timeout(30)
def test_a_database_that_is_away_is_engine_down_and_soon(away: str, clock: FixedClock) -> None:
    with pytest.raises(EngineDown, match="MongoDB"):
        connection.connect(away)

    def work(tx: Transaction) -> None:
        tx.insert(Unit(id="甲", created_at=tx.now))
        tx.audit("test.done", "thing")

    with pytest.raises(EngineDown, match="MongoDB暂时连接不上"):
        write(SYSTEM, clock, work)
    with pytest.raises(EngineDown):
        write(SYSTEM, clock, lambda tx: tx.audit("test.done", "thing"))


def test_dates_and_instants_come_back_as_they_were_kept(system: System) -> None:
    a_project(system, approved_on=date(2024, 2, 29), planned_acceptance=None)
    project = find_project(SYSTEM, CODE)
    assert (project.approved_on, project.planned_acceptance) == (date(2024, 2, 29), None)
    assert project.created_at == system.clock.now()
    assert collection(Project).find_one({"code": CODE})["created_at"].tzinfo is not None
