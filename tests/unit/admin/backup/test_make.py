"""A backup is of one moment, whole, incremental, and says what it could not copy."""

import errno
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from admin.backup import dump, objects
from admin.backup.check import check
from admin.backup.errors import BackupBusy, BackupFailed, BadBackup, ForeignBackup, NoBackup, SnapshotLost
from admin.backup.keep import remove_unnamed
from admin.backup.manifest import OBJECTS, entries, find, load
from admin.backup.place import Place
from admin.backup.policy import Keep
from admin.backup.sealed import SealedFile, lines
from admin.system import System
from archive.access import Actor
from archive.blobs.port import LockMode
from archive.clock import FixedClock
from archive.models import AuditEntry
from archive.models.connection import database
from archive.permissions import Permission
from tests.builders import a_project
from tests.conftest import empty_archive
from tests.unit.admin.backup.scenes import Stopped, backed_up, filed, flip, once, path_of, stop
from tests.unit.archive.refusals import refused_without

HISTORY = {"getParameter": 1, dump.HISTORY: 1}


def stored(place: Place) -> set[str]:
    return {f"sha256:{path.name}" for path in place.objects.glob("??/??/*")}


def listed(place: Place, snapshot: str = "") -> list[str]:
    return [entry.sha256 for entry in entries(find(place, snapshot), OBJECTS)]


# -- whole ---------------------------------------------------------------------------------------------------------

def test_it_holds_exactly_what_the_versions_name(system: System, place: Place, digests: list[str]) -> None:
    made = backed_up(system, place)
    assert (made.objects, made.copied, made.problems) == (3, 3, [])
    assert stored(place) == set(digests) == set(listed(place))
    assert listed(place) == sorted(digests)
    manifest = load(find(place))
    assert manifest.collections["versions"].count == 3
    assert manifest.audit[0] == AuditEntry.objects.count() - 1, "everything but the entry about the backup itself"
    assert "leases" not in manifest.collections
    assert check(place).problems == []


def test_nothing_of_it_is_for_others_to_read_or_write(system: System, place: Place, digests: list[str]) -> None:
    made = backed_up(system, place)
    assert (place.snapshots / made.snapshot).stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o222 == 0 for path in place.objects.glob("??/??/*"))


def test_what_arrives_meanwhile_is_not_in_it(system: System, place: Place, digests: list[str]) -> None:
    later: list[str] = []
    made = backed_up(system, place, progress=once(lambda: later.extend(filed(system, "丁")), at="audit"))
    manifest = load(find(place))
    assert later
    assert made.objects == manifest.collections["versions"].count == manifest.collections["documents"].count == 3
    assert set(listed(place)) == set(digests)
    assert backed_up(system, place).copied == 1


@pytest.fixture
def passing(system: System) -> Iterator[Callable[[], None]]:
    """A collection read last; called, it is made anew, which no snapshot of before survives."""
    def renew() -> None:
        database().drop_collection("zz_test")
        database().create_collection("zz_test")

    renew()
    yield renew
    database().drop_collection("zz_test")


def test_a_moment_that_was_lost_is_taken_again(
    system: System, place: Place, digests: list[str], passing: Callable[[], None]
) -> None:
    def meanwhile() -> None:
        passing()
        filed(system, "丁")

    made = backed_up(system, place, progress=once(meanwhile, at="audit"))
    assert made.objects == load(find(place)).collections["versions"].count == 4
    assert check(place).problems == []


def test_a_moment_that_cannot_be_kept_is_said(
    system: System, place: Place, digests: list[str], passing: Callable[[], None]
) -> None:
    def always(what: str, done: int, total: int) -> None:
        if what == "audit":
            passing()

    with pytest.raises(SnapshotLost, match="SnapshotUnavailable"):
        backed_up(system, place, progress=always)
    assert list(place.snapshots.iterdir()) == []


def test_the_server_s_memory_is_put_back(system: System, place: Place, digests: list[str]) -> None:
    admin, during = database().client.admin, []
    admin.command({"setParameter": 1, dump.HISTORY: 200})
    backed_up(system, place, progress=once(lambda: during.append(admin.command(HISTORY)[dump.HISTORY]), at="audit"))
    assert (during, admin.command(HISTORY)[dump.HISTORY]) == ([dump.HISTORY_SECONDS], 200)
    admin.command({"setParameter": 1, dump.HISTORY: dump.HISTORY_SECONDS})  # what a killed backup leaves
    backed_up(system, place)
    assert admin.command(HISTORY)[dump.HISTORY] == dump.HISTORY_DEFAULT


def test_locks_and_mails_are_recorded(system: System, place: Place, digests: list[str]) -> None:
    until = datetime(2040, 1, 1, tzinfo=UTC)
    system.blobs.retain(digests[0], LockMode.COMPLIANCE, until)
    system.blobs.hold(digests[1], True)
    mail = system.settings.data_dir / "mail" / "2026-03-01_a.eml"
    mail.parent.mkdir(parents=True, exist_ok=True)
    mail.write_text("Subject: 到期提醒\n\n", "utf-8")
    made = backed_up(system, place)
    locks = {entry.sha256: entry.lock for entry in entries(find(place), OBJECTS)}
    assert (locks[digests[0]].mode, locks[digests[0]].until, locks[digests[1]].hold) == (LockMode.COMPLIANCE, until, True)
    assert (made.mails, load(find(place)).locks) == (1, 2)
    assert check(place).problems == []


# -- said and allowed ----------------------------------------------------------------------------------------------

def test_it_is_in_the_audit_trail_of_the_archive(system: System, place: Place, digests: list[str]) -> None:
    made = backed_up(system, place)
    entry = AuditEntry.objects.order_by("-id").first()
    assert (entry.action, entry.subject, entry.detail["snapshot"]) == ("backup.made", "backup", made.snapshot)


def test_only_who_runs_jobs_may(system: System, place: Place, people: dict[str, Actor]) -> None:
    from admin.backup.make import make

    refused_without(Permission.JOB_RUN, people, lambda actor: make(system, actor, place))


def test_two_at_once_are_refused(system: System, place: Place, digests: list[str]) -> None:
    with place.alone("test"), pytest.raises(BackupBusy, match="test"):
        backed_up(system, place)
    backed_up(system, place)
    with place.shared():
        with place.shared():
            check(place)
        with pytest.raises(BackupBusy):
            backed_up(system, place)


def test_two_archives_do_not_share_a_place(
    system: System, place: Place, digests: list[str], clock: FixedClock
) -> None:
    backed_up(system, place)
    empty_archive()
    clock.advance(timedelta(milliseconds=1))
    a_project(system, "XM-2")
    before = sorted(place.snapshots.rglob("*"))
    with pytest.raises(ForeignBackup):
        backed_up(system, place)
    assert sorted(place.snapshots.rglob("*")) == before


# -- again ---------------------------------------------------------------------------------------------------------

def test_a_second_one_copies_only_what_is_new(system: System, place: Place, digests: list[str], clock: FixedClock) -> None:
    backed_up(system, place)
    inodes = {path: path.stat().st_ino for path in place.objects.glob("??/??/*")}
    clock.advance(timedelta(days=1))
    new = filed(system, "丁", "戊")
    made = backed_up(system, place)
    assert (made.objects, made.copied) == (5, 2)
    assert {path: path.stat().st_ino for path in inodes} == inodes
    assert stored(place) == {*digests, *new}
    assert [folder.name for folder in place.complete()] == ["20260302T020000Z", "20260303T020000Z"]


def test_two_in_the_same_second_are_two(system: System, place: Place, digests: list[str]) -> None:
    assert [backed_up(system, place).snapshot for _ in range(2)] == ["20260302T020000Z", "20260302T020000Z-2"]
    assert find(place).name == "20260302T020000Z-2"


@pytest.mark.parametrize("part", ["audit", "versions", "objects"])
def test_one_that_was_cut_off_does_not_count_and_is_gone_on_with(
    system: System, place: Place, digests: list[str], part: str
) -> None:
    with pytest.raises(Stopped):
        backed_up(system, place, progress=once(stop, at=part))
    assert place.complete() == []
    copied = len(stored(place))
    assert copied in ({1, 2, 3} if part == "objects" else {0}), "several are copied at once: some may be done by then"
    assert backed_up(system, place).copied == 3 - copied
    assert check(place).problems == []


def test_what_a_killed_one_left_is_cleared(system: System, place: Place, digests: list[str]) -> None:
    first = backed_up(system, place)
    half = place.snapshots / "20260301T000000Z"
    half.mkdir()
    (half / "audit.bson.gz").write_bytes(b"half")
    doomed = place.snapshots / ".removing-20260228T000000Z"
    doomed.mkdir()
    (place.incoming / "tmp123").write_bytes(b"half")
    assert find(place).name == first.snapshot, "a snapshot without a manifest does not count"
    second = backed_up(system, place)
    assert {path.name for path in place.snapshots.iterdir()} == {first.snapshot, second.snapshot}
    assert list(place.incoming.iterdir()) == []


# -- trouble -------------------------------------------------------------------------------------------------------

def test_damage_in_the_source_is_named_and_the_rest_is_backed_up(system: System, place: Place, digests: list[str]) -> None:
    flip(path_of(system, digests[0]))
    path_of(system, digests[1]).unlink()
    made = backed_up(system, place)
    assert sorted(digest for problem in made.problems for digest in digests if digest in problem) == sorted(digests[:2])
    assert (made.copied, stored(place)) == (1, {digests[2]})
    manifest = load(find(place))
    assert manifest.problems == made.problems
    checked = check(place)
    assert (checked.problems, len(checked.known)) == ([], 2)


def test_a_loss_after_a_good_copy_is_named_and_costs_nothing(system: System, place: Place, digests: list[str]) -> None:
    backed_up(system, place)
    path_of(system, digests[0]).unlink()
    made = backed_up(system, place)
    assert len(made.problems) == 1
    assert "完好副本" in made.problems[0]
    assert set(listed(place)) == set(digests)
    assert not any(entry.absent for entry in entries(find(place), OBJECTS))


def test_a_full_disk_is_said_and_hurts_nothing(
    system: System, place: Place, digests: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = backed_up(system, place)
    filed(system, "丁")

    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(objects, "sync", full)
        with pytest.raises(BackupFailed, match="磁盘已满"):
            backed_up(system, place)
    assert [folder.name for folder in place.complete()] == [first.snapshot]
    assert (list(place.incoming.iterdir()), check(place).problems) == ([], [])
    assert backed_up(system, place).copied == 1


def test_checking_finds_every_kind_of_damage(system: System, place: Place, digests: list[str]) -> None:
    backed_up(system, place)
    folder = find(place)
    flip(place.object(digests[0]))
    place.object(digests[1]).unlink()
    flip(folder / "versions.bson.gz", at=12)
    (folder / "audit.bson.gz").unlink()
    problems = " ".join(check(place).problems)
    for sign in (digests[0], digests[1], "versions.bson.gz", "audit.bson.gz"):
        assert sign in problems
    assert digests[2] not in problems


def test_an_object_that_went_from_the_place_is_copied_again(system: System, place: Place, digests: list[str]) -> None:
    backed_up(system, place)
    place.object(digests[0]).unlink()
    path = place.object(digests[1])
    path.chmod(0o600)
    path.write_bytes(b"cut")
    assert backed_up(system, place).copied == 2
    assert check(place).problems == []


@pytest.mark.parametrize("change", [
    {"digest": "sha256:0"}, {"version": 2}, {"format": "x"}, {"instant": "soon"}, {"objects": 7}, {"collections": None}])
def test_a_manifest_that_was_changed_is_refused(
    system: System, place: Place, digests: list[str], change: dict[str, object]
) -> None:
    backed_up(system, place)
    path = find(place) / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(BadBackup, match="20260302T020000Z"):
        load(find(place))
    assert len(check(place).problems) == 1


def test_a_folder_without_backups_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoBackup, match="没有完整的备份"):
        check(Place(tmp_path / "nowhere"))
    with pytest.raises(NoBackup, match="20200101T000000Z"):
        find(Place(tmp_path / "nowhere"), "20200101T000000Z")
    assert not (tmp_path / "nowhere").exists()


# -- thinning ------------------------------------------------------------------------------------------------------

def test_thinning_removes_snapshots_and_what_only_they_name(
    system: System, place: Place, digests: list[str], clock: FixedClock
) -> None:
    first = backed_up(system, place)
    empty_of_version(digests[0])
    clock.advance(timedelta(days=1))
    made = backed_up(system, place, keep=Keep(1, 0, 0))
    assert made.removed == [first.snapshot]
    assert stored(place) == set(digests[1:])
    assert check(place).problems == []


def empty_of_version(digest: str) -> None:
    database()["versions"].delete_one({"sha256": digest})


def test_thinning_stops_before_it_removes_what_a_bad_snapshot_may_name(
    system: System, place: Place, digests: list[str], clock: FixedClock
) -> None:
    first = backed_up(system, place)
    clock.advance(timedelta(days=1))
    (place.snapshots / first.snapshot / "manifest.json").write_text("{}")
    made = backed_up(system, place, keep=Keep(1, 0, 0))
    assert (made.removed, len(made.problems), first.snapshot in made.problems[0]) == ([], 1, True)
    assert len(place.complete()) == 2
    assert stored(place) == set(digests)


def test_removing_what_nobody_names_walks_both_sides(system: System, place: Place, digests: list[str]) -> None:
    backed_up(system, place)
    strays = [f"sha256:{letter * 64}" for letter in "0f"]
    for stray in strays:
        place.object(stray).parent.mkdir(parents=True, exist_ok=True)
        place.object(stray).touch()
    assert remove_unnamed(place, place.complete()) == 2
    assert stored(place) == set(digests)
    assert remove_unnamed(place, []) == 3


# -- sealed files --------------------------------------------------------------------------------------------------

def test_a_sealed_file_reads_back_and_shows_any_change(tmp_path: Path) -> None:
    with SealedFile(tmp_path / "list.gz") as target:
        for number in range(1000):
            target.write_line({"n": number, "text": "到期提醒"})
    path = tmp_path / "list.gz"
    assert [line["n"] for line in lines(path)] == list(range(1000))
    assert (target.seal.count, target.seal.broken(path)) == (1000, "")
    for at in (0, 20, target.seal.file_bytes - 1):
        flip(path, at)
        assert "摘要不符" in target.seal.broken(path)
        flip(path, at)
    path.write_bytes(path.read_bytes()[:-1])
    assert "字节" in target.seal.broken(path)
    path.unlink()
    assert "缺失" in target.seal.broken(path)
