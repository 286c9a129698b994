"""What becomes of uploads: refused, filed, counted on a receipt, kept from other people, limited, cancelled and swept."""

import hashlib
import os
import shutil
from collections.abc import Callable
from datetime import timedelta

from admin.jobs import run_job
from admin.system import System
from archive.clock import FixedClock
from archive.models import Document, Receipt, ReceiptEntry, Upload
from archive.operations.projects import update_project
from archive.receipts import all_entries
from archive.transaction import collection
from tests.builders import SYSTEM
from tests.conftest import snapshot
from tests.functional.tus.conftest import CODE, TEXT, lies
from tests.functional.tus_client import Tus, metadata


def test_a_secret_leaves_nothing_but_the_reason(tus: Tus, system: System) -> None:
    secret = "机密★10年\n关于某绝密行动的通知".encode()
    where = tus.create(len(secret), project=CODE, filename="绝密行动.txt", title="绝密行动", batch="b", fingerprint="绝密行动/1")
    refused = tus.patch(where, 0, secret)
    assert refused.status == 422
    assert "密级标志" in refused.json["detail"]
    assert tus.patch(where, len(secret), b"").json == refused.json
    assert tus("GET", where).json["state"] == tus.head(where).headers["Dangan-Upload-State"] == "refused"
    assert "绝密行动" not in repr(snapshot())
    assert lies(system) == []
    assert list(system.blobs.digests()) == []
    line = ReceiptEntry.objects.get()
    assert (line.result, line.path, line.sha256) == ("refused", "", f"sha256:{hashlib.sha256(secret).hexdigest()}")


def test_an_empty_file_is_refused_at_once(tus: Tus) -> None:
    where = tus.create(0, project=CODE, filename="空.txt", batch="b")
    shown = tus("GET", where).json
    assert shown["state"] == "refused"
    assert "0 字节" in shown["message"]
    assert (Receipt.objects.get().refused, Document.objects.count()) == (1, 0)


def test_a_batch_is_one_receipt_whatever_became_of_its_files(tus: Tus, system: System) -> None:
    for name, content in (("甲.txt", TEXT), ("子/乙.txt", TEXT), ("丙.txt", b"other text"), ("丙.txt", b"")):
        where = tus.create(len(content), project=CODE, filename=name.rpartition("/")[2], path=name, batch="b", fingerprint=f"{name}{len(content)}")
        if content:
            tus.patch(where, 0, content)
    receipt = Receipt.objects.get()
    assert (receipt.channel, receipt.filed, receipt.duplicates, receipt.refused) == ("api", 2, 1, 1)
    assert [line.path for line in all_entries(SYSTEM, receipt.id)] == ["甲.txt", "子/乙.txt", "丙.txt", "丙.txt"]
    assert tus("GET", where).json["receipt"] == receipt.id


def test_the_same_file_announced_again_is_the_same_upload(tus: Tus) -> None:
    said = {"project": CODE, "filename": "纪要.txt", "fingerprint": "纪要.txt/1", "batch": "b"}
    where = tus.create(len(TEXT), **said)
    tus.patch(where, 0, TEXT[:7])
    assert tus.create(len(TEXT), **said) == where
    tus.patch(where, 7, TEXT[7:])
    answer = tus("POST", "/api/v1/uploads", {"Upload-Length": str(len(TEXT)), "Upload-Metadata": metadata(**{**said, "batch": "c"})})
    assert (answer.headers["Location"], answer.offset, answer.headers["Dangan-Upload-State"]) == (where, len(TEXT), "filed")
    assert [(r.filed, r.duplicates) for r in Receipt.objects.order_by("batch")] == [(1, 0), (0, 1)]
    assert tus.create(len(TEXT) + 1, **said) != where


def test_an_upload_is_its_owners_only(as_: Callable[[str], Tus], system: System) -> None:
    owner = as_("unit_a")
    where = owner.create(len(TEXT), project=CODE, filename="纪要.txt")
    owner.patch(where, 0, TEXT[:3])
    before = snapshot()
    for name in ("unit_b", "archivist", "auditor", "sysadmin"):
        other = as_(name)
        tries = [other.head(where), other("GET", where), other.patch(where, 3, TEXT[3:]), other("DELETE", where)]
        expected = {403, 404} if name in ("auditor", "sysadmin") else {404}
        assert {answer.status for answer in tries} <= expected
        if name != "sysadmin":
            assert other("GET", "/api/v1/uploads").json["total"] == 0
    assert as_("unit_b")("POST", "/api/v1/uploads", {"Upload-Length": "5", "Upload-Metadata": metadata(
        project=CODE, filename="a.txt")}).status == 404
    assert as_("auditor")("POST", "/api/v1/uploads", {"Upload-Length": "5", "Upload-Metadata": metadata(
        project=CODE, filename="a.txt")}).status == 403
    assert Upload.objects.count() == 1
    assert {k: v for k, v in snapshot().items() if k not in ("tokens", "people", "audit", "chain_heads")} == {
        k: v for k, v in before.items() if k not in ("tokens", "people", "audit", "chain_heads")}
    assert owner.patch(where, 3, TEXT[3:]).status == 204


def test_a_dossier_that_closes_meanwhile_takes_nothing(tus: Tus, system: System) -> None:
    where = tus.create(len(TEXT), project=CODE, filename="纪要.txt", batch="b")
    update_project(SYSTEM, system.clock, CODE, 1, {"classified": True})
    answer = tus.patch(where, 0, TEXT)
    assert answer.status == 422
    assert "涉密项目" in answer.json["detail"]
    assert lies(system) == []
    assert Document.objects.count() == 0


def test_a_cancelled_upload_is_gone(tus: Tus, system: System) -> None:
    where = tus.create(len(TEXT), project=CODE, filename="纪要.txt")
    tus.patch(where, 0, TEXT[:5])
    assert len(lies(system)) == 1
    assert tus("DELETE", where).status == 204
    assert lies(system) == []
    assert tus.head(where).status == tus.patch(where, 5, TEXT[5:]).status == tus("DELETE", where).status == 404


def test_a_person_may_have_so_many_open(tus: Tus, system: System) -> None:
    object.__setattr__(system.settings, "open_uploads", 2)
    for number in range(2):
        last = tus.create(5, project=CODE, filename=f"{number}.txt")
    answer = tus("POST", "/api/v1/uploads", {"Upload-Length": "5", "Upload-Metadata": metadata(project=CODE, filename="a.txt")})
    assert (answer.status, answer.json["code"]) == (429, "upload.too-many")
    assert "2 个" in answer.json["detail"]
    tus("DELETE", last)
    tus.create(5, project=CODE, filename="c.txt")


def test_what_has_no_room_beside_what_was_promised_is_not_begun(tus: Tus, system: System) -> None:
    free = shutil.disk_usage(system.settings.data_dir).free
    system.intake.max_bytes = free
    tus.create(free // 2, project=CODE, filename="a.bin")
    answer = tus("POST", "/api/v1/uploads", {"Upload-Length": str(free // 2), "Upload-Metadata": metadata(
        project=CODE, filename="b.bin")})
    assert (answer.status, answer.json["code"]) == (507, "archive.disk-full")


def test_what_nobody_goes_on_with_expires_and_is_swept(tus: Tus, system: System, clock: FixedClock) -> None:
    where, other = (tus.create(len(TEXT), project=CODE, filename=f"{n}.txt") for n in (1, 2))
    tus.patch(where, 0, TEXT[:5])
    assert tus.head(where).headers["Upload-Expires"].endswith("GMT")
    clock.instant += timedelta(days=4)
    tus.patch(where, 5, TEXT[5:7])
    clock.instant += timedelta(days=4)
    assert (tus.head(where).status, tus.head(other).status) == (200, 410)
    clock.instant += timedelta(days=4)
    assert tus.patch(where, 7, TEXT[7:]).status == 410
    os.utime(lies(system)[0], (0, 0))
    assert run_job(system, SYSTEM, "uploads.sweep").result == {"expired": 2, "files": 1}
    assert lies(system) == []
    assert tus.head(where).status == 404


def test_files_of_nothing_are_swept_but_not_those_under_way(tus: Tus, system: System) -> None:
    where = tus.create(len(TEXT), project=CODE, filename="纪要.txt")
    tus.patch(where, 0, TEXT[:5])
    stray = system.settings.data_dir / "uploads" / "up-000000000000000000000000"
    stray.write_bytes(b"x")
    for path in lies(system):
        os.utime(path, (0, 0))
    assert run_job(system, SYSTEM, "uploads.sweep").result["files"] == 1
    assert not stray.exists()
    assert tus.patch(where, 5, TEXT[5:]).headers["Dangan-Upload-State"] == "filed"
    collection(Upload).delete_many({})
