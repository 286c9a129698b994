"""A restore gives back what was; it writes over nothing, checks before it writes, and can be repeated until done."""

import errno
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from admin.backup import marker
from admin.backup.errors import ArchiveInUse, BadBackup, HalfRestored, NotEmpty, OtherRestore, RestoreFailed
from admin.backup.manifest import find
from admin.backup.place import Place
from admin.bootstrap import build
from admin.jobs import run_job
from admin.system import System
from admin.verify import verify
from archive import audit, claims, leases
from archive.access import Actor
from archive.blobs.port import Lock, LockMode
from archive.clock import FixedClock
from archive.effects import LANES
from archive.models import AuditEntry, Document, OutboxEvent, Version
from archive.models.connection import database
from archive.permissions import Permission
from archive.server_clock import AT_ONCE
from archive.transaction import collection
from retention.models import Mail
from search.port import SearchRequest
from search.query import Query
from tests.builders import SYSTEM, file_text
from tests.conftest import snapshot
from tests.unit.admin.backup.scenes import CODE, Stopped, backed_up, filed, flip, once, restored, stop
from tests.unit.archive.refusals import refused_without

OURS = {"restores", "leases", "index_rebuilds"}
Empty = Callable[[], System]


def contents() -> dict[str, list[object]]:
    return {name: rows for name, rows in snapshot().items() if name not in OURS and rows}


# -- what comes back -----------------------------------------------------------------------------------------------

def test_everything_comes_back_as_it_was(system: System, place: Place, digests: list[str], empty: Empty) -> None:
    before, entries = contents(), AuditEntry.objects.count()
    backed_up(system, place)
    there = empty()
    result = restored(there, place)
    assert (result.problems, result.objects, result.indexed) == ([], 3, 3)
    assert AuditEntry.objects.order_by("-id").first().action == "backup.restored"
    database()["audit"].delete_many({"_id": {"$gt": entries}})
    after = contents()
    before.pop("chain_heads")
    after.pop("chain_heads")
    assert after == before
    assert set(there.blobs.digests()) == set(digests)


def test_the_restored_archive_is_sound_and_found(system: System, place: Place, digests: list[str], empty: Empty) -> None:
    backed_up(system, place)
    there = empty()
    restored(there, place)
    verdict = verify(there)
    assert (verdict.problems, verdict.not_checked) == ([], [])
    assert verdict.checked["indexed"] == verdict.checked["files"] == 3
    assert there.index.search(SearchRequest(query=Query(), dossiers=None)).total == 3


def test_the_chain_goes_on_where_it_ended(system: System, place: Place, digests: list[str], empty: Empty) -> None:
    entries = AuditEntry.objects.count()
    backed_up(system, place)
    restored(empty(), place)
    assert audit.verify() == (entries + 1, [])


def test_an_older_snapshot_is_restored_when_named(
    system: System, place: Place, digests: list[str], clock: FixedClock, empty: Empty
) -> None:
    first = backed_up(system, place)
    clock.advance(timedelta(days=1))
    filed(system, "丁")
    backed_up(system, place)
    there = empty()
    restored(there, place, first.snapshot)
    assert (Document.objects.count(), verify(there).problems) == (3, [])


def test_locks_and_mails_come_back(system: System, place: Place, digests: list[str], empty: Empty) -> None:
    until, over = datetime(2040, 1, 1, tzinfo=UTC), system.clock.now() + timedelta(seconds=1)
    system.blobs.retain(digests[0], LockMode.COMPLIANCE, until)
    system.blobs.hold(digests[0], True)
    system.blobs.retain(digests[1], LockMode.GOVERNANCE, over)
    mail = system.settings.data_dir / "mail" / "2026-03-01_a.eml"
    mail.parent.mkdir(parents=True, exist_ok=True)
    mail.write_text("Subject: 到期提醒\n\n", "utf-8")
    backed_up(system, place)
    assert isinstance(system.clock, FixedClock)
    system.clock.advance(timedelta(minutes=1))
    there = empty()
    result = restored(there, place)
    assert (result.problems, result.mails) == ([], 1)
    assert there.blobs.lock_of(digests[0]) == Lock(LockMode.COMPLIANCE, until, True)
    assert there.blobs.lock_of(digests[1]) == Lock(), "a retention that has run out protects nothing any more"
    assert (there.settings.data_dir / "mail" / mail.name).read_bytes() == mail.read_bytes()


def test_what_was_in_somebody_s_hands_is_free_again(
    system: System, place: Place, digests: list[str], clock: FixedClock, empty: Empty
) -> None:
    file_text(system, CODE, "丁.txt", "丁")
    taken = [claims.take(lane, 10) for lane in LANES]
    assert any(taken), "nothing was claimed"
    assert leases.take("scheduler", "gone", clock, timedelta(seconds=45))
    backed_up(system, place)
    restored(empty(), place)
    waiting = list(collection(OutboxEvent).find({"finished": False}))
    assert waiting
    assert not any(event.get("claims") for event in waiting)
    assert {due for event in waiting for due in event["due"].values()} == {AT_ONCE}
    assert collection(leases.Lease).find_one({"_id": "scheduler"}) is None


# -- mails ---------------------------------------------------------------------------------------------------------

def a_mail(key: str, state: str, clock: FixedClock, **more: Any) -> None:
    collection(Mail).insert_one(Mail(
        id=key, address=f"{key}@example.com", day=date(2026, 3, 2), subject="到期提醒", text="…", html="…", state=state,
        not_before=clock.now(), created_at=clock.now(), **more).as_mongo())


def test_no_mail_goes_out_again_before_somebody_says_so(
    system: System, place: Place, digests: list[str], clock: FixedClock, empty: Empty
) -> None:
    for key, state in (("a", "queued"), ("b", "sending"), ("c", "sent")):
        a_mail(key, state, clock)
    backed_up(system, place)
    there = empty()
    restored(there, place)
    assert not (there.settings.data_dir / "mail").exists() or not list((there.settings.data_dir / "mail").iterdir())
    daily, resend = run_job(there, SYSTEM, "notices.daily"), run_job(there, SYSTEM, "notices.resend")
    assert (daily.outcome, "dangan notices resume" in daily.result["paused"]) == ("attention", True)
    assert (resend.outcome, resend.result) == ("done", {})
    assert sent(there) == {}

    assert marker.resume_notices(SYSTEM, clock)
    assert AuditEntry.objects.order_by("-id").first().action == "notices.resumed"
    run_job(there, SYSTEM, "notices.resend")
    assert sent(there).keys() == {"a", "b"}, "what had gone out by the snapshot does not again"
    assert all("重发" in text for text in sent(there).values())
    assert not marker.resume_notices(SYSTEM, clock)


def sent(system: System) -> dict[str, str]:
    """The system's own mailer still writes to the first folder: what is there, by recipient."""
    folder = system.mailer.folder  # type: ignore[attr-defined]
    from email import message_from_bytes, policy

    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")]
    return {str(mail["To"]).partition("@")[0]: str(mail["Subject"]) for mail in mails}


def test_only_who_runs_jobs_resumes_notices_or_restores(
    system: System, place: Place, digests: list[str], people: dict[str, Actor], clock: FixedClock
) -> None:
    from admin.backup.restore import restore

    refused_without(Permission.JOB_RUN, people, lambda actor: marker.resume_notices(actor, clock))
    refused_without(Permission.JOB_RUN, people, lambda actor: restore(system, actor, place))


# -- refusals ------------------------------------------------------------------------------------------------------

def test_an_archive_that_holds_anything_is_left_alone(system: System, place: Place, digests: list[str]) -> None:
    backed_up(system, place)
    before, objects = snapshot(), sorted(system.blobs.digests())
    with pytest.raises(NotEmpty, match="数据库中的 audit"):
        restored(system, place)
    assert (contents(), sorted(system.blobs.digests())) == ({k: v for k, v in before.items() if v}, objects)
    assert marker.read() is None


@pytest.mark.parametrize("held", ["database", "objects", "index"])
def test_each_engine_must_be_empty(system: System, place: Place, digests: list[str], empty: Empty, held: str) -> None:
    backed_up(system, place)
    there = empty()
    if held == "database":
        database()["projects"].insert_one({"_id": "x"})
    elif held == "objects":
        path = place.object(digests[0])
        copy = there.blobs.staging / "in-copy"  # type: ignore[attr-defined]
        copy.write_bytes(path.read_bytes())
        there.blobs.put(copy, digests[0])
    else:
        fill(there)
    with pytest.raises(NotEmpty, match={"database": "projects", "objects": "对象存储", "index": "检索索引"}[held]):
        restored(there, place)
    assert marker.read() is None


def fill(system: System) -> None:
    from search.port import IndexedDocument

    system.index.put([IndexedDocument(
        id="x", dossier="d", project=CODE, title="x", filename="x.txt", type="other", stage="APP", doc_date=None,
        version=1, text="x")])
    system.index.commit()


def test_a_process_at_work_is_not_disturbed(
    system: System, place: Place, digests: list[str], clock: FixedClock, empty: Empty
) -> None:
    import dataclasses

    backed_up(system, place)
    there = empty()
    with pytest.raises(ArchiveInUse):
        restored(dataclasses.replace(there, works=False), place)
    assert leases.take("scheduler", "somebody", clock, timedelta(seconds=45))
    with pytest.raises(ArchiveInUse, match="scheduler"):
        restored(there, place)
    leases.give_back("scheduler", "somebody")
    assert leases.take("restore", "another", clock, timedelta(seconds=45))
    with pytest.raises(ArchiveInUse, match="dangan restore"):
        restored(there, place)
    leases.give_back("restore", "another")
    assert contents() == {}
    assert restored(there, place).problems == []


@pytest.mark.parametrize("name", ["versions.bson.gz", "audit.bson.gz", "objects.jsonl.gz", "mails.jsonl.gz", "manifest.json"])
@pytest.mark.parametrize("damage", ["flipped", "cut", "gone"])
def test_a_damaged_backup_is_refused_before_anything_is_written(
    system: System, place: Place, digests: list[str], empty: Empty, name: str, damage: str
) -> None:
    backed_up(system, place)
    path = find(place) / name
    if damage == "flipped":
        flip(path, at=path.stat().st_size // 2)
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-5])
    elif name != "manifest.json":
        path.unlink()
    else:
        path.write_bytes(b"")
    there = empty()
    with pytest.raises(BadBackup, match="没有写入任何数据"):
        restored(there, place)
    assert (contents(), list(there.blobs.digests()), marker.read()) == ({}, [], None)


def test_an_object_damaged_in_the_backup_costs_only_itself(
    system: System, place: Place, digests: list[str], empty: Empty
) -> None:
    backed_up(system, place)
    flip(place.object(digests[0]))
    place.object(digests[1]).unlink()
    there = empty()
    result = restored(there, place)
    assert sorted(result.problems) == sorted([f"对象 {digests[0]} 在备份中损坏，没有恢复", f"对象 {digests[1]} 在备份中缺失，没有恢复"])
    assert set(there.blobs.digests()) == {digests[2]}
    assert len(verify(there).problems) == 2


# -- interrupted ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("part", ["objects", "audit", "versions", "index"])
def test_an_interrupted_restore_is_nobody_s_archive_until_it_is_repeated(
    system: System, place: Place, digests: list[str], empty: Empty, clock: FixedClock, part: str
) -> None:
    first = backed_up(system, place)
    clock.advance(timedelta(days=1))
    newest = backed_up(system, place)
    there = empty()
    with pytest.raises(Stopped):
        restored(there, place, progress=once(stop, at=part))
    with pytest.raises(HalfRestored, match=newest.snapshot):
        marker.require_whole()
    with pytest.raises(OtherRestore, match=newest.snapshot):
        restored(there, place, first.snapshot)
    result = restored(there, place)
    assert (result.problems, verify(there).problems) == ([], [])
    assert (Version.objects.count(), AuditEntry.objects(action="backup.restored").count()) == (3, 1)
    marker.require_whole()
    with pytest.raises(NotEmpty):
        restored(there, place)


def test_a_full_disk_is_said_and_the_repeat_goes_on(
    system: System, place: Place, digests: list[str], empty: Empty
) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    backed_up(system, place)
    there = empty()
    with pytest.raises(RestoreFailed, match="磁盘已满"):
        restored(there, place, progress=once(full, at="versions"))
    assert restored(there, place).problems == []
    assert verify(there).problems == []


def test_no_process_opens_a_half_restored_archive(
    system: System, place: Place, digests: list[str], empty: Empty
) -> None:
    backed_up(system, place)
    there = empty()
    with pytest.raises(Stopped):
        restored(there, place, progress=once(stop, at="audit"))
    with pytest.raises(HalfRestored, match=r"dangan restore .*backups"):
        build(system.settings, clock=system.clock, sandbox=system.sandbox)
    build(system.settings, clock=system.clock, sandbox=system.sandbox, restoring=True).search  # noqa: B018
