"""Files refused for a marking: what was refused in a dossier and asking for another look, and deciding that as a second person."""

from typing import Any

from flask import redirect, render_template, request, url_for

from admin.web.pages.shared import actor, area, needs, page_number, pages_of, system, told
from archive import queries
from archive.clearances import clearance_requests, count_asked, refusals_of, refused_in
from archive.errors import Invalid
from archive.operations.clearances import ask_clearance, decide_clearance
from archive.permissions import Permission

secrecy = area("secrecy", __name__)
SIZE = 50
DECISIONS = {"cleared": "已认定不是密级标志，这份文件现在可以归档。", "declined": "已认定确为密级标志，这份文件仍不能归档。"}


@secrecy.get("/projects/<code>/refused")
def of_dossier(code: str) -> Any:
    return render_template("pages/refused.html", project=queries.find_project(actor(), code), rows=refused_in(actor(), code))


@secrecy.post("/projects/<code>/refused")
@needs(Permission.DOCUMENT_FILE)
def ask(code: str) -> Any:
    queries.find_project(actor(), code)
    told(lambda: ask_clearance(actor(), system().clock, code, request.form.get("sha256", ""), request.form.get("reason", "")),
         "已提出复核。请把原件当面交安全保密管理员查看；认定后可在此看到结果。")
    return redirect(url_for("secrecy.of_dossier", code=code))


@secrecy.get("/secrecy")
@needs(Permission.SECRECY_CLEAR)
def requests() -> Any:
    """What waits for a decision, then what was decided."""
    found = clearance_requests(actor(), page=page_number(), size=SIZE)
    return render_template("pages/secrecy.html", found=found, asked=count_asked(actor()), pages=pages_of(found.total, SIZE),
                           refusals=refusals_of([row.id for row in found.items]))


@secrecy.post("/secrecy")
@needs(Permission.SECRECY_CLEAR)
def decide() -> Any:
    form, said = request.form, request.form.get("decision", "")
    if said not in DECISIONS:
        raise Invalid(field="认定", problem="没有这种认定，请选择“不是密级标志”或“确为密级标志”。")
    told(lambda: decide_clearance(actor(), system().clock, form.get("sha256", ""), form.get("reason", ""), cleared=said == "cleared"),
         DECISIONS[said])
    return redirect(url_for("secrecy.requests"))
