"""Values of documents over HTTP with their places, a person's word on them, and contradictions within a dossier."""

from flask import Response

from admin.api.context import actor, answer, area, system
from admin.api.document_shapes import DocumentPath
from admin.api.field_shapes import (
    ContradictionList,
    ContradictionPath,
    DismissIn,
    FieldPath,
    FieldsOut,
    FieldWord,
    contradiction_out,
    fields_out,
)
from admin.api.idempotency import WriteHeaders, idempotent
from admin.api.problems import responses
from admin.api.project_shapes import CodePath
from archive.fields import fields_of
from archive.models.fields import DocumentFields
from archive.operations.fields import confirm_field
from retention import contradictions as core

fields = area("fields", "字段与矛盾")


@fields.get("/documents/<id>/fields", responses={200: FieldsOut, **responses(404)})
def listed(path: DocumentPath) -> Response:
    """当前版本中读到的字段，各带出处和确认情况"""
    return answer(_out(fields_of(actor(), path.id)))


@fields.post("/documents/<id>/fields/<key>", responses={200: FieldsOut, **responses(404, 409)})
@idempotent
def confirm(header: WriteHeaders, path: FieldPath, body: FieldWord) -> Response:
    """确认、更正一个字段，或注明没有此项"""
    return answer(_out(confirm_field(actor(), system().clock, path.id, path.key, body.revision, body.value)))


@fields.get("/projects/<code>/contradictions", responses={200: ContradictionList, **responses(404)})
def contradictions(path: CodePath) -> Response:
    """案卷内文件之间、文件与台账之间的矛盾"""
    return _listed(path.code)


@fields.post("/projects/<code>/contradictions/<id>/dismiss", responses={200: ContradictionList, **responses(404, 409)})
@idempotent
def dismiss(header: WriteHeaders, path: ContradictionPath, body: DismissIn) -> Response:
    """注明一处矛盾不成立，须有理由"""
    core.dismiss(actor(), system().clock, path.code, path.id, body.reason)
    return _listed(path.code)


def _listed(code: str) -> Response:
    return answer(ContradictionList(items=[contradiction_out(view) for view in core.contradictions_of(actor(), code)]))


def _out(found: DocumentFields) -> FieldsOut:
    return FieldsOut(document=found.document, revision=found.revision, extractor=found.extractor, read_at=found.read_at,
                     fields=fields_out(found.found))
