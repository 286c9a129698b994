"""ClamAV's real daemon on a socket and a loopback port. Its signatures are our own: one, of the harmless test file.

There are no official signatures offline, so nothing here says how well ClamAV finds viruses; only that we understand it.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

# In two pieces, or scanners would find this very file.
TEST_VIRUS = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()
VIRUS_NAME = "Dangan.Test.EICAR"
STREAM_LIMIT = 4 << 20
SCAN_LIMIT = 2 << 20
STARTS_WITHIN = 60.0
CONFIG = """
LocalSocket {folder}/clamd.sock
TCPSocket {port}
TCPAddr 127.0.0.1
DatabaseDirectory {folder}/signatures
TemporaryDirectory {folder}
LogFile {folder}/clamd.log
Foreground yes
StreamMaxLength 4M
MaxFileSize 2M
MaxScanSize 2M
AlertExceedsMax yes
"""


@dataclass(frozen=True)
class Clamd:
    """Where it listens, both ways as DANGAN_CLAMD_URL says it."""

    tcp: str
    unix: str


@contextmanager
def running_clamd(folder: Path, config: str = CONFIG) -> Iterator[Clamd]:
    """Started, and ended by its pid whatever happens. Skips, or in CI fails, where the program is not installed.

    `config` may name {folder} and {port}.
    """
    program = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")
    if program is None:
        missing = "not checked: clamd is not installed (apt-get install clamav-daemon)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    (folder / "signatures").mkdir()
    (folder / "signatures" / "own.ndb").write_text(f"{VIRUS_NAME}:0:*:{TEST_VIRUS.hex()}\n")
    port = free_port()
    (folder / "clamd.conf").write_text(config.format(folder=folder, port=port))
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen([program, "--config-file", str(folder / "clamd.conf")], stdout=output, stderr=output)
    try:
        _wait(process, port, folder)
        yield Clamd(f"tcp://127.0.0.1:{port}", f"unix:{folder}/clamd.sock")
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as connection:
                connection.sendall(b"zPING\0")
                if connection.recv(16) == b"PONG\0":
                    return
        except OSError:
            time.sleep(0.05)
    said = (folder / "output").read_text(errors="replace")[-1500:]
    raise RuntimeError(f"clamd did not start: {said}")
