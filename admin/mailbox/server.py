"""The dialogue with an IMAP server: what lies in a folder, its letters piece by piece, moving them to another folder.

Owns every word of the protocol. Whatever goes wrong is EngineDown: no letter's fault.
"""

import base64
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from admin.mailbox.address import ImapAddress
from archive.errors import EngineDown

TIMEOUT = 30.0
PIECE = 1 << 20
LONGEST_WORDS = 1000
HEAD_BYTES = 256 << 10
_OWN = re.compile(rb'\(\("([^"]*)"')
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class MailServer:
    """One session with one folder open."""

    def __init__(self, connection: imaplib.IMAP4, validity: int, can: frozenset[str]) -> None:
        self._connection, self.validity, self._can = connection, validity, can

    def letters(self) -> list[int]:
        """The UIDs of what lies there, oldest first."""
        found = self._asked("SEARCH", "UNDELETED")
        return sorted(int(uid) for part in found if part for uid in part.split())

    def size(self, uid: int) -> int:
        found = [match for part in self._asked("FETCH", str(uid), "(RFC822.SIZE)")
                 if part and (match := _SIZE.search(part if isinstance(part, bytes) else part[0]))]
        if not found:
            raise EngineDown(engine="邮箱服务器", reason=f"没有给出邮件 {uid} 的大小")
        return int(found[0][1])

    def head(self, uid: int) -> bytes:
        """Its header, cut where it is longer than any real one."""
        return self._literal(uid, f"(BODY.PEEK[HEADER]<0.{HEAD_BYTES}>)")

    def pieces(self, uid: int) -> Iterator[bytes]:
        """The letter's very bytes, without marking it as read."""
        start = 0
        while piece := self._literal(uid, f"(BODY.PEEK[]<{start}.{PIECE}>)"):
            yield piece
            start += len(piece)
            if len(piece) < PIECE:
                return

    def move(self, uid: int, folder: str) -> None:
        """To another folder, which is made where it is missing. A server that cannot remove one letter keeps it."""
        name = f'"{modified_utf7(self._prefix() + folder)}"'
        with suppress(imaplib.IMAP4.error):
            self._connection.create(name)  # NO where it exists
        if "MOVE" in self._can:
            self._asked("MOVE", str(uid), name)
            return
        self._asked("COPY", str(uid), name)
        self._asked("STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in self._can:
            self._asked("EXPUNGE", str(uid))

    def _prefix(self) -> str:
        """Some servers keep one's own folders below INBOX."""
        if "NAMESPACE" not in self._can:
            return ""
        with _translated():
            data = self._connection.namespace()[1]
        found = _OWN.match(data[0]) if data and isinstance(data[0], bytes) else None
        return found[1].decode() if found else ""

    def _literal(self, uid: int, what: str) -> bytes:
        for part in self._asked("FETCH", str(uid), what):
            if isinstance(part, tuple):
                return bytes(part[1])
        return b""

    def _asked(self, command: str, *arguments: str) -> list[Any]:
        with _translated():
            kind, data = self._connection.uid(command, *arguments)
        if kind != "OK":
            raise EngineDown(engine="邮箱服务器", reason=f"不接受 {command}：{_words(data)}")
        return data


@contextmanager
def opened(address: ImapAddress) -> Iterator[MailServer]:
    """Signed in, with the folder open, for the block. Raises EngineDown."""
    with _translated():
        connection = _connected(address)
    try:
        with _translated():
            connection.login(address.user, address.password)
            can = _words(connection.capability()[1]).upper().split()  # more than before the login
            kind, data = connection.select(f'"{modified_utf7(address.folder)}"')
            validity = connection.response("UIDVALIDITY")[1]
        if kind != "OK" or not validity or not validity[0]:
            raise EngineDown(engine="邮箱服务器", reason=f"打不开文件夹“{address.folder}”：{_words(data)}")
        yield MailServer(connection, int(validity[0]), frozenset(can))
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            connection.logout()


def modified_utf7(name: str) -> str:
    """A folder's name as IMAP writes it (RFC 3501 §5.1.3)."""
    def coded(match: re.Match[str]) -> str:
        text = base64.b64encode(match[0].encode("utf-16-be")).decode().rstrip("=")
        return f"&{text.replace('/', ',')}-"

    plain = name.replace("&", "&-")
    return re.sub(r"[^\x20-\x7e]+", coded, plain).replace("\\", "\\\\").replace('"', '\\"')


def _connected(address: ImapAddress) -> imaplib.IMAP4:
    trust = ssl.create_default_context(cafile=address.ca or None)
    if address.tls:
        return imaplib.IMAP4_SSL(address.host, address.port, ssl_context=trust, timeout=TIMEOUT)
    connection = imaplib.IMAP4(address.host, address.port, timeout=TIMEOUT)
    if address.starttls:
        try:
            connection.starttls(trust)
        except (imaplib.IMAP4.error, OSError):
            connection.shutdown()
            raise
    return connection


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (imaplib.IMAP4.error, OSError) as error:
        raise EngineDown(engine="邮箱服务器", reason=_words(error.args) or type(error).__name__) from error


def _words(data: Any) -> str:
    parts = data if isinstance(data, (list, tuple)) else [data]
    return " ".join(part.decode(errors="replace") if isinstance(part, bytes) else str(part) for part in parts if part)[:LONGEST_WORDS]
