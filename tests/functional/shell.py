"""`dangan` as its user runs it: a process with a data folder, an exit status and what it printed."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Shell:
    """Runs commands on one data folder. Nothing of the caller's own DANGAN settings gets in."""

    data: Path

    def __call__(self, *arguments: object, status: int | None = 0, typed: str = "", seconds: float = 120,
                 **settings: str) -> Ran:
        """Run to the end. `status` is what the command must answer, None: whatever it does; never a traceback."""
        done = subprocess.run(self.command(*arguments), cwd=ROOT, env=self.environment(settings), input=typed, text=True,
                              capture_output=True, timeout=seconds, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        if status is not None:
            assert done.returncode == status, (arguments, done.returncode, done.stdout[-1500:], done.stderr[-1500:])
        return Ran(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: object, **settings: str) -> "subprocess.Popen[str]":
        """Run beside the test, in a session of its own as from another terminal."""
        return subprocess.Popen(self.command(*arguments), cwd=ROOT, env=self.environment(settings), text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)

    def command(self, *arguments: object) -> list[str]:
        return [sys.executable, "-m", "admin", *map(str, arguments)]

    def environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("DANGAN_")}
        return {**own, "DANGAN_DATA_DIR": str(self.data), "DANGAN_OCR": "none", **settings}
