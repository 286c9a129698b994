"""The system under test is the real one: real mongod, real files, real index, real sandbox. Only the clock stands still."""

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient

from admin.bootstrap import build
from admin.settings import Settings
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
from tests.apart import compile_once
from tests.builders import UNIT, UNIT_B
from tests.peers.clamd import Clamd, running_clamd
from tests.peers.summary import pytest_terminal_summary  # noqa: F401 - a hook
from tests.scenes import filled_collections, once
from tests.unit.admin.postbox import Postbox, PostOffice

PASSWORD = "Dossier-2026"
SECRET = "for tests only, long enough to sign with"
SYSTEM = system_actor("tests")
AS_STORED = CodecOptions(RawBSONDocument)
PREPARED_LONG = ("test_isolation.py", "test_demo.py")
compile_once()
# How long an example takes is nobody's promise: a machine may be busy. Where CI is set, Hypothesis says so itself.
hypothesis.settings.register_profile("dangan", deadline=None)
if not os.environ.get("CI"):
    hypothesis.settings.load_profile("dangan")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes to prepare comes first: a worker without work takes over tests from the other's end, and would
    prepare the same once more for a few of them."""
    items.sort(key=lambda item: item.path.name not in PREPARED_LONG)


@pytest.fixture(scope="session")
def mongodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One embedded mongod for the session; each xdist worker has its own. Or, on the server that is named, a database."""
    with ExitStack() as closing:
        url = _external(closing) or closing.enter_context(EmbeddedMongo.attach(tmp_path_factory.mktemp("mongod"))).url
        connect(url)
        prepare((*models.ALL, *retention_models.ALL))
        # mongod's own clock is the real one; what expires by it would vanish from tests that stand in another year.
        database().client.admin.command("setParameter", 1, ttlMonitorEnabled=False)
        disconnect()
        yield url


def _external(closing: ExitStack) -> str:
    """A database of our own on the server that DANGAN_TEST_MONGODB_URL names, gone at the end; empty where none is."""
    named = os.environ.get("DANGAN_TEST_MONGODB_URL", "")
    if not named:
        return ""
    address, _, options = named.partition("?")
    server = address.partition("://")[2].partition("/")[0]
    name = f"dangan_test_{uuid4().hex[:12]}"
    if server != address.partition("://")[2].rstrip("/") and "authSource" not in options and "@" in server:
        options = f"authSource={address.rpartition('/')[2] or 'admin'}&{options}".rstrip("&")
    url = f"{address.partition('://')[0]}://{server}/{name}" + (f"?{options}" if options else "")

    def drop() -> None:
        with MongoClient[dict[str, object]](url) as client:
            client.drop_database(name)

    closing.callback(drop)
    return url


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
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("admin.bootstrap.prepare", prepare_what_is_missing)
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
    assert made.subscriptions
    yield made
    made.stop()


@pytest.fixture(scope="session")
def password_hash() -> str:
    """Hashing is slow on purpose; the eight people of every test share one hash of `PASSWORD`."""
    return hash_password(PASSWORD)


@pytest.fixture(scope="session")
def keeping(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of scenes are."""
    return tmp_path_factory.mktemp("scenes")


@pytest.fixture
def people(system: System, password_hash: str, keeping: Path) -> dict[str, Actor]:
    """One person of every role, and two of different units: `unit_a`, `unit_b`. All sign in with `PASSWORD`."""
    return dict(once(system, keeping, "people", lambda: _people(system, password_hash)))


def _people(system: System, password_hash: str) -> dict[str, Actor]:
    wanted = {role.value: (role, "") for role in Role if role not in (Role.SYSTEM, Role.UNIT)}
    wanted |= {"unit_a": (Role.UNIT, UNIT), "unit_b": (Role.UNIT, UNIT_B)}
    made = {name: add_person(SYSTEM, system.clock, NewPerson(name, role, unit, f"{name}@example.com", name)).actor()
            for name, (role, unit) in wanted.items()}
    database()[Person._get_collection_name()].update_many({}, {"$set": {"password_hash": password_hash}})
    return made


def prepare_what_is_missing(wanted: Iterable[type[models.Model]]) -> None:
    """Collections and their indexes are there since the session began, and nobody takes one away: some 150 questions less."""
    known = tuple(wanted)
    if {model._get_collection_name() for model in known} - set(database().list_collection_names()):
        prepare(known)


def empty_archive() -> None:
    for name in filled_collections():
        database()[name].delete_many({})


def snapshot() -> dict[str, list[bytes]]:
    """Everything stored, for proving that a refusal changed nothing. Who judged last is nothing that anybody is told."""
    rows: dict[str, list[bytes]] = {name: [] for name in database().list_collection_names() if name != "judgements"}
    for name in rows.keys() & set(filled_collections()):
        rows[name] = sorted(bytes(row.raw) for row in database().get_collection(name, AS_STORED).find())
    return rows


@pytest.fixture
def office() -> Iterator[PostOffice]:
    """A real mail server, and what arrived there in `box`."""
    office = PostOffice()
    office.open()
    yield office
    office.close()


@pytest.fixture
def box(office: PostOffice) -> Postbox:
    return office.box
