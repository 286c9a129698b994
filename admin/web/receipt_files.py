"""A receipt of a hand-over as an answer: the PDF or the spreadsheet, never shown inside a page of ours."""

from flask import Response

from admin.receipts.pdf import pdf_of
from admin.receipts.xlsx import xlsx_of
from admin.system import System
from admin.web.downloads import disposition
from archive.access import Actor
from archive.models import Receipt
from archive.queries import find_project
from archive.receipts import all_entries

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file_of(system: System, actor: Actor, receipt: Receipt, form: str) -> Response:
    """`form`: pdf or xlsx. Raises NotFound where the actor may not see the dossier."""
    project, zone = find_project(actor, receipt.project), system.settings.timezone
    make, kind = (pdf_of, "application/pdf") if form == "pdf" else (xlsx_of, XLSX)
    content = make(receipt, project, all_entries(actor, receipt.id), zone)
    name = f"移交清单-{receipt.number or receipt.id}.{form}"
    return Response(content, mimetype=kind, headers={"Content-Disposition": disposition(name, inline=False),
                                                     "Cache-Control": "no-store"})
