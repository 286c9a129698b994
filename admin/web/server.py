"""The web server: cheroot, with bodies that stream. The only module that knows which server it is.

The application is called as soon as the head of a request is there, so it can refuse before any of the body is sent.
Stricter than cheroot about what could make two servers disagree on where a request ends (RFC 9112 sections 5.1, 6.1).

A request holds a thread until its answer is sent; `admin.web.transfers` keeps long ones from taking all threads. A
connection that asks for nothing holds none. It speaks no TLS and trusts its clients to finish their heads: a proxy
stands in front wherever strangers can reach it.
"""

import logging
import re
import socket
import threading
from collections import Counter
from contextlib import suppress
from typing import Any
from wsgiref.types import WSGIApplication

from cheroot.server import HeaderReader, HTTPConnection, HTTPRequest
from cheroot.wsgi import Server

from admin.web.request_bodies import RequestBody

log = logging.getLogger("dangan.http")
THREADS = 40
IDLE_SECONDS = 30          # nothing came and nothing could be sent for so long: the connection is given up
LINGER_SECONDS, LINGER_PAUSE = 5.0, 2.0
STOP_SECONDS = 10        # for what is under way when the server is told to stop
MOST_HEAD = 64 << 10
WRITTEN_AT_ONCE = 256 << 10
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_FRAMING = (b"Content-Length", b"Transfer-Encoding", b"Host")


class _StrictHeaders(HeaderReader):
    """Refuses heads that can be read in two ways. Made anew for each request: it counts."""

    def __init__(self) -> None:
        self.seen: Counter[bytes] = Counter()
        self.lines = 0
        self.expects = False

    def __call__(self, rfile: Any, hdict: dict[bytes, bytes] | None = None) -> dict[bytes, bytes]:
        read: dict[bytes, bytes] = super().__call__(rfile, hdict)
        if self.lines != self.seen.total():
            raise ValueError("Folded header lines are not accepted")
        length = read.get(b"Content-Length")
        if any(self.seen[name] > 1 for name in _FRAMING) or (length is not None and b"Transfer-Encoding" in read):
            raise ValueError("Content-Length, Transfer-Encoding and Host may stand once, and not both of the first two")
        if length is not None and not (length.isdigit() and len(length) < 19):
            raise ValueError("Malformed Content-Length Header.")
        if read.get(b"Transfer-Encoding", b"chunked").lower() != b"chunked":
            raise ValueError("Transfer-Encoding must be chunked")
        # Leave to send is given when the application first reads, not by cheroot before it was even asked.
        self.expects = read.pop(b"Expect", b"").lower() == b"100-continue"
        return read

    def _allow_header(self, key_name: bytes) -> bool:
        """Asked for each line. With an underscore a header could pass for another one: WSGI writes both alike."""
        self.lines += 1
        return b"_" not in key_name

    def _transform_key(self, key_name: bytes) -> bytes:
        if not _TOKEN.fullmatch(key_name):
            raise ValueError("Malformed header name")
        key: bytes = super()._transform_key(key_name)  # type: ignore[misc]  # cheroot's stubs leave it out
        self.seen[key] += 1
        return key


class _Request(HTTPRequest):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.header_reader = _StrictHeaders()

    def read_request_headers(self) -> bool:
        good: bool = super().read_request_headers()  # type: ignore[no-untyped-call]
        if good and b"Transfer-Encoding" in self.inheaders and not self.chunked_read:  # HTTP/1.0 knows no chunks
            self.simple_response("400 Bad Request", "Transfer-Encoding needs HTTP/1.1")
            return False
        return good

    def respond(self) -> None:
        length = None if self.chunked_read else int(self.inheaders.get(b"Content-Length", 0))
        self.rfile = self.conn.body = RequestBody(self.conn, length, expects=self.header_reader.expects)
        self.server.gateway(self).respond()
        if self.ready:
            self.ensure_headers_sent()
        if self.chunked_write:
            self.conn.socket.sendall(b"0\r\n\r\n")

    def send_headers(self) -> None:
        """cheroot would read the rest of an unread body into memory here; we end the connection instead."""
        if self.conn.body is not None and not self.conn.body.finished():
            self.close_connection = True
        super().send_headers()

    def write(self, chunk: bytes) -> None:
        """Straight to the socket, without copies; in steps, since a time limit holds for each step as a whole."""
        if self.chunked_write:
            chunk = b"%x\r\n%b\r\n" % (len(chunk), chunk)
        with memoryview(chunk) as view:
            for at in range(0, len(view), WRITTEN_AT_ONCE):
                self.conn.socket.sendall(view[at:at + WRITTEN_AT_ONCE])


class _Connection(HTTPConnection):
    RequestHandlerClass = _Request
    waited = False
    body: RequestBody | None = None

    def communicate(self) -> bool:
        self.body = None
        self.server.busy.add(self)
        try:
            again = bool(super().communicate())  # type: ignore[no-untyped-call]
            if not again and self.body is not None and not self.body.finished():
                self._linger(self.body)
            return again
        finally:
            self.server.busy.discard(self)

    def _linger(self, body: RequestBody) -> None:
        """Closing while the client still sends would reset the connection, and may take our answer with it."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
            body.drain(LINGER_SECONDS, LINGER_PAUSE)


class WebServer(Server):
    """`run` until KeyboardInterrupt, or `prepare`, `serve` in a thread, and `stop`."""

    ConnectionClass = _Connection
    keep_alive_conn_limit = 500
    max_request_header_size = MOST_HEAD

    def __init__(self, app: WSGIApplication, host: str, port: int, *, threads: int = THREADS) -> None:
        super().__init__((host, port), app, numthreads=threads, max=threads, server_name="dangan", request_queue_size=128,
                         timeout=IDLE_SECONDS, shutdown_timeout=STOP_SECONDS)
        self.busy: set[_Connection] = set()

    @property
    def port(self) -> int:
        """The port it listens on, once prepared."""
        return int(self.bind_addr[1])

    def run(self) -> None:
        try:
            self.start()
        except KeyboardInterrupt:
            pass
        finally:
            self.stop()

    def stop(self) -> None:
        """Take nothing new, give what is under way a moment, then cut it off: a half upload leaves nothing behind."""
        cutting = threading.Timer(STOP_SECONDS, self._cut)
        cutting.daemon = True
        cutting.start()
        super().stop()
        cutting.cancel()

    def process_conn(self, conn: _Connection) -> None:
        """A thread is for a connection on which something has come: browsers open some in advance."""
        if conn.waited:
            super().process_conn(conn)
        else:
            conn.waited = True
            self.put_conn(conn)

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        log.log(level, "%s", msg, exc_info=traceback)

    def _cut(self) -> None:
        for connection in tuple(self.busy):
            with suppress(OSError):
                connection.socket.shutdown(socket.SHUT_RDWR)
