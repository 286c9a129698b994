"""The sample's registers: rows the archive takes, nothing from the future, papers under nearly all of them."""

from datetime import date

import pytest

from admin.ledger_import import import_rows
from admin.sample import Sample, build
from admin.system import System
from archive import taxonomy
from archive.models import RegisterEntry
from archive.registers import REGISTERS, register_of
from archive.registers.columns import Kind
from archive.registers.values import checked, key_of
from tests.builders import SYSTEM
from tests.unit.admin.sample.conftest import SEED, TODAY


@pytest.mark.parametrize("today", [TODAY, date(2024, 2, 29), date(2026, 1, 1)])
def test_rows_are_as_the_registers_want_them_and_of_the_past(today: date) -> None:
    entries = build(SEED, today).entries
    assert {entry.row.register for entry in entries} == REGISTERS.keys()
    keys = set()
    for entry in entries:
        register = register_of(entry.row.register)
        row = checked(register, entry.row.values)
        keys.add((register.key, entry.row.owner, key_of(register, row)))
        days = [row[column.name] for column in register.columns if column.kind is Kind.DATE and column.name in row]
        assert all(str(day) <= today.isoformat() for day in days), entry
        assert entry.proof
        for kind in entry.proof:
            taxonomy.load().get(kind)
    assert len(keys) == len(entries)


def test_the_archive_takes_them(system: System, sample: Sample) -> None:
    """Those of some projects: taking a row is proved for all registers elsewhere, here that the rows name what is there."""
    some = {project.code for project in sample.projects[::9]}
    units = {project.unit for project in sample.projects if project.code in some}
    rows = tuple(entry.row for entry in sample.entries if entry.row.owner in some
                 or (entry.row.owner in units and entry.row.values.get("project", "") in {"", *some}))
    projects = tuple(project for project in sample.projects if project.code in some)
    contracts = tuple(contract for contract in sample.contracts if contract.project in some)
    assert import_rows(system, SYSTEM, projects, contracts, rows).errors == []
    assert RegisterEntry.objects.count() == len(rows) > 100


def test_one_project_ended_with_consent_and_one_without(sample: Sample) -> None:
    ended = {entry.row.owner for entry in sample.entries if entry.row.register == "profile" and "terminated_on" in entry.row.values}
    agreed = {entry.row.owner for entry in sample.entries if entry.row.register == "approval" and entry.row.values["kind"] == "termination"}
    papers = {file.project for file in sample.files if file.type in ("termination_application", "termination_approval")}
    assert len(ended) == 2
    assert agreed == papers < ended
