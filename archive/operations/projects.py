"""Projects and contracts: creating, changing, and importing a whole ledger at once."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pymongo.errors import DuplicateKeyError

from archive import taxonomy
from archive.access import Actor, may_see, require
from archive.clock import Clock
from archive.errors import AlreadyExists, ArchiveError, Conflict, Invalid, NotFound
from archive.models import CONTRACT_FIELDS, LEDGER_FIELDS, Contract, Person, Project, Waiver
from archive.operations.people import ensure_unit
from archive.operations.registers import LedgerRows, RegisterLedgerRow
from archive.permissions import Permission
from archive.queries import find_project
from archive.registers import REGISTERS
from archive.transaction import Transaction, write


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row to import: its key, where it stood (for messages), and the fields its file gives."""

    key: str
    sheet: str
    row: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RowError:
    sheet: str
    row: int
    column: str
    message: str


@dataclass(slots=True)
class Counts:
    created: int = 0
    updated: int = 0
    unchanged: int = 0


@dataclass(slots=True)
class Imported:
    projects: Counts = field(default_factory=Counts)
    contracts: Counts = field(default_factory=Counts)
    registers: dict[str, Counts] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)


KEPT_FIELDS = (*LEDGER_FIELDS, "trial_abnormal_days")
"""What a project is registered with and may be changed to: the ledger's fields, and the days of trial that do not count."""


class _Undo(ArchiveError):
    """Leaves the transaction without keeping it: a dry run, errors found on the way, nothing that differs."""


def create_project(actor: Actor, clock: Clock, code: str, values: Mapping[str, Any]) -> Project:
    """Register a project and open its dossier. Raises AlreadyExists, Invalid, NotPermitted."""
    require(actor, Permission.PROJECT_CREATE)

    def work(tx: Transaction) -> Project:
        return _create(tx, code, values)

    try:
        return write(actor, clock, work)
    except DuplicateKeyError:
        raise AlreadyExists(what="项目", key=code) from None


def update_project(actor: Actor, clock: Clock, code: str, revision: int, changes: Mapping[str, Any]) -> Project:
    """Change facts of a project that was read at `revision`. Raises Conflict, NotFound, Invalid, NotPermitted."""
    require(actor, Permission.PROJECT_UPDATE)
    unknown = changes.keys() - set(KEPT_FIELDS)
    if unknown:
        raise Invalid(field="、".join(sorted(unknown)), problem="没有这个字段，或它不能修改。")

    def work(tx: Transaction) -> None:
        project = find_project(actor, code)
        if project.revision != revision:
            raise Conflict(what="项目", key=code)
        if not _apply(tx, project, changes):
            raise _Undo
        _check_own(actor, project)

    with suppress(_Undo):
        write(actor, clock, work)
    return find_project(actor, code)


def waive_material(actor: Actor, clock: Clock, code: str, type_key: str, reason: str) -> Project:
    """State that a required material need not be there, and why. Raises Invalid without a reason, UnknownDocumentType."""
    require(actor, Permission.PROJECT_UPDATE)
    taxonomy.load().get(type_key)
    if not reason.strip():
        raise Invalid(field="理由", problem="豁免一项必备材料须写明理由。")

    def work(tx: Transaction) -> None:
        project = find_project(actor, code)
        project.waivers = [w for w in project.waivers if w.type != type_key]
        project.waivers.append(Waiver(type=type_key, reason=reason.strip(), by=actor.id, at=tx.now))
        tx.replace(project)
        tx.audit("dossier.material-waived", f"project:{code}", type=type_key, reason=reason.strip())
        tx.emit("project.changed", code, code)

    write(actor, clock, work)
    return find_project(actor, code)


def assign_dossier(actor: Actor, clock: Clock, code: str, people: Sequence[str]) -> Project:
    """Let these people (ids) see the dossier beside those whose unit or post already allows it.

    Who grants rights without reading records (the secadmin) may do so for any dossier. Raises NotFound, Invalid.
    """
    require(actor, Permission.DOSSIER_ASSIGN)
    known = set(Person.objects(id__in=sorted(set(people))).scalar("id"))
    if unknown := sorted(set(people) - known):
        raise Invalid(field="人员", problem=f"没有这些人员：{'、'.join(unknown)}。请核对后重新指派。")

    def work(tx: Transaction) -> None:
        project = Project.objects(code=code).first()
        if project is None or (actor.may(Permission.PROJECT_READ) and not may_see(actor, project.label())):
            raise NotFound(what="项目", key=code)
        project.assigned = sorted(set(people))
        tx.replace(project)
        tx.audit("dossier.assigned", f"project:{code}", people=sorted(set(people)))

    write(actor, clock, work)
    return Project.objects(code=code).get()  # type: ignore[no-any-return]


def import_ledger(actor: Actor, clock: Clock, projects: Sequence[LedgerRow], contracts: Sequence[LedgerRow],
                  registers: Sequence[RegisterLedgerRow] = (), *, dry_run: bool = False) -> Imported:
    """All rows or none, in one transaction. Errors name sheet, row and column; with any error nothing is kept."""
    require(actor, Permission.PROJECT_CREATE)
    require(actor, Permission.PROJECT_UPDATE)
    if registers:
        require(actor, Permission.REGISTER_WRITE)
    result = Imported()

    def work(tx: Transaction) -> None:
        result.projects, result.contracts, result.registers, result.errors = Counts(), Counts(), {}, []
        for rows, one in ((projects, _import_project), (contracts, _import_contract)):
            for row in rows:
                try:
                    one(tx, actor, row, result)
                except Invalid as error:
                    result.errors.append(RowError(row.sheet, row.row, str(error.facts["field"]), str(error)))
        _import_entries(tx, registers, result)
        if result.errors or dry_run:
            raise _Undo
        tx.audit("ledger.imported", "ledger", projects=vars_of(result.projects), contracts=vars_of(result.contracts),
                 registers={key: vars_of(counts) for key, counts in result.registers.items()})

    with suppress(_Undo):
        write(actor, clock, work)
    return result


def vars_of(counts: Counts) -> dict[str, int]:
    return {"created": counts.created, "updated": counts.updated, "unchanged": counts.unchanged}


def _import_project(tx: Transaction, actor: Actor, row: LedgerRow, result: Imported) -> None:
    stored = tx.fresh(Project, {"code": row.key})
    unit = row.values.get("unit") or (stored or {}).get("unit", "")
    label = {"audience": ["all-units"], "unit": [unit], "assigned": []}
    if not may_see(actor, label) or (stored and not may_see(actor, Project._from_son(stored).label())):
        result.errors.append(RowError(row.sheet, row.row, "项目单位", f"您只能登记本单位（{actor.unit}）的项目。"))
        return
    if stored is None:
        _create(tx, row.key, row.values)
        result.projects.created += 1
    elif _apply(tx, Project._from_son(stored), row.values):
        result.projects.updated += 1
    else:
        result.projects.unchanged += 1


def _import_contract(tx: Transaction, actor: Actor, row: LedgerRow, result: Imported) -> None:
    project = tx.fresh(Project, {"code": row.values["project"]})
    if project is None or not may_see(actor, Project._from_son(project).label()):
        result.errors.append(RowError(
            row.sheet, row.row, "项目编号", f"没有编号为“{row.values['project']}”的项目，请先在“项目”表登记或改正编号。"))
        return
    stored = tx.fresh(Contract, {"number": row.key})
    if stored is None:
        contract = Contract(number=row.key, **_known(row.values, CONTRACT_FIELDS))
        tx.insert(contract)
        tx.audit("contract.created", f"contract:{row.key}", project=contract.project)
        tx.emit("project.changed", contract.project, contract.project)
        result.contracts.created += 1
        return
    contract = Contract._from_son(stored)
    before = contract.project
    owner = tx.fresh(Project, {"code": before})
    if owner is not None and not may_see(actor, Project._from_son(owner).label()):
        result.errors.append(RowError(row.sheet, row.row, "合同编号", f"合同“{row.key}”已登记在您无权修改的项目下，请核对编号。"))
        return
    changed = _set(contract, _known(row.values, CONTRACT_FIELDS))
    if not changed:
        result.contracts.unchanged += 1
        return
    tx.replace(contract)
    tx.audit("contract.updated", f"contract:{row.key}", changes=changed)
    for code in sorted({before, contract.project}):
        tx.emit("project.changed", code, code)
    result.contracts.updated += 1


def _import_entries(tx: Transaction, rows: Sequence[RegisterLedgerRow], result: Imported) -> None:
    """Register by register, in the order in which they name each other."""
    taker = LedgerRows(tx)
    for key, register in REGISTERS.items():
        some = [row for row in rows if row.register == key]
        for row, outcome, column, message in taker.take(key, some) if some else ():
            if outcome:
                counts = result.registers.setdefault(key, Counts())
                setattr(counts, outcome, getattr(counts, outcome) + 1)
            else:
                result.errors.append(RowError(register.title, row.row, column, message))
    taker.tell()


def _create(tx: Transaction, code: str, values: Mapping[str, Any]) -> Project:
    if not code.strip() or "/" in code:
        raise Invalid(field="项目编号", problem="不能为空，也不能含斜线。")
    project = Project(code=code, created_at=tx.now, updated_at=tx.now, **_known(values, KEPT_FIELDS))
    _check_own(tx.actor, project)
    tx.insert(project)
    ensure_unit(tx, project.unit)
    tx.audit("project.created", f"project:{code}", name=project.name, unit=project.unit)
    tx.emit("project.changed", code, code)
    return project


def _check_own(actor: Actor, project: Project) -> None:
    if not may_see(actor, project.label()):
        raise Invalid(field="项目单位", problem=f"您只能登记本单位（{actor.unit}）的项目。")


def _apply(tx: Transaction, project: Project, values: Mapping[str, Any]) -> bool:
    """Store what differs; whether anything did."""
    changed = _set(project, _known(values, KEPT_FIELDS))
    if not changed:
        return False
    project.updated_at = tx.now
    tx.replace(project)
    ensure_unit(tx, project.unit)
    tx.audit("project.updated", f"project:{project.code}", changes=changed)
    tx.emit("project.changed", project.code, project.code)
    return True


def _set(record: Any, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Put the values on the record; what changed, as `{field: [before, after]}` in plain text."""
    changed: dict[str, list[str]] = {}
    for name, value in values.items():
        before = getattr(record, name)
        if before != value:
            setattr(record, name, value)
            changed[name] = ["" if before is None else str(before), "" if value is None else str(value)]
    return changed


def _known(values: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}
