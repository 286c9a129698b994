"""The review desk: what recognition left to a person, confirmed with one click or many at once, and what that taught.

Its piles of values and of contradictions are `review_values`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from admin.previews import can_show, must_convert
from admin.web.pages.shared import actor, area, needs, page_number, pages_of, system, told
from admin.web.pages.type_choices import proposals
from archive import learning, queries, taxonomy
from archive.errors import Invalid
from archive.models import Document, TextState, Version
from archive.operations.learning import put_aside
from archive.operations.review import Answer, Choice, confirm_types, waiting
from archive.permissions import Permission
from archive.waiting_values import MOST_COUNTED, count_waiting

review = area("review", __name__)
SIZE, EVIDENCE = 50, 200


@dataclass(frozen=True, slots=True)
class Pile:
    """One of the piles on the desk: where it is, and how many wait (empty where counting would cost too much)."""

    label: str
    endpoint: str
    count: str = ""


def piles(project: str) -> tuple[Pile, ...]:
    types, values = waiting(actor(), size=1, project=project).total, count_waiting(actor(), project)
    return (Pile("类型", "review.queue", str(types)),
            Pile("字段", "review.values", f"{values}{'+' if values >= MOST_COUNTED else ''}"),
            Pile("前后不一致", "review.contradictions"))


@review.get("/documents/unconfirmed")
@needs(Permission.DOCUMENT_CONFIRM)
def queue() -> Any:
    """What the recogniser was not sure about, newest first, with what it would have said and why."""
    project = request.args.get("project", "").strip()
    found = waiting(actor(), page_number(), SIZE, project)
    return render_template("pages/queue.html", queue=found.items, total=found.total, page=found.page, project=project,
                           piles=piles(project), drawn=_drawn(found.items),
                           pages=pages_of(found.total, SIZE), proposals=proposals, kinds=taxonomy.load().types)


def _drawn(documents: Sequence[Document]) -> set[str]:
    """Those whose first page can be shown without a conversion; what could not be opened for its text cannot be drawn either."""
    versions = Version.objects(id__in=[document.current for document in documents if document.text_state != TextState.UNREADABLE])
    return {version.document for version in versions
            if can_show(version.media_type) and not must_convert(system(), version)}


@review.post("/documents/unconfirmed")
@needs(Permission.DOCUMENT_CONFIRM)
def confirm() -> Any:
    for key in _named()[:1]:
        queries.find_document(actor(), key)
    told(lambda: _say(confirm_types(actor(), system().clock, _choices())), "已按所选类型确认。")
    return redirect(url_for("review.queue", page=request.args.get("page"), project=request.args.get("project")))


@review.get("/documents/evidence")
@needs(Permission.DOCUMENT_CONFIRM)
def evidence() -> Any:
    """The confirmed names that count in recognition, and by whom."""
    word, kind = (request.args.get(name, "").replace("\0", "").strip() for name in ("word", "type"))
    rows = learning.evidence(actor(), limit=EVIDENCE, word=word, type_key=kind)
    return render_template("pages/evidence.html", rows=rows, word=word, kind=kind)


@review.post("/documents/evidence")
@needs(Permission.DOCUMENT_CONFIRM)
def aside() -> Any:
    form = request.form
    learning.require_unit(actor(), form.get("unit", ""), form.get("word", ""))
    told(lambda: put_aside(actor(), system().clock, form.get("unit", ""), form.get("word", ""), form.get("type", "")),
         "这组确认记录不再用于识别；文件的类型没有改变。")
    return redirect(url_for("review.evidence"))


def _named() -> Sequence[str]:
    """The documents that are spoken of."""
    form = request.form
    return [form[name].partition("/")[0] for name in ("said", "one") if name in form] or form.getlist("picked")


def _choices() -> Sequence[Choice]:
    """One button's choice, or those picked: another type where one is named, else the first proposal."""
    form = request.form
    if "said" in form:
        key, _, kind = form["said"].partition("/")
        return [_choice(key, kind)]
    return [_choice(key, _type_named(form.get(f"other-{key}", "")) or form.get(f"first-{key}", "")) for key in _named()]


def _choice(key: str, kind: str) -> Choice:
    revision = request.form.get(f"revision-{key}", "")
    if not kind:
        raise Invalid(field="文件类型", problem="有文件既没有首选类型，也没有写明其他类型，没有提交。请选定后再确认。")
    return Choice(key, int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else 0, kind)


def _type_named(text: str) -> str:
    """The key of the type that is called so. Raises Invalid for a name that no type has."""
    text = text.strip()
    if not text or text in taxonomy.load():
        return text
    for kind in taxonomy.load().types:
        if kind.name == text:
            return kind.key
    raise Invalid(field="文件类型", problem=f"没有名为“{text[:40]}”的类型，请从列出的类型中选择。")


def _say(answers: Sequence[Answer]) -> None:
    """What could not be kept, one message each for the first few."""
    for answer in [answer for answer in answers if answer.problem][:5]:
        flash(answer.problem, "warning")


