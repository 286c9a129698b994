"""A data folder to throw away, and commands run on it, so that a benchmark never meets an archive somebody keeps."""

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CODE, UNIT = "BENCH-001", "测试单位"
LEDGER = f"项目编号,项目名称,项目单位,建设方式\n{CODE},性能测试项目,{UNIT},自行建设\n"
STOP_SECONDS = 15


@dataclass(frozen=True)
class Scratch:
    """`settings` are settings by their full names (`DANGAN_S3_URL`), for a measurement on other than embedded ones."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "var"

    def run(self, *arguments: object, accept: tuple[int, ...] = (0,)) -> str:
        """A `dangan` command to its end; what it printed. Raises SystemExit where it failed."""
        done = subprocess.run(self._command(*arguments), cwd=ROOT, env=self._environment(), text=True, capture_output=True,
                              check=False)
        if done.returncode not in accept:
            raise SystemExit(f"dangan {arguments[0]} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def start(self, *arguments: object) -> "subprocess.Popen[str]":
        """A `dangan` command beside the benchmark; its output is read by the caller."""
        return subprocess.Popen(self._command(*arguments), cwd=ROOT, env=self._environment(), text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)

    def engines(self) -> set[int]:
        """The process that owns the database and the database itself."""
        try:
            run = json.loads((self.data / "mongo" / "run.json").read_text())
        except (FileNotFoundError, ValueError):
            return set()
        return {run["guardian"], run["mongod"]}

    def wait_until_still(self) -> None:
        """The database stops a moment after its last user; until then it writes into the folder."""
        deadline = time.monotonic() + STOP_SECONDS
        engines = self.engines()
        while any(Path(f"/proc/{pid}").exists() for pid in engines) and time.monotonic() < deadline:
            time.sleep(0.1)

    def _command(self, *arguments: object) -> list[str]:
        return [sys.executable, "-m", "admin", *map(str, arguments)]

    def _environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("DANGAN_")}
        return {**own, "DANGAN_DATA_DIR": str(self.data), **self.settings}


@contextmanager
def scratch_archive(settings: Mapping[str, str] | None = None) -> Iterator[Scratch]:
    """An empty archive with one project, gone afterwards; what it left on engines named by `settings` is not ours."""
    with tempfile.TemporaryDirectory(prefix="dangan-bench-") as folder:
        key = {"DANGAN_SECRET_KEY": secrets.token_hex(32)} if settings else {}
        scratch, ledger = Scratch(Path(folder), {**key, **(settings or {})}), Path(folder) / "ledger.csv"
        ledger.write_text(LEDGER, "utf-8")
        scratch.run("init")
        scratch.run("project", "import", ledger)
        yield scratch
        scratch.wait_until_still()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
