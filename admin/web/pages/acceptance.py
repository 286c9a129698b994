"""The papers of acceptance from the dossier page: the draft list of materials and the notice of what is missing."""

from typing import Any

from admin.papers.acceptance import checklist, notice
from admin.web.pages.shared import actor, area, needs, system
from admin.web.paper_files import paper_file
from archive.errors import NotFound
from archive.permissions import Permission
from retention.readiness import readiness_of

acceptance = area("acceptance", __name__)
PAPERS = {"checklist": (checklist, "验收材料清单"), "notice": (notice, "缺件通知")}


@acceptance.get("/projects/<code>/acceptance/<any(checklist, notice):paper>.<any(docx, pdf):form>")
@needs(Permission.DOCUMENT_READ)
def download(code: str, paper: str, form: str) -> Any:
    ready = readiness_of(system().judge, actor(), code)
    if ready is None:
        raise NotFound(what="验收材料（运维项目不组织建设验收）", key=code)
    make, name = PAPERS[paper]
    return paper_file(make(ready), f"{name}（草稿）-{code}-{ready.today}", form)
