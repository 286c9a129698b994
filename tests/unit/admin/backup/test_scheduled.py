"""The jobs by hand: they never claim what was not done, and what they did is seen by doctor and metrics."""

import dataclasses
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from admin.backup import drill as drilling
from admin.backup import status
from admin.backup.drill import NoRoomForDrill
from admin.backup.place import Place
from admin.jobs import run_job
from admin.system import System
from archive.clock import FixedClock
from archive.models import JobRun
from archive.transaction import collection
from tests.builders import SYSTEM
from tests.unit.admin.backup.scenes import backed_up, path_of, restored

Empty = Callable[[], System]


def set_to(system: System, folder: Path) -> System:
    return dataclasses.replace(system, settings=dataclasses.replace(system.settings, backup_dir=folder))


def lines(clock: FixedClock) -> dict[str, tuple[bool, str]]:
    return {name: (good, detail) for name, good, detail, _ in status.described(clock.now())}


def test_unset_they_say_so_and_claim_nothing(system: System) -> None:
    for job in ("backup.daily", "backup.drill"):
        run = run_job(system, SYSTEM, job)
        assert (run.outcome, run.result.keys()) == ("done", {"skipped"})
        assert "DANGAN_BACKUP_DIR" in run.result["skipped"]
    assert (status.last_backup(), status.last_drill()) == (None, None)
    assert all(value == 0 for _, value in status.gauges().values())


def test_a_daily_backup_is_seen_and_grows_stale(system: System, place: Place, digests: list[str], clock: FixedClock) -> None:
    assert lines(clock)["备份"] == (False, "还没有做过备份")
    run = run_job(set_to(system, place.root), SYSTEM, "backup.daily")
    assert (run.outcome, run.result["objects"]) == ("done", 3)
    assert status.gauges()["dangan_backup_last_success_timestamp_seconds"][1] == clock.now().timestamp()
    assert lines(clock)["备份"][0]
    clock.advance(timedelta(days=3))
    assert lines(clock)["备份"] == (False, f"最近一次 {run.result['snapshot']}（3 天前）")


def test_a_backup_with_losses_asks_for_attention(system: System, place: Place, digests: list[str], clock: FixedClock) -> None:
    path_of(system, digests[0]).unlink()
    assert run_job(set_to(system, place.root), SYSTEM, "backup.daily").outcome == "attention"
    assert (status.gauges()["dangan_backup_last_problems"][1], lines(clock)["备份"][0]) == (1, False)


def test_a_disk_that_is_not_mounted_is_not_backed_up_to(system: System, place: Place, digests: list[str]) -> None:
    daily = set_to(system, place.root)
    assert run_job(daily, SYSTEM, "backup.daily").outcome == "done"
    shutil.rmtree(place.root)
    place.root.mkdir()
    run = run_job(daily, SYSTEM, "backup.daily")
    assert (run.outcome, "没有挂载" in run.error) == ("failed", True)
    assert list(place.root.iterdir()) == []
    backed_up(system, place)
    assert run_job(daily, SYSTEM, "backup.daily").outcome == "done"


def test_a_drill_without_a_backup_asks_for_attention(system: System, place: Place, digests: list[str]) -> None:
    run = run_job(set_to(system, place.root), SYSTEM, "backup.drill")
    assert (run.outcome, "还没有完整的备份" in run.result["skipped"]) == ("attention", True)
    assert status.last_drill() is None


def test_a_drill_that_would_fill_the_disk_is_not_held(
    system: System, place: Place, digests: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    backed_up(system, place)
    monkeypatch.setattr(drilling, "RESERVE", 1 << 60)
    with pytest.raises(NoRoomForDrill, match="MiB"):
        drilling.drill(system, place)
    assert not (system.settings.data_dir / "drill").exists()


def test_a_drill_that_fails_says_where_and_leaves_nothing(system: System, place: Place, digests: list[str]) -> None:
    made = backed_up(system, place)
    dump = place.snapshots / made.snapshot / "audit.bson.gz"
    dump.write_bytes(dump.read_bytes()[:-1])
    left = system.settings.data_dir / "drill" / "left by a killed one"
    left.mkdir(parents=True)
    run = run_job(set_to(system, place.root), SYSTEM, "backup.drill")
    assert run.outcome == "failed"
    assert "restore" in run.error
    assert "audit.bson.gz" in run.error
    assert not left.parent.exists()


@pytest.mark.parametrize("problems", [[], ["对象缺失"]])
def test_a_drill_is_seen(system: System, clock: FixedClock, problems: list[str]) -> None:
    run = JobRun(job="backup.drill", day="2026-03-01", by="x", started_at=clock.now(), ended_at=clock.now(),
                 outcome="attention" if problems else "done",
                 result={"snapshot": "20260301T000000Z", "age_s": 3600, "restore_s": 12.5, "problems": problems})
    collection(JobRun).insert_one(run.as_mongo())
    gauges = {name: value for name, (_, value) in status.gauges().items()}
    assert gauges["dangan_restore_drill_recovery_point_seconds"] == 3600
    assert gauges["dangan_restore_drill_recovery_time_seconds"] == 12.5
    assert gauges["dangan_restore_drill_last_success_timestamp_seconds"] == (0 if problems else clock.now().timestamp())
    assert lines(clock)["恢复演练"][0] == (not problems)


def test_a_restored_archive_knows_the_backups_of_before(
    system: System, place: Place, digests: list[str], empty: Empty
) -> None:
    first = backed_up(system, place)
    backed_up(system, place)
    restored(empty(), place)
    last = status.last_backup()
    assert last is not None
    assert last.snapshot == first.snapshot, "the newest it can know: the snapshot restored was made before its own entry"
