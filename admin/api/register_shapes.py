"""Registers and their rows as the API gives and takes them. What a row may say is told by `GET /registers`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr, StringConstraints

from admin.api.context import Asked, Listing, Paging, Strict
from admin.api.project_shapes import CodePath
from archive.models import RegisterChange, RegisterEntry
from archive.operations.registers import EVIDENCE, MOST_EVIDENCE
from archive.registers import REGISTERS
from archive.registers.columns import Kind, Register

Value = StrictBool | StrictInt | StrictFloat | StrictStr | None
Scope = Literal["project", "unit"]
Evidence = Annotated[list[Annotated[str, StringConstraints(max_length=40)]], Field(
    max_length=MOST_EVIDENCE, description="佐证文件的标识，须为同一项目（单位）案卷中的文件")]
Name = Annotated[str, StringConstraints(max_length=60)]


class ChoiceOut(Strict):
    key: str
    name: str


class ColumnOut(Strict):
    """`kind`: `fen` is money in integer fen, `percent` a number with up to two decimals, `flag` true, false or null;
    `project`, `contract` and `system` name a record by its number."""

    name: str
    title: str
    kind: str
    required: bool
    choices: Sequence[ChoiceOut]
    note: str
    unique: bool


class RegisterOut(Strict):
    """`unique` columns together tell rows of one owner apart; `documents` are the types that usually prove a row."""

    key: str
    title: str
    about: str
    articles: Sequence[str]
    scope: Scope
    columns: Sequence[ColumnOut]
    documents: Sequence[str]


class RegisterList(Listing):
    items: Sequence[RegisterOut]


class RegisterPath(Asked):
    register_: str = Field(alias="register", max_length=40, description="登记簿的 key，见 GET /registers")


class ProjectRegisterPath(RegisterPath, CodePath):
    pass


class UnitRegisterPath(RegisterPath):
    unit: str = Field(max_length=200, description="单位名称")


class RowPath(Asked):
    id: str = Field(max_length=40, description="登记的标识")


class RowQuery(Paging):
    withdrawn: bool = Field(False, description="是否包括已撤销的")


class NewRow(Asked):
    values: dict[Name, Value] = Field(max_length=60, description="各栏的值；没有说的栏不必给出")
    evidence: Evidence = Field(default_factory=list)


class RowChanges(Asked):
    """Only the columns that are given change; `null` empties one. Without `evidence` it stays."""

    values: dict[Name, Value] = Field(default_factory=dict, max_length=60, description="要修改的栏")
    evidence: Evidence | None = None


class Withdraw(Asked):
    reason: str = Field(min_length=1, max_length=500, description="为什么撤销")


class RowOut(Strict):
    """`owner` is the project's code or the unit's name. `values` holds what is said."""

    id: str
    register_: str = Field(alias="register")
    scope: Scope
    owner: str
    values: Mapping[str, Value]
    evidence: Sequence[str]
    withdrawn: bool
    reason: str
    revision: int
    created_at: datetime
    updated_at: datetime


class RowList(Listing):
    items: Sequence[RowOut]


class ChangedOut(Strict):
    """A column, or `evidence`, before and after."""

    column: str
    before: Value | Sequence[str]
    after: Value | Sequence[str]


class StepOut(Strict):
    revision: int
    what: Literal["added", "changed", "withdrawn"]
    changes: Sequence[ChangedOut]
    reason: str
    by: str
    at: datetime


class StepList(Strict):
    items: Sequence[StepOut]


def register_out(register: Register) -> RegisterOut:
    columns = [ColumnOut(
        name=c.name, title=c.title, kind=c.kind.value, required=c.required, note=c.note, unique=c.name in register.unique,
        choices=[ChoiceOut(key=key, name=name) for key, name in c.choices.items()]) for c in register.columns]
    return RegisterOut(
        key=register.key, title=register.title, about=register.about, articles=register.articles,
        scope=register.scope, columns=columns, documents=register.documents)  # type: ignore[arg-type]


def row_out(entry: RegisterEntry) -> RowOut:
    return RowOut(
        register=entry.register, id=entry.id, scope=entry.scope, owner=entry.owner,  # type: ignore[arg-type]
        values={name: _value(entry.register, name, value) for name, value in entry.values.items()},
        evidence=list(entry.evidence), withdrawn=entry.withdrawn, reason=entry.reason, revision=entry.revision,
        created_at=entry.created_at, updated_at=entry.updated_at)


def step_out(register: Register, change: RegisterChange) -> StepOut:
    """In the order of the columns."""
    names = [name for name in (*register.names, EVIDENCE) if name in change.changes]
    sides = {name: [_value(register.key, name, side) for side in change.changes[name]] for name in names}
    return StepOut(
        revision=change.revision, what=change.what, reason=change.reason, by=change.by_name, at=change.at,  # type: ignore[arg-type]
        changes=[ChangedOut(column=name, before=before, after=after) for name, (before, after) in sides.items()])


def _value(key: str, name: str, value: Any) -> Any:
    """As kept, with percentages as numbers."""
    if isinstance(value, list):  # of the database's own kind, which pydantic would try to make another of
        return list(value)
    register = REGISTERS[key]
    if value is None or name not in register.names or register.column(name).kind is not Kind.PERCENT:
        return value
    number = Decimal(str(value))
    return int(number) if number == number.to_integral_value() else float(number)
