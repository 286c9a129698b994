"""A person's word on a value of a document, and on a contradiction between two papers, given on their pages."""

from typing import Any

from flask import request

from admin.web.pages.shared import actor, area, back, needs, system, told
from archive import queries
from archive.errors import Invalid
from archive.operations.fields import confirm_field
from archive.permissions import Permission
from retention.contradictions import dismiss as dismiss_one

fields = area("fields", __name__)


@fields.post("/documents/<key>/fields/<name>")
@needs(Permission.DOCUMENT_CONFIRM)
def confirm(key: str, name: str) -> Any:
    """The button pressed says what is meant: as read, as typed, or that there is none."""
    queries.find_document(actor(), key)
    said = {"as_read": None, "none": ""}.get(request.form.get("said", ""), request.form.get("value", ""))
    told(lambda: confirm_field(actor(), system().clock, key, name, _revision(), said), "已确认。")
    return back("documents.show", key=key, _anchor="fields")


@fields.post("/projects/<code>/contradictions/<key>/dismiss")
@needs(Permission.DOCUMENT_CONFIRM)
def dismiss(code: str, key: str) -> Any:
    queries.find_project(actor(), code)
    told(lambda: dismiss_one(actor(), system().clock, code, key, request.form.get("reason", "")), "已注明这处矛盾不成立。")
    return back("dossier.show", code=code, _anchor="contradictions")


def _revision() -> int:
    text = request.form.get("revision", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid(field="字段", problem="页面已过期，请刷新后再确认。")
    return int(text)
