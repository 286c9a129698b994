"""Killed in the middle of taking a bundle apart, three times: it goes on where it was, nothing is lost, nothing doubled."""

import os
import signal
import subprocess
from pathlib import Path

from admin.bootstrap import build
from admin.settings import Settings, load
from admin.verify import verify
from archive.models import AuditEntry, Document, Member, Unpacking, Version
from archive.operations.projects import create_project
from tests.builders import SYSTEM
from tests.functional.processes import until
from tests.functional.shell import Shell
from tests.unit.ingest.unpacking.bundles import zipped

CODE, COUNT, KILLS = "XM-KILL", 160, 3


def settings(data: Path) -> Settings:
    return load({"DANGAN_DATA_DIR": str(data)})


def in_the_middle(data: Path, count: int, process: "subprocess.Popen[str]") -> bool:
    """Whether it still works once so many members are filed, or for long enough: a transaction of one that was killed holds
    others up for a minute. Seen from another process of the same archive, which is opened once: the work takes seconds."""
    system = build(settings(data))
    try:
        until(lambda: process.poll() is not None or Document.objects(parent__ne="").count() >= count, 60)
        return process.poll() is None
    finally:
        system.close()


def test_killed_while_taking_apart_it_goes_on_without_doubles(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "var")
    inner = zipped({f"内/{n:03}.txt": f"内层第 {n} 份材料".encode() for n in range(20)})
    members = {f"材料/{n:03}.txt": f"第 {n} 次例会讨论了接口联调与数据归集。".encode() for n in range(COUNT - 21)}
    (tmp_path / "材料.zip").write_bytes(zipped({**members, "内.zip": inner}))
    shell("init")
    system = build(settings(shell.data))
    create_project(SYSTEM, system.clock, CODE, {"name": "被中断的项目", "unit": "省数字政务厅", "mode": "self_build", "kind": "new"})
    system.close()
    for kill in range(1, KILLS + 1):
        process = shell.start("ingest", tmp_path / "材料.zip", "--project", CODE, "--json")
        assert in_the_middle(shell.data, kill * COUNT // (KILLS + 2), process), "it was done before it could be killed"
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    last = shell("ingest", tmp_path / "材料.zip", "--project", CODE, "--json", seconds=300).json["files"][0]
    assert (last["status"], len(last["children"])) == ("duplicate", COUNT - 20)
    system = build(settings(shell.data))
    try:
        paths = Document.objects(parent__ne="").scalar("parent_path")
        assert len(paths) == len(set(paths)) == COUNT
        assert Version.objects.count() == COUNT + 1
        assert {member.outcome for member in Member.objects} == {"filed"}
        assert Unpacking.objects(state="done").count() == 2
        assert AuditEntry.objects(action="document.filed").count() == COUNT + 1
        assert verify(system).problems == []
    finally:
        system.close()
