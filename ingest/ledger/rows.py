"""What a ledger file holds, as values: one project, one contract, one row of a register, one cell that is wrong.

It knows nothing of files, column titles or the database. Days are `date`, money is integer fen, absent text is "".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class ProjectRow:
    """One line of sheet 项目. Two rows are equal when they say the same about a project, wherever they stood.

    `row` is the sheet's 1-based line (0: not read from a file). `given` names the fields whose column the file has:
    an importer leaves the stored value of every other field alone.
    """

    code: str
    name: str
    unit: str
    mode: str
    kind: str = "new"
    predecessor: str = ""
    classified: bool = False
    cross_department: bool = False
    mlps_level: str = ""
    funding_source: str = ""
    total_investment_fen: int | None = None
    registered_on: date | None = None
    approved_on: date | None = None
    approval_no: str = ""
    contract_signed_on: date | None = None
    construction_start: date | None = None
    planned_completion: date | None = None
    actual_completion: date | None = None
    trial_start: date | None = None
    trial_end_actual: date | None = None
    planned_acceptance: date | None = None
    extension_until: date | None = None
    acceptance_date: date | None = None
    acceptance_result: str = ""
    operation_start: date | None = None
    warranty_end: date | None = None
    contact: str = ""
    contact_email: str = ""
    supervisor: str = ""
    supervisor_email: str = ""
    row: int = field(default=0, compare=False)
    given: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True)
class ContractRow:
    """One line of sheet 合同; `project` is a project code, `renews` the number of the contract it continues."""

    number: str
    project: str
    type: str
    signed_on: date | None = None
    start_on: date | None = None
    end_on: date | None = None
    amount_fen: int | None = None
    supplier: str = ""
    method: str = ""
    renews: str = ""
    row: int = field(default=0, compare=False)
    given: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True)
class RegisterRow:
    """One line of a register's sheet: `owner` is a project code or a unit's name, `values` what the file's columns say.

    A column that the file has, and that is empty, is there with None or "": the stored value goes. `evidence` None: the
    file has no such column.
    """

    register: str
    owner: str
    values: Mapping[str, object]
    evidence: tuple[str, ...] | None = None
    row: int = field(default=0, compare=False)


@dataclass(frozen=True)
class CellError:
    """One thing to correct in the file: where (sheet, 1-based row, column title) and what to do, in Chinese."""

    sheet: str
    row: int
    column: str
    message: str


@dataclass(frozen=True)
class Ledger:
    """What a file holds. Rows with a wrong cell are left out, so `errors` decides whether the rest may be imported."""

    projects: tuple[ProjectRow, ...] = ()
    contracts: tuple[ContractRow, ...] = ()
    registers: tuple[RegisterRow, ...] = ()
    errors: tuple[CellError, ...] = ()
