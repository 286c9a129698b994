"""The review desk's other two piles: values read from documents, one document at a time beside its page; and papers that
contradict each other, dossier by dossier."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for

from admin.previews import can_show, must_convert
from admin.web.pages.review import piles, review
from admin.web.pages.shared import actor, needs, page_number, pages_of, system
from archive import queries
from archive.models import Version
from archive.models.fields import FieldValue
from archive.permissions import Permission
from archive.waiting_values import MOST_COUNTED, WaitingValues, waiting_values
from retention.contradictions import contradictions_of

LONGEST_MARKED = 200
DOSSIERS = 25  # compared for one page of contradictions: each takes a few milliseconds


@review.get("/documents/unconfirmed/values")
@needs(Permission.DOCUMENT_CONFIRM)
def values() -> Any:
    """One document: its values that wait, one of them in hand, and the page on which that stands. `page` counts documents."""
    project, doubtful = request.args.get("project", "").strip(), "doubtful" in request.args
    asked = page_number()
    found = waiting_values(actor(), asked, 1, project, doubtful=doubtful)
    if not found.items and found.total:     # the last one was just finished: back to the front
        found = waiting_values(actor(), 1, 1, project, doubtful=doubtful)
    item: WaitingValues | None = found.items[0] if found.items else None
    here = _in_hand(item.values) if item else None
    return render_template(
        "pages/review_values.html", piles=piles(project), project=project, doubtful=doubtful, total=found.total, page=found.page,
        more=found.total >= MOST_COUNTED, item=item, here=here, around=_around(item.values, here) if item and here else {},
        picture=_picture(item, here) if item and here else "", contradictions=_of_document(item) if item else ())


@review.get("/documents/unconfirmed/contradictions")
@needs(Permission.DOCUMENT_CONFIRM)
def contradictions() -> Any:
    """The dossiers of this page of the register in which something contradicts something and nobody has settled it."""
    project = request.args.get("project", "").strip()
    dossiers = queries.list_projects(actor(), page=page_number(), size=DOSSIERS, codes=[project] if project else None)
    found = [(one, [view for view in contradictions_of(actor(), one.code) if not view.dismissed]) for one in dossiers.items]
    return render_template(
        "pages/review_contradictions.html", piles=piles(project), project=project, compared=len(dossiers.items),
        found=[(one, views) for one, views in found if views], total=dossiers.total, page=dossiers.page,
        pages=pages_of(dossiers.total, DOSSIERS))


def _in_hand(waiting: Sequence[FieldValue]) -> FieldValue:
    """The value asked for, else the first."""
    return next((value for value in waiting if value.key == request.args.get("field")), waiting[0])


def _around(waiting: Sequence[FieldValue], here: FieldValue) -> dict[str, str]:
    keys = [value.key for value in waiting]
    at = keys.index(here.key)
    return {"before": keys[at - 1] if at else "", "after": keys[at + 1] if at + 1 < len(keys) else ""}


def _picture(item: WaitingValues, here: FieldValue) -> str:
    """The address of the page with the quoted words marked; empty where pages of this format have no picture at once."""
    version = Version.objects(id=item.fields.version).first()
    if version is None or not here.page or not can_show(version.media_type) or must_convert(system(), version):
        return ""
    quote = " ".join(here.quote.replace('"', " ").split())[:LONGEST_MARKED]
    return url_for("viewer.picture", key=item.document.id, number=here.page, q=f'"{quote}"' if quote else None)


def _of_document(item: WaitingValues) -> list[Any]:
    """What this document contradicts, or what contradicts it."""
    return [view for view in contradictions_of(actor(), item.document.project)
            if not view.dismissed and item.document.id in (view.left.document, view.right.document)]
