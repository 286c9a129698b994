"""An import by manifest, killed at any moment: run again it goes on, ends with every file once, in constant memory."""

import json
import random
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from admin.bootstrap import build
from admin.settings import load
from admin.verify import verify
from archive.models import Document, ImportRun, Version
from tests.faults.test_kill_during_ingest import children_of
from tests.functional.shell import Shell

LEDGER = "项目编号,项目名称,项目单位,建设方式\nXM-1,一体化协同办公平台,省数字政务厅,自行建设\n"
GROWTH_MB = 60  # of the resident memory, from a third of the last run to its end


def corpus(folder: Path, count: int) -> Path:
    """Small files in folders of a thousand; every hundredth row names a file that another row named before."""
    folder.mkdir()
    path = folder / "清单.csv"
    with path.open("w", encoding="utf-8") as stream:
        stream.write("文件路径,项目编号\n")
        for number in range(count):
            if number % 100 == 99:
                stream.write(f"{(number - 1) // 1000:03}/会议纪要{number - 1:06}.txt,XM-1\n")
                continue
            place = folder / f"{number // 1000:03}"
            place.mkdir(exist_ok=True)
            (place / f"会议纪要{number:06}.txt").write_text(f"第{number}次例会会议纪要\n讨论了接口联调与数据归集。\n")
            stream.write(f"{place.name}/会议纪要{number:06}.txt,XM-1\n")
    return path


def resident_mb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) >> 10
    return 0


def kill_after(process: "subprocess.Popen[str]", rows: int) -> str:
    """Kill the command, readers and all, once its progress says so many rows; what it had said last."""
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said = line
        if line[:1].isdigit() and int(line.partition("/")[0]) >= rows:
            break
    for pid in (process.pid, *children_of(process.pid)):
        subprocess.run(["kill", "-9", str(pid)], check=False, capture_output=True)
    process.wait()
    process.stderr.close()
    return said


def run_import(tmp_path: Path, count: int, seed: int) -> None:
    manifest, shell = corpus(tmp_path / "交接", count), Shell(tmp_path / "var")
    ledger = tmp_path / "台账.csv"
    ledger.write_text(LEDGER)
    shell("project", "import", ledger)
    chance = random.Random(seed)
    for turn in range(1, 4):
        process = shell.start("import", manifest, "--no-wait")
        said = kill_after(process, int(count * (turn - chance.random() * 0.5) / 4))
        print(f"killed at {said.strip()}")
        assert "行（" in said
    started = time.monotonic()
    process, sizes = shell.start("import", manifest, "--json", "--no-wait"), []
    while process.poll() is None:
        sizes.append(resident_mb(process.pid))
        time.sleep(0.5)
    out = process.communicate()[0]
    assert process.returncode == 0
    report = json.loads(out)
    twice = count // 100
    assert (report["done"], report["filed"], report["duplicates"], report["rejected"]) == (count, count - twice, twice, 0)
    print({"rows": count, "seconds": time.monotonic() - started, "mb": sizes[:: max(len(sizes) // 20, 1)]})
    later = sizes[len(sizes) // 3:-2]
    assert max(later) - min(later) < GROWTH_MB
    assert shell("import", manifest, "--json", seconds=3600).json["run"] == report["run"]  # nothing to do but to wait for the index
    judge(tmp_path / "var", count - twice)


def judge(data: Path, count: int) -> None:
    system = build(load({"DANGAN_DATA_DIR": str(data)}), work=True)
    try:
        stored = Counter(Version.objects.scalar("sha256"))
        assert len(stored) == Document.objects.count() == count
        assert max(stored.values()) == 1
        assert ImportRun.objects.get().state == "done"
        verdict = verify(system)
        assert verdict.problems == []
        assert verdict.checked["indexed"] == count
    finally:
        system.close()


def test_an_import_killed_three_times_completes_without_doubles(tmp_path: Path) -> None:
    run_import(tmp_path, 1200, seed=4)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_a_hundred_thousand_files_killed_three_times(tmp_path: Path) -> None:
    run_import(tmp_path, 100_000, seed=4)
