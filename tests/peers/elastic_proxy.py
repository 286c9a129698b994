"""A small HTTP server between the client and Elasticsearch: notes every request, and answers some of them itself."""

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def is_(self, what: str) -> bool:
        return self.path.partition("?")[0].endswith(what)


@dataclass(frozen=True)
class Said:
    status: int
    body: bytes

    @classmethod
    def json(cls, status: int, content: Any) -> "Said":
        return cls(status, json.dumps(content).encode())


# Takes the request and how to pass it on; what it returns is answered.
Fault = Callable[[Asked, Callable[[Asked], Said]], Said]


@dataclass
class Proxy:
    """`fault` stands in for the server; `asked` holds what came, in order."""

    upstream: str
    url: str = ""
    fault: Fault | None = None
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Said:
        self.asked.append(asked)
        return self.fault(asked, self.forward) if self.fault else self.forward(asked)

    def forward(self, asked: Asked) -> Said:
        to = urlsplit(self.upstream)
        connection = http.client.HTTPConnection(str(to.hostname), to.port or 80, timeout=60)
        try:
            connection.request(asked.method, asked.path, asked.body or None, asked.headers)
            answer = connection.getresponse()
            return Said(answer.status, answer.read())
        finally:
            connection.close()


@contextmanager
def proxy(upstream: str) -> Iterator[Proxy]:
    between = Proxy(upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items() if name.lower() != "host"}
            said = between.answer(Asked(self.command, self.path, headers, body))
            self.send_response(said.status)
            self.send_header("content-type", "application/vnd.elasticsearch+json;compatible-with=8")
            self.send_header("x-elastic-product", "Elasticsearch")
            self.send_header("content-length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        do_GET = do_POST = do_PUT = do_DELETE = _handle

        def log_message(self, format: str, *args: object) -> None:
            """`asked` is the log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    login = urlsplit(upstream).netloc.rpartition("@")
    between.url = f"http://{login[0]}{login[1]}127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield between
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
