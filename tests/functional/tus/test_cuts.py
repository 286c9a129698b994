"""Uploads that are cut off, meet each other, or lose a disk, an engine or the process: the bytes are the same in the end."""

import hashlib
import os
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from admin.system import System
from admin.uploads import filing
from archive.errors import EngineDown
from archive.models import Document, Receipt, Version
from tests.functional.processes import until
from tests.functional.tus.conftest import CODE, MIB, TEXT, lies
from tests.functional.tus_client import Answer, Tus


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
