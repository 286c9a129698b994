"""The scanner's configuration in the real clamd, asked by the archive's own scanner. Signatures: one of our own."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.scanners.clamd import ClamdScanner, Patience
from ingest.scanners.port import Finding
from tests.deploy.compose import ROOT, services, words
from tests.functional.processes import until
from tests.peers.clamd import TEST_VIRUS, Clamd, running_clamd

CONFIG = (ROOT / "deploy/clamd.conf").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clamd-conf")


@pytest.fixture(scope="module")
def daemon(folder: Path) -> Iterator[Clamd]:
    moved = re.sub(r"[{}]", "", CONFIG).replace("TCPSocket 3310", "TCPSocket {port}").replace("TCPAddr 0.0.0.0", "TCPAddr 127.0.0.1")
    moved = moved.replace("DatabaseDirectory /var/lib/clamav", "DatabaseDirectory {folder}/signatures")
    moved = moved.replace("TemporaryDirectory /var/lib/clamav", "TemporaryDirectory {folder}/signatures")
    assert "/var/lib" not in moved
    with running_clamd(folder, moved) as running:
        yield running


def told(name: str) -> str:
    return str(re.findall(rf"(?m)^{name} (\S+)$", CONFIG)[0])


def test_it_finds_and_passes_through_the_archives_own_scanner(daemon: Clamd, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(30 << 20))
    assert ClamdScanner(daemon.tcp).check(path).finding is Finding.CLEAN
    path.write_bytes(bytes(1 << 20) + TEST_VIRUS)
    assert ClamdScanner(daemon.tcp).check(path).finding is Finding.INFECTED


def test_it_leaves_nothing_behind_among_the_signatures(daemon: Clamd, folder: Path) -> None:
    def left() -> list[str]:
        return [path.name for path in (folder / "signatures").iterdir()]

    assert until(lambda: left() == ["own.ndb"], 10), left()


def test_the_container_asks_it_as_compose_says(daemon: Clamd, folder: Path) -> None:
    check = words(services()["clamd"]["healthcheck"]["test"])
    assert check[:2] == ["CMD", "clamdscan"]
    if shutil.which("clamdscan") is None:
        pytest.skip("not checked: clamdscan is not installed (apt-get install clamdscan)")
    moved = [word.replace("/etc/dangan/clamd.conf", str(folder / "clamd.conf")) for word in check[1:]]
    assert subprocess.run(moved, capture_output=True, timeout=30, check=False).returncode == 0


def test_it_gives_up_before_the_archive_does() -> None:
    assert int(told("MaxScanTime")) / 1000 < Patience().answer


def test_what_it_did_not_look_through_is_not_called_clean() -> None:
    assert told("AlertExceedsMax") == "yes"
    assert len({told(name) for name in ("StreamMaxLength", "MaxFileSize", "MaxScanSize")}) == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_handbook_tells_its_limit(language: str) -> None:
    text = (ROOT / "docs/handbook" / language / "security.md").read_text(encoding="utf-8")
    assert f"{told('MaxFileSize').removesuffix('M')} MiB" in text
