"""Rows of the registers: added, changed, withdrawn, or kept from a ledger. One way for all of them.

Every write leaves the row, a step in its history, an audit entry with what was and what is, and the event after which
the rules are asked again, in one transaction.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pymongo.errors import DuplicateKeyError

from archive.access import Actor, may_see, require
from archive.clock import Clock
from archive.effects import PROJECT as PROJECT_CHANGED
from archive.effects import UNIT as UNIT_CHANGED
from archive.errors import AlreadyExists, ArchiveError, Conflict, Invalid
from archive.models import Contract, Document, Model, Project, RegisterChange, RegisterEntry, Unit
from archive.permissions import Permission
from archive.registers import REGISTERS, register_of
from archive.registers.columns import PROJECT, UNIT, Column, Kind, Register
from archive.registers.reading import Owner, find_entry, owner_of, sees_unit
from archive.registers.values import Stored, called, checked, key_of, ledger_title
from archive.transaction import Transaction, collection, write

MOST_EVIDENCE = 50
EVIDENCE = "evidence"
"""In a row's history, beside the names of columns."""


class _Undo(ArchiveError):
    """Leaves the transaction: nothing differs."""


def add_entry(actor: Actor, clock: Clock, key: str, owner: str, values: Mapping[str, object],
              evidence: Sequence[str] = ()) -> RegisterEntry:
    """Raises NotFound, NotPermitted, Invalid naming the column, AlreadyExists."""
    require(actor, Permission.REGISTER_WRITE)
    register = register_of(key)

    def work(tx: Transaction) -> RegisterEntry:
        return _add(tx, register, owner_of(actor, register, owner), values, evidence)

    try:
        return write(actor, clock, work)
    except DuplicateKeyError:
        raise AlreadyExists(what=register.title, key=called(register, checked(register, values))) from None


def change_entry(actor: Actor, clock: Clock, key: str, revision: int, values: Mapping[str, object],
                 evidence: Sequence[str] | None = None) -> RegisterEntry:
    """Change some columns of a row that was read at `revision`; None empties one. Without `evidence` it stays.

    Raises Conflict, NotFound, NotPermitted, Invalid, AlreadyExists.
    """
    require(actor, Permission.REGISTER_WRITE)

    def work(tx: Transaction) -> None:
        entry, register, owner = _current(tx, actor, key, revision)
        if not _change(tx, register, owner, entry, values, evidence):
            raise _Undo
        _emit(tx, owner)

    try:
        with suppress(_Undo):
            write(actor, clock, work)
    except DuplicateKeyError:
        raise AlreadyExists(what="登记", key="、".join(map(str, values.values()))[:100]) from None
    return find_entry(actor, key)[0]


def withdraw_entry(actor: Actor, clock: Clock, key: str, revision: int, reason: str) -> RegisterEntry:
    """The row no longer holds, and why; it stays readable. Raises Conflict, NotFound, NotPermitted, Invalid."""
    require(actor, Permission.REGISTER_WRITE)
    if not reason.strip() or len(reason.strip()) > 500:
        raise Invalid(field="理由", problem="请写明为什么撤销这条登记（不超过 500 字）。")

    def work(tx: Transaction) -> None:
        entry, register, owner = _current(tx, actor, key, revision)
        _not_named(tx, register, entry, entry.key)
        entry.withdrawn, entry.reason, entry.updated_at = True, reason.strip(), tx.now
        tx.replace(entry)
        tx.insert(_noted(tx, entry, "withdrawn", {}, entry.reason))
        _emit(tx, owner)

    write(actor, clock, work)
    return find_entry(actor, key)[0]


@dataclass(frozen=True, slots=True)
class RegisterLedgerRow:
    """One row of a register in a ledger; `evidence` None where the file does not have that column."""

    register: str
    owner: str
    values: Mapping[str, object]
    evidence: Sequence[str] | None
    row: int


class LedgerRows:
    """Takes rows of a ledger inside the import's transaction; what is new of a register is stored at once at its end.

    A row is known by what tells it from the others; columns the ledger does not have keep what they hold.
    """

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self._owners: dict[tuple[str, str], Owner | None] = {}
        self._new: list[Model] = []
        self._made: set[tuple[str, str, str]] = set()
        self._touched: dict[str, Owner] = {}

    def take(self, key: str, rows: Sequence[RegisterLedgerRow]) -> Iterator[tuple[RegisterLedgerRow, str, str, str]]:
        """Rows of one register. Of each what became of it (`created`, `updated`, `unchanged`), or the column that is
        wrong and a sentence.
        """
        register = register_of(key)
        stored = self._stored(register, rows)
        for row in rows:
            owner = self._owner(register, row.owner)
            if owner is None:
                what = "项目单位" if register.scope == UNIT else "项目编号"
                yield row, "", what, f"没有{what}为“{row.owner}”的登记，或您无权修改。请先在“项目”表登记或改正。"
                continue
            try:
                yield row, self._one(register, owner, row, stored.get((row.owner, _key(register, row.values)))), "", ""
            except Invalid as error:
                titles = {column.title: ledger_title(column) for column in register.columns}
                field = str(error.facts["field"])
                yield row, "", titles.get(field, field), str(error)
        self.tx.insert_all(self._new)
        self._new = []

    def tell(self) -> None:
        """The rules are asked again, once for each owner."""
        for owner in self._touched.values():
            _emit(self.tx, owner)

    def _one(self, register: Register, owner: Owner, row: RegisterLedgerRow, known: dict[str, Any] | None) -> str:
        if known is None:
            entry = _made(self.tx, register, owner, row.values, row.evidence or ())
            if (place := (register.key, owner.name, entry.key)) in self._made:
                raise Invalid(field="项目单位" if owner.scope == UNIT else "项目编号", problem="本文件前面已有同样的一条登记。")
            self._made.add(place)
            self._new += [entry, _noted(self.tx, entry, "added", _said(entry))]
            outcome = "created"
        else:
            changed = _change(self.tx, register, owner, RegisterEntry._from_son(known), row.values, row.evidence)
            outcome = "updated" if changed else "unchanged"
        if outcome != "unchanged":
            self._touched[owner.name] = owner
        return outcome

    def _stored(self, register: Register, rows: Sequence[RegisterLedgerRow]) -> dict[tuple[str, str], dict[str, Any]]:
        match = {"register": register.key, "scope": register.scope, "withdrawn": False,
                 "owner": {"$in": sorted({row.owner for row in rows})}}
        return {(row["owner"], row["key"]): row for row in collection(RegisterEntry).find(match, session=self.tx.session)}

    def _owner(self, register: Register, name: str) -> Owner | None:
        place = (register.scope, name)
        if place not in self._owners:
            self._owners[place] = _ledger_owner(self.tx, register, name)
        return self._owners[place]


def _ledger_owner(tx: Transaction, register: Register, name: str) -> Owner | None:
    """As `owner_of`, with what the same ledger registers a few rows before."""
    if register.scope == UNIT:
        seen = sees_unit(tx.actor, name) and tx.fresh(Unit, {"_id": name}) is not None
        return Owner(UNIT, name, name, title=name) if seen else None
    project = tx.fresh(Project, {"code": name})
    if project is None or not may_see(tx.actor, Project._from_son(project).label()):
        return None
    return Owner(PROJECT, name, project["unit"], project["_id"], project["name"])


def _key(register: Register, values: Mapping[str, object]) -> str:
    """As the row will be known; what cannot be a key is refused later, by its column."""
    said = {name: values[name] for name in register.unique if values.get(name) not in (None, "")}
    return key_of(register, {name: value for name, value in said.items() if isinstance(value, str | int)})


def _add(tx: Transaction, register: Register, owner: Owner, values: Mapping[str, object],
         evidence: Sequence[str]) -> RegisterEntry:
    entry = _made(tx, register, owner, values, evidence)
    tx.insert_all([entry, _noted(tx, entry, "added", _said(entry))])
    _emit(tx, owner)
    return entry


def _made(tx: Transaction, register: Register, owner: Owner, values: Mapping[str, object],
          evidence: Sequence[str]) -> RegisterEntry:
    """A new row, checked and not yet stored."""
    row = checked(register, values)
    _references(tx, register, owner, row, row)
    return RegisterEntry(
        register=register.key, scope=register.scope, owner=owner.name, dossier=owner.dossier, key=key_of(register, row),
        values=row, evidence=_proof(tx, owner, evidence, ()), created_at=tx.now, updated_at=tx.now)


def _said(entry: RegisterEntry) -> dict[str, list[Any]]:
    changes: dict[str, list[Any]] = {name: [None, value] for name, value in entry.values.items()}
    return changes | ({EVIDENCE: [[], list(entry.evidence)]} if entry.evidence else {})


def _change(tx: Transaction, register: Register, owner: Owner, entry: RegisterEntry, values: Mapping[str, object],
            evidence: Sequence[str] | None) -> bool:
    """Store what differs; whether anything did."""
    before = dict(entry.values)
    row = checked(register, {**before, **values})
    proof = list(entry.evidence) if evidence is None else _proof(tx, owner, evidence, entry.evidence)
    changes: dict[str, list[Any]] = {name: [before.get(name), row.get(name)] for name in register.names
                                     if before.get(name) != row.get(name)}
    _references(tx, register, owner, row, changes)
    if proof != list(entry.evidence):
        changes[EVIDENCE] = [list(entry.evidence), proof]
    if not changes:
        return False
    key = key_of(register, row)
    if key != entry.key:
        _not_named(tx, register, entry, entry.key)
        _free(tx, register, entry, key, row)
    entry.key, entry.values, entry.evidence, entry.updated_at = key, row, proof, tx.now
    tx.replace(entry)
    tx.insert(_noted(tx, entry, "changed", changes))
    return True


def _current(tx: Transaction, actor: Actor, key: str, revision: int) -> tuple[RegisterEntry, Register, Owner]:
    _, register, owner = find_entry(actor, key)
    entry = RegisterEntry._from_son(tx.fresh(RegisterEntry, {"_id": key}))
    if entry.withdrawn:
        raise Invalid(field="登记", problem="这条登记已撤销，不能再修改。需要时请重新登记。")
    if entry.revision != revision:
        raise Conflict(what=register.title, key=called(register, entry.values))
    return entry, register, owner


def _noted(tx: Transaction, entry: RegisterEntry, what: str, changes: Mapping[str, list[Any]], reason: str = "") -> RegisterChange:
    """The step in the row's history, to be stored; the audit entry is made."""
    tx.audit(f"register.{what}", f"register:{entry.id}", register=entry.register, owner=entry.owner, changes=changes,
             **({"reason": reason} if reason else {}))
    revision = 1 if what == "added" else entry.revision + 1
    return RegisterChange(entry=entry.id, revision=revision, what=what, changes=dict(changes), reason=reason,
                          by=tx.actor.id, by_name=tx.actor.name, at=tx.now)


def _emit(tx: Transaction, owner: Owner) -> None:
    if owner.scope == UNIT:
        tx.emit(UNIT_CHANGED, owner.name)
    else:
        tx.emit(PROJECT_CHANGED, owner.name, owner.name)


def _free(tx: Transaction, register: Register, entry: RegisterEntry, key: str, row: Mapping[str, Stored]) -> None:
    match = {"register": entry.register, "scope": entry.scope, "owner": entry.owner, "key": key, "withdrawn": False}
    if tx.fresh(RegisterEntry, match) is not None:
        raise AlreadyExists(what=register.title, key=called(register, row))


def _proof(tx: Transaction, owner: Owner, evidence: Sequence[str], known: Sequence[str]) -> list[str]:
    """The ids once each. Those that are new must be documents of the owner's dossiers."""
    proof = list(dict.fromkeys(evidence))
    if len(proof) > MOST_EVIDENCE:
        raise Invalid(field="佐证文件", problem=f"一条登记最多 {MOST_EVIDENCE} 件佐证文件。")
    for key in proof:
        if key not in known and not _owned(tx, owner, key):
            raise Invalid(field="佐证文件", problem=f"案卷中没有标识为“{key[:40]}”的文件，请从列表中选择。")
    return proof


def _owned(tx: Transaction, owner: Owner, document: str) -> bool:
    found = tx.fresh(Document, {"_id": document})
    if found is None or owner.dossier:
        return found is not None and found["dossier"] == owner.dossier
    return tx.fresh(Project, {"_id": found["dossier"], "unit": owner.unit}) is not None


def _references(tx: Transaction, register: Register, owner: Owner, row: Mapping[str, Stored], names: Mapping[str, object]) -> None:
    """What a changed column names must be there, and be the owner's."""
    for column in register.columns:
        value = row.get(column.name)
        if column.kind in _THERE and column.name in names and value and not _THERE[column.kind](tx, owner, str(value)):
            raise Invalid(field=column.title, problem=f"没有“{value}”：{column.note or '请核对编号'}。")


def _project_there(tx: Transaction, owner: Owner, code: str) -> bool:
    return tx.fresh(Project, {"code": code, "unit": owner.unit}) is not None


def _contract_there(tx: Transaction, owner: Owner, number: str) -> bool:
    return tx.fresh(Contract, {"number": number, "project": owner.name}) is not None


def _system_there(tx: Transaction, owner: Owner, number: str) -> bool:
    match = {"register": "system", "scope": UNIT, "owner": owner.unit, "key": number, "withdrawn": False}
    return tx.fresh(RegisterEntry, match) is not None


_THERE: Mapping[Kind, Callable[[Transaction, Owner, str], bool]] = {
    Kind.PROJECT: _project_there, Kind.CONTRACT: _contract_there, Kind.SYSTEM: _system_there}


def _not_named(tx: Transaction, register: Register, entry: RegisterEntry, number: str) -> None:
    """A system that other rows name keeps its number and stays."""
    if register.key != "system":
        return
    projects = list(collection(Project).distinct("_id", {"unit": entry.owner}, session=tx.session))
    for other, column in _naming():
        match = {"register": other.key, "withdrawn": False, f"values.{column.name}": number, "dossier": {"$in": projects}}
        if (row := tx.fresh(RegisterEntry, match)) is not None:
            problem = f"“{number}”被项目 {row['owner']} 的“{other.title}”引用，请先修改那条登记。"
            raise Invalid(field=register.column("number").title, problem=problem)


def _naming() -> list[tuple[Register, Column]]:
    return [(register, column) for register in REGISTERS.values() for column in register.columns if column.kind is Kind.SYSTEM]


