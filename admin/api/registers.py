"""The registers (登记簿) over HTTP: one set of routes for all of them. Rows are `archive.operations.registers`."""

from flask import Response

from admin.api.context import ROOT, Paging, actor, answer, area, slice_of, system
from admin.api.errors import Stale
from admin.api.idempotency import ChangeHeaders, WriteHeaders, idempotent
from admin.api.preconditions import etag_of, matched
from admin.api.problems import responses
from admin.api.register_shapes import (
    NewRow,
    ProjectRegisterPath,
    RegisterList,
    RegisterPath,
    RowChanges,
    RowList,
    RowOut,
    RowPath,
    RowQuery,
    StepList,
    UnitRegisterPath,
    Withdraw,
    register_out,
    row_out,
    step_out,
)
from archive.access import require
from archive.errors import Conflict, NotFound
from archive.models import RegisterEntry
from archive.operations.registers import add_entry, change_entry, withdraw_entry
from archive.permissions import Permission
from archive.queries import Page
from archive.registers import REGISTERS, register_of
from archive.registers.columns import PROJECT, UNIT, Register
from archive.registers.reading import all_entries, entries_of, find_entry, history_of

registers = area("registers", "登记簿")


@registers.get("/registers", responses={200: RegisterList})
def listed(query: Paging) -> Response:
    """有哪些登记簿，各有哪些栏：类型、是否必填、可选值"""
    require(actor(), Permission.PROJECT_READ)
    return answer(RegisterList(**slice_of([register_out(register) for register in REGISTERS.values()], query)))


@registers.get("/registers/<register>/rows", responses={200: RowList, **responses(404)})
def everywhere(path: RegisterPath, query: Paging) -> Response:
    """一种登记簿在您能看到的全部项目（单位）中的登记，按项目（单位）排列"""
    return _page(all_entries(actor(), register_of(path.register_), page=query.page, size=query.size))


@registers.get("/projects/<code>/registers/<register>", responses={200: RowList, **responses(404)})
def of_project(path: ProjectRegisterPath, query: RowQuery) -> Response:
    """一个项目在一种登记簿中的登记"""
    return _listed(_scoped(path.register_, PROJECT), path.code, query)


@registers.post("/projects/<code>/registers/<register>", responses={201: RowOut, **responses(404, 409)})
@idempotent
def add_to_project(header: WriteHeaders, path: ProjectRegisterPath, body: NewRow) -> Response:
    """登记一条，可附佐证文件；规则随之重新核对"""
    return _added(_scoped(path.register_, PROJECT), path.code, body)


@registers.get("/units/<path:unit>/registers/<register>", responses={200: RowList, **responses(404)})
def of_unit(path: UnitRegisterPath, query: RowQuery) -> Response:
    """一个单位在一种登记簿中的登记"""
    return _listed(_scoped(path.register_, UNIT), path.unit, query)


@registers.post("/units/<path:unit>/registers/<register>", responses={201: RowOut, **responses(404, 409)})
@idempotent
def add_to_unit(header: WriteHeaders, path: UnitRegisterPath, body: NewRow) -> Response:
    """为单位登记一条；该单位的全部项目随之重新核对"""
    return _added(_scoped(path.register_, UNIT), path.unit, body)


@registers.get("/register-rows/<id>", responses={200: RowOut, **responses(404)})
def show(path: RowPath) -> Response:
    """一条登记；ETag 供修改时使用"""
    return _row(find_entry(actor(), path.id)[0])


@registers.patch("/register-rows/<id>", responses={200: RowOut, **responses(404, 409, 412, 428)})
@idempotent
def change(header: ChangeHeaders, path: RowPath, body: RowChanges) -> Response:
    """修改一条登记；只改给出的栏

    须带 If-Match。缺少时 428，与现状不符时 412，都不修改任何内容。
    """
    require(actor(), Permission.REGISTER_WRITE)
    revision = matched(find_entry(actor(), path.id)[0], "登记", path.id)
    try:
        return _row(change_entry(actor(), system().clock, path.id, revision, body.values, body.evidence))
    except Conflict:
        raise Stale(what="登记", key=path.id) from None


@registers.post("/register-rows/<id>/withdraw", responses={200: RowOut, **responses(404, 409, 412, 428)})
@idempotent
def withdraw(header: ChangeHeaders, path: RowPath, body: Withdraw) -> Response:
    """撤销一条登记，须有理由；撤销后仍可查看，规则不再采用。须带 If-Match"""
    require(actor(), Permission.REGISTER_WRITE)
    revision = matched(find_entry(actor(), path.id)[0], "登记", path.id)
    try:
        return _row(withdraw_entry(actor(), system().clock, path.id, revision, body.reason))
    except Conflict:
        raise Stale(what="登记", key=path.id) from None


@registers.get("/register-rows/<id>/history", responses={200: StepList, **responses(404)})
def history(path: RowPath) -> Response:
    """一条登记的修改历史，新的在前：何时、何人、每一栏原来和后来的值"""
    _, register, _ = find_entry(actor(), path.id)
    return answer(StepList(items=[step_out(register, change) for change in history_of(actor(), path.id)]))


def _scoped(key: str, scope: str) -> Register:
    """Raises NotFound for a register of the other scope as well: it has no rows there."""
    register = register_of(key)
    if register.scope != scope:
        raise NotFound(what="登记簿", key=key)
    return register


def _listed(register: Register, owner: str, query: RowQuery) -> Response:
    return _page(entries_of(actor(), register, owner, withdrawn=query.withdrawn, page=query.page, size=query.size))


def _page(page: Page) -> Response:
    rows = [row_out(entry) for entry in page.items]
    return answer(RowList(items=rows, total=page.total, page=page.page, size=page.size))


def _added(register: Register, owner: str, body: NewRow) -> Response:
    return _row(add_entry(actor(), system().clock, register.key, owner, body.values, body.evidence), 201)


def _row(entry: RegisterEntry, status: int = 200) -> Response:
    headers = {"ETag": etag_of(entry)}
    if status == 201:
        headers["Location"] = f"{ROOT}/register-rows/{entry.id}"
    return answer(row_out(entry), status, headers)
