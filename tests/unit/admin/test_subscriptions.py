"""What follows an event, and what is not done twice for many."""

import pytest

from admin.subscriptions import still_coming
from admin.system import System
from admin.worker import Worker
from archive.clock import FixedClock
from archive.events import deliver
from archive.models import OutboxEvent
from archive.transaction import collection
from retention.models import FindingRecord
from tests.builders import a_project, file_text


def test_a_filed_document_is_indexed_and_its_project_judged(system: System, worker: Worker) -> None:
    a_project(system)
    filed = file_text(system, "XM-2024-001", "会议纪要.txt", "第一次例会纪要")
    worker.drain()
    assert system.index.version_of(filed.document.id) == filed.document.revision
    assert FindingRecord.objects(project="XM-2024-001").count() > 0


def test_a_project_is_judged_after_the_last_of_its_events(system: System, worker: Worker, clock: FixedClock) -> None:
    a_project(system)
    file_text(system, "XM-2024-001", "会议纪要.txt", "第一次例会纪要")
    assert deliver(worker.subscriptions, clock, limit=1) == 1
    assert FindingRecord.objects(project="XM-2024-001").count() == 0, "another event still waits"
    assert deliver(worker.subscriptions, clock, limit=1) == 1
    assert FindingRecord.objects(project="XM-2024-001").count() > 0


@pytest.mark.parametrize("held", [{"claimed_by": "another worker"}, {"attempts": 1}, {"kind": "another.kind"}])
def test_nobody_waits_for_an_event_that_may_not_lead_to_a_judgement(system: System, held: dict[str, object]) -> None:
    a_project(system)
    assert still_coming({"XM-2024-001"}) == {"XM-2024-001"}
    collection(OutboxEvent).update_many({}, {"$set": held})
    assert still_coming({"XM-2024-001"}) == set()
