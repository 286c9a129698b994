"""`dangan reindex` beside a worker: it asks, the worker works, another one goes on where that was killed."""

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from admin import rebuilds
from admin.system import System
from archive.models import IndexRebuild, Lease
from bench import stored
from bench.scratch import Scratch
from search.port import SearchRequest
from tests.functional.processes import until
from tests.functional.shell import Shell

COUNT, PATIENCE = 2000, 60
LEDGER = "项目编号,项目名称,项目单位,建设方式\nBENCH-001,一体化协同办公平台建设项目,省数字政务厅,自行建设\n"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shell, System]]:
    """Two thousand documents, indexed; commands on them, and the same archive open in this process for looking."""
    folder = tmp_path_factory.mktemp("reindex")
    shell = Shell(folder / "var")
    (folder / "项目.csv").write_text(LEDGER, "utf-8")
    shell("project", "import", folder / "项目.csv")
    with stored.opened(Scratch(folder)) as system:
        stored.insert(COUNT)
        assert f"{COUNT} 件" in shell("reindex").out
        yield shell, system


@pytest.fixture
def workers(archive: tuple[Shell, System]) -> Iterator[list["subprocess.Popen[str]"]]:
    """Whatever a test starts is ended."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def has_begun(ticket: str) -> bool:
    now = rebuilds.latest()
    return now is not None and now.ticket != ticket and now.state == rebuilds.RUNNING and now.done > 0


def kill(process: "subprocess.Popen[str]") -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_a_rebuild_survives_its_worker_and_the_command_sees_it_to_its_end(
        archive: tuple[Shell, System], workers: list["subprocess.Popen[str]"]) -> None:
    shell, system = archive
    before = IndexRebuild.objects.get().ticket
    workers.append(shell.start("worker"))
    assert until(lambda: Lease.objects(id="scheduler").first() is not None, PATIENCE)
    command = shell.start("reindex")
    workers.append(command)
    assert until(lambda: has_begun(before), PATIENCE)
    kill(workers[0])
    assert command.poll() is None, "the command waits for another worker"
    assert system.search.find(SearchRequest(dossiers=None, limit=1)).total == COUNT
    interrupted = IndexRebuild.objects.get()
    workers.append(shell.start("worker"))
    out, err = command.communicate(timeout=PATIENCE)
    assert command.returncode == 0, err
    assert f"索引中有 {COUNT} 件文件" in out
    done = IndexRebuild.objects.get()
    assert (done.state, done.ticket, done.done) == ("done", interrupted.ticket, COUNT)


def test_a_killed_command_is_gone_on_with_by_the_next_one(archive: tuple[Shell, System]) -> None:
    shell, system = archive
    before = IndexRebuild.objects.get().ticket
    command = shell.start("reindex")
    assert until(lambda: has_begun(before), PATIENCE)
    kill(command)
    command.communicate()
    ticket = IndexRebuild.objects.get().ticket
    assert system.index.info().state == "rebuilding"
    assert f"{COUNT} 件" in shell("reindex").out
    done = IndexRebuild.objects.get()
    assert (done.ticket, done.state) == (ticket, "done")
    assert shell("verify", "--json", status=None).json["checked"]["indexed"] == COUNT


@pytest.mark.slow
def test_a_worker_that_starts_goes_on_by_itself(
        archive: tuple[Shell, System], workers: list["subprocess.Popen[str]"]) -> None:
    shell, system = archive
    before = IndexRebuild.objects.get().ticket
    command = shell.start("reindex")
    assert until(lambda: has_begun(before), PATIENCE)
    kill(command)
    command.communicate()
    workers.append(shell.start("worker"))
    assert until(lambda: IndexRebuild.objects.get().state == "done", PATIENCE)
    assert (system.index.info().state, system.index.count()) == ("ready", COUNT)


@pytest.mark.slow
def test_beginning_afresh_is_refused_while_somebody_is_at_it(archive: tuple[Shell, System]) -> None:
    shell, _ = archive
    before = IndexRebuild.objects.get().ticket
    command = shell.start("reindex")
    assert until(lambda: has_begun(before), PATIENCE)
    os.kill(command.pid, signal.SIGSTOP)  # it takes its time
    try:
        refused = shell("reindex", "--fresh", status=None)
    finally:
        os.kill(command.pid, signal.SIGCONT)
    command.communicate(timeout=PATIENCE)
    assert command.returncode == 0
    assert (refused.status, "没有从头开始" in refused.err) == (2, True)
