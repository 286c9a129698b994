"""The tus protocol 1.0.0 over HTTP: core, creation, termination, expiration, checksum. Shared by the API and the pages.

Every function answers one request for whoever `actor` is; who that is, the caller has found out. Owns headers only: what
an upload is, `admin.uploads` knows.
"""

import base64
import binascii
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date
from email.utils import format_datetime

from flask import Response, request

from admin.system import System
from admin.uploads import filing, receiving, records
from admin.uploads.errors import BadRequest, NotBytes, WrongOffset, WrongProtocol
from admin.uploads.receiving import ALGORITHMS, Checksum
from admin.uploads.records import Announced
from admin.web.spooling import spooled
from admin.web.transfers import LONG, transfers
from archive.access import Actor
from archive.errors import Invalid, NotFound
from archive.models.uploads import Upload, UploadState
from archive.operations.documents import Filed, duplicate_in
from archive.queries import find_project

VERSION = "1.0.0"
BYTES = "application/offset+octet-stream"
EXTENSIONS = "creation,termination,expiration,checksum"
LONGEST = {"project": 100, "filename": 1000, "path": 1000, "type": 100, "title": 500, "batch": 200, "fingerprint": 1500}
PROTOCOL = {"Tus-Resumable": VERSION}


def options(system: System) -> Response:
    """What this server can do; asked without a token."""
    return Response(status=204, headers={
        **PROTOCOL, "Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": str(system.intake.max_bytes),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS)})


def require_protocol() -> None:
    """Raises WrongProtocol."""
    if request.headers.get("Tus-Resumable") != VERSION:
        raise WrongProtocol


def create(system: System, actor: Actor, channel: str, project: str = "") -> Upload:
    """Announce a file. `project`, where the address names it, wins over what the metadata say."""
    require_protocol()
    size = _length()
    said = _announced(request.headers.get("Upload-Metadata", ""), size, project)
    upload = records.create(system, actor, said, channel)
    if upload.size == 0:
        with records.place_of(system).locked(upload.id):
            filing.file_complete(system, actor, upload)
    elif upload.document and said.batch and said.batch != upload.batch:
        _handed_over_again(system, actor, upload, said.batch)
    return upload


def receive(system: System, actor: Actor, key: str) -> Upload:
    """Take the next bytes; with the last of them the file is filed. `upload.state` tells what became of it."""
    upload = records.find_here(system, actor, key)
    if request.mimetype != BYTES:
        raise NotBytes
    offset, checksum = _number("Upload-Offset"), _checksum()
    if upload.done:
        _agree(upload, offset)
        return upload
    with records.place_of(system).locked(upload.id) as handle, _room_for(upload):
        receiving.append(system, upload, handle, offset, request.stream, checksum)
        if upload.complete and not upload.done:
            filing.file_complete(system, actor, upload)
    return upload


def headers_of(upload: Upload) -> dict[str, str]:
    """What a client has to know to go on, and what became of the file where that is known."""
    found = {**PROTOCOL, "Upload-Offset": str(upload.offset), "Upload-Length": str(upload.size),
             "Cache-Control": "no-store", "Dangan-Upload-State": upload.state}
    if upload.metadata:
        found["Upload-Metadata"] = upload.metadata
    if not upload.done:
        found["Upload-Expires"] = format_datetime(upload.expires_at.astimezone(UTC), usegmt=True)
    if upload.document:
        found["Dangan-Document"] = upload.document
    return found


def is_refused(upload: Upload) -> bool:
    return upload.state == UploadState.REFUSED.value


def _handed_over_again(system: System, actor: Actor, upload: Upload, batch: str) -> None:
    try:
        filed: Filed = duplicate_in(actor, find_project(actor, upload.project), upload.sha256)
    except NotFound:
        return
    upload.receipt = filing.list_again(system, actor, upload, batch, filed)


def _agree(upload: Upload, offset: int) -> None:
    if offset != upload.offset:
        raise WrongOffset(offset=upload.offset)


@contextmanager
def _room_for(upload: Upload) -> Iterator[None]:
    """The request may bring what is left of the file. Raises Crowded; aborts with 413 where it announces more."""
    length = request.content_length or 0
    spooled().allow(upload.size - upload.offset)
    is_long = "Transfer-Encoding" in request.headers or length > LONG
    if is_long:
        transfers().begin()
    try:
        yield
    finally:
        if is_long:
            transfers().end()


def _length() -> int:
    if "Upload-Defer-Length" in request.headers:
        raise BadRequest(header="Upload-Defer-Length", problem="不支持先上传后声明长度，请给出 Upload-Length。")
    return _number("Upload-Length")


def _number(header: str) -> int:
    value = request.headers.get(header, "")
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise BadRequest(header=header, problem="须给出，为不小于 0 的整数。")
    return int(value)


def _checksum() -> Checksum | None:
    value = request.headers.get("Upload-Checksum")
    if value is None:
        return None
    algorithm, _, digest = value.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise BadRequest(header="Upload-Checksum", problem=f"只认识 {'、'.join(ALGORITHMS)}。")
    try:
        return Checksum(algorithm, base64.b64decode(digest, validate=True))
    except binascii.Error:
        raise BadRequest(header="Upload-Checksum", problem="校验和应以 Base64 书写。") from None


def _announced(header: str, size: int, project: str) -> Announced:
    values = _metadata(header)
    values |= {"project": project or values.get("project", "")}
    for name in ("project", "filename"):
        if not values.get(name, "").strip():
            raise Invalid(field=name, problem="须在 Upload-Metadata 中给出。")
    for name, most in LONGEST.items():
        if len(values.get(name, "")) > most:
            raise Invalid(field=name, problem=f"不能超过 {most} 个字符。")
    day = values.pop("doc_date", "")
    texts = {name: values.get(name, "").strip() for name in LONGEST}
    return Announced(**{**texts, "path": _path(texts["path"])}, size=size, metadata=header,
                     doc_date=_day(day) if day else None)


def _metadata(header: str) -> dict[str, str]:
    """`key base64, key base64, …`; a key may stand without a value. Raises BadRequest."""
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _, value = pair.partition(" ")
        try:
            text = base64.b64decode(value.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise BadRequest(header="Upload-Metadata", problem=f"{key} 的值应为 UTF-8 文字的 Base64。") from None
        if key in found or "\0" in text:
            raise BadRequest(header="Upload-Metadata", problem=f"{key} 出现两次，或含有空字符。")
        found[key] = text
    return found


def _path(value: str) -> str:
    """For the receipt only; nothing is ever opened by it."""
    parts = ("".join(c for c in part if c.isprintable()) for part in value.replace("\\", "/").split("/"))
    return "/".join(part for part in parts if part not in ("", ".", ".."))


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Invalid(field="doc_date", problem="应为日期，写成 2024-03-01 的样子。") from None
