"""A ledger file into the archive: read it, then import all rows or none. Shared by command line and pages."""

from dataclasses import asdict, dataclass, field
from pathlib import Path

from admin.system import System
from archive.access import Actor
from archive.operations.projects import Imported, LedgerRow, RowError, import_ledger
from archive.operations.registers import RegisterLedgerRow
from ingest.ledger import CellError, ContractRow, ProjectRow, RegisterRow, read_ledger


@dataclass(frozen=True, slots=True)
class ImportReport:
    """As contract `dangan project import --json`: counts of each sheet, and every error by sheet, row and column.

    `registers` has counts by register key, of those the file has; the command leaves it out where that is none.
    """

    projects: dict[str, int]
    contracts: dict[str, int]
    errors: list[CellError | RowError] = field(default_factory=list)
    registers: dict[str, dict[str, int]] = field(default_factory=dict)


def import_file(system: System, actor: Actor, path: Path, *, dry_run: bool = False) -> ImportReport:
    """Raises LedgerUnreadable where the file is no ledger, NotPermitted."""
    ledger = read_ledger(path)
    if ledger.errors:
        return ImportReport(_none(), _none(), list(ledger.errors))
    return import_rows(system, actor, ledger.projects, ledger.contracts, ledger.registers, dry_run=dry_run)


def import_rows(system: System, actor: Actor, projects: tuple[ProjectRow, ...], contracts: tuple[ContractRow, ...],
                registers: tuple[RegisterRow, ...] = (), *, dry_run: bool = False) -> ImportReport:
    result = import_ledger(
        actor, system.clock,
        [LedgerRow(row.code, "项目", row.row, _values(row, "code")) for row in projects],
        [LedgerRow(row.number, "合同", row.row, _values(row, "number")) for row in contracts],
        [RegisterLedgerRow(row.register, row.owner, row.values, row.evidence, row.row) for row in registers],
        dry_run=dry_run)
    return _report(result)


def _values(row: ProjectRow | ContractRow, key: str) -> dict[str, object]:
    """What the file gives; a row made in code, without `given`, gives everything."""
    return {name: value for name, value in asdict(row).items()
            if name not in (key, "row", "given") and (not row.given or name in row.given)}


def _report(result: Imported) -> ImportReport:
    if result.errors:
        return ImportReport(_none(), _none(), list(result.errors))
    return ImportReport(asdict(result.projects), asdict(result.contracts),
                        registers={key: asdict(counts) for key, counts in result.registers.items()})


def _none() -> dict[str, int]:
    return {"created": 0, "updated": 0, "unchanged": 0}
