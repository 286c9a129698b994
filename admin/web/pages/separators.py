"""Separator sheets from the dossier page: to be printed and laid between the papers before they go into the scanner."""

from typing import Any

from flask import Response, request

from admin.separator_sheets import sheets_of
from admin.web.downloads import disposition
from admin.web.pages.shared import actor, area, needs
from archive import queries
from archive.dossier import dossier_of
from archive.errors import Invalid
from archive.permissions import Permission

separators = area("separators", __name__)
MOST = 60  # of one download: more than a dossier lacks


@separators.get("/projects/<code>/separators.pdf")
@needs(Permission.DOCUMENT_FILE)
def download(code: str) -> Any:
    """One sheet that leaves the type open; with `type`, repeated, one of each; with `missing` one of each mandatory one not there."""
    project = queries.find_project(actor(), code)
    if project.classified:
        raise Invalid(field="分隔页", problem="涉密项目只登记目录，不接收扫描件，因此没有分隔页。")
    data = sheets_of([project], _types(code))
    return Response(data, mimetype="application/pdf", headers={
        "Content-Disposition": disposition(f"分隔页-{code}.pdf", inline=False), "Cache-Control": "no-store"})


def _types(code: str) -> list[str]:
    asked = [key for key in request.args.getlist("type") if key]
    if request.args.get("missing"):
        asked += [m.requirement.type for m in dossier_of(actor(), code).materials
                  if m.state == "missing" and m.requirement.level == "mandatory"]
    return list(dict.fromkeys(asked))[:MOST]
