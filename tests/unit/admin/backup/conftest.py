"""What the tests of backup and restore share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from admin.backup.place import Place
from admin.system import System
from admin.worker import Worker
from tests.builders import a_project
from tests.unit.admin.backup.scenes import elsewhere, filed


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "backups")


@pytest.fixture
def digests(system: System, worker: Worker) -> list[str]:
    """Three documents, all effects made; their digests."""
    a_project(system)
    made = filed(system, "甲", "乙", "丙")
    worker.drain()
    return made


@pytest.fixture
def empty(system: System, tmp_path: Path) -> Iterator[Callable[[], System]]:
    """Loses the archive and gives an empty one elsewhere."""
    made: list[System] = []

    def make() -> System:
        made.append(elsewhere(system, tmp_path / "elsewhere"))
        return made[-1]

    yield make
    for each in made:
        each.close()
