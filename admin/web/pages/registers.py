"""The registers (登记簿): what there is, the rows of a project or a unit, one row with its history. One set for all."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from admin.papers.reports import REPORTS
from admin.web.pages.register_forms import RowForm, blank_form, entry_form, sent_form, values_of
from admin.web.pages.shared import actor, area, needs, page_number, system, told
from archive import queries
from archive.errors import ArchiveError, Conflict, Invalid, NotFound
from archive.models import RegisterEntry
from archive.operations.registers import add_entry, change_entry, withdraw_entry
from archive.permissions import Permission
from archive.queries import Page
from archive.registers import REGISTERS, register_of
from archive.registers.columns import PROJECT, UNIT, Kind, Register
from archive.registers.reading import (
    Owner,
    all_entries,
    counts_of,
    entries_of,
    evidence_of,
    find_entry,
    history_of,
    project_owner,
    sees_unit,
    unit_owner,
    units_seen,
)
from archive.registers.values import called, shown

registers = area("registers", __name__)
SIZE = 50
SHOWN_COLUMNS = 7


@registers.get("/registers")
@needs(Permission.PROJECT_READ)
def index() -> Any:
    """Every register, and the units whose own registers the reader may open."""
    counts = {key: all_entries(actor(), register, size=1).total for key, register in REGISTERS.items()}
    return render_template("pages/registers.html", registers=REGISTERS.values(), counts=counts, units=units_seen(actor()))


@registers.get("/registers/<register>")
@needs(Permission.PROJECT_READ)
def everywhere(register: str) -> Any:
    """One register over all projects or units the reader sees."""
    form = register_of(register)
    return _table(form, all_entries(actor(), form, page=page_number(), size=SIZE), None)


@registers.get("/projects/<code>/registers")
def of_project(code: str) -> Any:
    return _overview(project_owner(actor(), code))


@registers.get("/units/<path:unit>/registers")
def of_unit(unit: str) -> Any:
    return _overview(unit_owner(actor(), unit))


@registers.get("/projects/<code>/registers/<register>")
def project_rows(code: str, register: str) -> Any:
    return _rows(_scoped(register, PROJECT), project_owner(actor(), code))


@registers.post("/projects/<code>/registers/<register>")
@needs(Permission.REGISTER_WRITE)
def add_to_project(code: str, register: str) -> Any:
    return _add(_scoped(register, PROJECT), project_owner(actor(), code))


@registers.get("/units/<path:unit>/registers/<register>")
def unit_rows(unit: str, register: str) -> Any:
    return _rows(_scoped(register, UNIT), unit_owner(actor(), unit))


@registers.post("/units/<path:unit>/registers/<register>")
@needs(Permission.REGISTER_WRITE)
def add_to_unit(unit: str, register: str) -> Any:
    return _add(_scoped(register, UNIT), unit_owner(actor(), unit))


@registers.get("/register-rows/<key>")
def row(key: str) -> Any:
    entry, register, owner = find_entry(actor(), key)
    return _one(entry, register, owner, None)


@registers.post("/register-rows/<key>")
@needs(Permission.REGISTER_WRITE)
def change(key: str) -> Any:
    entry, register, owner = find_entry(actor(), key)
    try:
        change_entry(actor(), system().clock, key, _revision(), values_of(register, request.form), request.form.getlist("evidence"))
    except ArchiveError as refusal:
        flash(str(refusal), "danger")
        status = 409 if isinstance(refusal, Conflict) else 422
        return _one(entry, register, owner, sent_form(actor(), register, owner, request.form)), status
    flash("已保存。相关规则会随之重新核对。", "success")
    return redirect(url_for("registers.row", key=key))


@registers.post("/register-rows/<key>/withdraw")
@needs(Permission.REGISTER_WRITE)
def withdraw(key: str) -> Any:
    find_entry(actor(), key)
    told(lambda: withdraw_entry(actor(), system().clock, key, _revision(), request.form.get("reason", "")),
         "已撤销这条登记，规则不再采用。")
    return redirect(url_for("registers.row", key=key))


def _scoped(key: str, scope: str) -> Register:
    register = register_of(key)
    if register.scope != scope:
        raise NotFound(what="登记簿", key=key)
    return register


def _overview(owner: Owner) -> str:
    return render_template(
        "pages/register_owner.html", owner=owner, counts=counts_of(owner), unit_seen=sees_unit(actor(), owner.unit),
        registers=[register for register in REGISTERS.values() if register.scope == owner.scope],
        reports=[(key, name) for key, (name, _) in REPORTS.items()],
        of_unit=[register for register in REGISTERS.values() if register.scope == UNIT],
        projects=queries.list_projects(actor(), unit=owner.unit, size=200) if owner.scope == UNIT else None)


def _rows(register: Register, owner: Owner, form: RowForm | None = None) -> str:
    page = entries_of(actor(), register, owner.name, withdrawn=request.args.get("withdrawn") == "1", page=page_number(), size=SIZE)
    return _table(register, page, owner, form)


def _table(register: Register, page: Page, owner: Owner | None, form: RowForm | None = None) -> str:
    may = owner is not None and actor().may(Permission.REGISTER_WRITE)
    return render_template(
        "pages/register_rows.html", register=register, owner=owner, page=page, columns=_telling(register, page.items), shown=shown,
        opened=form is not None or not page.items, withdrawn=request.args.get("withdrawn") == "1", money=Kind.FEN,
        form=form or (blank_form(actor(), register, owner) if may and owner else None), called=called)


def _telling(register: Register, entries: Sequence[RegisterEntry]) -> list[Any]:
    """The columns of the table: what tells rows apart and what must be said, then what most rows say."""
    said = Counter(name for entry in entries for name in entry.values)
    first = [c for c in register.columns if c.required or (c.name in register.unique and said[c.name])]
    rest = sorted((c for c in register.columns if c not in first and said[c.name]), key=lambda c: -said[c.name])
    chosen = {column.name for column in [*first, *rest][:SHOWN_COLUMNS]}
    return [column for column in register.columns if column.name in chosen]


def _add(register: Register, owner: Owner) -> Any:
    try:
        entry = add_entry(actor(), system().clock, register.key, owner.name, values_of(register, request.form),
                          request.form.getlist("evidence"))
    except ArchiveError as refusal:
        flash(str(refusal), "danger")
        return _rows(register, owner, sent_form(actor(), register, owner, request.form)), 422
    flash(f"已登记：{register.title} {called(register, entry.values)}。相关规则会随之重新核对。", "success")
    return redirect(_address(owner, register))


def _address(owner: Owner, register: Register) -> str:
    if owner.scope == UNIT:
        return url_for("registers.unit_rows", unit=owner.name, register=register.key)
    return url_for("registers.project_rows", code=owner.name, register=register.key)


def _one(entry: RegisterEntry, register: Register, owner: Owner, form: RowForm | None) -> str:
    who = actor()
    may = who.may(Permission.REGISTER_WRITE) and not entry.withdrawn
    steps = history_of(who, entry.id)
    ids = {key for step in steps for side in step.changes.get("evidence", ()) for key in side or ()} | set(entry.evidence)
    return render_template(
        "pages/register_row.html", entry=entry, register=register, owner=owner, title=called(register, entry.values),
        steps=steps, papers=evidence_of(who, sorted(ids)), shown=shown, opened=form is not None,
        back=_address(owner, register), form=(form or entry_form(who, register, owner, entry)) if may else None,
        revision=request.form.get("revision", entry.revision))


def _revision() -> int:
    """What the form was made from; another state is refused before anything is compared."""
    text = request.form.get("revision", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid(field="登记", problem="页面已过期，请刷新后再保存。")
    return int(text)
