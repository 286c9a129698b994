"""The application behind the real web server, and people that upload to it by the tus protocol."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from admin.system import System
from admin.web.app import create_app
from archive.access import Actor
from archive.operations.people import issue_token
from tests.builders import SYSTEM, UNIT, UNIT_B, a_project
from tests.functional.serving import serving
from tests.functional.tus_client import Tus

CODE = "XM-2024-001"
MIB = 1 << 20
TEXT = "会议纪要\n讨论了试运行与验收准备。".encode()


@pytest.fixture
def app(system: System, people: dict[str, Actor]) -> Flask:
    a_project(system, CODE, unit=UNIT)
    a_project(system, "XM-2024-002", unit=UNIT_B)
    return create_app(system)


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    with serving(app) as server:
        yield server.port


@pytest.fixture
def as_(port: int, system: System) -> Callable[[str], Tus]:
    return lambda name: Tus(port, issue_token(SYSTEM, system.clock, name))


@pytest.fixture
def tus(as_: Callable[[str], Tus]) -> Tus:
    return as_("archivist")


def lies(system: System) -> list[Path]:
    """Every byte that is kept of uploads on this machine."""
    folder = system.settings.data_dir / "uploads"
    return [path for path in (*folder.glob("up-*"), *system.intake.staging.glob("*")) if path.is_file()]
