"""What the guard found, on the pages: personal numbers shown for a purpose, files that call themselves something."""

from collections.abc import Callable
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from admin.web.pages.documents import page_of_document
from admin.web.pages.shared import actor, area, needs, page_number, pages_of, system, told
from archive import queries
from archive.errors import ArchiveError, Invalid, NotFound
from archive.models.similarity import Likeness
from archive.operations.likenesses import dismiss, join, separate
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


@guarding.post("/documents/<key>/alike")
@needs(Permission.DOCUMENT_CONFIRM)
def decide(key: str) -> Any:
    """One click about two documents that look like one: join, dismiss, or take a joining back."""
    queries.find_document(actor(), key)
    pair, choice = request.form.get("pair", ""), request.form.get("choice", "")
    deeds: dict[str, tuple[Callable[..., object], str]] = {
        "join": (join, "已归为新版本；可在本页撤销。"), "dismiss": (dismiss, "已记下：不是同一文件，不再提示。"),
        "separate": (separate, "已撤销归并，恢复为两个文件。")}
    deed, done = deeds.get(choice, (dismiss, ""))
    if not done:
        raise Invalid(field="选择", problem="没有这种处理。")
    told(lambda: deed(actor(), system().clock, pair), done)
    row = Likeness.objects(id=pair).first()
    return redirect(url_for("documents.show", key=row.other if row and choice == "join" and row.state == "joined" else key))


@guarding.get("/projects/<code>/labelled/<label>")
def labelled(code: str, label: str) -> Any:
    """The documents of a dossier that bear a label."""
    project = queries.find_project(actor(), code)
    if label not in LABELS:
        raise NotFound(what="标签", key=label)
    found = queries.list_documents(actor(), code, label=label, page=page_number(), size=SIZE)
    return render_template("pages/labelled.html", project=project, label=label, labels=LABELS, found=found,
                           pages=pages_of(found.total, SIZE))
