"""One document: what it is, its text by page, its versions, its history, and correcting what was recognised."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup

from admin.previews import can_show, must_convert
from admin.web.downloads import is_fetched, send_version
from admin.web.pages.contents import inside_of
from admin.web.pages.shared import actor, area, day_field, needs, page_number, system
from admin.web.pages.type_choices import by_stage, proposals
from admin.web.pages.words import PROPERTIES
from archive import queries
from archive.access import seen_because
from archive.errors import ArchiveError, Conflict, Invalid, NotFound
from archive.fields import fields_of
from archive.models import AuditEntry, Document, Person, Version
from archive.operations.access_log import record_download
from archive.operations.documents import confirm_document
from archive.operations.likenesses import joined_to, likenesses_of
from archive.permissions import Permission
from ingest.rendering import is_office
from search.errors import QueryTooLong
from search.marks import find, marked
from search.query import parse

documents = area("documents", __name__)
HISTORY = 100
CONFIRMABLE = ("title", "doc_date", "doc_no", "issuer", "conclusion")
CONCLUSIONS = ("", "通过", "合格", "符合", "基本符合", "不通过", "不合格", "不符合")


@documents.get("/documents/<key>")
def show(key: str) -> Any:
    return page_of_document(queries.find_document(actor(), key), {})


@documents.post("/documents/<key>/confirm")
@needs(Permission.DOCUMENT_CONFIRM)
def confirm(key: str) -> Any:
    document = queries.find_document(actor(), key)
    try:
        revision = request.form.get("revision", "")
        if revision != str(document.revision):
            raise Conflict(what="文件", key=document.title)
        confirm_document(actor(), system().clock, key, int(revision), _changes(document))
    except ArchiveError as refusal:
        flash(str(refusal), "danger")
        return page_of_document(document, request.form), 409 if isinstance(refusal, Conflict) else 422
    flash("已确认。", "success")
    return redirect(url_for("documents.show", key=key))


@documents.get("/documents/<key>/content")
def content(key: str) -> Any:
    return _sent(key, queries.current_version(actor(), key), inline="inline" in request.args)


@documents.get("/documents/<key>/versions/<int:number>/content")
def version_content(key: str, number: int) -> Any:
    return _sent(key, _version(key, number))


def _sent(key: str, version: Version, *, inline: bool = False) -> Any:
    response = send_version(system().blobs, version, inline=inline)
    if is_fetched(response):
        record_download(actor(), system().clock, key, version.number)
    return response


def _changes(document: Document) -> dict[str, Any]:
    """The type always, because saving confirms it; of the rest what differs."""
    form = request.form
    if not form.get("title", "").strip():
        raise Invalid(field="题名", problem="不能为空。")
    values: dict[str, Any] = {name: form.get(name, "").strip() for name in CONFIRMABLE}
    values["doc_date"] = day_field(form, "doc_date", "成文日期")
    changed = {name: value for name, value in values.items() if getattr(document, name) != value}
    return {"type": form.get("type", ""), **changed}


def _version(key: str, number: int) -> Version:
    for version in queries.versions_of(actor(), key):
        if version.number == number:
            return version
    raise NotFound(what="版本", key=str(number))


def page_of_document(document: Document, entered: Any, revealed: Sequence[str] | None = None) -> str:
    """`revealed`: the pages of its text with personal numbers, for somebody who was allowed to see them just now."""
    who = actor()
    project = queries.find_project(who, document.project)
    versions = queries.versions_of(who, document.id)
    reading = _reading(document, revealed)
    flows = bool(versions) and is_office(versions[0].media_type)    # its pages are not those of its text
    return render_template(
        "pages/document.html", picture_number=1 if flows else reading["number"],
        document=document, project=project, versions=versions, entered=entered,
        proposals=proposals(document), types=by_stage(), conclusions=CONCLUSIONS,
        shows_pages=bool(versions) and can_show(versions[0].media_type) and not must_convert(system(), versions[0]),
        copies=_copies(document, versions), likenesses=likenesses_of(who, document.id), joined=joined_to(who, document.id),
        fields=fields_of(who, document.id), people=_names(document, versions), because=seen_because(who, project.label()),
        history=_history(document.id), remarks=queries.remarks_of(who, document.id),
        property_names=PROPERTIES, **inside_of(who, document), **reading)


def _reading(document: Document, revealed: Sequence[str] | None) -> dict[str, Any]:
    """The page of text that is asked for, its hits marked, and on which pages there are more."""
    record, pages = queries.text_of(actor(), document.id)
    masked, pages = revealed is None, list(pages if revealed is None else revealed)
    text = request.args.get("q", "").strip()
    try:
        terms = parse(text).required
    except QueryTooLong:
        text, terms = "", ()
    hits = {number: len(spans) for number, page in enumerate(pages, 1) if terms and (spans := find(page, terms))}
    number = min(_asked_page(), max(len(pages), 1)) if "page" in request.values else min(hits, default=1)
    page = pages[number - 1] if pages else ""
    html = marked(page, ((span.start, span.end) for span in find(page, terms)))
    return {"record": record, "page_count": len(pages), "masked": masked, "number": number, "q": text, "hits": hits,
            "page_html": Markup(html)}  # noqa: S704 - `marked` escapes everything but its marks


def _asked_page() -> int:
    """The page of the address, or of the form that asks for numbers."""
    value = request.form.get("page", "")
    return int(value) if value.isascii() and value.isdigit() and 0 < len(value) < 8 else page_number()


def _history(key: str) -> list[AuditEntry]:
    """What was done to this document; who may see the document may know who did what and when, not more."""
    return list(AuditEntry.objects(subject=f"document:{key}").order_by("-id").limit(HISTORY))


def _copies(document: Document, versions: list[Version]) -> list[Document]:
    """The same bytes in other dossiers the reader may see."""
    return queries.copies_elsewhere(actor(), versions[0].sha256, document.dossier) if versions else []


def _names(document: Document, versions: list[Version]) -> dict[str, str]:
    keys = {document.created_by, *(version.received_by for version in versions)}
    return {person.id: person.display_name or person.name for person in Person.objects(id__in=sorted(keys))}
