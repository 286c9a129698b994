"""The system under test is the real one: real mongod, real files, real index, real sandbox. Only the clock stands still."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from admin.bootstrap import build
from admin.settings import Settings
from admin.subscriptions import subscriptions
from admin.system import System
from admin.worker import Worker
from archive import models
from archive.access import Actor, system_actor
from archive.clock import FixedClock
from archive.models import Person
from archive.models.connection import connect, database, disconnect, prepare
from archive.mongo.embedded import EmbeddedMongo
from archive.operations.people import NewPerson, add_person
from archive.passwords import hash_password
from archive.permissions import Role
from ingest.sandbox import Sandbox
from retention import models as retention_models
from tests.builders import UNIT, UNIT_B
from tests.peers.clamd import Clamd, running_clamd
from tests.peers.summary import pytest_terminal_summary  # noqa: F401 - a hook

PASSWORD = "Dossier-2026"
SECRET = "for tests only, long enough to sign with"
SYSTEM = system_actor("tests")


@pytest.fixture(scope="session")
def mongodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One embedded mongod for the session; each xdist worker has its own."""
    with EmbeddedMongo.attach(tmp_path_factory.mktemp("mongod")) as share:
        connect(share.url)
        prepare((*models.ALL, *retention_models.ALL))
        # mongod's own clock is the real one; what expires by it would vanish from tests that stand in another year.
        database().client.admin.command("setParameter", 1, ttlMonitorEnabled=False)
        disconnect()
        yield share.url


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as shared:
        yield shared


@pytest.fixture(scope="session")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    """A real virus scanner that knows one virus, the harmless test file."""
    with running_clamd(tmp_path_factory.mktemp("clamd")) as peer:
        yield peer


@pytest.fixture
def clock() -> FixedClock:
    """2026-03-02 10:00 in Shanghai, a Monday and a working day."""
    return FixedClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))


@pytest.fixture
def settings(mongodb: str, tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path / "var", mongodb_url=mongodb, s3_url="", elasticsearch_url="", smtp_url="", clamd_url="",
        base_url="http://127.0.0.1:8000", secret_key=SECRET, timezone="Asia/Shanghai", max_upload=50 << 20)


@pytest.fixture
def system(settings: Settings, clock: FixedClock, sandbox: Sandbox) -> Iterator[System]:
    """A whole system on an empty archive, that may write its index."""
    built = build(settings, work=True, clock=clock, sandbox=sandbox)
    empty_archive()
    built.index.prepare()
    yield built
    empty_archive()
    built.close()


@pytest.fixture
def worker(system: System) -> Iterator[Worker]:
    """A worker that does nothing by itself: `worker.drain()` makes every effect that is due."""
    made = Worker(system)
    assert subscriptions(system, made.reader)
    yield made
    made.stop()


@pytest.fixture(scope="session")
def password_hash() -> str:
    """Hashing is slow on purpose; the eight people of every test share one hash of `PASSWORD`."""
    return hash_password(PASSWORD)


@pytest.fixture
def people(system: System, password_hash: str) -> dict[str, Actor]:
    """One person of every role, and two of different units: `unit_a`, `unit_b`. All sign in with `PASSWORD`."""
    wanted = {role.value: (role, "") for role in Role if role not in (Role.SYSTEM, Role.UNIT)}
    wanted |= {"unit_a": (Role.UNIT, UNIT), "unit_b": (Role.UNIT, UNIT_B)}
    made = {name: add_person(SYSTEM, system.clock, NewPerson(name, role, unit, f"{name}@example.com", name)).actor()
            for name, (role, unit) in wanted.items()}
    database()[Person._get_collection_name()].update_many({}, {"$set": {"password_hash": password_hash}})
    return made


def empty_archive() -> None:
    for name in database().list_collection_names():
        database()[name].delete_many({})


def snapshot() -> dict[str, list[object]]:
    """Everything stored, for proving that a refusal changed nothing."""
    return {name: sorted(map(repr, database()[name].find())) for name in database().list_collection_names()}
