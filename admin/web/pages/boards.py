"""The boards: what is missing and what comes next, units ranked with trend and heat map, materials by stage; to take away too."""

from typing import Any

from flask import redirect, render_template, request, url_for

from admin.papers.boards import TITLES, gaps_paper, materials_paper, units_paper
from admin.papers.model import Paper
from admin.web.drawing.trend import trend_picture
from admin.web.pages.shared import actor, area, clean_query, needs, page_number, pages_of, today
from admin.web.paper_files import paper_file
from archive import queries, taxonomy
from archive.permissions import Permission, Role
from retention import boards as core

boards = area("boards", __name__)
SIZE = 50
GAP_FILTERS = ("unit", "material", "state", "late")
OWN = {Role.UNIT: "gaps", Role.ARCHIVIST: "materials"}


@boards.get("/boards")
@needs(Permission.PROJECT_READ)
def own() -> Any:
    """Each role begins with the board of its work."""
    return redirect(url_for(f"boards.{OWN.get(actor().role, 'units')}"))


@boards.get("/boards/gaps")
@needs(Permission.PROJECT_READ)
def gaps() -> Any:
    who, chosen = actor(), clean_query(GAP_FILTERS)
    page = core.gaps(who, today(), **_wanted(chosen), page=page_number(), size=SIZE)
    kind = chosen.get("material", "")
    return render_template("pages/board_gaps.html", **_common("gaps"), gaps=page.items, total=page.total, page=page.page,
                           pages=pages_of(page.total, SIZE), chosen=chosen, **_units(),
                           material=taxonomy.load().get(kind).name if kind in taxonomy.load() else "")


@boards.get("/boards/units")
@needs(Permission.PROJECT_READ)
def units() -> Any:
    who, day = actor(), today()
    by = core.COMPLETENESS if request.args.get("by") == core.COMPLETENESS else core.OVERDUE
    trend = core.trend(who, day)
    return render_template("pages/board_units.html", **_common("units"), units=core.units(who, day, by), by=by, trend=trend,
                           trend_picture=trend_picture(trend), stages=core.materials(who), unit="")


@boards.get("/boards/materials")
@needs(Permission.PROJECT_READ)
def materials() -> Any:
    who, unit = actor(), clean_query(("unit",)).get("unit", "")
    return render_template("pages/board_materials.html", **_common("materials"), **_units(), unit=unit,
                           stages=core.materials(who, unit))


@boards.get("/boards/<any(gaps, units, materials):board>.<any(xlsx, pdf):form>")
@needs(Permission.PROJECT_READ)
def download(board: str, form: str) -> Any:
    return paper_file(_paper(board), f"{TITLES[board]}-{today()}", form)


def _paper(board: str) -> Paper:
    """Of a very long list the paper has the most urgent, and says so."""
    who, day, chosen = actor(), today(), clean_query(GAP_FILTERS)
    unit = chosen.get("unit", "")
    if board == "units":
        return units_paper(core.units(who, day), core.trend(who, day), core.materials(who), day)
    if board == "materials":
        return materials_paper(core.materials(who, unit), day, unit)
    page = core.gaps(who, day, **_wanted(chosen), page=1, size=core.MOST)
    return gaps_paper(page.items, page.total, day, unit)


def _wanted(chosen: dict[str, str]) -> dict[str, Any]:
    return {name: chosen.get(name, "") for name in GAP_FILTERS}


def _units() -> dict[str, Any]:
    names = queries.units_of(actor())
    return {"units": names, "unit_choices": [(name, name) for name in names]}


def _common(board: str) -> dict[str, Any]:
    return {"board": board, "boards": TITLES, "today": today(), "evaluated_on": core.evaluated_on(actor())}
