"""Who asked for another look at a file refused for its marking hears what was decided. An outbox lane of its own.

The mail leaves the installation, so it holds neither the reasons that were exchanged nor the file's name; the inbox and the
page of the dossier do.
"""

from collections.abc import Mapping, Sequence

from admin.notices.plain import News, tell
from admin.system import System
from archive.claims import Event
from archive.models import Person, Project
from archive.models.withdrawals import CLEARED, DECLINED, ClearanceRequest

SAID = {
    CLEARED: ("密级标志复核：可以归档", "认定：不是密级标志。现在可以把这份文件重新上传归档。"),
    DECLINED: ("密级标志复核：不能归档", "认定：确为密级标志。这份文件不能进入本系统，请勿再次上传，原件按保密规定管理。")}


def tell_decisions(system: System, events: Sequence[Event]) -> Mapping[str, str]:
    for event in events:
        request = ClearanceRequest.objects(id=event.subject).first()
        if request is not None and request.state in SAID:
            _tell(system, request)
    return {}


def _tell(system: System, request: ClearanceRequest) -> None:
    person = Person.objects(id=request.asked_by).first()
    project = Project.objects(code=request.project).first()
    if person is None or project is None:
        return
    title, said = SAID[request.state]
    digest = request.id.removeprefix("sha256:")[:12]
    about = f"您为项目“{project.name}”（{project.code}）中一份因密级标志被拒收的文件（SHA-256 前 12 位 {digest}）提出的复核已有结果。"
    tell(system, person, News(
        key=f"clearance/{request.id}/{request.decided_at.isoformat() if request.decided_at else ''}", title=title,
        lines=(about, said, "审查人和依据见案卷的“拒收的文件”页。"), inside=f"{said}{request.decided_by_name}：{request.decision}",
        path=f"/projects/{project.code}/refused", why="您提出了这项复核申请。", project=project.code, project_name=project.name))
