"""A TCP proxy that behaves badly on command, before a real server: what a network and a dying server do to a client."""

import socket
import struct
import threading
from contextlib import suppress
from typing import Literal, Self

Fault = Literal["none", "refuse", "503", "stall", "cut"]
Direction = Literal["up", "down"]
_SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>x</Message></Error>"
UNAVAILABLE = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/xml\r\nConnection: close\r\nRetry-After: 3600\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_SLOW_DOWN), _SLOW_DOWN))
BLOCK = 1 << 16


class FaultyProxy:
    """`url` of a server with its host and port replaced: `proxy.before(url)`.

    `fault` may be changed at any time; a change takes down the connections there are. `none` passes everything;
    `refuse` takes no connection; `503` answers each request so; `stall` takes bytes and gives none; `cut` resets the
    connection. `stall` and `cut` begin `after` so many bytes in one `direction`, counted over all connections.
    """

    def __init__(self, host: str, port: int) -> None:
        self.server = (host, port)
        self.fault: Fault = "none"
        self.after = 0
        self.direction: Direction = "down"
        self.connections = 0  # taken since the start
        self.passed = {"up": 0, "down": 0}  # bytes since the last change
        self.reached = threading.Event()  # set as soon as a fault was felt
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = self._listen(0)
        self.port: int = self._listener.getsockname()[1]

    def start(self) -> Self:
        threading.Thread(target=self._accept, args=[self._listener], daemon=True).start()
        return self

    def stop(self) -> None:
        self._close_listener()
        self._take_down()

    def misbehave(self, fault: Fault, *, after: int = 0, direction: Direction = "down") -> None:
        was, self.fault, self.after, self.direction = self.fault, fault, after, direction
        self.passed = {"up": 0, "down": 0}
        self.reached.clear()
        if fault == "refuse":
            self._close_listener()
        elif was == "refuse":
            self._listener = self._listen(self.port)
            self.start()
        self._take_down()

    def behave(self) -> None:
        self.misbehave("none")

    def before(self, url: str) -> str:
        return url.replace(f"{self.server[0]}:{self.server[1]}", f"127.0.0.1:{self.port}")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _listen(self, port: int) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
        return listener

    def _close_listener(self) -> None:
        with suppress(OSError):  # wakes the thread that waits for connections
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _take_down(self) -> None:
        with self._lock:
            ends, self._open = self._open, set()
        for end in ends:
            _reset(end)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with self._lock:
            self._open.add(client)
        if self.fault == "503":
            self.reached.set()
            with suppress(OSError):
                _read_request(client)
                client.sendall(UNAVAILABLE)
            client.close()
            return
        try:
            server = socket.create_connection(self.server, 10)
        except OSError:
            _reset(client)
            return
        server.settimeout(None)
        with self._lock:
            self._open.add(server)
        up = threading.Thread(target=self._pump, args=[client, server, "up"], daemon=True)
        up.start()
        self._pump(server, client, "down")
        up.join()
        for end in (client, server):
            end.close()
            with self._lock:
                self._open.discard(end)

    def _pump(self, source: socket.socket, target: socket.socket, direction: Direction) -> None:
        try:
            while data := source.recv(BLOCK):
                left = len(data)
                if self.fault in ("stall", "cut") and direction == self.direction:
                    left = min(left, max(0, self.after - self.passed[direction]))
                target.sendall(data[:left])
                self.passed[direction] += left
                if left < len(data):
                    self._fail(source)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            _reset(source)
            _reset(target)

    def _fail(self, source: socket.socket) -> None:
        """Raises OSError for `cut`; for `stall` swallows what comes until somebody loses patience."""
        self.reached.set()
        while self.fault == "stall" and source.recv(BLOCK):
            pass
        raise OSError("cut")


def _read_request(client: socket.socket) -> None:
    """A request's head and, so that a client that only sends is heard out, what body is already there."""
    client.settimeout(2)
    head = b""
    while b"\r\n\r\n" not in head and (data := client.recv(BLOCK)):
        head += data
    client.settimeout(0.2)
    with suppress(OSError):
        while client.recv(BLOCK):
            pass


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
