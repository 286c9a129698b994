"""Two projects about to be due, and a system that mails of it through a real SMTP server."""

import dataclasses
from datetime import date, timedelta
from typing import Any

import pytest

from admin import digests
from admin.digests import Post
from admin.mail.render import REPEAT_SUBJECT
from admin.system import System
from archive.access import Actor
from archive.operations.people import NewPerson, add_person
from archive.permissions import Role
from retention.alerts import refresh
from retention.models import Mail
from tests.builders import SYSTEM, UNIT_B, a_project
from tests.unit.admin.postbox import Postbox, PostOffice

A, B = "XM-A", "XM-B"
TODAY = date(2026, 3, 2)
TOMORROW = TODAY + timedelta(days=1)
DATES: dict[str, Any] = {"actual_completion": date(2025, 9, 8), "trial_start": date(2025, 9, 12)}  # due 2026-03-12
ARCHIVIST = "archivist@example.com"


@pytest.fixture
def posting(system: System, office: PostOffice) -> System:
    """A system that mails through a real server; two projects of two units whose acceptance is due in ten days."""
    a_project(system, A, **DATES)
    a_project(system, B, unit=UNIT_B, **DATES)
    refresh(system.judge, None, TODAY)
    return dataclasses.replace(system, mailer=office.mailer())


@pytest.fixture
def archivist(posting: System) -> Actor:
    return add_person(SYSTEM, posting.clock, NewPerson("archivist", Role.ARCHIVIST, email=ARCHIVIST)).actor()


def run(system: System, day: date = TODAY) -> Post:
    return digests.run(system, day)


def resend(system: System) -> Post:
    return digests.send_mails(system)


def the_mail() -> Mail:
    mail: Mail = Mail.objects.get()
    return mail


def subjects(box: Postbox) -> list[bool]:
    """Of each mail that arrived, whether it was marked as a repeat."""
    return [str(mail["Subject"]).startswith(REPEAT_SUBJECT) for mail in box.to(ARCHIVIST)]
