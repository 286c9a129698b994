"""The secrets of one installation, made once for all tests by the script that makes them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.compose import ROOT


@pytest.fixture(scope="session")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("not checked: openssl is not installed (apt-get install openssl)")
    into = tmp_path_factory.mktemp("secrets") / "made"
    subprocess.run([ROOT / "deploy/make-secrets", "--host", "dangan.example.gov.cn", "--into", into, "--keep-owner"], check=True,
                   capture_output=True, timeout=120)
    return into
