"""A system that mails through a real SMTP server."""

import dataclasses
from collections.abc import Iterator

import pytest

from admin.system import System
from tests.unit.admin.postbox import Postbox, PostOffice


@pytest.fixture
def office() -> Iterator[PostOffice]:
    office = PostOffice()
    office.open()
    yield office
    office.close()


@pytest.fixture
def box(office: PostOffice) -> Postbox:
    return office.box


@pytest.fixture
def posting(system: System, office: PostOffice) -> System:
    return dataclasses.replace(system, mailer=office.mailer())
