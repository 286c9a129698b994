"""The list of projects: filters, how complete each dossier is, and its gravest finding."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from admin.web.pages import words
from admin.web.pages.project_forms import DATES, GROUPS, project_values
from admin.web.pages.project_lists import standings
from admin.web.pages.shared import actor, area, clean_query, needs, page_number, system
from archive import queries
from archive.errors import ArchiveError, Invalid
from archive.operations.projects import create_project
from archive.permissions import Permission
from retention import finding_lists

projects = area("projects", __name__)
SIZE = 25
FILTERS = ("text", "unit", "mode", "kind")


@projects.get("/projects")
def listing() -> Any:
    who, chosen = actor(), clean_query(FILTERS)
    page = queries.list_projects(
        who, page=page_number(), size=SIZE, text=chosen.get("text", ""), unit=chosen.get("unit", ""),
        mode=chosen.get("mode", ""), kind=chosen.get("kind", ""))
    return render_template(
        "pages/projects.html", page=page, filters=chosen, units=queries.units_of(who), modes=words.MODES,
        kinds=words.KINDS, standings=standings(page.items),
        worst=finding_lists.worst_of(who, [project.code for project in page.items]))


@projects.get("/projects/new")
@needs(Permission.PROJECT_CREATE)
def blank() -> Any:
    return _form({}, "")


@projects.post("/projects/new")
@needs(Permission.PROJECT_CREATE)
def create() -> Any:
    code = request.form.get("code", "").strip()
    try:
        values = project_values(request.form)
        _check_filled(code, values)
        create_project(actor(), system().clock, code, values)
    except ArchiveError as refusal:
        flash(str(refusal), "danger")
        return _form(request.form, code), 422
    flash(f"已登记项目“{code}”，现在可以上传文件。", "success")
    return redirect(url_for("dossier.show", code=code))


def _check_filled(code: str, values: dict[str, Any]) -> None:
    """The columns the ledger marks with a star."""
    for name, value in (("code", code), *((name, values[name]) for name in ("name", "unit"))):
        if not value:
            raise Invalid(field=words.PROJECT_FIELDS[name], problem="必须填写。")


def _form(values: Any, code: str) -> str:
    return render_template("pages/project_form.html", values=values, code=code, project=None, modes=words.MODES,
                           kinds=words.KINDS, units=queries.units_of(actor()), fact_groups=GROUPS, date_fields=DATES)
