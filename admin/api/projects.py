"""Projects, their contracts and dossiers over HTTP. What may be done is `archive.operations`, what is seen `archive.queries`."""

from urllib.parse import quote

from flask import Response

from admin.api.context import ROOT, Paging, actor, answer, area, slice_of, system
from admin.api.document_shapes import DocumentOut
from admin.api.errors import Stale
from admin.api.idempotency import ChangeHeaders, WriteHeaders, idempotent
from admin.api.preconditions import etag_of, matched
from admin.api.problems import responses
from admin.api.project_shapes import (
    CodePath,
    ContractList,
    ContractOut,
    DossierOut,
    MaterialOut,
    NewProject,
    ProjectChanges,
    ProjectList,
    ProjectOut,
    ProjectQuery,
    StageOut,
)
from archive import queries
from archive.dossier import Material, StageView, dossier_of
from archive.errors import Conflict
from archive.models import Project
from archive.operations.projects import create_project, update_project

projects = area("projects", "项目与案卷")


@projects.get("/projects", responses={200: ProjectList})
def listed(query: ProjectQuery) -> Response:
    """您能看到的项目，按编号排列"""
    page = queries.list_projects(actor(), text=query.q, unit=query.unit, mode=query.mode or "", kind=query.kind or "",
                                 page=query.page, size=query.size)
    return answer(ProjectList.model_validate(page))


@projects.post("/projects", responses={201: ProjectOut, **responses(409)})
@idempotent
def create(header: WriteHeaders, body: NewProject) -> Response:
    """登记项目并建立案卷"""
    values = body.model_dump(exclude={"code"}, exclude_unset=True)
    return _project(create_project(actor(), system().clock, body.code, values), 201)


@projects.get("/projects/<code>", responses={200: ProjectOut, **responses(404)})
def show(path: CodePath) -> Response:
    """一个项目；ETag 供修改时使用"""
    return _project(queries.find_project(actor(), path.code))


@projects.patch("/projects/<code>", responses={200: ProjectOut, **responses(404, 409, 412, 428)})
@idempotent
def change(header: ChangeHeaders, path: CodePath, body: ProjectChanges) -> Response:
    """修改项目的登记内容；只改给出的字段

    须带 If-Match。缺少时 428，与现状不符时 412，都不修改任何内容。
    """
    revision = matched(queries.find_project(actor(), path.code), "项目", path.code)
    try:
        changes = body.model_dump(exclude_unset=True)
        return _project(update_project(actor(), system().clock, path.code, revision, changes))
    except Conflict:
        raise Stale(what="项目", key=path.code) from None


@projects.get("/projects/<code>/contracts", responses={200: ContractList, **responses(404)})
def contracts(path: CodePath, query: Paging) -> Response:
    """一个项目的合同，按开始日期排列"""
    found = [ContractOut.model_validate(contract) for contract in queries.contracts_of(actor(), path.code)]
    return answer(ContractList(**slice_of(found, query)))


@projects.get("/projects/<code>/dossier", responses={200: DossierOut, **responses(404)})
def dossier(path: CodePath) -> Response:
    """案卷：各阶段应有的材料，各自有无，依据哪一条"""
    view = dossier_of(actor(), path.code)
    return answer(DossierOut(project=path.code, completeness=view.completeness,
                             stages=[_stage(stage) for stage in view.stages]))


def _project(project: Project, status: int = 200) -> Response:
    headers = {"ETag": etag_of(project)}
    if status == 201:
        headers["Location"] = f"{ROOT}/projects/{quote(project.code, safe='')}"
    return answer(ProjectOut.model_validate(project), status, headers)


def _stage(stage: StageView) -> StageOut:
    return StageOut(code=stage.code, name=stage.name, missing=stage.missing,
                    materials=[_material(material) for material in stage.materials],
                    documents=[DocumentOut.model_validate(document) for document in stage.documents])


def _material(material: Material) -> MaterialOut:
    wanted = material.requirement
    return MaterialOut.model_validate({
        "type": wanted.type, "name": wanted.name, "level": wanted.level, "state": material.state,
        "clause": wanted.clause, "alternatives": list(wanted.alternatives), "reason": material.reason or wanted.note,
        "documents": [DocumentOut.model_validate(document) for document in material.documents]})
