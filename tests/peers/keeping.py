"""A server that one pytest run shares among its workers: started by the first that asks, gone when the run is.

Its keeper is a process of its own, which watches the run (by pidfd, so no other process can be mistaken for it) and
ends the server when the run ends, however it ends. The server's processes die with their keeper.
"""

import ctypes
import fcntl
import importlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 180.0
Processes = list["subprocess.Popen[bytes]"]


def shared(factory: pytest.TempPathFactory, module: str) -> str:
    """The URL of the server that `module.start(folder) -> (url, processes)` starts, once a run."""
    base = factory.getbasetemp()
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = run / f"peer-{module.rpartition('.')[2]}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = folder / "told.json"
        if not told.exists():
            _begin(module, folder, told)
        said: dict[str, str] = json.loads(told.read_text(encoding="utf-8"))
    if "error" in said:
        pytest.fail(f"{module}: {said['error']}")
    return said["url"]


def absent(peer: str, package: str) -> None:
    """Called where a peer is not installed: a hole in the tests here, a failure in CI."""
    missing = f"not checked: {peer} is not installed ({package})"
    (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)


def spawn(command: list[str], folder: Path, name: str, **options: Any) -> "subprocess.Popen[bytes]":
    """A process of the server, that dies with the one that started it; what it prints is in `<name>.out`."""
    with (folder / f"{name}.out").open("ab") as output:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=folder,
                                preexec_fn=_die_with_parent, **options)


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Until something answers HTTP there, whatever it answers."""
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"no answer at {url}; exit code {process.poll()}")


def _begin(module: str, folder: Path, told: Path) -> None:
    owner = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    with (folder / "keeper.out").open("ab") as output:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.peers.keeping", str(owner), module, str(folder)], cwd=ROOT,
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
    end = time.monotonic() + STARTS_WITHIN
    while not told.exists():
        if keeper.poll() is not None or time.monotonic() > end:
            keeper.kill()
            pytest.fail(f"{module} did not start: {(folder / 'keeper.out').read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)


def _keep(owner: int, module: str, folder: Path) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    watch = os.pidfd_open(owner)
    work = folder / "server"
    work.mkdir()
    processes: Processes = []
    try:
        try:
            url, processes = importlib.import_module(module).start(work)
            said = {"url": url}
        except Exception as error:
            said = {"error": f"{type(error).__name__}: {error}\n{_last_words(work)}"}
        (folder / "new.json").write_text(json.dumps(said), encoding="utf-8")
        (folder / "new.json").rename(folder / "told.json")
        if "url" in said:
            select.select([watch], [], [])
    finally:
        for process in reversed(processes):
            process.kill()
        for process in processes:
            process.wait()
        shutil.rmtree(work, ignore_errors=True)


def _last_words(work: Path) -> str:
    return "\n".join(f"{path.name}: {path.read_text(errors='replace')[-800:]}" for path in sorted(work.glob("*.out")))


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


if __name__ == "__main__":
    _keep(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
