"""Files over HTTP: a multipart form whose file goes to the staging folder as it arrives, then through the pipeline.

Adds its routes to those of `documents`: the description keeps one entry a path, so one area holds all methods of it.
"""

from datetime import date
from typing import Any, TypeVar

from flask import Response, abort, request
from pydantic import Field, ValidationError

from admin.api.context import ROOT, Asked, actor, answer, system
from admin.api.document_shapes import DocumentPath, DuplicateOut, FiledOut, filed_out
from admin.api.documents import documents
from admin.api.idempotency import WriteHeaders, idempotent
from admin.api.problems import Responses, responses
from admin.api.project_shapes import CodePath
from admin.api.validation import refuse
from admin.web.spooling import ReceivedFile, expect_file
from archive.access import require
from archive.blobs.staging import Staged
from archive.errors import Invalid
from archive.operations.documents import Filed, dossier_for_files
from archive.permissions import Permission
from archive.queries import copies_elsewhere, find_document
from ingest.describe import Given

Said = TypeVar("Said", bound=Asked)
__all__ = ["documents"]
FILE = {"type": "string", "contentMediaType": "application/octet-stream", "description": "文件内容，须带文件名"}
TEXT = {"type": "string"}


class Described(Asked):
    """What the sender says of the file; what is left out is recognised."""

    type: str = Field("", max_length=100)
    title: str = Field("", max_length=500)
    doc_date: date | None = None


def _form(fields: dict[str, Any]) -> dict[str, Any]:
    """The description of a multipart body. The form is read here, not by the framework, which would guess at numbers."""
    schema = {"type": "object", "properties": {"file": FILE, **fields}, "required": ["file"]}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


DESCRIBED = _form({"type": {**TEXT, "description": "文件类型的 key"}, "title": {**TEXT, "description": "题名"},
                   "doc_date": {**TEXT, "format": "date", "description": "成文日期"}})
FILED: Responses = {201: FiledOut, 200: DuplicateOut, **responses(404, 409, 413, 507)}


@documents.post("/projects/<code>/documents", responses=FILED, openapi_extensions=DESCRIBED)
def file(header: WriteHeaders, path: CodePath) -> Response:
    """归档一个文件

    同一案卷已有完全相同的内容时不重复保存，以 200 和 duplicate_of 指出已有的文件。
    """
    require(actor(), Permission.DOCUMENT_FILE)
    dossier_for_files(actor(), path.code)  # before any of the body is read
    expect_file()
    return _file(header=header, code=path.code)


@documents.post("/documents/<id>/versions", responses=FILED, openapi_extensions=_form({}))
def add_version(header: WriteHeaders, path: DocumentPath) -> Response:
    """为一个文件添加新版本；原有版本保留"""
    require(actor(), Permission.DOCUMENT_FILE)
    dossier_for_files(actor(), find_document(actor(), path.id).project)
    expect_file()
    return _add_version(header=header, key=path.id)


@idempotent
def _file(header: WriteHeaders, code: str) -> Response:
    staged = _sent()
    said = _said(Described)
    given = Given(said.type, said.title.strip(), said.doc_date)
    return _answer(system().intake.file_staged(actor(), code, staged, given))


@idempotent
def _add_version(header: WriteHeaders, key: str) -> Response:
    staged = _sent()
    _said(Asked)
    return _answer(system().intake.add_staged_version(actor(), key, staged))


def _said(shape: type[Said]) -> Said:
    """The fields of the form beside the file; those left empty count as not given."""
    try:
        return shape.model_validate({name: value for name, value in request.form.items() if value.strip()})
    except ValidationError as error:
        abort(refuse(error))


def _sent() -> Staged:
    """The file of the form. Raises Invalid where it is missing or not alone, Oversized above the limit, DiskFull."""
    files = list(request.files.items(multi=True))
    if [name for name, _ in files] != ["file"] or not isinstance(files[0][1].stream, ReceivedFile):
        raise Invalid(field="file", problem="请以 multipart/form-data 发送，且恰有一个名为 file、带文件名的文件。")
    return files[0][1].stream.staged()


def _answer(filed: Filed) -> Response:
    location = {"Location": f"{ROOT}/documents/{filed.document.id}"}
    copies = copies_elsewhere(actor(), filed.version.sha256, filed.document.dossier)
    return answer(filed_out(filed, copies), 200 if filed.duplicate else 201, location)
