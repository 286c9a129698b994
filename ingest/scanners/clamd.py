"""ClamAV's daemon over its own protocol (clamd(8), INSTREAM): the file is streamed, so the daemon may be elsewhere.

Owns the conversation: addresses, time-outs, and reading the answers. Must not know what a verdict leads to.
"""

import re
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive.errors import EngineDown
from ingest.scanners.port import Finding, Knowledge, Verdict

NAME = "查毒程序 clamd"
CHUNK = 256 << 10
BROKEN_OFF = "连接被对方中断"
LONGEST_ANSWER = 64 << 10
SIZE_LIMIT = "size limit exceeded"
LIMITS = "Heuristics.Limits.Exceeded"  # what clamd says of a file it did not look through, given AlertExceedsMax


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for a connection, for the next bytes to be taken, and for the verdict after the last of them."""

    connect: float = 5.0
    send: float = 60.0
    answer: float = 300.0


class ClamdScanner:
    """`address`: tcp://host:port or unix:/path. One connection a question: the daemon may be restarted at any time."""

    def __init__(self, address: str, patience: Patience | None = None) -> None:
        self.address, self.patience = address, patience or Patience()

    def check(self, path: Path) -> Verdict:
        engine = _shown(self.knowledge())
        with self._conversation() as connection:
            answer = self._stream(connection, path)
        return _verdict(answer, engine)

    def knowledge(self) -> Knowledge:
        with self._conversation() as connection:
            connection.settimeout(self.patience.connect)  # a living daemon knows its name at once
            connection.sendall(b"zVERSION\0")
            return _knowledge(_answer(connection))

    @contextmanager
    def _conversation(self) -> Iterator[socket.socket]:
        try:
            with self._connect() as connection:
                connection.settimeout(self.patience.send)
                yield connection
        except TimeoutError:
            raise _down("没有在规定时间内回答") from None
        except (ConnectionResetError, BrokenPipeError):
            raise _down(BROKEN_OFF) from None
        except OSError as error:
            raise _down(error.strerror or type(error).__name__) from None

    def _connect(self) -> socket.socket:
        scheme, _, rest = self.address.partition(":")
        if scheme == "unix":
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(self.patience.connect)
            try:
                connection.connect(rest)
            except OSError:
                connection.close()
                raise
            return connection
        host, _, port = rest.removeprefix("//").rpartition(":")
        return socket.create_connection((host, int(port)), timeout=self.patience.connect)

    def _stream(self, connection: socket.socket, path: Path) -> str:
        """Send the file in pieces, each after its length, and a length of nothing. The daemon may answer before the end.

        It then hangs up on what is still to come; its words stay readable.
        """
        try:
            connection.sendall(b"zINSTREAM\0")
            with path.open("rb") as source:
                while (chunk := source.read(CHUNK)) and not _has_spoken(connection):
                    connection.sendall(len(chunk).to_bytes(4, "big") + chunk)
            connection.sendall(bytes(4))
        except (BrokenPipeError, ConnectionResetError):
            pass
        connection.settimeout(self.patience.answer)
        return _answer(connection)


def _has_spoken(connection: socket.socket) -> bool:
    return bool(select.select([connection], [], [], 0)[0])


def _answer(connection: socket.socket) -> str:
    received = b""
    while len(received) < LONGEST_ANSWER and not received.endswith(b"\0"):
        if not (piece := connection.recv(4096)):
            break
        received += piece
    if not received:
        raise _down(BROKEN_OFF)
    return received.rstrip(b"\0").decode(errors="replace").strip()


def _verdict(answer: str, engine: str) -> Verdict:
    """clamd's sentence as a verdict. Raises EngineDown for a failure of its own: nothing was found out."""
    if SIZE_LIMIT in answer:
        return Verdict(Finding.NOT_CHECKED, engine, reason="文件超过查毒程序接收的上限")
    what, _, state = answer.removeprefix("stream: ").rpartition(" ")
    if answer == "stream: OK":
        return Verdict(Finding.CLEAN, engine)
    if state != "FOUND" or not what:
        raise _down(f"没有完成检查，回答是“{answer[:200]}”")
    if what.startswith(LIMITS):
        return Verdict(Finding.NOT_CHECKED, engine, reason=f"文件超过查毒程序检查的上限（{what}）")
    return Verdict(Finding.INFECTED, engine, virus=what)


def _knowledge(answer: str) -> Knowledge:
    """`ClamAV 1.4.6/27483/Mon Nov 23 08:23:41 2026`; the program alone where no official signatures are loaded."""
    if not answer.startswith("ClamAV"):
        raise _down(f"对方不是 clamd，回答是“{answer[:80]}”")
    engine, _, rest = answer.partition("/")
    signatures, _, made = rest.partition("/")
    return Knowledge(engine, signatures, _moment(made))


def _moment(text: str) -> datetime | None:
    """ctime(3) in the daemon's own zone; taken as UTC, since an age in days is all that is made of it."""
    if not re.fullmatch(r"\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}", text):
        return None
    return datetime.strptime(text, "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)


def _shown(known: Knowledge) -> str:
    return known.engine + (f"/{known.signatures}" if known.signatures else "")


def _down(reason: str) -> EngineDown:
    return EngineDown(engine=NAME, reason=reason)
