"""The body of a request as it comes from the socket, in pieces, with nothing read ahead that nobody asked for.

Owns framing (a known length, or chunks of RFC 9112 section 7.1), the "100 Continue" an asking client waits for, and the
patience with slow ones. Knows nothing of what the bytes mean.
"""

import io
import socket
import time
from typing import Any, Protocol

GRACE_SECONDS = 60.0       # for this long a body may be as slow as it likes, a piece every `server.timeout` seconds
LEAST_RATE = 1024          # bytes per second on average after that: 5 GiB by the slowest modem are nobody's upload
LONGEST_LINE = 4096        # a chunk's size with its extensions, or one trailer
MOST_TRAILERS = 32
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Connection(Protocol):
    """What is needed of cheroot's connection: `rfile` has buffered what came with the head of the request."""

    socket: socket.socket
    rfile: Any


class BrokenOff(OSError):
    """The client went away, was too slow, or sent what is not HTTP: the rest of the body will never come."""


class RequestBody(io.RawIOBase):
    """`wsgi.input`. Reading past the end gives nothing; a body that ends too early raises BrokenOff."""

    def __init__(self, connection: Connection, length: int | None, *, expects: bool) -> None:
        """`length` None: chunked. `expects`: the client waits for leave to send; it is given by the first read."""
        self._connection, self._expects = connection, expects
        self._chunked = length is None
        self._left = length or 0                      # of the body, or of the chunk under way
        self._ended = length == 0
        self._first = True
        self._received, self._started = 0, time.monotonic()

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        if self._ended or len(target) == 0:
            return 0
        if self._expects:
            self._expects = False
            self._connection.socket.sendall(CONTINUE)
        if self._chunked and self._left == 0 and not self._next_chunk():
            return 0
        count = self._receive(memoryview(target)[:self._left])
        self._left -= count
        self._ended = not self._chunked and self._left == 0
        return count

    def finished(self) -> bool:
        """Whether the next request may follow on this connection. Takes what has arrived already, waits for nothing."""
        while not self._ended and not self._chunked and not self._expects:
            waiting = self._waiting()
            if not waiting:
                break
            self._left -= len(waiting)
            self._ended = self._left == 0
        return self._ended

    def drain(self, seconds: float, pause: float) -> None:
        """Throw away what still comes, so that the client gets to read its answer before the connection ends."""
        deadline = time.monotonic() + seconds
        self._connection.socket.settimeout(pause)
        junk = bytearray(1 << 16)
        try:
            while time.monotonic() < deadline and self._connection.socket.recv_into(junk):
                pass
        except OSError:
            pass

    def _waiting(self) -> bytes:
        size = min(self._left, 1 << 16)
        if self._connection.rfile.has_data():
            return bytes(self._connection.rfile.read1(size))
        timeout = self._connection.socket.gettimeout()
        self._connection.socket.settimeout(0)
        try:
            return self._connection.socket.recv(size)
        except OSError:
            return b""
        finally:
            self._connection.socket.settimeout(timeout)

    def _receive(self, target: memoryview) -> int:
        """What the head of the request brought along first, then straight from the socket: one copy."""
        if self._connection.rfile.has_data():
            piece = self._connection.rfile.read1(len(target))
            target[:len(piece)] = piece
            count = len(piece)
        else:
            count = self._connection.socket.recv_into(target)
        if count == 0:
            raise BrokenOff("the body ended too early")
        self._received += count
        self._hurry()
        return count

    def _hurry(self) -> None:
        """A client that sends a byte now and then would hold a thread for days."""
        taken = time.monotonic() - self._started
        if taken > GRACE_SECONDS and self._received < (taken - GRACE_SECONDS) * LEAST_RATE:
            raise BrokenOff("the body comes too slowly")

    def _next_chunk(self) -> bool:
        if not self._first and self._line() != b"":
            raise BrokenOff("a chunk is longer than it said")
        self._first = False
        size = self._line().partition(b";")[0].rstrip(b" \t")
        if not size or len(size) > 15 or size.strip(b"0123456789abcdefABCDEF"):
            raise BrokenOff("the size of a chunk is not a number")
        self._left = int(size, 16)
        if self._left == 0:
            self._trailers()
            self._ended = True
        return not self._ended

    def _trailers(self) -> None:
        for _ in range(MOST_TRAILERS):
            if self._line() == b"":
                return
        raise BrokenOff("too many trailers")

    def _line(self) -> bytes:
        line: bytes = self._connection.rfile.readline(LONGEST_LINE)
        if not line.endswith(b"\r\n"):
            raise BrokenOff("a line of the chunked body does not end")
        self._hurry()
        return line[:-2]
