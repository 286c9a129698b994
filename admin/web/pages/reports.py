"""Forms for the platforms of others, filled from ledger, registers and dossier, as Word or Excel."""

from typing import Any

from admin.papers.reports import REPORTS, told
from admin.web.pages.shared import actor, area, needs, today
from admin.web.paper_files import paper_file
from archive.permissions import Permission

reports = area("reports", __name__)


@reports.get("/projects/<code>/reports/<any(acceptance, performance, adjustment):report>.<any(docx, xlsx):form>")
@needs(Permission.DOCUMENT_READ)
def download(code: str, report: str, form: str) -> Any:
    name, make = REPORTS[report]
    return paper_file(make(told(actor(), code, today())), f"{name}-{code}-{today()}", form)
