"""A large file up and down over HTTP: `python -m bench.upload --size 5GiB --store folder|URL`.

A real `dangan web` and a worker on an archive of their own; a client that holds nothing in memory sends a file from the
disk and reads it back. Beside it, in the same run and on the same disk, the floor: sha256 of the file, then a copy of it
made durable. MB are 10^6 bytes.
"""

import argparse
import hashlib
import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from bench import machine
from bench.floors import hash_copy
from bench.memory import PeakMemory, anonymous_of, tree
from bench.scratch import CODE, Scratch, free_port, scratch_archive

LEAST_SHARE, MOST_GROWTH = 0.6, 64 << 20
BLOCK = 1 << 20
BOUNDARY = "5c1f6b6e4d0a4a3d"
HEAD = (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n").encode()
TAIL = (f'\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name="title"\r\n\r\n大文件\r\n--{BOUNDARY}--\r\n').encode()
WARM_UP = 8 << 20
START_SECONDS, STOP_SECONDS, ANSWER_SECONDS = 60.0, 30, 1200
TICKS = os.sysconf("SC_CLK_TCK")


class Client:
    """Sends and receives files over one connection each, a block at a time."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.headers = port, {"Authorization": f"Bearer {token}"}

    def ready(self) -> bool:
        with suppress(OSError, http.client.HTTPException):
            return self._answer(self._connection("GET", "/readyz", {}))[0] in (200, 503)
        return False

    def upload(self, path: Path) -> dict[str, Any]:
        """The answer of the API to the file."""
        length = len(HEAD) + path.stat().st_size + len(TAIL)
        connection = self._connection("POST", f"/api/v1/projects/{CODE}/documents", {
            **self.headers, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Content-Length": str(length)})
        connection.send(HEAD)
        with path.open("rb") as source:
            connection.sock.sendfile(source)
        connection.send(TAIL)
        status, body = self._answer(connection)
        if status != 201:
            raise SystemExit(f"the upload was answered {status}: {body.decode()[:300]}")
        answer: dict[str, Any] = json.loads(body)
        return answer

    def download(self, document: str) -> str:
        """The SHA-256 of what came."""
        connection = self._connection("GET", f"/api/v1/documents/{document}/content", self.headers)
        response = connection.getresponse()
        if response.status != 200:
            raise SystemExit(f"the download was answered {response.status}")
        digest, buffer = hashlib.sha256(), memoryview(bytearray(BLOCK))
        while count := response.readinto(buffer):
            digest.update(buffer[:count])
        connection.close()
        return digest.hexdigest()

    def _connection(self, method: str, path: str, headers: Mapping[str, str]) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        connection.putrequest(method, path)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        return connection

    def _answer(self, connection: http.client.HTTPConnection) -> tuple[int, bytes]:
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, body


@contextmanager
def running(scratch: Scratch) -> Iterator[tuple[Client, int]]:
    """A web process and a worker; a client of an archivist, and the id of the web process."""
    scratch.run("user", "add", "archivist", "--role", "archivist")
    port = free_port()
    client = Client(port, scratch.run("user", "token", "archivist").split()[-1])
    processes = [scratch.start("web", "--port", port), scratch.start("worker")]
    try:
        deadline = time.monotonic() + START_SECONDS
        while not client.ready():
            if processes[0].poll() is not None or time.monotonic() > deadline:
                raise SystemExit("dangan web did not start")
            time.sleep(0.1)
        yield client, processes[0].pid
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            _wait(process)


def _wait(process: "subprocess.Popen[str]") -> None:
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def make_file(path: Path, size: int) -> None:
    """Bytes that nothing can compress and no two runs share."""
    with path.open("wb") as target:
        while (left := size - target.tell()) > 0:
            target.write(os.urandom(min(left, 16 * BLOCK)))
        target.flush()
        os.fsync(target.fileno())


def floor_of(path: Path, folder: Path) -> float:
    """Seconds for sha256, copy and fsync."""
    started = time.perf_counter()
    hash_copy(path, folder)
    taken = time.perf_counter() - started
    (folder / path.name).unlink()
    return taken


def _measured(pid: int, size: int, floor: float, work: Callable[[], Any]) -> tuple[Any, dict[str, Any]]:
    """What the work gave, and what it took: time, processor time of the web process, growth of its memory.

    Memory is anonymous PSS of the web process and what it started: pages of files are the kernel's.
    """
    before, (user, system) = sum(map(anonymous_of, tree({pid}))), _processor(pid)
    started = time.perf_counter()
    with PeakMemory(lambda: {pid}, anonymous_of) as memory:
        given = work()
        seconds = time.perf_counter() - started
    user, system = (after - earlier for after, earlier in zip(_processor(pid), (user, system), strict=True))
    return given, {"seconds": round(seconds, 2), "mb_per_second": round(size / seconds / 1e6, 1),
                   "share_of_floor": round(floor / seconds, 3), "growth_mib": round(max(memory.peak - before, 0) / (1 << 20), 1),
                   "processor_seconds": {"user": round(user, 1), "system": round(system, 1)}}


def _processor(pid: int) -> tuple[float, float]:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) / TICKS, int(fields[12]) / TICKS


def measure(engines: Mapping[str, str], size: int) -> dict[str, Any]:
    """`engines`: settings by full name, as for `scratch_archive`. Needs room for the file three times."""
    keyed = {**engines, "DANGAN_SECRET_KEY": secrets.token_hex(32)} if engines else {}
    limit = {"DANGAN_MAX_UPLOAD": str(max(size, WARM_UP))}
    with tempfile.TemporaryDirectory(prefix="dangan-upload-") as name, scratch_archive({**limit, **keyed}) as scratch:
        source, warm_up = Path(name) / "large.bin", Path(name) / "small.bin"
        make_file(warm_up, WARM_UP)
        make_file(source, size)
        with source.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        (Path(name) / "copy").mkdir()
        floor = floor_of(source, Path(name) / "copy")
        with running(scratch) as (client, pid):
            client.download(client.upload(warm_up)["id"])
            answer, up = _measured(pid, size, floor, lambda: client.upload(source))
            received, down = _measured(pid, size, floor, lambda: client.download(answer["id"]))
    good = up["share_of_floor"] >= LEAST_SHARE and max(up["growth_mib"], down["growth_mib"]) < MOST_GROWTH >> 20
    equal = digest == received == str(answer["sha256"])
    return {"bytes": size, "store": "s3" if "DANGAN_S3_URL" in engines else "folder",
            "floor": {"seconds": round(floor, 2), "mb_per_second": round(size / floor / 1e6, 1)},
            "upload": up, "download": down, "digest_equal": equal, "goals_met": good and equal}


def _size(value: str) -> int:
    match = re.fullmatch(r"(\d+)(MiB|GiB)", value)
    if not match:
        raise argparse.ArgumentTypeError("a size such as 300MiB or 5GiB")
    return int(match[1]) << (20 if match[2] == "MiB" else 30)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.upload", description=__doc__)
    parser.add_argument("--size", type=_size, default=5 << 30, help="such as 300MiB; 5GiB if not given")
    parser.add_argument("--store", default="folder", help="folder, or the URL of an S3 bucket as in DANGAN_S3_URL")
    asked = parser.parse_args()
    engines = {} if asked.store == "folder" else {"DANGAN_S3_URL": asked.store}
    report = {"machine": machine.describe(), **measure(engines, asked.size)}
    print(json.dumps(report, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
