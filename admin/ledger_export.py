"""The ledger as somebody sees it, in the form in which it is imported: projects, contracts, every register with evidence."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archive.access import Actor
from archive.models import Contract, Project
from archive.queries import list_projects
from archive.registers import REGISTERS
from archive.registers.columns import Register
from archive.registers.reading import all_entries
from archive.registers.values import typed
from ingest.ledger import ContractRow, ProjectRow, RegisterRow, write_ledger
from ingest.ledger.columns import CONTRACT, PROJECT, Sheet

PAGE = 200


def export_ledger(actor: Actor, path: Path) -> None:
    """Raises NotPermitted. Withdrawn rows are left out; what is exported can be imported again, which changes nothing."""
    projects = list(_projects(actor))
    contracts = Contract.objects(project__in=[project.code for project in projects]).order_by("number")
    write_ledger(
        path, [ProjectRow(**_fields(PROJECT, project)) for project in projects],
        [ContractRow(**_fields(CONTRACT, contract)) for contract in contracts],
        [row for register in REGISTERS.values() for row in _rows(actor, register)])


def _projects(actor: Actor) -> Iterator[Project]:
    page = 1
    while found := list_projects(actor, page=page, size=PAGE).items:
        yield from found
        page += 1


def _rows(actor: Actor, register: Register) -> Iterator[RegisterRow]:
    page = 1
    while found := all_entries(actor, register, page=page, size=PAGE).items:
        for entry in found:
            values = {column.name: typed(column, entry.values[column.name]) for column in register.columns
                      if column.name in entry.values}
            yield RegisterRow(register.key, entry.owner, values, tuple(entry.evidence))
        page += 1


def _fields(sheet: Sheet, record: Any) -> dict[str, Any]:
    return {column.field: getattr(record, column.field) for column in sheet.columns}
