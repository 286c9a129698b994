"""What a worker's container answers when it is asked how it is, against a real database."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from admin.scheduler import DUTY
from archive import leases
from archive.clock import SystemClock
from archive.models import Lease
from archive.models.connection import connect, disconnect
from tests.conftest import SECRET
from tests.deploy.compose import ROOT


def healthy(url: str, data: Path) -> "subprocess.CompletedProcess[str]":
    own = {name: value for name, value in os.environ.items() if not name.startswith("DANGAN_")}
    return subprocess.run([sys.executable, ROOT / "deploy/worker_health.py"], capture_output=True, text=True, timeout=60, check=False,
                          env={**own, "DANGAN_MONGODB_URL": url, "DANGAN_SECRET_KEY": SECRET, "DANGAN_DATA_DIR": str(data)})


@pytest.mark.parametrize(("scheduler", "status"), [("alive", 0), ("silent", 1), ("none", 1)])
def test_it_is_well_while_a_scheduler_lives(mongodb: str, tmp_path: Path, scheduler: str, status: int) -> None:
    connect(mongodb)
    Lease.objects.delete()
    if scheduler != "none":
        assert leases.take(DUTY, "somebody", SystemClock(), timedelta(minutes=5))
    if scheduler == "silent":
        Lease.objects(id=DUTY).update(until=SystemClock().now() - timedelta(seconds=1))
    disconnect()
    done = healthy(mongodb, tmp_path)
    assert (done.returncode, bool(done.stderr)) == (status, bool(status))


def test_without_a_database_it_is_not(tmp_path: Path) -> None:
    done = healthy("mongodb://127.0.0.1:1/dangan?serverSelectionTimeoutMS=300", tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
