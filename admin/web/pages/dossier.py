"""One project's dossier: facts, timeline, materials by stage, findings, contracts, and what may be done with them."""

from collections import Counter
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from admin.papers.acceptance import summary
from admin.web.pages import words
from admin.web.pages.assignments import ids_of, people_of
from admin.web.pages.finding_groups import by_degree
from admin.web.pages.project_forms import DATES, GROUPS, changes_of
from admin.web.pages.shared import actor, area, day_field, needs, system, told
from admin.web.pages.timeline import pictures
from admin.web.pages.type_choices import by_stage
from archive import queries
from archive.access import seen_because
from archive.clearances import count_refused
from archive.dossier import DossierView, dossier_of
from archive.errors import ArchiveError, Conflict, Invalid
from archive.operations.descriptions import Description
from archive.operations.documents import catalogue_document
from archive.operations.projects import assign_dossier, update_project, waive_material
from archive.permissions import Permission
from archive.personal import PERSONAL_LABEL
from retention.contradictions import contradictions_of
from retention.findings import live_findings
from retention.readiness import STATES, Readiness, readiness_of
from retention.timeline import timeline_of

dossier = area("dossier", __name__)
SETTLED = ("passed", "not_applicable")


@dossier.get("/projects/<code>")
def show(code: str) -> Any:
    who = actor()
    view = dossier_of(who, code)
    findings = live_findings(system().judge, who, code)
    unsettled = [finding for finding in findings if finding.outcome not in SETTLED]
    return render_template(
        "pages/dossier.html", view=view, project=view.project, **_materials(view),
        findings=unsettled, degrees=by_degree(unsettled),
        settled=[finding for finding in findings if finding.outcome in SETTLED],
        contracts=queries.contracts_of(who, code), contradictions=contradictions_of(who, code),
        **_acceptance(readiness_of(system().judge, who, code, findings=findings)),
        **pictures(view.project, timeline_of(system().judge, who, code, findings=findings)),
        withdrawn=queries.withdrawals_of(who, code), refused=count_refused(who, code), labels=_labels(view),
        because=seen_because(who, view.project.label()), types=by_stage(),
        assigned=people_of(view.project.assigned) if who.may(Permission.DOSSIER_ASSIGN) else None,
        predecessor=_predecessor(view.project.predecessor), max_upload=system().settings.max_upload)


def _acceptance(ready: Readiness | None) -> dict[str, Any]:
    return {"ready": ready, "ready_states": STATES, "ready_summary": summary(ready) if ready else ""}


def _labels(view: DossierView) -> list[str]:
    """The labels its documents bear, for links to lists of them."""
    documents = [document for stage in view.stages for document in stage.documents]
    found = sorted({label for document in documents for label in document.labels})
    return found + ([PERSONAL_LABEL] if any(document.personal for document in documents) else [])


@dossier.get("/projects/<code>/materials")
def materials(code: str) -> Any:
    """The list of materials alone, to be put in place of the old one after an upload."""
    view = dossier_of(actor(), code)
    return render_template("parts/materials.html", view=view, project=view.project, **_materials(view))


@dossier.post("/projects/<code>/materials/<type_key>/waive")
@needs(Permission.PROJECT_UPDATE)
def waive(code: str, type_key: str) -> Any:
    queries.find_project(actor(), code)
    told(lambda: waive_material(actor(), system().clock, code, type_key, request.form.get("reason", "")),
         "已登记豁免，材料清单和核对事项随之更新。")
    return redirect(url_for("dossier.show", code=code) + "#materials")


@dossier.get("/projects/<code>/edit")
@needs(Permission.PROJECT_UPDATE)
def edit(code: str) -> Any:
    return _form(queries.find_project(actor(), code))


@dossier.post("/projects/<code>/edit")
@needs(Permission.PROJECT_UPDATE)
def update(code: str) -> Any:
    project = queries.find_project(actor(), code)
    try:
        revision = request.form.get("revision", "")
        if revision != str(project.revision):  # what the form shows is not what is stored: nothing may be compared
            raise Conflict(what="项目", key=code)
        update_project(actor(), system().clock, code, int(revision), changes_of(project, request.form))
    except ArchiveError as refusal:
        flash(str(refusal), "danger")
        return _form(project), 409 if isinstance(refusal, Conflict) else 422
    flash("已保存。相关规则会随之重新核对。", "success")
    return redirect(url_for("dossier.show", code=code))


@dossier.post("/projects/<code>/catalogue")
@needs(Permission.DOCUMENT_FILE)
def catalogue(code: str) -> Any:
    queries.find_project(actor(), code)
    told(lambda: _catalogue(code), "已登记目录条目。")
    return redirect(url_for("dossier.show", code=code) + "#materials")


@dossier.post("/projects/<code>/assign")
@needs(Permission.DOSSIER_ASSIGN)
def assign(code: str) -> Any:
    """Replace who may see this dossier besides those whose unit or post allows it."""
    queries.find_project(actor(), code)
    names = request.form.get("names", "").replace("，", " ").replace("、", " ").replace(",", " ").split()
    told(lambda: assign_dossier(actor(), system().clock, code, ids_of(names)), "已更新本案卷的指派。")
    return redirect(url_for("dossier.show", code=code))


def _catalogue(code: str) -> None:
    form = request.form
    title = form.get("title", "").strip()
    if not title:
        raise Invalid(field="题名", problem="请填写脱密后的题名。")
    description = Description(
        type=form.get("type", ""), type_source="given", title=title, doc_date=day_field(form, "doc_date", "成文日期"),
        doc_no=form.get("doc_no", "").strip(), issuer=form.get("issuer", "").strip())
    catalogue_document(actor(), system().clock, code, description, form.get("location", ""))


def _materials(view: DossierView) -> dict[str, Any]:
    """Counts for the heads of the list; "needed" are the mandatory materials that apply."""
    mandatory = [m for m in view.materials if m.requirement.level == "mandatory" and m.state != "not_applicable"]
    return {
        "needed": len(mandatory),
        "settled_materials": sum(m.state in ("present", "waived") for m in mandatory),
        "documents_total": sum(len(stage.documents) for stage in view.stages),
        **_inside(view),
    }


def _inside(view: DossierView) -> dict[str, Any]:
    """How many documents came out of each, and the titles of those they came out of."""
    documents = [document for stage in view.stages for document in stage.documents]
    counts = Counter(document.parent for document in documents if document.parent)
    return {"inside": counts, "titles": {document.id: document.title for document in documents if document.id in counts}}


def _predecessor(code: str) -> Any:
    """The project before this one, where the reader may see it."""
    try:
        return queries.find_project(actor(), code) if code else None
    except ArchiveError:
        return None


def _form(project: Any) -> str:
    values = {name: getattr(project, name) for name in words.PROJECT_FIELDS if hasattr(project, name)}
    return render_template(
        "pages/project_form.html", project=project, code=project.code, modes=words.MODES, kinds=words.KINDS,
        values=request.form if request.method == "POST" else values, units=queries.units_of(actor()),
        fact_groups=GROUPS, date_fields=DATES)
