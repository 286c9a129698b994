"""The search page: a question, filters, what was found and where, and why the reader may see it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template, request

from admin.searching import Question, ask
from admin.web.errors import status_of
from admin.web.pages import words
from admin.web.pages.formats import stage_name, type_name
from admin.web.pages.shared import actor, area, clean_query, day_field, needs, page_number, system
from archive.access import Actor, seen_because
from archive.effects import INDEX
from archive.errors import ArchiveError
from archive.events import lag
from archive.models import Project
from archive.permissions import Permission
from archive.queries import list_projects
from search.service import SearchPage

search_pages = area("search", __name__)
SIZE = 20
DEEPEST = 500
FILTERS = ("q", "project", "type", "stage", "unit", "from", "to", "sort")
FACETS: Mapping[str, str] = {"type": "文件类型", "stage": "阶段", "unit": "项目单位", "project": "项目", "year": "年份"}
SHORT, MOST = 8, 60


@dataclass(frozen=True, slots=True)
class FacetValue:
    value: str
    label: str
    count: int
    chosen: bool


@search_pages.get("/search")
@needs(Permission.DOCUMENT_READ)
def search() -> Any:
    chosen = clean_query(FILTERS)
    shown: dict[str, Any] = {"chosen": chosen, "sorts": words.SORTS, "asked": bool(chosen), "page": page_number()}
    try:
        found = ask(system(), actor(), _question(chosen))
    except ArchiveError as refusal:
        return render_template("pages/search.html", error=str(refusal), found=None, **shown), status_of(refusal)
    return render_template(
        "pages/search.html", found=found, size=SIZE, deepest=DEEPEST, facets=_facets(actor(), found, chosen),
        facet_names=FACETS, short=SHORT, lag=lag(system().clock.now(), INDEX), **_about(actor(), found), **shown)


def _question(chosen: Mapping[str, str]) -> Question:
    """Raises Invalid for a date that is none."""
    start, end = day_field(chosen, "from", "起始日期"), day_field(chosen, "to", "截止日期")
    year = request.args.get("year", "")
    if year.isascii() and year.isdigit() and len(year) == 4 and int(year) > 0:
        start, end = date(int(year), 1, 1), date(int(year), 12, 31)
    sort: Any = chosen.get("sort") if chosen.get("sort") in words.SORTS else "relevance"
    return Question(
        text=chosen.get("q", ""), project=_values(chosen, "project"), type=_values(chosen, "type"),
        stage=_values(chosen, "stage"), unit=_values(chosen, "unit"), date_from=start, date_to=end, sort=sort,
        page=min(page_number(), DEEPEST), size=SIZE)


def _values(chosen: Mapping[str, str], name: str) -> tuple[str, ...]:
    return (chosen[name],) if name in chosen else ()


def _facets(who: Actor, found: SearchPage, chosen: Mapping[str, str]) -> dict[str, Sequence[FacetValue]]:
    codes = sorted(found.facets.get("project", {}), key=lambda code: -found.facets["project"][code])[:MOST]
    names = {project.code: project.name for project in list_projects(who, codes=codes, size=MOST).items}
    labels: Mapping[str, Callable[[str], str]] = {
        "type": type_name, "stage": stage_name, "project": lambda code: names.get(code, code)}
    return {
        name: [FacetValue(value, labels.get(name, str)(value), count, chosen.get(name) == value)
               for value, count in sorted(found.facets.get(name, {}).items(), key=_order(name))[:MOST]]
        for name in FACETS}


def _order(name: str) -> Any:
    """Years from new to old, everything else from frequent to rare."""
    return (lambda pair: (-int(pair[0]) if pair[0].isdigit() else 0,)) if name == "year" else (
        lambda pair: (-pair[1], pair[0]))


def _about(who: Actor, found: SearchPage) -> dict[str, Any]:
    """The projects of the results: their names, and why the reader sees each."""
    projects = Project.objects(id__in=sorted({item.card.dossier for item in found.items}))
    seen = {project.id: (project, seen_because(who, project.label())) for project in projects}
    return {"projects": {key: project for key, (project, _) in seen.items()},
            "because": {key: reason for key, (_, reason) in seen.items()}}
