"""A move copies and proves everything, switches only over a whole archive, and goes on where it was interrupted."""

import dataclasses
import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from admin.jobs import run_job
from admin.storage.mover import DUTY, TERM, Mover
from admin.storage.passes import Trouble
from admin.storage.places import FOLDER, place_of
from admin.storage.progress import Progress
from admin.storage.routes import moving_blobs
from admin.storage.status import described, status_of
from admin.system import System
from admin.verify import verify_files
from archive import audit, leases
from archive.access import Actor
from archive.blobs.port import Lock, LockMode, StoreInfo
from archive.errors import EngineDown, NotPermitted, StoreUnfit
from archive.models import AuditEntry, MoveState, StorageMove, StorageProof, Version
from archive.models.connection import database
from archive.operations.storage_moves import MoveRefused, cancel_move, named_totals
from tests.builders import SYSTEM, a_project, file_text
from tests.unit.admin.storage.conftest import SECRET, bucket, naming

CODE = "XM-2024-001"
UNTIL = datetime(2090, 1, 1, tzinfo=UTC)
Buckets = Callable[[str], Any]


@pytest.fixture
def filed(system: System) -> list[Any]:
    a_project(system)
    return [file_text(system, CODE, f"纪要{n}.txt", f"会议纪要第{n}号\n出席：张三\n") for n in range(5)]


def recorded() -> StorageMove:
    return StorageMove.objects.order_by("-started_at").first()


def moved(system: System) -> System:
    """The system as a process that starts now sees it."""
    return dataclasses.replace(system, blobs=moving_blobs(system.settings, system.clock))


def test_everything_is_in_the_target_proven_and_the_archive_reads_from_there(
    system: System, mover: Mover, filed: list[Any], buckets: Buckets
) -> None:
    seen: list[Progress] = []
    outcome = dataclasses.replace(mover, watch=seen.append).run(bucket("bbb"))
    assert (outcome.move.state, outcome.troubles) == (MoveState.SWITCHED, [])
    assert outcome.move.ended_at
    assert set(buckets("bbb").digests()) == set(buckets("").digests()) == {f.version.sha256 for f in filed}
    for each in filed:
        buckets("").delete(each.version.sha256)
    assert verify_files(moved(system), 99).problems == []
    assert verify_files(moved(system), 99).checked["files"] == 5
    assert (seen[-1].objects, seen[-1].of_objects, seen[-1].bytes) == (5, 5, seen[-1].of_bytes)
    assert (outcome.move.copied, outcome.move.proven, StorageProof.objects.count()) == (5, 5, 0)


def test_each_step_is_in_the_trail_and_no_key_is_anywhere(system: System, mover: Mover, filed: list[Any]) -> None:
    mover.run(bucket("bbb"))
    actions = [entry.action for entry in AuditEntry.objects(action__startswith="storage.").order_by("id")]
    assert actions == ["storage.move-started", "storage.switched", "storage.move-ended"]
    assert audit.verify()[1] == []
    stored = "".join(repr(list(database()[name].find())) for name in database().list_collection_names())
    assert SECRET not in stored
    assert SECRET not in repr(status_of(system.settings, recorded(), named_totals()))


def test_only_the_machine_itself_may_move_the_store(system: System, mover: Mover, people: dict[str, Actor]) -> None:
    with pytest.raises(NotPermitted):
        dataclasses.replace(mover, actor=people["sysadmin"]).run(bucket("bbb"))


def test_what_is_filed_deleted_and_locked_meanwhile_comes_along(
    system: System, mover: Mover, filed: list[Any], buckets: Buckets
) -> None:
    """Whenever the mover waits for the processes to hear, this process does something, with the route it knows then."""
    process, late = moved(system), []

    def meanwhile(seconds: float) -> None:
        current = dataclasses.replace(system, blobs=process.blobs)
        text = f"途中到的第{len(late)}件\n"
        current.intake.blobs = process.blobs
        late.append(file_text(current, CODE, f"途中{len(late)}.txt", text))
        process.blobs.hold(late[-1].version.sha256, True)

    outcome = dataclasses.replace(mover, pause=meanwhile).run(bucket("bbb"))
    assert outcome.move.ended_at
    assert len(late) == 2
    for each in late:
        assert buckets("bbb").verify(each.version.sha256)
        assert buckets("bbb").lock_of(each.version.sha256).hold


def test_locks_are_carried(system: System, mover: Mover, filed: list[Any], buckets: Buckets) -> None:
    first, second, *_ = (f.version.sha256 for f in filed)
    buckets("").retain(first, LockMode.COMPLIANCE, UNTIL)
    buckets("").hold(second, True)
    mover.run(bucket("bbb"))
    assert buckets("bbb").lock_of(first) == Lock(LockMode.COMPLIANCE, UNTIL)
    assert buckets("bbb").lock_of(second) == Lock(hold=True)


def test_a_lock_set_past_the_archive_after_the_object_was_carried_is_carried_too(
    system: System, mover: Mover, filed: list[Any], buckets: Buckets
) -> None:
    digest = filed[0].version.sha256
    with pytest.raises(ZeroDivisionError):
        dataclasses.replace(mover, watch=lambda _: 1 // 0).run(bucket("bbb"))
    buckets("").retain(digest, LockMode.GOVERNANCE, UNTIL)
    mover.run(bucket("bbb"))
    assert buckets("bbb").lock_of(digest).until == UNTIL


def test_a_target_that_cannot_lock_is_refused_before_anything_is_copied(
    system: System, mover: Mover, filed: list[Any], buckets: Buckets, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = buckets("bbb")
    monkeypatch.setattr(target, "info", lambda: StoreInfo("s3", "s3://x/bbb", locks=False))
    buckets("").hold(filed[3].version.sha256, True)
    with pytest.raises(StoreUnfit, match="受保护"):
        mover.run(bucket("bbb"))
    assert StorageMove.objects.count() == 0
    assert list(target.digests()) == []
    buckets("").hold(filed[3].version.sha256, False)
    assert mover.run(bucket("bbb")).move.ended_at


# -- what does not switch ------------------------------------------------------------------------------------------

def damage(buckets: Buckets, digest: str) -> None:
    with buckets("").local(digest) as path:
        path.chmod(0o640)
        path.write_bytes(b"x")


@pytest.mark.parametrize("kind", ["damaged", "missing"])
def test_a_lost_object_that_a_document_names_stops_the_switch(
    system: System, mover: Mover, filed: list[Any], buckets: Buckets, kind: str
) -> None:
    victim = filed[2]
    content = buckets("").read(victim.version.sha256, 0, 1000)
    if kind == "damaged":
        damage(buckets, victim.version.sha256)
    else:
        buckets("").delete(victim.version.sha256)
    outcome = mover.run(bucket("bbb"))
    assert outcome.troubles == [Trouble(victim.version.sha256, kind, (victim.document.id,))]
    assert outcome.move.state == MoveState.COPYING
    assert moved(system).blobs.exists(filed[0].version.sha256)

    restored = system.settings.data_dir / "restored"  # from the backup
    restored.write_bytes(content)
    buckets("").delete(victim.version.sha256)
    buckets("").put(restored, victim.version.sha256)
    assert mover.run(bucket("bbb")).move.ended_at
    assert verify_files(moved(system), 99).problems == []


def test_a_lost_object_may_be_left_behind_by_choice_and_the_trail_says_so(
    system: System, mover: Mover, filed: list[Any], buckets: Buckets
) -> None:
    damage(buckets, filed[2].version.sha256)
    outcome = dataclasses.replace(mover, leave_damaged=True).run(bucket("bbb"))
    assert outcome.move.ended_at
    assert [each.digest for each in outcome.troubles] == [filed[2].version.sha256]
    assert AuditEntry.objects.get(action="storage.switched").detail["left_digests"] == [filed[2].version.sha256]
    assert len(verify_files(moved(system), 99).problems) == 1


def test_a_damaged_object_that_nobody_names_is_told_and_stops_nothing(
    system: System, mover: Mover, filed: list[Any], buckets: Buckets
) -> None:
    stray = buckets("").root / "ab" / "cd" / ("abcd" + "0" * 60)
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"x")
    outcome = mover.run(bucket("bbb"))
    assert outcome.move.ended_at
    assert outcome.troubles == [Trouble("sha256:abcd" + "0" * 60, "damaged")]


# -- interruptions -------------------------------------------------------------------------------------------------

def test_an_interrupted_move_goes_on_without_proving_again(
    system: System, mover: Mover, filed: list[Any], buckets: Buckets, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, verified = buckets("bbb"), []
    real, put = target.verify, target.put
    puts = iter([True, True, False])

    def failing(source: Any, digest: str, *, hashed: bool = False) -> None:
        if not next(puts):
            raise EngineDown(engine="S3", reason="away")
        put(source, digest, hashed=hashed)

    monkeypatch.setattr(target, "verify", lambda digest: verified.append(digest) or real(digest))
    monkeypatch.setattr(target, "put", failing)
    monkeypatch.setattr("admin.storage.passes.WORKERS", 1)
    with pytest.raises(EngineDown):
        mover.run(bucket("bbb"))
    assert (recorded().state, recorded().proven) == (MoveState.COPYING, 2)
    assert "S3" in recorded().last_error
    monkeypatch.setattr(target, "put", put)
    outcome = mover.run(bucket("bbb"))
    assert outcome.move.ended_at
    assert outcome.move.last_error == ""
    assert sorted(verified) == sorted(f.version.sha256 for f in filed), "each was proven once"


def test_a_mover_that_died_between_switch_and_end_ends_it_next_time(
    system: System, mover: Mover, filed: list[Any], buckets: Buckets
) -> None:
    pauses = iter([0, 1])
    straggler = filed[4].version.sha256

    def die(seconds: float) -> None:
        if next(pauses):
            buckets("bbb").delete(straggler)  # as if it had been put to the source alone
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dataclasses.replace(mover, pause=die).run(bucket("bbb"))
    assert (recorded().state, recorded().ended_at) == (MoveState.SWITCHED, None)
    assert moved(system).blobs.verify(straggler), "it is still read from the source"
    with pytest.raises(MoveRefused, match="还没有结束"):
        mover.run(bucket("ccc"))
    assert mover.run(bucket("bbb")).move.ended_at
    assert buckets("bbb").verify(straggler)


def test_two_movers_do_not_work_at_once(system: System, mover: Mover) -> None:
    assert leases.take(DUTY, "another", system.clock, TERM)
    with pytest.raises(MoveRefused, match="正在运行"):
        mover.run(bucket("bbb"))


def test_a_move_cancelled_by_another_command_stops(system: System, mover: Mover, filed: list[Any]) -> None:
    def cancel(seconds: float) -> None:
        cancel_move(SYSTEM, system.clock, recorded().id)

    with pytest.raises(MoveRefused, match="取消"):
        dataclasses.replace(mover, pause=cancel).run(bucket("bbb"))
    assert recorded().state == MoveState.CANCELLED
    assert mover.run(bucket("ccc")).move.ended_at


def test_a_switched_move_cannot_be_cancelled(system: System, mover: Mover, filed: list[Any]) -> None:
    mover.run(bucket("bbb"))
    with pytest.raises(MoveRefused):
        cancel_move(SYSTEM, system.clock, recorded().id)


# -- there and back ------------------------------------------------------------------------------------------------

def test_on_to_a_third_place_and_back_to_the_folder_with_the_settings_of_the_beginning(
    system: System, mover: Mover, filed: list[Any], buckets: Buckets
) -> None:
    for place in (bucket("bbb"), bucket("ccc"), place_of("")):
        assert mover.run(place).move.ended_at
        assert verify_files(moved(system), 99).problems == []
    assert mover.run(place_of("")).move.target == FOLDER, "said again, nothing done again"
    assert StorageMove.objects.count() == 3
    assert described(system.settings)[1] == ""


def test_a_place_the_archive_is_in_already_is_refused(system: System, mover: Mover) -> None:
    with pytest.raises(MoveRefused, match="本来就在"):
        mover.run(place_of(""))


def test_a_person_is_told_to_change_the_settings_until_they_are(system: System, mover: Mover, filed: list[Any]) -> None:
    folder = f"文件夹 {system.settings.data_dir / 'objects'}"
    assert described(system.settings) == (folder, "")
    mover.run(bucket("bbb"))
    place, advice = described(system.settings)
    assert place == bucket("bbb").name
    assert f"DANGAN_S3_URL 设为 {bucket('bbb').name}" in advice
    assert described(naming(system.settings, "bbb")) == (bucket("bbb").name, "")


def test_the_nightly_sweep_works_through_a_move(
    system: System, mover: Mover, filed: list[Any], buckets: Buckets
) -> None:
    """An object nobody names, long there: swept from both while they are copied, and it does not come back."""
    stray = system.settings.data_dir / "stray"
    stray.write_bytes(b"nobody's")
    digest = "sha256:" + hashlib.sha256(b"nobody's").hexdigest()
    buckets("").put(stray, digest)
    with buckets("").local(digest) as path:
        os.utime(path, (0, 0))

    def sweep(seconds: float) -> None:
        run_job(moved(system), SYSTEM, "archive.sweep")

    dataclasses.replace(mover, pause=sweep).run(bucket("bbb"))
    assert not buckets("").exists(digest)
    assert not buckets("bbb").exists(digest)
    assert Version.objects.count() == len(list(buckets("bbb").digests()))
