"""The restore drill: the newest backup restored into a scratch place by processes of its own, verified, thrown away.

The scratch place is a whole archive with the embedded engines in a folder of the data folder. It sends no mail, for
nothing but `restore` and `verify` runs in it, and it touches none of the engines in use.
"""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from admin.backup.manifest import Manifest, find, load
from admin.backup.place import Place
from admin.locks import FolderLock
from admin.system import System
from archive.errors import ArchiveError

ROOT = Path(__file__).resolve().parents[2]
NICENESS = 5  # behind the archive itself, yet sure of its turn on a busy machine
LONGEST_SECONDS = 12 * 3600.0
STOP_SECONDS = 60
RESERVE = 2 << 30  # left to the archive itself, in bytes
# The database on the disk with its journal and indexes, and the search index, by bytes of dumped documents.
SPACE_PER_BYTE = 4


class NoRoomForDrill(ArchiveError):
    code = "drill.no-room"
    text = "恢复演练没有进行：需要约 {needed} MiB，{folder} 所在磁盘只剩 {free} MiB（另为正式数据留 2 GiB）。请清理磁盘后再试。"


class DrillFailed(ArchiveError):
    code = "drill.failed"
    text = "恢复演练没有完成：{step} 以状态 {status} 结束：{message}"


@dataclass(frozen=True, slots=True)
class Drill:
    """`age_s`: how old the snapshot was, the recovery point; `restore_s`: how long restoring took, the recovery time."""

    snapshot: str
    instant: str
    age_s: int
    restore_s: float
    verify_s: float
    entries: int
    objects: int
    problems: list[str] = field(default_factory=list)


def drill(system: System, place: Place) -> Drill:
    """Restore the newest snapshot beside the archive and verify it. Raises NoBackup, BadBackup, NoRoomForDrill, DrillFailed."""
    folder = find(place)
    manifest = load(folder)
    with _scratch(system.settings.data_dir / "drill") as scratch:
        _require_room(scratch, manifest)
        restored, restore_s = _run(scratch, "restore", str(place.root), "--snapshot", folder.name)
        verdict, verify_s = _run(scratch, "verify")
    age = system.clock.now() - manifest.instant
    return Drill(folder.name, manifest.instant.isoformat(), int(age.total_seconds()), restore_s, verify_s,
                 restored["entries"], restored["objects"], [*restored["problems"], *verdict["problems"]])


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """An empty folder, removed at the end; also what a killed drill left."""
    _remove(folder)
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Its mongod ends by itself a second after its last user; until then its files are in use."""
    if not folder.exists():
        return
    guardian = FolderLock(folder / "mongo" / "guardian.lock")
    deadline = time.monotonic() + STOP_SECONDS
    while not guardian.acquire("drill") and time.monotonic() < deadline:
        time.sleep(0.2)
    guardian.release()
    shutil.rmtree(folder)


def _require_room(folder: Path, manifest: Manifest) -> None:
    documents = sum(seal.bytes for seal in manifest.collections.values())
    needed, free = manifest.object_bytes + SPACE_PER_BYTE * documents, shutil.disk_usage(folder).free
    if free - needed < RESERVE:
        raise NoRoomForDrill(needed=needed >> 20, free=free >> 20, folder=folder)


def _run(scratch: Path, *arguments: str) -> tuple[dict[str, Any], float]:
    """One command of the program on the scratch archive: what it printed, and how many seconds it took."""
    started = time.monotonic()
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "admin", *arguments, "--json"], cwd=ROOT, env=_environment(scratch), text=True,
        stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST_SECONDS, check=False, preexec_fn=_humbly)
    if done.returncode not in (0, 1) or not done.stdout.startswith("{"):
        raise DrillFailed(step=arguments[0], status=done.returncode, message=done.stderr.strip()[-500:])
    return json.loads(done.stdout), round(time.monotonic() - started, 1)


def _environment(scratch: Path) -> dict[str, str]:
    """Nothing of ours: with no engine named, every engine is an embedded one below the scratch folder."""
    return {"DANGAN_DATA_DIR": str(scratch), "PYTHONPATH": str(ROOT), "PATH": os.defpath, "LANG": "C.UTF-8",
            "TMPDIR": tempfile.gettempdir()}


def _humbly() -> None:
    """Behind everything else on this machine, and gone when the worker is gone."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    os.nice(NICENESS)
