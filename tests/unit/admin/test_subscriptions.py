"""What follows an event, and what is not done twice for many."""

from dataclasses import replace

import pytest

from admin.subscriptions import still_coming
from admin.system import System
from admin.worker import Worker
from archive import claims
from archive.effects import JUDGE
from archive.events import deliver
from retention.models import FindingRecord
from tests.builders import a_project, file_text


def test_a_filed_document_is_indexed_and_its_project_judged(system: System, worker: Worker) -> None:
    a_project(system)
    filed = file_text(system, "XM-2024-001", "会议纪要.txt", "第一次例会纪要")
    worker.drain()
    assert system.index.version_of(filed.document.id) == filed.document.revision
    assert FindingRecord.objects(project="XM-2024-001").count() > 0


def test_a_project_is_judged_after_the_last_of_its_events(system: System, worker: Worker) -> None:
    a_project(system)
    file_text(system, "XM-2024-001", "会议纪要.txt", "第一次例会纪要")
    judge = replace(next(each for each in worker.subscriptions if each.lane == JUDGE), batch=1)
    assert deliver(judge).done == 1
    assert FindingRecord.objects(project="XM-2024-001").count() == 0, "another event still waits"
    assert deliver(judge).done == 1
    assert FindingRecord.objects(project="XM-2024-001").count() > 0


@pytest.mark.parametrize("held", ["claimed", "failed", "done"])
def test_nobody_waits_for_an_event_that_may_not_lead_to_a_judgement(system: System, held: str) -> None:
    a_project(system)
    assert still_coming({"XM-2024-001"}) == {"XM-2024-001"}
    claim = claims.take(JUDGE, 64)
    assert claim is not None
    if held == "failed":
        claims.failed(claim, claim.events[0], "bad")
    elif held == "done":
        claims.done(claim, [claim.events[0].id])
    assert still_coming({"XM-2024-001"}) == set()
