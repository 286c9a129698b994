"""Files from the browser in parts: the tus protocol over the session, and what became of each for the list on the page."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, jsonify, request, url_for

from admin.uploads import records
from admin.web import tus
from admin.web.pages.file_forms import takes_file
from admin.web.pages.formats import text_state, type_name
from admin.web.pages.shared import actor, area, needs, system
from admin.web.pages.words import SOURCES
from admin.web.spooling import spooled
from admin.web.upload_checks import checks_of, still_looked_at
from archive import queries
from archive.models import Document
from archive.models.documents import TextState
from archive.models.uploads import Upload
from archive.operations.likenesses import twins_of
from archive.permissions import Permission
from archive.personal import mask, mask_values
from archive.remarks import Remark

resumable = area("resumable", __name__)
PATH = "/projects/<code>/uploads/<key>"
MOST, MOST_CHECKS = 1000, 6


@resumable.post("/projects/<code>/uploads")
@needs(Permission.DOCUMENT_FILE)
def create(code: str) -> Any:
    upload = tus.create(system(), actor(), "browser", code)
    place = url_for("resumable.show", code=code, key=upload.id)
    return Response(status=201, headers={**tus.headers_of(upload), "Location": place})


@resumable.get("/projects/<code>/uploads")
@needs(Permission.DOCUMENT_FILE)
def listed(code: str) -> Any:
    """One's own uploads to this project that have not expired, so that a page loaded again knows how far they are."""
    queries.find_project(actor(), code)
    found: list[Upload] = []
    while len(found) < MOST:
        page = records.list_own(system(), actor(), project=code, batch=request.args.get("batch", "")[:200],
                                page=len(found) // 200 + 1)
        found += page.items
        if len(found) >= page.total:
            break
    return jsonify(items=_views(found))


@resumable.get(PATH)
@needs(Permission.DOCUMENT_FILE)
def show(code: str, key: str) -> Any:
    """HEAD answers as tus wants it, GET what the list shows."""
    upload = records.find(system(), actor(), key)
    if request.method == "HEAD":
        return Response(status=200, headers=tus.headers_of(upload))
    return jsonify(_views([upload])[0])


@resumable.patch(PATH)
@needs(Permission.DOCUMENT_FILE)
@takes_file(lambda code, key: records.find_here(system(), actor(), key), lambda: spooled().allow(system().intake.max_bytes))
def receive(code: str, key: str) -> Any:
    """204 for a refused file too: `Dangan-Upload-State` tells it, and a browser would call 422 an error of the page."""
    tus.require_protocol()
    return Response(status=204, headers=tus.headers_of(tus.receive(system(), actor(), key)))


@resumable.delete(PATH)
@needs(Permission.DOCUMENT_FILE)
def terminate(code: str, key: str) -> Any:
    tus.require_protocol()
    records.terminate(system(), actor(), key)
    return Response(status=204, headers=tus.PROTOCOL)


def _views(uploads: list[Upload]) -> list[dict[str, Any]]:
    documents = {d.id: d for d in Document.objects(id__in=[u.document for u in uploads if u.document])}
    checks, looked_at = checks_of(documents.values()), still_looked_at(documents)
    twins = twins_of(actor(), documents)
    return [_view(upload, documents.get(upload.document), checks, looked_at) | _alike(twins.get(upload.document)) for upload in uploads]


def _alike(twin: tuple[float, Document] | None) -> dict[str, Any]:
    """The document there was before whose text is nearly the same: what was sent may be its new version."""
    if twin is None:
        return {}
    share, other = twin
    return {"alike": {"title": mask(other.title), "url": url_for("documents.show", key=other.id), "percent": round(share * 100)}}


def _view(upload: Upload, document: Document | None, checks: Mapping[str, Sequence[Remark]], looked_at: set[str]) -> dict[str, Any]:
    shown = {
        "id": upload.id, "url": url_for("resumable.show", code=upload.project, key=upload.id), "path": upload.path,
        "size": upload.size, "offset": upload.offset, "status": upload.state, "message": upload.message,
        "batch": upload.batch, "fingerprint": upload.fingerprint,
        "receipt": url_for("receipts.show", key=upload.receipt) if upload.receipt else ""}
    if document is None:
        return shown
    found = [{"severity": each.severity.value, "text": each.text} for each in checks.get(document.id, ())[:MOST_CHECKS]]
    described = _described(document)
    return {**shown, **described, "checks": found, "pending": described["pending"] or document.id in looked_at}


def _described(document: Document) -> dict[str, Any]:
    """What was recognised, why, and whether its text can be read: the sender may still be able to bring a better copy."""
    state = TextState(document.text_state)
    known = state in (TextState.READ, TextState.PENDING)
    return {
        "title": mask(document.title), "document": url_for("documents.show", key=document.id), "type": type_name(document.type),
        "source": SOURCES.get(document.type_source, ""), "unconfirmed": document.type_source == "unrecognised",
        "reasons": next((mask_values(list(c.reasons)) for c in document.candidates if c.type == document.type), []),
        "pending": state is TextState.PENDING, "text": "" if known else text_state(document.text_state),
        "text_reason": "" if known else document.text_reason}
