"""Pull the plug at any moment: nothing accepted is lost, nothing is doubled, verify is clean, the index converges."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from admin.bootstrap import build
from admin.settings import load
from admin.verify import verify
from admin.worker import wait_until_done, working
from archive.models import Document, OutboxEvent, Version
from tests import samples

PROJECT = "XM-FAULT"
ROOT = Path(__file__).resolve().parents[2]


def children_of(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid:
            found.append(int(path.parent.name))
    return found


def victims(data: Path, filer: "subprocess.Popen[bytes]") -> list[int]:
    """Every process that takes part: the filer, its sandbox workers, the guardian, mongod."""
    pids = [filer.pid, *children_of(filer.pid)]
    try:
        run = json.loads((data / "mongo" / "run.json").read_text())
        pids += [run["guardian"], run["mongod"]]
    except (FileNotFoundError, ValueError):
        pass
    return pids


def make_files(folder: Path, count: int) -> None:
    """Files of four formats, each different from all others; long PDFs among them are read by the worker later."""
    folder.mkdir()
    for number in range(count):
        name, text = f"会议纪要{number:03}", f"第 {number} 次例会讨论了接口联调与数据归集。"
        if number % 4 == 0:
            samples.pdf(folder / f"{name}.pdf", [[text] * 12] * (1 + number % 7))
        elif number % 4 == 1:
            samples.word(folder / f"{name}.docx", title=name, paragraphs=[text] * 9)
        elif number % 4 == 2:
            samples.workbook(folder / f"{name}.xlsx", {"清单": [[number, text]] * 20})
        else:
            (folder / f"{name}.txt").write_text(text * 40, encoding="utf-8")


def start(data: Path, files: Path, log: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.filer", str(data), PROJECT, str(files), str(log)], cwd=ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kill_somebody(data: Path, filer: "subprocess.Popen[bytes]", chance: random.Random) -> str:
    """Who was killed; nobody where it had just ended, or everything was filed."""
    if filer.poll() is not None:
        return "nobody"
    victim = chance.choice(victims(data, filer))
    who = called(data, filer, victim)
    try:
        os.kill(victim, signal.SIGKILL)
    except ProcessLookupError:
        who = "nobody"
    if who in ("nobody", "filer"):
        filer.kill()
    elif chance.random() < 0.5:  # half of the time the filer must live through it
        try:
            filer.wait(chance.uniform(0.5, 3))
        except subprocess.TimeoutExpired:
            filer.kill()
    else:
        filer.kill()
    filer.wait()
    return who


def called(data: Path, filer: "subprocess.Popen[bytes]", pid: int) -> str:
    if pid == filer.pid:
        return "filer"
    try:
        run = json.loads((data / "mongo" / "run.json").read_text())
    except (FileNotFoundError, ValueError):
        run = {}
    return next((name for name in ("guardian", "mongod") if run.get(name) == pid), "reader")


def wait_for_work(log: Path, seconds: float, most: int) -> None:
    """So long, but no longer than until `most` files were accepted: a quick machine must not be done before the last kill."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and log.read_text().count("\n") < most:
        time.sleep(0.01)


def run_kills(tmp_path: Path, kills: int, count: int, seed: int) -> None:
    files, data, log = tmp_path / "files", tmp_path / "data", tmp_path / "acknowledged"
    make_files(files, count)
    log.touch()
    chance = random.Random(seed)
    killed, filed = Counter[str](), []
    for _ in range(kills * 2):
        if killed.total() == kills:
            break
        filer = start(data, files, log)
        wait_for_work(log, chance.uniform(0.2, 3.5), most=count * (killed.total() + 1) // (kills + 1))
        if (who := kill_somebody(data, filer, chance)) != "nobody":
            killed[who] += 1
            filed.append(len(set(log.read_text().split())))
    assert killed.total() == kills
    print(json.dumps({"killed": killed, "total": killed.total(), "filed_by_then": filed[::10]}))
    last = start(data, files, log)
    assert last.wait(180) == 0
    judge(data, log, count)


def judge(data: Path, log: Path, count: int) -> None:
    system = build(load({"DANGAN_DATA_DIR": str(data)}), work=True)
    try:
        with working(system):
            assert wait_until_done(system, list(OutboxEvent.objects(finished=False).distinct("subject")), timeout=120)
        stored = Counter(Version.objects.scalar("sha256"))
        acknowledged = set(log.read_text().split())
        assert acknowledged, "nothing was ever accepted: the test proved nothing"
        assert acknowledged <= stored.keys(), "accepted files were lost"
        assert max(stored.values()) == 1, "files were filed twice"
        assert len(stored) == Document.objects.count() == count
        assert not Document.objects(text_state="pending").count()
        verdict = verify(system)
        assert verdict.problems == []
        assert verdict.checked["indexed"] == count
    finally:
        system.close()


def test_nothing_accepted_is_lost_over_a_few_kills(tmp_path: Path) -> None:
    run_kills(tmp_path, kills=5, count=60, seed=20261123)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_nothing_accepted_is_lost_over_a_hundred_kills(tmp_path: Path) -> None:
    run_kills(tmp_path, kills=100, count=1000, seed=7)
