"""Backup and restore killed at any moment and repeated: earlier snapshots stay whole, the end is as if nothing had been."""

import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from archive.mongo.embedded import EmbeddedMongo
from tests.faults.test_kill_during_ingest import victims
from tests.functional.shell import Shell

CODE = "XM-FAULT"
COUNT = 60
pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    folder = tmp_path_factory.mktemp("source")
    (folder / "files").mkdir()
    for number in range(COUNT):
        (folder / "files" / f"纪要{number}.txt").write_text(f"第 {number} 次例会。" + "接口联调" * 8_000, "utf-8")
    (folder / "l.csv").write_text(f"项目编号,项目名称,项目单位,建设方式\n{CODE},平台建设项目,省水文局,自行建设\n", "utf-8")
    shell = Shell(folder / "var")
    with EmbeddedMongo.attach(shell.data):
        shell("project", "import", folder / "l.csv")
        shell("ingest", folder / "files", "--project", CODE)
    return shell


def killed(shell: Shell, chance: random.Random, watched: Path, most: int, *arguments: object) -> bool:
    """Start a command and kill it, or its database, once it has made some files; whether it was still running."""
    goal = count(watched) + chance.randint(1, most)
    process = shell.start(*arguments)
    while process.poll() is None and count(watched) < goal:
        time.sleep(0.002)
    running = process.poll() is None
    if running:
        with suppress(ProcessLookupError):
            os.kill(chance.choice([process.pid, *victims(shell.data, as_bytes(process))]), signal.SIGKILL)
        try:
            process.wait(chance.uniform(0.0, 0.5))
        except subprocess.TimeoutExpired:
            process.kill()
    process.communicate()
    return running


def count(folder: Path) -> int:
    return sum(len(names) for _, _, names in os.walk(folder))


def as_bytes(process: "subprocess.Popen[str]") -> "subprocess.Popen[bytes]":
    return process  # type: ignore[return-value] - only its number is asked for


def test_a_backup_killed_again_and_again_is_whole_in_the_end(source: Shell, tmp_path: Path) -> None:
    chance, dest = random.Random(20261124), tmp_path / "dest"
    with EmbeddedMongo.attach(source.data):
        assert sum([killed(source, chance, dest, 20, "backup", dest) for _ in range(5)]) > 1, "hardly anything was killed"
        made = source("backup", dest, "--json").json
        assert (made["objects"], made["problems"]) == (COUNT, [])
        checked = source("backup", dest, "--verify", "--json").json
        assert (checked["objects"], checked["problems"]) == (COUNT, [])
        assert list((dest / "incoming").iterdir()) == []
        assert source("verify", "--json").json["problems"] == []


def test_a_restore_killed_again_and_again_is_whole_in_the_end(source: Shell, tmp_path: Path) -> None:
    chance, dest, there = random.Random(7), tmp_path / "dest", Shell(tmp_path / "there")
    with EmbeddedMongo.attach(source.data):
        source("backup", dest)
    kills = [killed(there, chance, there.data / "objects", 20, "restore", dest) for _ in range(4)]
    assert any(kills), "nothing was killed"
    there("restore", dest, status=None)  # 2 where a killed one had come to its end: then there is nothing to repeat
    verdict = there("verify", "--json").json
    assert verdict["problems"] == []
    assert verdict["checked"]["files"] == verdict["checked"]["indexed"] == COUNT
    assert source("backup", dest, "--verify", "--json").json["problems"] == []


def test_a_half_restored_archive_lets_nobody_work(source: Shell, tmp_path: Path) -> None:
    dest, there = tmp_path / "dest", Shell(tmp_path / "there")
    with EmbeddedMongo.attach(source.data):
        source("backup", dest)
    process = there.start("restore", dest)
    objects = there.data / "objects"
    while process.poll() is None and not any(objects.glob("??/??/*")):
        time.sleep(0.005)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL, "it was over before it could be killed"
    with EmbeddedMongo.attach(there.data):
        for command in (["worker"], ["web", "--port", "18765"], ["backup", tmp_path / "no"]):
            refused = there(*command, status=2)
            assert f"dangan restore {dest}" in refused.err, command
        there("restore", dest)
        assert there("verify", "--json").json["problems"] == []
