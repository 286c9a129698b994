"""A writer is killed with its transaction open: whoever comes next need not wait for the server to notice."""

import subprocess
import sys

import pytest

from admin.settings import Settings
from admin.system import System
from archive import audit
from archive.models import AuditEntry, Project
from archive.models.connection import database
from archive.orphans import end_orphans
from archive.transaction import Transaction, collection, write
from tests.builders import SYSTEM, a_project
from tests.functional.shell import ROOT

pytestmark = pytest.mark.timeout(120)


def test_a_write_goes_on_where_another_was_killed_inside_its_own(system: System, settings: Settings) -> None:
    """Without help the server keeps the project and the head of the audit chain from all for a minute: longer than a write waits."""
    project = a_project(system, "XM-2024-001")
    entries = AuditEntry.objects.count()
    dead = subprocess.run([sys.executable, "-m", "tests.faults.dying_writer", settings.mongodb_url, project.code], cwd=ROOT, check=False)
    assert dead.returncode == -9

    def work(tx: Transaction) -> None:
        tx.update(Project, project.id, {"$set": {"name": "写完的"}})
        tx.audit("test.whole", f"project:{project.id}")

    write(SYSTEM, system.clock, work)
    assert Project.objects.get(id=project.id).name == "写完的"
    assert AuditEntry.objects.count() == entries + 1
    assert audit.verify()[1] == []


def test_a_transaction_that_somebody_still_has_open_is_left_to_him(system: System) -> None:
    project = a_project(system, "XM-2024-001")
    with database().client.start_session() as session, session.start_transaction():
        collection(Project).update_one({"_id": project.id}, {"$set": {"name": "还在写"}}, session=session)
        assert end_orphans() == 0
    assert Project.objects.get(id=project.id).name == "还在写"
