"""While a bundle waits, and after: a new version, another unit, a dossier that closes, people without rights, a stop."""

import threading

import pytest

from admin.system import System
from admin.worker import Worker
from archive.access import Actor
from archive.errors import EngineDown, NotPermitted
from archive.events import NotNow
from archive.models import Document, Member, Outcome, Project, Remarks, Unpacking, Version
from archive.operations.members import Origin, Verdict, record_member, record_unpacked
from archive.operations.projects import update_project
from ingest.scanners.port import Knowledge
from ingest.scanners.port import Verdict as Scanned
from tests.builders import SYSTEM, UNIT_B, a_project
from tests.conftest import snapshot
from tests.unit.ingest.unpacking.bundles import zipped
from tests.unit.ingest.unpacking.test_hostile import ending
from tests.unit.ingest.unpacking.test_unpack import CODE, MINUTES, children, file, outcomes, stored

MINUTES_PATH, CONTRACT_PATH = MINUTES


def with_version(system: System, worker: Worker, members: dict[str, bytes]) -> tuple[Document, dict[str, Document]]:
    """A bundle that was taken apart, then replaced by another; with the children the first one had."""
    a_project(system)
    parent = file(system, "材料.zip", zipped(MINUTES))
    worker.drain()
    before = children(parent)
    system.intake.add_version(SYSTEM, parent.id, "材料.zip", [zipped(members)])
    worker.drain()
    return Document.objects(id=parent.id).get(), before


def test_a_member_that_changed_becomes_the_next_version_of_its_document(system: System, worker: Worker) -> None:
    parent, before = with_version(system, worker, {**MINUTES, MINUTES_PATH: "第一次例会纪要（修订）。".encode(), "新.txt": b"new"})
    after = children(parent)
    assert after.keys() == before.keys() | {"新.txt"}
    assert after[MINUTES_PATH].id == before[MINUTES_PATH].id
    assert (after[MINUTES_PATH].version, stored(system, after[MINUTES_PATH])) == (2, "第一次例会纪要（修订）。".encode())
    now = {m.path: m.outcome for m in Member.objects(version=parent.current)}
    assert now == {MINUTES_PATH: "version", CONTRACT_PATH: "duplicate", "新.txt": "filed"}


def test_what_the_new_version_lacks_stays_filed(system: System, worker: Worker) -> None:
    parent, before = with_version(system, worker, {MINUTES_PATH: MINUTES[MINUTES_PATH]})
    assert children(parent).keys() == before.keys()
    assert {m.path for m in Member.objects(version=parent.current)} == {MINUTES_PATH}


def test_a_version_that_was_overtaken_is_not_taken_apart(system: System, worker: Worker) -> None:
    a_project(system)
    parent = file(system, "材料.zip", zipped(MINUTES))
    system.intake.add_version(SYSTEM, parent.id, "材料.zip", [zipped({"新.txt": b"new"})])
    worker.drain()
    assert children(parent).keys() == {"新.txt"}


def test_members_go_where_the_bundle_is_now(system: System, worker: Worker, people: dict[str, Actor]) -> None:
    """The project went to another unit between filing and taking apart: whoever filed it may not see it any more."""
    project = a_project(system)
    parent = file(system, "材料.zip", zipped(MINUTES), people["unit_a"])
    update_project(SYSTEM, system.clock, CODE, project.revision, {"unit": UNIT_B})
    worker.drain()
    assert {child.unit for child in children(parent).values()} == {UNIT_B}
    assert {child.created_by for child in children(parent).values()} == {people["unit_a"].id}


def test_a_dossier_that_became_classified_takes_no_members(system: System, worker: Worker) -> None:
    project = a_project(system)
    parent = file(system, "材料.zip", zipped(MINUTES))
    update_project(SYSTEM, system.clock, CODE, project.revision, {"classified": True})
    worker.drain()
    assert (children(parent), ending(parent).state) == ({}, "refused")
    assert "涉密" in Remarks.objects(version=parent.current, source="unpack 1").get().items[0].text


def test_keeping_what_became_of_members_needs_the_right(system: System, people: dict[str, Actor]) -> None:
    project = a_project(system)
    parent = file(system, "材料.zip", zipped(MINUTES))
    origin = Origin(parent.id, parent.current, project.id, CODE, "x", parent.current, 1, 1, "a.txt")
    before = snapshot()
    for name in ("auditor", "supervisor", "sysadmin", "secadmin", "auditadmin"):
        with pytest.raises(NotPermitted):
            record_member(people[name], system.clock, origin, Verdict(Outcome.SKIPPED))
        with pytest.raises(NotPermitted):
            record_unpacked(people[name], system.clock, Unpacking(
                id=parent.current, document=parent.id, project=CODE, root=parent.current, state="done"), "x", [])
    assert snapshot() == before


def test_what_another_worker_filed_is_not_called_a_duplicate(system: System, worker: Worker) -> None:
    a_project(system)
    parent = file(system, "材料.zip", zipped(MINUTES))
    worker.drain()
    before = snapshot()
    row = Member.objects(document=parent.id).first()
    origin = Origin(parent.id, parent.current, row.dossier, CODE, "x", row.root, 1, row.number, row.path)
    record_member(SYSTEM, system.clock, origin, Verdict(Outcome.DUPLICATE, "", row.child))
    assert snapshot() == before


class Away:
    """A scanner that answers so often, then is away until it is back."""

    def __init__(self, answers: int) -> None:
        self.answers, self.lock = answers, threading.Lock()

    def check(self, path: object) -> Scanned:
        with self.lock:
            self.answers -= 1
            if self.answers < 0:
                raise EngineDown(engine="clamd", reason="away")
        from ingest.scanners.none import NoScanner
        return NoScanner().check(path)  # type: ignore[arg-type]

    def knowledge(self) -> Knowledge:
        return Knowledge()


def test_a_scanner_that_goes_away_stops_it_and_nothing_is_doubled_after(system: System, worker: Worker) -> None:
    a_project(system)
    members = {f"{n:02}.txt": f"第 {n} 份材料".encode() for n in range(30)}
    parent = file(system, "材料.zip", zipped(members))
    scanner, system.intake.scanner = system.intake.scanner, Away(12)
    with pytest.raises(EngineDown):
        system.unpacker.unpack_document(parent.id)
    halfway = len(children(parent))
    assert 0 < halfway < 30
    assert Unpacking.objects.count() == 0
    system.intake.scanner = scanner
    worker.drain()
    assert set(outcomes(parent).values()) == {"filed"}
    assert (len(children(parent)), Version.objects.count()) == (30, 31)
    assert list(system.intake.staging.glob("in-*")) == []


def test_told_to_stop_it_gives_the_event_back_and_leaves_no_process(system: System) -> None:
    a_project(system)
    parent = file(system, "材料.zip", zipped({f"{n:03}.txt": f"第 {n} 份材料".encode() for n in range(200)}))
    raised: list[BaseException] = []

    def run() -> None:
        try:
            system.unpacker.unpack_document(parent.id)
        except NotNow as stop:
            raised.append(stop)

    thread = threading.Thread(target=run)
    thread.start()
    while not Member.objects.first():
        pass
    system.unpacker.interrupt()
    thread.join(30)
    assert [type(error) for error in raised] == [NotNow]
    assert not system.unpacker._running
    assert 0 < len(children(parent)) < 200
    assert Project.objects.count() == 1
