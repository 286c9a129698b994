"""The replica set script against three real mongod with a key file, from nothing and again and again."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from archive.mongo.guardian import mongod_binary
from tests.functional.shell import ROOT, Shell
from tests.peers.clamd import free_port

SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "mongo_replica_set.py"
ADMIN_PASSWORD, PASSWORD = "a" * 64, "b" * 64


@dataclass(frozen=True)
class Set:
    folder: Path
    members: list[str]

    def run(self, admin_password: str = ADMIN_PASSWORD, password: str = PASSWORD) -> "subprocess.CompletedProcess[str]":
        admin, user = self.folder / "admin_password", self.folder / "password"
        admin.write_text(admin_password)
        user.write_text(password + "\n")
        command = [sys.executable, str(SCRIPT), *self.members, "--seed", self.members[0], "--patience", "60",
                   "--admin-password-file", str(admin), "--password-file", str(user)]
        return subprocess.run(command, capture_output=True, text=True, timeout=150, check=False)

    def client(self, user: str = "", password: str = "") -> "MongoClient[dict[str, Any]]":
        login: dict[str, Any] = {"username": user, "password": password} if user else {}
        return MongoClient(self.members, replicaSet="dangan", serverSelectionTimeoutMS=20_000, **login)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Set]:
    folder = tmp_path_factory.mktemp("set")
    key = folder / "keyfile"
    key.write_text("0123456789abcdef" * 4)
    key.chmod(0o600)
    with ExitStack() as closing:
        members = []
        for number in range(3):
            port = free_port()
            data = folder / f"data{number}"
            data.mkdir()
            command = [str(mongod_binary()), "--replSet", "dangan", "--keyFile", str(key), "--bind_ip", "127.0.0.1",
                       "--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "16", "--nounixsocket",
                       "--port", str(port), "--dbpath", str(data), "--logpath", str(data / "log")]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            closing.callback(process.wait)
            closing.callback(process.kill)
            members.append(f"127.0.0.1:{port}")
        yield Set(folder, members)


@pytest.fixture(scope="module")
def ready(servers: Set) -> Set:
    done = servers.run()
    assert done.returncode == 0, done.stderr
    assert "3 个成员" in done.stdout
    return servers


def test_three_members_vote_and_hold_data(ready: Set) -> None:
    with ready.client("admin", ADMIN_PASSWORD) as client:
        states = [member["stateStr"] for member in client.admin.command("replSetGetStatus")["members"]]
        config = client.admin.command("replSetGetConfig")["config"]
    assert sorted(states) == ["PRIMARY", "SECONDARY", "SECONDARY"]
    assert [(member["votes"], member["priority"], member["arbiterOnly"]) for member in config["members"]] == [(1, 1, False)] * 3


def test_the_archives_user_writes_its_database_in_transactions(ready: Set) -> None:
    with ready.client("dangan", PASSWORD) as client:
        with client.start_session() as session, session.start_transaction():
            client.dangan.things.insert_one({"_id": 1}, session=session)
        client.dangan.things.create_index("name")
        assert client.admin.command("replSetGetStatus")["ok"] == 1
        client.admin.command("setParameter", 1, minSnapshotHistoryWindowInSeconds=300)  # what a backup asks for


def test_the_archive_works_as_that_user(ready: Set, tmp_path: Path) -> None:
    """Everything it does to a database it may do: prepare, file, index, check, back up, verify."""
    shell = Shell(tmp_path / "var")
    url = f"mongodb://dangan:{PASSWORD}@{','.join(ready.members)}/dangan?replicaSet=dangan&authSource=admin"
    own = {"DANGAN_MONGODB_URL": url, "DANGAN_SECRET_KEY": "k" * 40}
    (tmp_path / "纪要.txt").write_text("会议纪要：同意验收")
    (tmp_path / "台账.csv").write_text("项目编号,项目名称,项目单位,建设方式\nXM-1,平台建设项目,省数字政务厅,自行建设\n", encoding="utf-8")
    shell("init", **own)
    shell("project", "import", tmp_path / "台账.csv", **own)
    assert shell("ingest", tmp_path / "纪要.txt", "--project", "XM-1", "--json", **own).json["files"][0]["status"] == "filed"
    assert shell("search", "同意验收", "--json", **own).json["total"] == 1
    shell("jobs", "run", "compliance.nightly", **own)
    shell("backup", tmp_path / "backup", **own)
    assert shell("verify", "--json", **own).json["problems"] == []
    dead = subprocess.run([sys.executable, "-m", "tests.faults.dying_writer", url, "XM-1"], cwd=ROOT, check=False)
    assert dead.returncode == -9, "it leaves its transaction open, which holds up the next, longer than that waits"
    (tmp_path / "台账.csv").write_text("项目编号,项目名称,项目单位,建设方式\nXM-1,平台建设,省数字政务厅,自行建设\n", encoding="utf-8")
    shell("project", "import", tmp_path / "台账.csv", **own)
    with ready.client("admin", ADMIN_PASSWORD) as client:
        client.drop_database("dangan")


def test_it_reaches_nothing_else(ready: Set) -> None:
    with ready.client("dangan", PASSWORD) as client:
        for forbidden in (lambda: client.other.things.insert_one({}), lambda: client.admin.system.users.find_one(),
                          lambda: client.admin.command("shutdown"), lambda: client.admin.command("createUser", "x", pwd="y", roles=[])):
            with pytest.raises(OperationFailure) as refused:
                forbidden()
            assert refused.value.code == 13


def test_a_stranger_reaches_nothing(ready: Set) -> None:
    with ready.client() as client, pytest.raises(OperationFailure):
        client.dangan.things.find_one()


def test_again_changes_nothing(ready: Set) -> None:
    def config() -> Any:
        with ready.client("admin", ADMIN_PASSWORD) as client:
            return client.admin.command("replSetGetConfig")["config"]

    before = config()
    assert ready.run().returncode == 0
    assert config() == before


def test_a_new_password_of_the_archive_is_taken_over(ready: Set) -> None:
    assert ready.run(password="c" * 64).returncode == 0
    with ready.client("dangan", "c" * 64) as client:
        client.dangan.things.find_one()
    assert ready.run().returncode == 0


def test_another_admin_password_is_refused_and_says_what_to_look_for(ready: Set) -> None:
    done = ready.run(admin_password="d" * 64)
    assert done.returncode == 1
    assert "口令文件" in done.stderr
    assert "Traceback" not in done.stderr
    assert "d" * 64 not in done.stderr
