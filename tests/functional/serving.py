"""The application behind the real web server, and requests written by hand: what a test client cannot do to a body."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from admin.web.server import WebServer

SECONDS = 20.0


@contextmanager
def serving(app: Flask, threads: int = 4) -> Iterator[WebServer]:
    """On a free port of the loopback."""
    server = WebServer(app, "127.0.0.1", 0, threads=threads)
    server.expiration_interval = 0.02  # how soon it notices that it shall stop
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(SECONDS)


class Wire:
    """One connection to the server; bytes go out as they are given."""

    def __init__(self, server: WebServer) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port), SECONDS)

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def head(self, line: str, headers: dict[str, str]) -> None:
        lines = [f"{line} HTTP/1.1", "Host: x", *(f"{name}: {value}" for name, value in headers.items())]
        self.send("\r\n".join([*lines, "", ""]).encode())

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self) -> tuple[int, Any]:
        """Status and JSON of the next answer; an empty dict for one without JSON."""
        response = http.client.HTTPResponse(self.socket)
        response.begin()
        body = response.read()
        return response.status, json.loads(body) if "json" in response.headers.get("Content-Type", "") else {}

    def ends(self) -> bool:
        """Whether the server has nothing more to say and closes."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
