"""The tus protocol on the wire: what a client may rely on, whatever is cut off, asked again, or asked by somebody else."""

import base64
import hashlib
import os
import random
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from admin.jobs import run_job
from admin.system import System
from admin.uploads import filing, receiving
from admin.web.app import create_app
from archive.access import Actor
from archive.clock import FixedClock
from archive.errors import EngineDown
from archive.models import Document, Receipt, ReceiptEntry, Upload, Version
from archive.operations.people import issue_token
from archive.operations.projects import update_project
from archive.receipts import all_entries
from archive.transaction import collection
from tests.builders import SYSTEM, UNIT, UNIT_B, a_project
from tests.conftest import snapshot
from tests.functional.processes import until
from tests.functional.serving import serving
from tests.functional.tus_client import Answer, Tus, metadata

CODE = "XM-2024-001"
MIB = 1 << 20
TEXT = "会议纪要\n讨论了试运行与验收准备。".encode()


@pytest.fixture
def app(system: System, people: dict[str, Actor]) -> Flask:
    a_project(system, CODE, unit=UNIT)
    a_project(system, "XM-2024-002", unit=UNIT_B)
    return create_app(system)


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    with serving(app) as server:
        yield server.port


@pytest.fixture
def as_(port: int, system: System) -> Callable[[str], Tus]:
    return lambda name: Tus(port, issue_token(SYSTEM, system.clock, name))


@pytest.fixture
def tus(as_: Callable[[str], Tus]) -> Tus:
    return as_("archivist")


def lies(system: System) -> list[Path]:
    """Every byte that is kept of uploads on this machine."""
    folder = system.settings.data_dir / "uploads"
    return [path for path in (*folder.glob("up-*"), *system.intake.staging.glob("*")) if path.is_file()]


def test_what_the_server_can_do_is_told_to_anybody(tus: Tus, system: System) -> None:
    tus.token, tus.spoken = "nobody", {}
    answer = tus("OPTIONS", "/api/v1/uploads")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == {"creation", "termination", "expiration", "checksum"}
    assert "sha1" in answer.headers["Tus-Checksum-Algorithm"].split(",")
    assert answer.headers["Tus-Max-Size"] == str(system.settings.max_upload)
    assert tus("GET", "/api/v1/uploads").status == 401


def test_a_file_in_three_parts_is_one_document(tus: Tus, system: System) -> None:
    content = os.urandom(3 * MIB)
    where = tus.create(len(content), project=CODE, filename="数据.bin", type="meeting_minutes", title="三段", doc_date="2025-03-04")
    for at in range(0, 3 * MIB, MIB):
        assert tus.head(where).offset == at
        answer = tus.patch(where, at, content[at:at + MIB])
        assert (answer.status, answer.offset) == (204, at + MIB)
    assert answer.headers["Dangan-Upload-State"] == "filed"
    document = Document.objects(id=answer.headers["Dangan-Document"]).get()
    assert (document.title, document.type, str(document.doc_date)) == ("三段", "meeting_minutes", "2025-03-04")
    version = Version.objects(id=document.current).get()
    assert version.sha256 == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert b"".join(system.blobs.pieces(version.sha256, 0, version.size)) == content
    assert lies(system) == []


def test_a_lost_answer_is_learned_by_asking_again(tus: Tus, system: System) -> None:
    where = tus.create(len(TEXT), project=CODE, filename="纪要.txt")
    tus.patch(where, 0, TEXT)
    before = snapshot()
    head, shown, again = tus.head(where), tus("GET", where).json, tus.patch(where, len(TEXT), b"")
    assert head.offset == len(TEXT)
    assert head.headers["Dangan-Upload-State"] == again.headers["Dangan-Upload-State"] == shown["state"] == "filed"
    assert head.headers["Dangan-Document"] == shown["document"] == Document.objects.get().id
    assert again.status == 204
    assert snapshot() == before


def test_the_same_bytes_again_are_a_duplicate(tus: Tus) -> None:
    for name, state in (("纪要.txt", "filed"), ("又是.txt", "duplicate")):
        answer = tus.patch(tus.create(len(TEXT), project=CODE, filename=name), 0, TEXT)
        assert answer.headers["Dangan-Upload-State"] == state
    assert Document.objects.count() == 1


@pytest.mark.parametrize(("headers", "status"), [
    ({"Tus-Resumable": "0.2.2"}, 412), ({"Tus-Resumable": ""}, 412), ({"Content-Type": "application/octet-stream"}, 415),
    ({"Upload-Offset": "3"}, 409), ({"Upload-Offset": "-1"}, 400), ({"Upload-Offset": ""}, 400),
    ({"Upload-Checksum": "md5 AAAA"}, 400), ({"Upload-Checksum": "sha1 ???"}, 400), ({"Upload-Checksum": "sha256 AAAA"}, 460)])
def test_what_is_not_the_protocol_is_refused_and_changes_nothing(tus: Tus, headers: dict[str, str], status: int) -> None:
    where = tus.create(len(TEXT), project=CODE, filename="纪要.txt")
    before = snapshot()
    answer = tus("PATCH", where, {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0", **headers}, TEXT)
    assert answer.status == status
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert ("Tus-Version" in answer.headers) == (status == 412)
    assert snapshot() == before
    assert tus.head(where).offset == 0


@pytest.mark.parametrize("said", [
    {"Upload-Length": ""}, {"Upload-Length": "-4"}, {"Upload-Length": "x"}, {"Upload-Defer-Length": "1"},
    {"Upload-Metadata": "filename ***"}, {"Upload-Metadata": ""}, {"Upload-Metadata": metadata(project=CODE)},
    {"Upload-Metadata": metadata(filename="a.txt")}, {"Upload-Metadata": metadata(project="XM-0", filename="a.txt")},
    {"Upload-Metadata": metadata(project=CODE, filename="..")}, {"Upload-Metadata": metadata(project=CODE, filename="a\0b")},
    {"Upload-Metadata": metadata(project=CODE, filename="a", doc_date="gestern")},
    {"Upload-Metadata": metadata(project=CODE, filename="a", title="长" * 501)}, {"Upload-Length": str(10**12)}])
def test_what_cannot_be_announced(tus: Tus, said: dict[str, str]) -> None:
    before = snapshot()
    answer = tus("POST", "/api/v1/uploads", {
        "Upload-Length": "5", "Upload-Metadata": metadata(project=CODE, filename="a.txt"), **said})
    assert answer.status in (400, 404, 413, 422)
    assert answer.json["detail"]
    assert snapshot() == before


@pytest.mark.parametrize("algorithm", receiving.ALGORITHMS)
def test_a_part_with_its_checksum_is_taken_whole_or_not_at_all(tus: Tus, algorithm: str) -> None:
    where = tus.create(len(TEXT), project=CODE, filename="纪要.txt")
    good = base64.b64encode(hashlib.new(algorithm, TEXT[:9]).digest()).decode()
    assert tus.patch(where, 0, TEXT[1:10], Upload_Checksum=f"{algorithm} {good}").status == 460
    tus.break_off(where, 0, 9, TEXT[:5], Upload_Checksum=f"{algorithm} {good}")
    until(lambda: tus.patch(where, 0, TEXT[:9], Upload_Checksum=f"{algorithm} {good}").status == 204, 20)
    assert tus.head(where).offset == 9
    assert tus.patch(where, 9, TEXT[9:]).headers["Dangan-Upload-State"] == "filed"


@pytest.mark.parametrize("reset", [False, True])
def test_what_came_before_the_cut_stays(tus: Tus, system: System, reset: bool) -> None:
    content = os.urandom(2 * MIB)
    where = tus.create(len(content), project=CODE, filename="数据.bin")
    tus.break_off(where, 0, len(content), content[:MIB + 7], reset=reset)
    until(lambda: tus.head(where).offset == MIB + 7, 3 if reset else 20)
    at = tus.head(where).offset
    assert 0 < at <= MIB + 7 if reset else at == MIB + 7
    assert tus.patch(where, at, content[at:]).status == 204
    assert Version.objects.get().sha256 == f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_chunked_bodies_are_bodies_and_stop_at_the_announced_size(tus: Tus) -> None:
    content = os.urandom(3 * MIB)
    where = tus.create(len(content), project=CODE, filename="数据.bin")
    headers = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    assert tus("PATCH", where, headers, iter([content[:MIB]])).offset == MIB
    headers["Upload-Offset"] = str(MIB)
    assert tus("PATCH", where, headers, iter([content[MIB:], b"zu viel" * MIB])).status == 413
    at = tus.head(where).offset
    answer = tus.patch(where, at, content[at:])
    assert answer.headers["Dangan-Upload-State"] == "filed"
    assert Version.objects.get().sha256 == f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_a_body_longer_than_the_file_is_not_even_read(tus: Tus) -> None:
    where = tus.create(10, project=CODE, filename="a.bin")
    assert tus.patch(where, 0, b"x" * 2 * MIB).status == 413
    assert tus.head(where).offset == 0


def go_on(tus: Tus, where: str, content: bytes, end: int) -> Answer:
    """As a client does: from where the server says it is, and again where a request broken off before came in between."""
    answers: list[Answer] = []

    def taken() -> bool:
        at = tus.head(where).offset
        answers.append(tus.patch(where, at, content[at:max(at, end)]))
        return answers[-1].status == 204

    assert until(taken, 20), answers[-1]
    assert {answer.status for answer in answers[:-1]} <= {409, 423}
    return answers[-1]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 40_000), max_size=8), st.integers(0, 10**9))
def test_any_cut_sequence_of_parts_gives_the_same_bytes(tus: Tus, cuts: list[int], seed: int) -> None:
    chance = random.Random(seed)
    content = chance.randbytes(40_000)
    where = tus.create(len(content), project=CODE, filename="数据.bin")
    for cut in cuts:
        at = tus.head(where).offset
        if at == len(content):
            break
        end = min(at + cut, len(content))
        if chance.random() < 0.5:
            tus.break_off(where, at, len(content) - at, content[at:end], reset=chance.random() < 0.3)
        else:
            go_on(tus, where, content, end)
    answer = go_on(tus, where, content, len(content))
    version = Version.objects(id=Document.objects(id=answer.headers["Dangan-Document"]).get().current).get()
    assert version.sha256 == f"sha256:{hashlib.sha256(content).hexdigest()}"


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


def test_methods_that_a_client_cannot_send_are_named(tus: Tus) -> None:
    where = tus.create(len(TEXT), project=CODE, filename="纪要.txt")
    sent = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert tus("POST", where, sent, TEXT).headers["Dangan-Upload-State"] == "filed"
    assert tus("POST", where, {**sent, "X-HTTP-Method-Override": "PUT"}, TEXT).status == 400
    assert tus("POST", where, {"X-HTTP-Method-Override": "DELETE"}).status == 204
    assert Document.objects.count() == 1


def test_two_at_once_do_not_mix(tus: Tus, system: System) -> None:
    import socket

    where = tus.create(len(TEXT), project=CODE, filename="纪要.txt")
    with socket.create_connection(("127.0.0.1", tus.port), 30) as wire:
        wire.sendall((f"PATCH {where} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {tus.token}\r\nTus-Resumable: 1.0.0\r\n"
                      "Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\n"
                      f"Content-Length: {len(TEXT)}\r\n\r\n").encode() + TEXT[:4])
        assert until(lambda: tus.patch(where, 0, b"").status == 423, 20)
        answer = tus.patch(where, 0, TEXT)
        assert (answer.status, answer.headers["Retry-After"]) == (423, "2")
        wire.sendall(TEXT[4:])
        assert wire.recv(12) == b"HTTP/1.1 204"
    assert Document.objects.count() == 1


def test_what_lies_on_another_machine_is_said_to(tus: Tus, system: System) -> None:
    where = tus.create(len(TEXT), project=CODE, filename="纪要.txt")
    tus.patch(where, 0, TEXT[:5])
    (system.settings.data_dir / "uploads" / "place").write_text("another")
    answer = tus.patch(where, 5, TEXT[5:])
    assert (answer.status, answer.json["code"]) == (421, "upload.elsewhere")
    assert tus.head(where).offset == 5  # told from the database, wherever it lies


def test_bytes_that_the_disk_lost_are_asked_for_again(tus: Tus, system: System) -> None:
    where = tus.create(len(TEXT), project=CODE, filename="纪要.txt")
    tus.patch(where, 0, TEXT[:9])
    lies(system)[0].unlink()
    assert tus.patch(where, 9, TEXT[9:]).status == 409
    assert tus.head(where).offset == 0
    assert tus.patch(where, 0, TEXT).headers["Dangan-Upload-State"] == "filed"


def test_an_engine_that_is_away_decides_nothing(tus: Tus, system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise EngineDown(engine="clamd", reason="拒绝连接")

    where = tus.create(len(TEXT), project=CODE, filename="纪要.txt")
    with monkeypatch.context() as patched:
        patched.setattr(system.intake.scanner, "check", away, raising=False)
        assert tus.patch(where, 0, TEXT).status == 503
    assert tus.head(where).headers["Dangan-Upload-State"] == "receiving"
    assert tus.patch(where, len(TEXT), b"").headers["Dangan-Upload-State"] == "filed"


def test_a_process_that_dies_after_filing_did_not_make_a_duplicate_of_itself(
        tus: Tus, system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: object) -> None:
        raise EngineDown(engine="MongoDB", reason="as if killed here")

    where = tus.create(len(TEXT), project=CODE, filename="纪要.txt", batch="b")
    with monkeypatch.context() as patched:
        patched.setattr(filing, "_accepted", dies)
        assert tus.patch(where, 0, TEXT).status == 503
    assert Document.objects.count() == 1
    assert tus.patch(where, len(TEXT), b"").headers["Dangan-Upload-State"] == "filed"
    assert (Document.objects.count(), Receipt.objects.get().filed) == (1, 1)
    assert lies(system) == []


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
