"""The tus protocol on the wire: what a client may rely on, and what is not the protocol refused without a trace."""

import base64
import hashlib
import os

import pytest

from admin.system import System
from admin.uploads import receiving
from archive.models import Document, Version
from tests.conftest import snapshot
from tests.functional.processes import until
from tests.functional.tus.conftest import CODE, MIB, TEXT, lies
from tests.functional.tus_client import Tus, metadata


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


def test_methods_that_a_client_cannot_send_are_named(tus: Tus) -> None:
    where = tus.create(len(TEXT), project=CODE, filename="纪要.txt")
    sent = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert tus("POST", where, sent, TEXT).headers["Dangan-Upload-State"] == "filed"
    assert tus("POST", where, {**sent, "X-HTTP-Method-Override": "PUT"}, TEXT).status == 400
    assert tus("POST", where, {"X-HTTP-Method-Override": "DELETE"}).status == 204
    assert Document.objects.count() == 1
