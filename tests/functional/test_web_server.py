"""The web server on the wire: bodies stream, refusals come before them, and nothing stays of what breaks off."""

import hashlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from admin.system import System
from admin.web import server as web_server
from admin.web.app import create_app
from admin.web.server import WebServer
from admin.web.transfers import EXTENSION, LONG, Transfers
from archive.access import Actor
from archive.models import Document, Project
from archive.operations.people import issue_token
from tests.builders import SYSTEM, UNIT, a_project
from tests.functional.serving import SECONDS, Wire, serving

CODE = "XM-2024-001"
MIB = 1 << 20
BOUNDARY = "edge"
UPLOAD = f"POST /api/v1/projects/{CODE}/documents"
TAIL = f"\r\n--{BOUNDARY}--\r\n".encode()
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def head_of(filename: str = "big.bin") -> bytes:
    return (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n\r\n').encode()


def form(content: bytes, filename: str = "big.bin") -> bytes:
    return head_of(filename) + content + TAIL


@pytest.fixture
def app(system: System) -> Flask:
    return create_app(system)


@pytest.fixture
def server(app: Flask) -> Iterator[WebServer]:
    with serving(app) as running:
        yield running


@pytest.fixture
def wire(server: WebServer) -> Iterator[Wire]:
    with Wire(server) as connection:
        yield connection


@pytest.fixture
def project(system: System) -> Project:
    return a_project(system, CODE, unit=UNIT)


@pytest.fixture
def token(system: System, people: dict[str, Actor], project: Project) -> dict[str, str]:
    """The headers of an archivist who uploads a form."""
    return {"Authorization": f"Bearer {issue_token(SYSTEM, system.clock, 'archivist')}", "Content-Type": MULTIPART}


@pytest.fixture
def nothing_kept(system: System) -> Callable[[], bool]:
    return lambda: not list(system.intake.staging.iterdir()) and Document.objects.count() == 0


def with_length(headers: dict[str, str], length: int, **more: str) -> dict[str, str]:
    return {**headers, "Content-Length": str(length), **more}


def test_leave_to_send_is_given_only_to_those_who_may(server: WebServer, token: dict[str, str],
                                                      nothing_kept: Callable[[], bool]) -> None:
    with Wire(server) as stranger:
        stranger.head(UPLOAD, with_length({"Content-Type": MULTIPART}, 5 << 30, Expect="100-continue"))
        first = stranger.socket.recv(9 + 3)
        assert first == b"HTTP/1.1 401"
        assert nothing_kept()
    with Wire(server) as known:
        body = form(b"some bytes")
        known.head(UPLOAD, with_length(token, len(body), Expect="100-continue"))
        assert known.socket.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        known.send(body)
        assert known.answer()[0] == 201


def test_a_body_too_large_is_refused_before_it_is_sent(wire: Wire, token: dict[str, str]) -> None:
    wire.head(UPLOAD, with_length(token, 10**12))
    status, answer = wire.answer()
    assert (status, answer["code"]) == (413, "api.too-large")
    assert "50 MiB" in answer["detail"]
    assert "DANGAN_MAX_UPLOAD" in answer["detail"]
    assert wire.ends()


def test_whoever_sends_on_regardless_still_gets_the_answer(wire: Wire, project: Project,
                                                           nothing_kept: Callable[[], bool]) -> None:
    wire.head(UPLOAD, with_length({"Content-Type": MULTIPART}, 5 << 30))
    for _ in range(40):
        wire.send(b"x" * MIB)
    assert wire.answer()[0] == 401
    assert nothing_kept()


@pytest.mark.parametrize("path", ["/projects/XM-2024-001/upload", "/login", "/nowhere"])
def test_pages_read_no_large_body_of_a_stranger(wire: Wire, project: Project, path: str) -> None:
    wire.head(f"POST {path}", with_length({"Content-Type": MULTIPART}, 5 << 30))
    assert wire.answer()[0] in (302, 400, 404, 413)
    assert wire.ends()


@pytest.mark.parametrize("sent", [3 * MIB, 20 * MIB])
def test_a_body_that_breaks_off_leaves_nothing(wire: Wire, token: dict[str, str], sent: int,
                                               nothing_kept: Callable[[], bool]) -> None:
    wire.head(UPLOAD, with_length(token, 40 * MIB))
    wire.send(head_of() + b"x" * sent)
    wire.socket.shutdown(socket.SHUT_WR)
    status, answer = wire.answer()
    assert (status, answer["code"]) == (400, "http.broken-off")
    assert nothing_kept()


def test_a_length_that_is_too_short_makes_no_document(wire: Wire, token: dict[str, str],
                                                      nothing_kept: Callable[[], bool]) -> None:
    body = form(b"x" * 5000)
    wire.head(UPLOAD, with_length(token, len(body) - 1000))
    wire.send(body)
    assert wire.answer()[0] == 422
    assert nothing_kept()


def chunks(body: bytes, size: int) -> bytes:
    cut = [body[at:at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x;ext=1\r\n%b\r\n" % (len(part), part) for part in cut) + b"0\r\nTrailer: x\r\n\r\n"


@pytest.mark.parametrize("size", [7, 1000, MIB])
def test_a_chunked_body_is_a_body(wire: Wire, token: dict[str, str], size: int) -> None:
    content = os.urandom(2000 if size == 7 else 3 * MIB)
    for number in range(2):  # the connection is good for another request
        wire.head(UPLOAD, {**token, "Transfer-Encoding": "chunked"})
        wire.send(chunks(form(content + bytes([number])), size))
        status, answer = wire.answer()
        assert status == 201
        assert answer["sha256"] == hashlib.sha256(content + bytes([number])).hexdigest()


@pytest.mark.parametrize("rest", [b"zz\r\n", b"-5\r\n", b"5\r\nabcdefgh\r\n", b"fffffffffffffffff\r\n", b"5\r\nab"])
def test_a_bad_chunk_leaves_nothing(wire: Wire, token: dict[str, str], rest: bytes,
                                    nothing_kept: Callable[[], bool]) -> None:
    wire.head(UPLOAD, {**token, "Transfer-Encoding": "chunked"})
    start = head_of() + b"half"
    wire.send(b"%x\r\n%b\r\n" % (len(start), start) + rest)
    wire.socket.shutdown(socket.SHUT_WR)
    assert wire.answer()[0] == 400
    assert nothing_kept()


def test_a_chunked_body_without_end_meets_the_limit(wire: Wire, token: dict[str, str], system: System,
                                                    nothing_kept: Callable[[], bool]) -> None:
    wire.head(UPLOAD, {**token, "Transfer-Encoding": "chunked"})
    start = head_of()
    wire.send(b"%x\r\n%b\r\n" % (len(start), start))
    for _ in range(system.settings.max_upload // MIB + 1):
        wire.send(b"100000\r\n" + b"x" * MIB + b"\r\n")
    status, answer = wire.answer()
    assert (status, answer["code"]) == (413, "api.too-large")
    assert nothing_kept()


@pytest.mark.parametrize("headers", [
    "Content-Length: 4\r\nTransfer-Encoding: chunked", "Content-Length: 4\r\nContent-Length: 5", "Content-Length: +4",
    "Content-Length: 4_0", "Content-Length: -4", "Content-Length: 4\r\n 0", "Content-Length : 4",
    "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Host: y"])
def test_a_head_that_can_be_read_in_two_ways_is_refused(wire: Wire, headers: str) -> None:
    wire.send(f"POST /api/v1/projects HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\nGET / HTTP/1.1\r\n\r\n".encode())
    assert wire.answer()[0] == 400
    assert wire.ends()


def test_a_header_with_an_underscore_is_not_taken_for_another(wire: Wire, token: dict[str, str]) -> None:
    wire.head("GET /api/v1/projects", {"X_Authorization": "a", "Authorization_": "b"})
    assert wire.answer()[0] == 401


def test_a_small_body_nobody_read_does_not_end_the_connection(wire: Wire, token: dict[str, str]) -> None:
    wire.head("POST /nowhere", {"Content-Length": "5"})
    wire.send(b"abcde")
    wire.answer()
    wire.head("GET /api/v1/projects", token)
    assert wire.answer()[0] == 200


def test_two_uploads_at_the_same_time_do_not_mix(server: WebServer, token: dict[str, str],
                                                 system: System) -> None:
    contents = [os.urandom(12 * MIB) for _ in range(2)]
    wires = [Wire(server) for _ in contents]
    bodies = [form(content, f"file-{n}.bin") for n, content in enumerate(contents)]
    for wire, body in zip(wires, bodies, strict=True):
        wire.head(UPLOAD, with_length(token, len(body)))
    for at in range(0, len(bodies[0]), MIB):
        for wire, body in zip(wires, bodies, strict=True):
            wire.send(body[at:at + MIB])
    answers = [wire.answer() for wire in wires]
    assert [status for status, _ in answers] == [201, 201]
    assert [answer["sha256"] for _, answer in answers] == [hashlib.sha256(content).hexdigest() for content in contents]
    assert list(system.intake.staging.iterdir()) == []


def anonymous_memory() -> int:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("Anonymous:"))


def test_an_upload_of_300_mib_needs_less_than_64(wire: Wire, token: dict[str, str], system: System) -> None:
    system.intake.max_bytes = 400 * MIB
    size, piece, peak = 300 * MIB, b"\xfe" * MIB, 0
    wire.head(UPLOAD, with_length(token, len(head_of()) + size + len(TAIL)))
    before = anonymous_memory()
    wire.send(head_of())
    for sent in range(0, size, MIB):
        wire.send(piece)
        peak = max(peak, anonymous_memory()) if sent % (10 * MIB) == 0 else peak
    wire.send(TAIL)
    status, answer = wire.answer()
    assert (status, answer["size"]) == (201, size)
    assert max(peak, anonymous_memory()) - before < 64 * MIB


def test_a_full_disk_is_told_and_leaves_nothing(wire: Wire, token: dict[str, str], monkeypatch: pytest.MonkeyPatch,
                                                nothing_kept: Callable[[], bool]) -> None:
    def full(dir: Path, prefix: str) -> tuple[int, str]:
        name = dir / f"{prefix}full"
        name.touch()
        return os.open("/dev/full", os.O_WRONLY), str(name)

    monkeypatch.setattr("archive.blobs.staging.tempfile.mkstemp", full)
    body = form(b"x" * 3 * MIB)
    wire.head(UPLOAD, with_length(token, len(body)))
    wire.send(body)
    status, answer = wire.answer()
    assert (status, answer["code"], answer["title"]) == (507, "archive.disk-full", "磁盘空间不足")
    assert "磁盘空间不足" in answer["detail"]
    assert nothing_kept()


def test_a_file_for_which_there_is_no_room_is_not_begun(wire: Wire, token: dict[str, str], system: System,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    used = os.statvfs(system.intake.staging)
    system.intake.max_bytes = 2 * used.f_frsize * used.f_blocks
    wire.head(UPLOAD, with_length(token, system.intake.max_bytes))
    assert wire.answer()[1]["code"] == "archive.disk-full"


def test_a_client_that_falls_silent_is_given_up(server: WebServer, token: dict[str, str],
                                                nothing_kept: Callable[[], bool]) -> None:
    server.timeout = 0.3
    with Wire(server) as wire:
        wire.head(UPLOAD, with_length(token, 10 * MIB))
        wire.send(head_of() + b"x")
        status, answer = wire.answer()
        assert (status, answer["code"]) == (400, "http.broken-off")
    assert nothing_kept()


def test_a_client_that_drips_is_given_up(server: WebServer, token: dict[str, str], monkeypatch: pytest.MonkeyPatch,
                                         nothing_kept: Callable[[], bool]) -> None:
    monkeypatch.setattr("admin.web.request_bodies.GRACE_SECONDS", -10.0)  # as if it had gone on for that much longer
    with Wire(server) as wire:
        wire.head(UPLOAD, with_length(token, 10 * MIB))
        wire.send(head_of())
        assert wire.answer()[1]["code"] == "http.broken-off"
    assert nothing_kept()


def test_connections_that_ask_nothing_hold_no_thread(app: Flask, token: dict[str, str]) -> None:
    with serving(app, threads=1) as server:
        idle = [Wire(server) for _ in range(5)]
        with Wire(server) as wire:
            wire.head("GET /healthz", {})
            assert wire.answer()[0] == 200
        for connection in idle:
            connection.head("GET /healthz", {"Connection": "close"})
            assert connection.answer()[0] == 200


def test_long_transfers_leave_threads_for_others(app: Flask, server: WebServer, token: dict[str, str]) -> None:
    app.extensions[EXTENSION] = Transfers(most=1)
    body = form(b"x" * 2 * LONG)
    with Wire(server) as first, Wire(server) as second:
        first.head(UPLOAD, with_length(token, len(body), Expect="100-continue"))
        assert first.socket.recv(100).startswith(b"HTTP/1.1 100")
        second.head(UPLOAD, with_length(token, len(body)))
        status, answer = second.answer()
        assert (status, answer["code"]) == (503, "web.crowded")
        first.send(body)
        assert first.answer()[0] == 201
    with Wire(server) as third:
        third.head(UPLOAD, with_length(token, len(body)))
        third.send(body)
        assert third.answer()[0] == 200  # the same file is there already


def test_stopping_ends_what_takes_too_long_and_keeps_nothing_of_it(
        server: WebServer, token: dict[str, str], monkeypatch: pytest.MonkeyPatch, nothing_kept: Callable[[], bool]) -> None:
    monkeypatch.setattr(web_server, "STOP_SECONDS", 0.2)
    server.shutdown_timeout = 0.2
    with Wire(server) as wire:
        wire.head(UPLOAD, with_length(token, 10 * MIB, Expect="100-continue"))
        wire.socket.recv(100)
        wire.send(head_of() + b"x" * 2 * MIB)
        server.stop()
        assert nothing_kept()


class Watched:
    """The system's store, telling whether the stream of a download was given back."""

    def __init__(self, blobs: Any, link: str | None = None) -> None:
        self.blobs, self.url, self.closed = blobs, link, threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.blobs, name)

    def pieces(self, digest: str, start: int, end: int) -> Iterator[bytes]:
        try:
            yield from self.blobs.pieces(digest, start, end)
        finally:
            self.closed.set()

    def link(self, digest: str, filename: str, media_type: str, seconds: int) -> str | None:
        return self.url


def filed(system: System, actor: Actor, content: bytes) -> str:
    return str(system.intake.file(actor, CODE, "large.bin", [content]).document.id)


def watching(monkeypatch: pytest.MonkeyPatch, system: System, link: str | None = None) -> Watched:
    watched = Watched(system.blobs, link)
    monkeypatch.setattr("admin.web.downloads.BlobStore", Watched)
    object.__setattr__(system, "blobs", watched)
    return watched


def test_a_download_that_is_broken_off_gives_its_stream_back(
        wire: Wire, token: dict[str, str], system: System, people: dict[str, Actor],
        monkeypatch: pytest.MonkeyPatch) -> None:
    document = filed(system, people["archivist"], os.urandom(45 * MIB))
    watched = watching(monkeypatch, system)
    wire.head(f"GET /api/v1/documents/{document}/content", token)
    assert wire.socket.recv(MIB)
    wire.socket.close()
    assert watched.closed.wait(SECONDS)


def test_a_whole_file_is_fetched_by_a_link_where_the_store_gives_one(
        wire: Wire, token: dict[str, str], system: System, people: dict[str, Actor],
        monkeypatch: pytest.MonkeyPatch) -> None:
    document = filed(system, people["archivist"], b"0123456789")
    watching(monkeypatch, system, "https://objects.example/signed")
    wire.head(f"GET /api/v1/documents/{document}/content", token)
    assert wire.answer()[0] == 302
    wire.head(f"GET /api/v1/documents/{document}/content", {**token, "Range": "bytes=2-4"})
    assert wire.answer()[0] == 206
    wire.head(f"GET /api/v1/documents/{document}/content", {"Authorization": "Bearer nobody"})
    assert wire.answer()[0] == 401
