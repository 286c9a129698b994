"""The service units: understood by systemd, hardened, and starting commands that exist. None was started: no systemd runs here."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from admin.cli import COMMANDS
from tests.deploy.compose import ROOT

UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
WORST_EXPOSURE = 3.0
names = pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)


def told(unit: Path, key: str) -> list[str]:
    return re.findall(rf"(?m)^{key}=(.*)$", unit.read_text(encoding="utf-8"))


@pytest.fixture
def analyze(tmp_path: Path) -> str:
    """The program; in the copies of the units below `tmp_path` the archive's own path is one that exists."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("not checked: systemd-analyze is not installed (apt-get install systemd)")
    for unit in UNITS:
        name = unit.name.replace("@.", "@1.")
        (tmp_path / name).write_text(unit.read_text(encoding="utf-8").replace("/opt/dangan/bin/dangan", "/bin/true"), encoding="utf-8")
    return program


def test_there_is_one_for_each_way_to_run() -> None:
    assert [unit.name for unit in UNITS] == ["dangan-web.service", "dangan-worker@.service", "dangan.service"]


@names
def test_systemd_understands_it(unit: Path, analyze: str, tmp_path: Path) -> None:
    copy = tmp_path / unit.name.replace("@.", "@1.")
    done = subprocess.run([analyze, "verify", "--man=no", "--recursive-errors=no", copy], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@names
def test_little_is_left_open(unit: Path, analyze: str, tmp_path: Path) -> None:
    copy = tmp_path / unit.name.replace("@.", "@1.")
    shown = subprocess.run([analyze, "security", "--offline=true", copy], capture_output=True, text=True, check=False).stdout
    (exposure,) = re.findall(r"Overall exposure level for \S+: ([\d.]+)", shown)
    assert float(exposure) <= WORST_EXPOSURE


@names
def test_it_starts_what_exists_and_gives_it_time_to_stop(unit: Path) -> None:
    (start,) = told(unit, "ExecStart")
    program, command, *_ = start.split()
    assert program == "/opt/dangan/bin/dangan"
    assert command in COMMANDS
    assert int(told(unit, "TimeoutStopSec")[0]) >= 60


@names
def test_passwords_come_as_credentials(unit: Path) -> None:
    assert told(unit, "LoadCredential") == ["dangan.toml:/etc/dangan/dangan.toml"]
    assert "DANGAN_CONFIG=%d/dangan.toml" in told(unit, "Environment")[0]
    assert not re.search(r"PASSWORD|SECRET|_URL", unit.read_text())
