"""The real nginx on loopback ports with the configuration that operators get; only addresses and folders are replaced."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.peers.clamd import free_port

CONFIG = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"
STARTS_WITHIN = 20.0


@dataclass(frozen=True)
class Nginx:
    """Its ports for TLS, for plain HTTP and for monitoring; its folder; and its processes."""

    tls: int
    plain: int
    monitoring: int
    folder: Path
    pid: int

    def workers(self) -> list[int]:
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]


@contextmanager
def running_nginx(folder: Path, secrets: Path, web: str) -> Iterator[Nginx]:
    """In front of `web` (host:port). Skips, or in CI fails, where the program is not installed."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        missing = "not checked: nginx is not installed (apt-get install nginx-light)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    ports = [free_port() for _ in range(3)]
    config = folder / "nginx.conf"
    config.write_text(moved(CONFIG.read_text(encoding="utf-8"), folder, secrets, web, ports), encoding="utf-8")
    user = "user root;" if os.getuid() == 0 else ""
    command = [program, "-c", str(config), "-p", str(folder), "-e", str(folder / "early.log"), "-g", f"daemon off; {user}"]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    process = subprocess.Popen(command)
    try:
        end = time.monotonic() + STARTS_WITHIN
        while not (folder / "nginx.pid").exists() and time.monotonic() < end:
            assert process.poll() is None, (folder / "error.log").read_text()
            time.sleep(0.05)
        yield Nginx(ports[0], ports[1], ports[2], folder, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def moved(text: str, folder: Path, secrets: Path, web: str, ports: list[int]) -> str:
    for old, new in (("/tmp/", f"{folder}/"), ("/run/secrets/", f"{secrets}/"), ("web:8000", web), ("/dev/stderr", f"{folder}/error.log"),
                     ("/dev/stdout", f"{folder}/access.log"), ("listen 8443", f"listen 127.0.0.1:{ports[0]}"),
                     ("listen 8080", f"listen 127.0.0.1:{ports[1]}"), ("listen 8081", f"listen 127.0.0.1:{ports[2]}")):
        assert old in text, old
        text = text.replace(old, new)
    return text
