"""Hostile and damaged bundles: they cost nothing beyond their limits, and everybody is told what happened and why."""

import gzip
import io
import tarfile
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from admin.system import System
from admin.worker import Worker
from archive.models import AuditEntry, Document, Member, Remarks, Unpacking, Version
from ingest.unpack import Unpacker
from ingest.unpacking.budget import UnpackLimits
from tests.builders import a_project
from tests.unit.ingest.unpacking import bundles
from tests.unit.ingest.unpacking.test_unpack import children, file, outcomes

MINUTES = "第一次例会纪要，讨论竣工图纸。".encode()
SECRET = "机密★10年\n关于某工程的报告\n".encode()


def limited(system: System, **limits: int) -> Worker:
    unpacker = Unpacker(system.blobs, system.intake, system.clock, UnpackLimits(**limits))
    return Worker(replace(system, unpacker=unpacker))


def ending(parent: Document) -> Unpacking:
    found: Unpacking = Unpacking.objects(id=parent.current).get()
    return found


def test_overlapping_members_are_a_bomb(system: System, worker: Worker) -> None:
    a_project(system)
    parent = file(system, "bomb.zip", bundles.overlapping(copies=300, megabytes=20))
    worker.drain()
    assert (ending(parent).state, Document.objects.count()) == ("refused", 1)
    assert "压缩炸弹" in ending(parent).reason


def test_the_declared_size_is_looked_at_before_anything_is_filed(system: System) -> None:
    a_project(system)
    parent = file(system, "大.zip", bundles.zipped({"纪要.txt": MINUTES, "零.bin": b"\0" * (100 << 20)}))
    limited(system).drain()
    assert (ending(parent).state, Document.objects.count()) == ("refused", 1)
    assert "200 倍" in ending(parent).reason
    assert "DANGAN_UNPACK_RATIO" in ending(parent).reason
    parent = file(system, "大2.zip", bundles.zipped({"纪要2.txt": MINUTES, "零.bin": b"\0" * (100 << 20)}))
    limited(system, bytes=50 << 20, ratio=100_000).drain()
    assert "50 MiB" in ending(parent).reason
    assert "DANGAN_UNPACK_BYTES" in ending(parent).reason


def test_a_declared_size_that_lies_ends_where_it_was_declared(system: System, worker: Worker) -> None:
    a_project(system)
    parent = file(system, "谎.zip", bundles.lying(megabytes=200, declared=100))
    worker.drain()
    assert outcomes(parent) == {"日志.txt": "unreadable"}
    assert Document.objects.count() == 1


def test_a_packed_single_file_stops_at_the_limit(system: System) -> None:
    a_project(system)
    parent = file(system, "日志.txt.gz", gzip.compress(b"\0" * (120 << 20)))
    system.intake.max_bytes = 1 << 30
    limited(system).drain()
    assert ending(parent).state == "refused"
    assert "倍上限" in ending(parent).reason
    assert Document.objects.count() == 1
    assert list(system.intake.staging.glob("in-*")) == []


def test_a_tar_of_too_many_members_is_refused_whole(system: System) -> None:
    a_project(system)
    parent = file(system, "多.tar.gz", bundles.tarred({f"{n}.txt": str(n).encode() for n in range(60)}, "w:gz"))
    limited(system, members=50).drain()
    assert (ending(parent).state, Document.objects.count()) == ("refused", 1)
    assert "50 个" in ending(parent).reason
    assert "DANGAN_UNPACK_MEMBERS" in ending(parent).reason


def test_limits_hold_for_everything_inside_the_outermost(system: System) -> None:
    """Each of the inner bundles is small enough; together they are not."""
    a_project(system)
    inner = {f"{n}.zip": bundles.zipped({f"{n}-{m}.txt": f"{n} {m}".encode() for m in range(10)}) for n in range(8)}
    file(system, "外.zip", bundles.zipped(inner))
    limited(system, members=40).drain()
    assert Member.objects.count() <= 40
    assert Unpacking.objects(state="refused").count() == 5


def test_the_famous_kind_of_nested_bomb_costs_little(system: System, worker: Worker) -> None:
    """Sixteen times the same bundle of sixteen times the same … of zeros: equal bytes are kept and opened once."""
    a_project(system)
    data = b"\0" * (30 << 20)
    for _ in range(5):
        data = bundles.zipped({f"{n:x}.zip": data for n in range(16)})
    file(system, "42.zip", data)
    worker.drain()
    assert Document.objects.count() <= 6
    assert max(Member.objects.scalar("depth")) == 4


def test_links_and_devices_are_named_and_never_followed(system: System, worker: Worker) -> None:
    a_project(system)
    parent = file(system, "链接.tar", bundles.tar_of(
        ("passwd", tarfile.SYMTYPE, "/etc/passwd", b""), ("硬链接", tarfile.LNKTYPE, "纪要.txt", b""),
        ("zero", tarfile.CHRTYPE, "", b""), ("管道", tarfile.FIFOTYPE, "", b""), ("纪要.txt", tarfile.REGTYPE, "", MINUTES)))
    other = file(system, "链接.zip", bundles.linked_zip(b"/etc/passwd"))
    worker.drain()
    assert outcomes(parent) == {"passwd": "skipped", "硬链接": "skipped", "zero": "skipped", "管道": "skipped", "纪要.txt": "filed"}
    assert outcomes(other) == {"link": "skipped", "纪要.txt": "filed"}


@pytest.mark.parametrize("pack", [bundles.zipped, bundles.tarred])
def test_paths_that_lead_outside_lead_nowhere(system: System, worker: Worker, pack: object, tmp_path: Path) -> None:
    a_project(system)
    data = pack({"../../../../outside.txt": MINUTES, "/abs.txt": MINUTES + b"2", "C:\\win\\x.txt": MINUTES + b"3"})  # type: ignore[operator]
    parent = file(system, "路径.bin", data)
    worker.drain()
    assert set(children(parent)) == {"outside.txt", "abs.txt", "win/x.txt"}
    assert all(member.outside for member in Member.objects)
    assert not list(tmp_path.rglob("outside.txt"))
    assert not Path("/abs.txt").exists()


def test_duplicate_names_are_all_kept(system: System, worker: Worker) -> None:
    a_project(system)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as bundle:
        for n in range(3):
            with warnings.catch_warnings(action="ignore"):
                bundle.writestr("报告.txt", f"第 {n} 份".encode())
    parent = file(system, "同名.zip", target.getvalue())
    worker.drain()
    rows = list(Member.objects(document=parent.id).order_by("number"))
    assert [(row.path, row.occurrence, row.outcome) for row in rows] == [("报告.txt", n, "filed") for n in (1, 2, 3)]


def test_locked_members_are_named_and_the_others_filed(system: System, worker: Worker) -> None:
    a_project(system)
    parent = file(system, "部分加密.zip", bundles.encrypted({"密.txt": b"locked away", "明.txt": MINUTES}, "密.txt"))
    worker.drain()
    assert outcomes(parent) == {"密.txt": "encrypted", "明.txt": "filed"}
    assert "口令" in Member.objects(outcome="encrypted").get().reason


def test_a_state_secret_inside_takes_the_bundle_with_it_and_names_nothing(system: System, worker: Worker) -> None:
    a_project(system)
    parent = file(system, "材料.zip", bundles.zipped({"某工程的绝密计划.txt": SECRET, "纪要.txt": MINUTES}))
    worker.drain()
    assert [child.filename for child in Document.objects(parent=parent.id)] == ["纪要.txt"]
    assert Version.objects(id=parent.current).first() is None, "its bytes hold the secret"
    assert not [entry for entry in AuditEntry.objects if "绝密计划" in str(entry.detail)]
    assert AuditEntry.objects(action="document.member-refused", subject=f"document:{parent.id}").count() == 1


def test_a_refused_member_leaves_what_and_why_on_the_bundle(system: System, worker: Worker) -> None:
    a_project(system)
    parent = file(system, "材料.zip", bundles.zipped({"空.txt": b"", "纪要.txt": MINUTES}))
    worker.drain()
    said = Remarks.objects(version=parent.current, source="unpack 1").get().items[0]
    assert (said.code, "空.txt" in said.text, "0 字节" in said.text) == ("member.refused", True, True)
    assert AuditEntry.objects(action="document.member-refused", subject=f"document:{parent.id}").count() == 1


def test_a_damaged_member_costs_only_itself(system: System, worker: Worker) -> None:
    a_project(system)
    data = bytearray(bundles.zipped({"a.txt": b"first " * 50, "坏.txt": MINUTES, "c.txt": b"third " * 50}, zipfile.ZIP_STORED))
    data[data.find(MINUTES)] ^= 0xFF
    parent = file(system, "损坏.zip", bytes(data))
    worker.drain()
    assert outcomes(parent) == {"a.txt": "filed", "坏.txt": "unreadable", "c.txt": "filed"}


def test_a_torn_bundle_gives_what_it_has(system: System, worker: Worker) -> None:
    a_project(system)
    whole = bundles.tarred({f"{n}.txt": str(n).encode() * 3000 for n in range(1, 6)}, "w")
    parent = file(system, "断.tar", whole[:9000])
    torn = file(system, "断.zip", bundles.zipped({"a.txt": MINUTES})[:-10])
    worker.drain()
    assert "filed" in outcomes(parent).values()
    assert "unreadable" in outcomes(parent).values() or ending(parent).state == "partial"
    assert (ending(torn).state, "损坏" in ending(torn).reason) == ("refused", True)


def test_a_file_over_the_limit_for_one_is_left_in_the_bundle(system: System, worker: Worker) -> None:
    a_project(system)
    parent = file(system, "大.zip", bundles.zipped({"大.bin": bytes(range(256)) * 8192, "纪要.txt": MINUTES}))
    system.intake.max_bytes = 1 << 20
    worker.drain()
    assert outcomes(parent) == {"大.bin": "refused", "纪要.txt": "filed"}
    assert "1 MiB" in Member.objects(outcome="refused").get().reason


def test_a_member_that_brings_the_process_down_costs_only_itself(system: System, tmp_path: Path) -> None:
    a_project(system)
    parent = file(system, "附件.pdf", bundles.pdf_bomb(tmp_path, "大.bin"))
    limited(system, ratio=100_000).drain()
    assert outcomes(parent) == {"小.txt": "filed", "大.bin": "unreadable"}
    assert "内存" in Member.objects(outcome="unreadable").get().reason
    assert ending(parent).state == "done"
