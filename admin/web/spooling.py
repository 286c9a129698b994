"""How files come in with a request: straight into the archive's staging folder, hashed on the way, written once.

Nobody may send more than a form's worth until the view has said `expect_file`, which it does when it knows that this
person may file here: whoever may not costs neither disk nor time.
"""

import io
import shutil
from tempfile import TemporaryFile
from typing import IO, Any

from flask import Flask, Request, abort, current_app
from flask import request as current_request

from admin.system import System
from admin.web.transfers import LONG, transfers
from archive.blobs.staging import Receiver, Staged
from archive.errors import DiskFull, Invalid
from ingest.intake import Intaker

FORM_BYTES = 1 << 20          # what a form may hold beside its file
ROOM_LEFT = 256 << 20         # of the disk, for those who are writing already: the database above all
PIECE = 1 << 20
STREAMED = ("multipart/form-data", "application/octet-stream")
INTAKE = "dangan.intake"


class ReceivedFile(io.RawIOBase):
    """What the parser of forms writes a file to. Nothing is read from it: the file is on the disk, `staged`."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self._receiver.write(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0  # the parser's way of saying that the file is complete

    def staged(self) -> Staged:
        """Raises Refused for an empty file, DiskFull."""
        return self._receiver.finish()


class SpooledRequest(Request):
    """Ends what it has received together with itself: without a document no file stays behind."""

    intake: Intaker | None = None   # set while a file for the archive is expected
    receiver: Receiver | None = None
    _long = False

    @property
    def may_hold_file(self) -> bool:
        """Whether more than the fields of a form may be coming; of a chunked body nobody knows."""
        return (self.mimetype == "multipart/form-data" or "Transfer-Encoding" in self.headers
                or (self.content_length or 0) > FORM_BYTES)

    def allow(self, size: int) -> None:
        """From here on the request may bring a file of so many bytes. Aborts with 413 where it announces more."""
        self.max_content_length = size + FORM_BYTES
        if (self.content_length or 0) > self.max_content_length:
            abort(413)

    def expect(self, intake: Intaker) -> None:
        if self.mimetype not in STREAMED:  # it would be read into memory as a whole: the small limit stays
            return
        length, self.intake = self.content_length or 0, intake
        self.allow(intake.max_bytes)
        if shutil.disk_usage(intake.staging).free < length + ROOM_LEFT:
            raise DiskFull
        if "Transfer-Encoding" in self.headers or length > LONG:
            transfers().begin()
            self._long = True

    def receive_body(self, filename: str) -> Staged:
        """The whole body as one file. Raises Oversized, Refused, DiskFull, Invalid for an impossible name."""
        receiver = self._receive(filename)
        while piece := self.stream.read(PIECE):
            receiver.write(piece)
        return receiver.finish()

    def close(self) -> None:
        if self.receiver is not None:
            self.receiver.discard()
        if self._long:
            self._long = False
            transfers().end()
        super().close()

    def _receive(self, filename: str) -> Receiver:
        if self.intake is None or self.receiver is not None:
            raise Invalid(field="file", problem="一次只能发送一个文件，请分次上传。")
        self.receiver = self.intake.receive(filename)
        return self.receiver

    def _get_file_stream(self, total_content_length: int | None, content_type: str | None,
                         filename: str | None = None, content_length: int | None = None) -> IO[bytes]:
        if self.intake is not None and filename:
            return ReceivedFile(self._receive(filename))  # type: ignore[return-value]  # all that the parser uses
        return TemporaryFile("w+b", dir=current_app.extensions[INTAKE].staging)


def expect_file() -> None:
    """From here on the request may bring a file for the archive. Raises DiskFull, Crowded; aborts with 413."""
    spooled().expect(current_app.extensions[INTAKE])


def spooled() -> SpooledRequest:
    """The request under way."""
    found: SpooledRequest = current_request._get_current_object()  # type: ignore[attr-defined]
    return found


def register(app: Flask, system: System) -> None:
    app.request_class = SpooledRequest
    app.extensions[INTAKE] = system.intake
    app.config["MAX_CONTENT_LENGTH"] = FORM_BYTES
    system.intake.staging.mkdir(parents=True, exist_ok=True)
