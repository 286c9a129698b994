"""`dangan serve` as a process tree: one a folder, joined by other commands, and nothing left of it however it ends."""

import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.functional.processes import commands, engines, living, tree, until
from tests.functional.shell import ROOT, Shell

CODE = "XM-2024-001"
LEDGER = f"项目编号,项目名称,项目单位,建设方式\n{CODE},一体化协同办公平台建设项目,省数字政务厅,自行建设\n"
STARTED, GONE = 60, 10


class Serving:
    """A running `dangan serve`, as another program meets it."""

    def __init__(self, shell: Shell, token: str, process: "subprocess.Popen[Any] | None" = None, port: int = 0) -> None:
        self.shell, self.token, self.port = shell, token, port or free_port()
        self.process = process or shell.start("serve", "--port", self.port)

    def ask(self, path: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except OSError:
            return 0, None
        finally:
            connection.close()

    def ready(self) -> bool:
        return self.process.poll() is None and self.ask("/readyz")[0] == 200

    def everybody(self) -> set[int]:
        """Supervisor, web, worker, their sandboxes, guardian, mongod."""
        return tree(self.process.pid) | engines(self.shell.data)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shell, str]:
    """An archive with a project, and an archivist's token."""
    folder = tmp_path_factory.mktemp("serving")
    shell, ledger = Shell(folder / "var"), folder / "项目.csv"
    ledger.write_text(LEDGER, "utf-8")
    shell("project", "import", ledger)
    shell("user", "add", "wang", "--role", "archivist")
    return shell, shell("user", "token", "wang").out.split()[-1]


@pytest.fixture
def serve(prepared: tuple[Shell, str]) -> Iterator[Callable[[], Serving]]:
    started: list[Serving] = []

    def start() -> Serving:
        serving = Serving(*prepared)
        started.append(serving)
        assert until(serving.ready, STARTED), _output(serving.process)
        return serving

    yield start
    for serving in started:
        if serving.process.poll() is None:
            serving.process.send_signal(signal.SIGINT)
        _output(serving.process)


def _output(process: "subprocess.Popen[str]") -> str:
    try:
        return "".join(process.communicate(timeout=30))
    except subprocess.TimeoutExpired:
        process.kill()
        return "".join(process.communicate())


def assert_gone(everybody: set[int]) -> None:
    assert until(lambda: not living(everybody), GONE), commands(living(everybody))


def test_serving_beside_other_commands_until_interrupted(serve: Callable[[], Serving], tmp_path: Path) -> None:
    serving = serve()
    shell, everybody = serving.shell, serving.everybody()
    names = " ".join(commands(everybody).values())
    assert all(part in names for part in ("admin web", "admin worker", "archive.mongo.guardian", "mongod"))

    second = shell("serve", "--port", free_port(), status=2)
    assert str(serving.process.pid) in second.err
    assert second.err.count("\n") == 1
    taken = Shell(tmp_path / "elsewhere")("serve", "--port", serving.port, status=2)
    assert str(serving.port) in taken.err

    (tmp_path / "运行记录.txt").write_text("试运行期间接口网关运行平稳。", "utf-8")
    filed = shell("ingest", tmp_path / "运行记录.txt", "--project", CODE, "--json").json["files"]
    status, answer = serving.ask("/api/v1/search?q=" + quote("接口网关"))
    assert (status, [item["document"] for item in answer["items"]]) == (200, [filed[0]["document"]])
    assert "索引中有 1 件文件" in shell("reindex").out, "done by the worker"

    everybody |= serving.everybody()
    serving.process.send_signal(signal.SIGINT)
    assert_gone(everybody)
    assert serving.process.wait() == 0


def test_no_process_outlives_a_killed_supervisor(serve: Callable[[], Serving]) -> None:
    serving = serve()
    everybody = serving.everybody()
    assert len(everybody) >= 5
    serving.process.kill()
    assert_gone(everybody)

    again = serve()
    assert again.ask("/api/v1/projects")[1]["total"] == 1
    everybody = again.everybody()
    again.process.terminate()
    assert_gone(everybody)
    assert again.process.wait() == 0


SERVE_DEMO = """
import sys
from admin.cli.demo import demo_settings
from admin.serving import supervise
supervise(demo_settings(), "127.0.0.1", int(sys.argv[1]))
"""


def test_the_demonstration_serves_the_folder_it_was_loaded_into(tmp_path: Path) -> None:
    """As `make demo` runs it, with no folder named: web and worker are on `var/demo` too, not on `var`."""
    shell, port = Shell(tmp_path / "var" / "demo"), free_port()
    shell("user", "add", "wang", "--role", "archivist")
    token = shell("user", "token", "wang").out.split()[-1]
    environment = shell.environment({"PYTHONPATH": str(ROOT)})
    del environment["DANGAN_DATA_DIR"]
    process = subprocess.Popen([sys.executable, "-c", SERVE_DEMO, str(port)], cwd=tmp_path, env=environment)
    try:
        serving = Serving(shell, token, process, port)
        assert until(serving.ready, STARTED)
        assert serving.ask("/api/v1/projects")[0] == 200
        assert [path.name for path in (tmp_path / "var").iterdir()] == ["demo"]
    finally:
        process.terminate()
        process.wait(30)
