"""The web process is killed in the middle of a part: what it had counted is there when it comes back, and goes on."""

import hashlib
import os
import signal
import socket
import subprocess
from pathlib import Path

from tests.functional.processes import until
from tests.functional.shell import Shell
from tests.functional.tus_client import BYTES, Tus

MIB = 1 << 20
LEDGER = "项目编号,项目名称,项目单位,建设方式\nXM-1,甲项目,省厅,自行建设\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def web(shell: Shell, port: int) -> "subprocess.Popen[str]":
    started = shell.start("web", "--port", port)

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    assert until(answers, 60)
    return started


def test_an_upload_outlives_the_process_that_received_it(tmp_path: Path) -> None:
    shell, port = Shell(tmp_path / "data"), free_port()
    (tmp_path / "ledger.csv").write_text(LEDGER, encoding="utf-8")
    shell("init")
    shell("project", "import", tmp_path / "ledger.csv")
    shell("user", "add", "zhang", "--role", "archivist", "--password-stdin", typed="Dossier-2026\n")
    token = shell("user", "token", "zhang").out.strip().split()[-1]
    content = os.urandom(48 * MIB)
    tus = Tus(port, token)
    process = web(shell, port)
    try:
        where = tus.create(len(content), project="XM-1", filename="数据.bin")
        kills = 0
        while kills < 2:
            at = tus.head(where).offset
            with socket.create_connection(("127.0.0.1", port), 30) as wire:
                wire.sendall((f"PATCH {where} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nTus-Resumable: 1.0.0\r\n"
                              f"Content-Type: {BYTES}\r\nUpload-Offset: {at}\r\nContent-Length: {len(content) - at}\r\n\r\n").encode())
                wire.sendall(content[at:at + 20 * MIB])
                assert until(lambda: tus.head(where).offset > at, 30)  # noqa: B023
                counted = tus.head(where).offset
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            process, kills = web(shell, port), kills + 1
            assert counted <= tus.head(where).offset <= at + 20 * MIB
        at = tus.head(where).offset
        assert 32 * MIB <= at < len(content)
        done = tus.patch(where, at, content[at:])
        assert done.headers["Dangan-Upload-State"] == "filed"
        shown = tus("GET", f"/api/v1/documents/{done.headers['Dangan-Document']}/content")
        assert hashlib.sha256(shown.body).digest() == hashlib.sha256(content).digest()
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
