"""Filing files from the browser: one file a request, so that each has its own progress and its own answer.

The script sends the bytes as the body; a browser without scripts sends the form. Either way they are written once.
"""

from typing import Any
from urllib.parse import unquote

from flask import Response, flash, jsonify, redirect, request, url_for

from admin.web.pages.file_forms import takes_file
from admin.web.pages.formats import type_name
from admin.web.pages.shared import actor, area, day_field, needs, system
from admin.web.pages.words import SOURCES
from admin.web.spooling import ReceivedFile, expect_file, spooled
from archive import queries
from archive.blobs.staging import Staged
from archive.errors import ArchiveError, Invalid
from archive.operations.documents import Filed
from archive.permissions import Permission
from archive.personal import mask
from ingest.describe import Given

uploads = area("uploads", __name__)


@uploads.post("/projects/<code>/upload")
@needs(Permission.DOCUMENT_FILE)
@takes_file(lambda code: queries.find_project(actor(), code), expect_file)
def upload(code: str) -> Any:
    """201 filed, 200 already there, 4xx refused; scripts get JSON, a plain form is sent back to the dossier."""
    if _is_script():
        return _answer(_file(code))
    try:
        filed = _file(code)
        flash(_message(filed), "warning" if filed.duplicate else "success")
    except ArchiveError as refusal:
        flash(str(refusal), "danger")
    return redirect(url_for("dossier.show", code=code) + "#materials")


@uploads.post("/documents/<key>/versions")
@needs(Permission.DOCUMENT_FILE)
@takes_file(lambda key: queries.find_document(actor(), key), expect_file)
def new_version(key: str) -> Any:
    try:
        filed = system().intake.add_staged_version(actor(), key, _incoming())
    except ArchiveError as refusal:
        if _is_script():
            raise
        flash(str(refusal), "danger")
        return redirect(url_for("documents.show", key=key))
    if _is_script():
        return _answer(filed)
    flash(_message(filed) if filed.duplicate else f"已添加第 {filed.version.number} 版。",
          "warning" if filed.duplicate else "success")
    return redirect(url_for("documents.show", key=key))


def _file(code: str) -> Filed:
    staged = _incoming()
    values = request.form if request.files else request.args
    given = Given(type=values.get("type", ""), title=values.get("title", "").strip(),
                  doc_date=day_field(values, "doc_date", "成文日期"))
    return system().intake.file_staged(actor(), code, staged, given)


def _incoming() -> Staged:
    """The file. Raises Invalid where the request carries none, Refused, Oversized, DiskFull."""
    if "X-File-Name" in request.headers:
        return spooled().receive_body(unquote(request.headers["X-File-Name"]))
    sent = request.files.get("file")
    if sent is None or not isinstance(sent.stream, ReceivedFile):
        raise Invalid(field="文件", problem="没有选择文件，请先选择再上传。")
    return sent.stream.staged()


def _is_script() -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _answer(filed: Filed) -> tuple[Response, int]:
    document = filed.document
    reasons = next((list(c.reasons) for c in document.candidates if c.type == document.type), [])
    return jsonify(
        status="duplicate" if filed.duplicate else "filed", message=_message(filed), title=mask(document.title),
        url=url_for("documents.show", key=document.id), type=type_name(document.type), type_source=document.type_source,
        source=SOURCES.get(document.type_source, ""), reasons=reasons, version=filed.version.number,
    ), 200 if filed.duplicate else 201


def _message(filed: Filed) -> str:
    if filed.duplicate:
        return f"与本案卷已有的“{mask(filed.document.title)}”内容完全相同，没有重复保存。"
    return f"已归档：{mask(filed.document.title)}"
