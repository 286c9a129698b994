"""A register of many projects for measuring lists and the nightly sweep: the sample's projects under new numbers."""

import dataclasses
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from admin.sample import build
from bench.corpus import SEED, TODAY
from ingest.ledger import ContractRow, ProjectRow, write_ledger

PROJECTS = 1000


def make(path: Path, projects: int = PROJECTS, seed: int = SEED) -> int:
    """Write a ledger of so many projects with their contracts; how many contracts."""
    rows: list[ProjectRow] = []
    contracts: list[ContractRow] = []
    for batch in _batches(seed):
        for row, own in batch:
            if len(rows) == projects:
                write_ledger(path, rows, contracts)
                return len(contracts)
            rows.append(row)
            contracts += own
    raise AssertionError("unreachable")


def _batches(seed: int) -> Iterator[list[tuple[ProjectRow, list[ContractRow]]]]:
    for number in count():
        sample = build(seed + number, TODAY)
        yield [(_numbered(row, number), [_numbered_contract(c, number) for c in sample.contracts if c.project == row.code])
               for row in sample.projects]


def _numbered(row: ProjectRow, number: int) -> ProjectRow:
    return dataclasses.replace(row, code=f"{row.code}-{number:03}", predecessor=_suffixed(row.predecessor, number))


def _numbered_contract(row: ContractRow, number: int) -> ContractRow:
    return dataclasses.replace(row, number=f"{row.number}-{number:03}", project=f"{row.project}-{number:03}",
                               renews=_suffixed(row.renews, number))


def _suffixed(key: str, number: int) -> str:
    return f"{key}-{number:03}" if key else ""
