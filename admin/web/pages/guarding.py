"""What the guard found, on the pages: personal numbers shown for a purpose, files that call themselves something."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from admin.web.pages.documents import page_of_document
from admin.web.pages.shared import actor, area, needs, page_number, pages_of, system
from archive import queries
from archive.errors import ArchiveError, NotFound
from archive.operations.unmasking import unmask
from archive.permissions import Permission

guarding = area("guarding", __name__)
SIZE = 50
LABELS = ("内部", "工作秘密", "含个人信息")


@guarding.post("/documents/<key>/unmask")
@needs(Permission.PERSONAL_UNMASK)
def show_numbers(key: str) -> Any:
    """The page asked for with its numbers, in this one answer only: nothing of it is kept, neither here nor there."""
    document = queries.find_document(actor(), key)
    try:
        _, pages = unmask(actor(), system().clock, key, request.form.get("purpose", ""))
    except ArchiveError as refusal:
        flash(str(refusal), "danger")
        return redirect(url_for("documents.show", key=key))
    response = make_response(page_of_document(document, {}, revealed=pages))
    response.headers["Cache-Control"] = "no-store"
    return response


@guarding.get("/projects/<code>/labelled/<label>")
def labelled(code: str, label: str) -> Any:
    """The documents of a dossier that bear a label."""
    project = queries.find_project(actor(), code)
    if label not in LABELS:
        raise NotFound(what="标签", key=label)
    found = queries.list_documents(actor(), code, label=label, page=page_number(), size=SIZE)
    return render_template("pages/labelled.html", project=project, label=label, labels=LABELS, found=found,
                           pages=pages_of(found.total, SIZE))
