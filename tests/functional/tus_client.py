"""A tus 1.0.0 client over plain sockets: it says exactly what it is told to, also what a good client would not."""

import base64
import http.client
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

BYTES = "application/offset+octet-stream"


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def offset(self) -> int:
        return int(self.headers["Upload-Offset"])


def metadata(**values: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())


@dataclass
class Tus:
    """`port` of a server on the loopback, `token` of a person."""

    port: int
    token: str
    spoken: dict[str, str] = field(default_factory=lambda: {"Tus-Resumable": "1.0.0"})

    def __call__(self, method: str, path: str, headers: Mapping[str, str] | None = None,
                 body: bytes | Iterable[bytes] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            sent = {"Authorization": f"Bearer {self.token}", **self.spoken, **(headers or {})}
            connection.request(method, urlsplit(path).path if "?" not in path else path, body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.headers.items()), answer.read())
        finally:
            connection.close()

    def create(self, size: int, **values: str) -> str:
        answer = self("POST", "/api/v1/uploads", {"Upload-Length": str(size), "Upload-Metadata": metadata(**values)})
        assert answer.status == 201, answer.body.decode()
        return answer.headers["Location"]

    def head(self, where: str) -> Answer:
        return self("HEAD", where)

    def patch(self, where: str, offset: int, data: bytes, **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self("PATCH", where, {"Content-Type": BYTES, "Upload-Offset": str(offset), **sent}, data)

    def break_off(self, where: str, offset: int, announced: int, data: bytes, *, reset: bool = False,
                  **headers: str) -> None:
        """Announce more than is sent, then vanish: with a reset, or just by closing."""
        import socket
        import struct

        with socket.create_connection(("127.0.0.1", self.port), 30) as wire:
            lines = [f"PATCH {urlsplit(where).path} HTTP/1.1", "Host: x", f"Authorization: Bearer {self.token}",
                     "Tus-Resumable: 1.0.0", f"Content-Type: {BYTES}", f"Upload-Offset: {offset}",
                     f"Content-Length: {announced}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
                     "", ""]
            wire.sendall("\r\n".join(lines).encode() + data)
            if reset:
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
