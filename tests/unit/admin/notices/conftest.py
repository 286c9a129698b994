"""A system that mails through a real SMTP server."""

import dataclasses

import pytest

from admin.system import System
from tests.unit.admin.postbox import PostOffice


@pytest.fixture
def posting(system: System, office: PostOffice) -> System:
    return dataclasses.replace(system, mailer=office.mailer())
