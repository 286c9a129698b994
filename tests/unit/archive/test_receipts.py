"""Receipts of hand-overs: what they list, how they are numbered, that closed ones stay as they are, and whose they are."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from admin.system import System
from archive.access import Actor
from archive.clock import FixedClock
from archive.errors import ArchiveError, Conflict, Invalid, NotFound, NotPermitted, Refused
from archive.models import AuditEntry, Channel, Receipt, ReceiptEntry
from archive.models.receipts import Outcome
from archive.operations.receipt_seals import broken_seals
from archive.operations.receipts import (
    Entry,
    ReceiptClosed,
    add_entries,
    add_entry,
    close_idle,
    close_receipt,
    edit_receipt,
    filed_entry,
    open_receipt,
    refused_entry,
)
from archive.receipts import all_entries, entries_of, find_receipt, list_receipts
from archive.transaction import collection
from tests.builders import SYSTEM, UNIT, UNIT_B, a_project, file_text
from tests.conftest import snapshot

CODE = "XM-2024-001"


@pytest.fixture(autouse=True)
def projects(system: System) -> None:
    a_project(system, CODE, unit=UNIT)
    a_project(system, "XM-2024-002", unit=UNIT_B)


def entry(name: str, result: Outcome = Outcome.FILED, size: int = 10) -> Entry:
    return Entry(name, name, result, size)


def closed(system: System, actor: Actor = SYSTEM, code: str = CODE) -> Receipt:
    receipt = open_receipt(actor, system.clock, code, Channel.API)
    add_entry(actor, system.clock, receipt.id, entry("a.txt"))
    return close_receipt(actor, system.clock, receipt.id)


def test_a_hand_over_lists_what_became_of_each_file(system: System, people: dict[str, Actor]) -> None:
    who = people["unit_a"]
    receipt = open_receipt(who, system.clock, CODE, Channel.BROWSER, batch="b-1")
    filed = file_text(system, CODE, "会议纪要.txt", "会议纪要\n讨论验收。")
    again = file_text(system, CODE, "又是会议纪要.txt", "会议纪要\n讨论验收。")
    add_entries(who, system.clock, receipt.id, [filed_entry("材料/会议纪要.txt", filed), filed_entry("又是会议纪要.txt", again)])
    add_entry(who, system.clock, receipt.id, refused_entry("空.txt", Refused(filename="空.txt", reason="文件是空的")))
    done = close_receipt(who, system.clock, receipt.id)

    assert (done.number, done.state, done.handed_by, done.handed_unit) == ("YJ-2026-000001", "closed", who.name, UNIT)
    assert (done.filed, done.duplicates, done.refused, done.bytes) == (1, 1, 1, 2 * filed.version.size)
    lines = list(all_entries(who, done.id))
    assert [(line.line, line.path, line.result) for line in lines] == [
        (1, "材料/会议纪要.txt", "filed"), (2, "又是会议纪要.txt", "duplicate"), (3, "空.txt", "refused")]
    assert (lines[0].sha256, lines[0].sm3, lines[0].document) == (filed.version.sha256, filed.version.sm3, filed.document.id)
    assert lines[0].pages == 1
    assert "没有重复保存" in lines[1].reason
    assert lines[2].reason == "文件是空的"


def test_numbers_have_no_gaps_and_begin_anew_with_the_year(system: System, clock: FixedClock) -> None:
    assert [closed(system).number for _ in range(3)] == ["YJ-2026-000001", "YJ-2026-000002", "YJ-2026-000003"]
    open_receipt(SYSTEM, clock, CODE, Channel.API)  # never closed: uses no number
    with pytest.raises(Invalid, match="没有一个文件"):
        close_receipt(SYSTEM, clock, open_receipt(SYSTEM, clock, CODE, Channel.API).id)
    assert closed(system).number == "YJ-2026-000004"
    clock.instant += timedelta(days=365)
    assert closed(system).number == "YJ-2027-000001"


def test_many_close_at_once_and_no_number_is_given_twice(system: System) -> None:
    with ThreadPoolExecutor(6) as pool:
        numbers = [receipt.number for receipt in pool.map(lambda _: closed(system), range(12))]
    assert sorted(numbers) == [f"YJ-2026-{n:06}" for n in range(1, 13)]


def test_files_of_many_threads_get_a_line_each(system: System) -> None:
    receipt = open_receipt(SYSTEM, system.clock, CODE, Channel.CLI)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: add_entry(SYSTEM, system.clock, receipt.id, entry(f"{n}.txt")), range(30)))
    assert sorted(ReceiptEntry.objects.scalar("line")) == list(range(1, 31))
    assert find_receipt(SYSTEM, receipt.id).filed == 30


def test_the_same_key_is_the_same_line(system: System) -> None:
    receipt = open_receipt(SYSTEM, system.clock, CODE, Channel.CLI)
    add_entries(SYSTEM, system.clock, receipt.id, [entry("a", Outcome.REFUSED, 5), entry("b"), entry("b", size=7)])
    add_entry(SYSTEM, system.clock, receipt.id, entry("a", size=9))
    done = find_receipt(SYSTEM, receipt.id)
    assert (done.filed, done.refused, done.bytes) == (2, 0, 16)
    assert [(line.path, line.line) for line in all_entries(SYSTEM, receipt.id)] == [("a", 1), ("b", 2)]


def test_a_batch_is_opened_once(system: System, people: dict[str, Actor]) -> None:
    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(lambda _: open_receipt(people["unit_a"], system.clock, CODE, Channel.BROWSER, batch="x").id, range(8)))
    assert len(ids) == 1
    assert open_receipt(people["archivist"], system.clock, CODE, Channel.BROWSER, batch="x").id not in ids


def test_a_closed_receipt_never_changes(system: System) -> None:
    done = closed(system)
    before = snapshot()
    for change in (lambda: add_entry(SYSTEM, system.clock, done.id, entry("b.txt")),
                   lambda: edit_receipt(SYSTEM, system.clock, done.id, done.revision, {"note": "改"})):
        with pytest.raises(ReceiptClosed, match="YJ-2026-000001"):
            change()
    assert close_receipt(SYSTEM, system.clock, done.number).number == done.number
    assert snapshot() == before


def test_an_altered_receipt_is_found_out(system: System) -> None:
    done = closed(system)
    closed(system)
    assert broken_seals() == (2, [])
    sealed = AuditEntry.objects(action="receipt.closed").order_by("-id")[1].detail
    assert (sealed["sha256"], sealed["sm3"]) == (done.sha256, done.sm3)
    collection(ReceiptEntry).update_one({"receipt": done.id}, {"$set": {"sha256": "sha256:other"}})
    assert broken_seals() == (2, [done.number])
    collection(ReceiptEntry).update_one({"receipt": done.id}, {"$set": {"sha256": ""}})
    collection(Receipt).update_one({"_id": done.id}, {"$set": {"received_by": "别人"}})
    assert broken_seals() == (2, [done.number])


def test_who_hands_over_and_receives_is_written_until_it_is_closed(system: System) -> None:
    receipt = open_receipt(SYSTEM, system.clock, CODE, Channel.CLI, people={"handed_by": "陈明"})
    changed = edit_receipt(SYSTEM, system.clock, receipt.id, receipt.revision, {"received_by": " 沈静 ", "received_unit": "档案室"})
    assert (changed.handed_by, changed.received_by, changed.received_unit) == ("陈明", "沈静", "档案室")
    with pytest.raises(Conflict):
        edit_receipt(SYSTEM, system.clock, receipt.id, receipt.revision, {"note": "迟了"})
    with pytest.raises(Invalid):
        edit_receipt(SYSTEM, system.clock, receipt.id, changed.revision, {"number": "YJ-1"})
    with pytest.raises(Invalid, match="过长"):
        edit_receipt(SYSTEM, system.clock, receipt.id, changed.revision, {"note": "长" * 1001})


def test_the_name_of_what_may_be_secret_is_not_kept(system: System, people: dict[str, Actor]) -> None:
    receipt = open_receipt(SYSTEM, system.clock, CODE, Channel.CLI)
    with pytest.raises(Refused) as refused:
        system.intake.file(SYSTEM, CODE, "某绝密行动.txt", ["机密★10年\n关于行动的通知".encode()])
    add_entry(SYSTEM, system.clock, receipt.id, refused_entry("某绝密行动.txt", refused.value))
    close_receipt(SYSTEM, system.clock, receipt.id)
    assert "某绝密行动" not in repr(snapshot())
    assert "密级标志" in entries_of(SYSTEM, receipt.id).items[0].reason


def test_only_those_who_file_here_write_receipts(system: System, people: dict[str, Actor]) -> None:
    receipt = open_receipt(people["archivist"], system.clock, CODE, Channel.BROWSER)
    add_entry(people["archivist"], system.clock, receipt.id, entry("a.txt"))
    before = snapshot()
    tries = {"unit_b": NotFound, "unit_a": NotPermitted, "auditor": NotPermitted, "sysadmin": NotPermitted}
    for name, error in tries.items():
        for change in (lambda: add_entry(people[name], system.clock, receipt.id, entry("b.txt")),  # noqa: B023
                       lambda: edit_receipt(people[name], system.clock, receipt.id, receipt.revision, {"note": "x"}),  # noqa: B023
                       lambda: close_receipt(people[name], system.clock, receipt.id)):  # noqa: B023
            with pytest.raises(error):
                change()
        with pytest.raises(ArchiveError) if name != "unit_a" else pytest.raises(Invalid):
            open_receipt(people[name], system.clock, CODE, Channel.BROWSER, people={"wrong": ""} if name == "unit_a" else None)
    assert snapshot() == before
    mine = open_receipt(people["unit_a"], system.clock, CODE, Channel.BROWSER)
    add_entry(people["unit_a"], system.clock, mine.id, entry("a.txt"))
    assert close_receipt(people["archivist"], system.clock, mine.id).closed_by == people["archivist"].id


def test_receipts_are_seen_with_their_dossier(system: System, people: dict[str, Actor]) -> None:
    first, second = closed(system), closed(system, code="XM-2024-002")
    assert [r.id for r in list_receipts(people["unit_a"]).items] == [first.id]
    assert [r.id for r in list_receipts(people["auditor"]).items] == [second.id, first.id]
    assert list_receipts(people["auditor"], project=CODE, state="closed").total == 1
    assert list_receipts(people["auditor"], state="open").total == 0
    for read in (find_receipt, entries_of, all_entries):
        for key in (second.id, second.number, "", "没有"):
            with pytest.raises(NotFound):
                read(people["unit_a"], key)
    with pytest.raises(NotPermitted):
        list_receipts(people["sysadmin"])


def test_what_nobody_touched_for_a_day_is_closed_or_dropped(system: System, clock: FixedClock) -> None:
    forgotten, empty = (open_receipt(SYSTEM, clock, CODE, Channel.BROWSER, batch=name) for name in ("a", "b"))
    add_entry(SYSTEM, clock, forgotten.id, entry("a.txt"))
    assert close_idle(SYSTEM, clock) == (0, 0)
    clock.instant += timedelta(hours=25)
    fresh = open_receipt(SYSTEM, clock, CODE, Channel.BROWSER, batch="c")
    assert close_idle(SYSTEM, clock) == (1, 1)
    assert find_receipt(SYSTEM, forgotten.id).number == "YJ-2026-000001"
    assert Receipt.objects(id=empty.id).first() is None
    assert find_receipt(SYSTEM, fresh.id).state == "open"
