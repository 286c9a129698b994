"""A cluster in small: three mongods, an S3 server and Elasticsearch behind proxies that misbehave, two webs, two workers.

Everything is a real program of its own. The webs and workers have their own data folders, as on machines of their own.
"""

import http.client
import json
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from tests.faults.parts import Part, Supervisor, wait_for
from tests.functional.shell import ROOT, Shell
from tests.peers import s3_rclone
from tests.peers.clamd import free_port
from tests.peers.elastic_noida import program as noida_program
from tests.peers.faulty_proxy import FaultyProxy
from tests.peers.mongo_set import MongoSet

CODE = "XM-FAULT"
LEDGER = f"项目编号,项目名称,项目单位,建设方式\n{CODE},平台建设项目,省水文局,自行建设\n"
READY_SECONDS = 90
PATIENCE = 60.0  # of a client of the API


@dataclass(frozen=True)
class Said:
    """What a web said; status 0 where it said nothing."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Cluster:
    supervisor: Supervisor
    folder: Path
    mongo: MongoSet
    s3: FaultyProxy
    elastic: FaultyProxy
    noida: Part
    settings: Mapping[str, str]
    webs: list[Part] = field(default_factory=list)
    workers: list[Part] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)
    token: str = ""

    def shell(self, name: str = "shell") -> Shell:
        return Shell(self.folder / name)

    def run(self, *arguments: object, status: int | None = 0) -> Any:
        """A `dangan` command on the cluster, to its end."""
        return self.shell()(*arguments, status=status, **self.settings)

    def ask(self, web: int, method: str, path: str, body: bytes | None = None, **headers: str) -> Said:
        """A request to one of the webs. Whatever the network does is status 0."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[web], timeout=PATIENCE)
        sent = {"Authorization": f"Bearer {self.token}", **{name.replace("_", "-"): value for name, value in headers.items()}}
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            text = response.read()
            return Said(response.status, json.loads(text) if text else None, dict(response.headers))
        except (OSError, http.client.HTTPException, ValueError):
            return Said(0)
        finally:
            connection.close()

    def ready(self) -> bool:
        return all(self.ask(web, "GET", "/readyz").status == 200 for web in range(len(self.webs)))

    def mongo_whole(self) -> bool:
        """Every member does its part, one of them as the primary: then one may be taken away."""
        return sorted(self.mongo_states().values()) == ["PRIMARY", *["SECONDARY"] * (len(self.mongo.ports) - 1)]

    def mongo_states(self) -> dict[int, str]:
        """What each member is to the others, by its port; empty where there is no telling."""
        with MongoClient[dict[str, Any]](self.mongo.url, serverSelectionTimeoutMS=500) as client:
            try:
                members = client.admin.command("replSetGetStatus")["members"]
            except PyMongoError:
                return {}
        return {int(member["name"].rpartition(":")[2]): member["stateStr"] for member in members}

    def claims(self) -> set[str]:
        """The tokens of all claims on events; none where the database cannot be asked."""
        with MongoClient[dict[str, Any]](self.mongo.url, serverSelectionTimeoutMS=3000) as client:
            try:
                rows = list(client.dangan.outbox.find({"finished": False}, {"claims": 1}))
            except PyMongoError:
                return set()
        return {token for row in rows for token in row.get("claims", {}).values()}

    def start_programs(self) -> None:
        for number in range(2):
            port = free_port()
            self.ports.append(port)
            self.webs.append(self._program(f"web{number}", "web", "--host", "127.0.0.1", "--port", str(port)))
            self.workers.append(self._program(f"worker{number}", "worker"))
        wait_for(self.ready, "webs and workers", READY_SECONDS)

    def _program(self, name: str, *arguments: str) -> Part:
        own = {key: value for key, value in os.environ.items() if not key.startswith("DANGAN_")}
        environment = {**own, **self.settings, "DANGAN_DATA_DIR": str(self.folder / name), "PYTHONPATH": str(ROOT)}
        return self.supervisor.run(Part(name, [sys.executable, "-m", "admin", *arguments], self.folder, environment))


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A cluster with one project and an archivist's token. Ends every program it started."""
    s3_rclone.need()
    with ExitStack() as closing:
        supervisor = closing.enter_context(Supervisor())
        mongo = closing.enter_context(MongoSet())
        noida, elastic_port = _noida(supervisor, folder)
        elastic = closing.enter_context(FaultyProxy("127.0.0.1", elastic_port))
        s3_url = _rclone(closing, folder)
        s3 = closing.enter_context(FaultyProxy("127.0.0.1", urlsplit(s3_url).port or 0))
        made = Cluster(supervisor, folder, mongo, s3, elastic, noida, {
            "DANGAN_MONGODB_URL": mongo.url, "DANGAN_S3_URL": s3.before(s3_url) + "/faults",
            "DANGAN_ELASTICSEARCH_URL": f"http://127.0.0.1:{elastic.port}", "DANGAN_SECRET_KEY": secrets.token_hex(32),
            "DANGAN_READERS": "1"})
        _fill(made)
        made.start_programs()
        yield made


def _fill(made: Cluster) -> None:
    ledger = made.folder / "ledger.csv"
    ledger.write_text(LEDGER, "utf-8")
    made.run("init")
    made.run("project", "import", ledger)
    made.run("user", "add", "收件", "--role", "archivist")
    made.token = made.run("user", "token", "收件").out.split()[-1]


def _noida(supervisor: Supervisor, folder: Path) -> tuple[Part, int]:
    port = free_port()
    part = supervisor.run(Part("noida", [
        str(noida_program()), "start", "--data-dir", str(folder / "noida"), "--only", "elasticsearch",
        "--elasticsearch-port", str(port)], folder))
    return part, port


def _rclone(closing: ExitStack, folder: Path) -> str:
    (folder / "s3").mkdir()
    url, processes = s3_rclone.start(folder / "s3")
    for process in processes:
        closing.callback(process.wait)
        closing.callback(process.kill)
    return url
