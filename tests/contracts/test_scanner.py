"""What every Scanner promises, asked of nobody and of the real clamd; and of peers that break off, lie or hang."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.errors import EngineDown
from ingest.scanners.clamd import CHUNK, ClamdScanner, Patience
from ingest.scanners.none import NoScanner
from ingest.scanners.port import Finding, Knowledge, Scanner
from tests.peers.clamd import SCAN_LIMIT, STREAM_LIMIT, TEST_VIRUS, VIRUS_NAME, Clamd

HASTY = Patience(connect=0.3, send=0.3, answer=0.3)
PATIENT = Patience(connect=20, send=20, answer=20)  # for peers that do answer, on a machine that has much to do


@pytest.fixture(params=["none", "tcp", "unix"])
def scanner(request: pytest.FixtureRequest) -> Scanner:
    if request.param == "none":
        return NoScanner()
    peer: Clamd = request.getfixturevalue("clamd")
    return ClamdScanner(getattr(peer, request.param))


@pytest.fixture
def daemon(clamd: Clamd) -> ClamdScanner:
    return ClamdScanner(clamd.tcp)


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(content: bytes) -> Path:
        path = tmp_path / "in-1"
        path.write_bytes(content)
        return path
    return write


# -- every scanner -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", ["会议纪要".encode(), b"\0", bytes(3 * CHUNK // 2)])
def test_a_harmless_file_is_never_infected(scanner: Scanner, file: Callable[[bytes], Path], content: bytes) -> None:
    verdict = scanner.check(file(content))
    assert verdict.finding in (Finding.CLEAN, Finding.NOT_CHECKED)
    assert verdict.virus == ""


def test_not_checked_always_says_why_and_clean_by_whom(scanner: Scanner, file: Callable[[bytes], Path]) -> None:
    verdict = scanner.check(file(b"harmless"))
    assert bool(verdict.reason) == (verdict.finding is Finding.NOT_CHECKED)
    assert bool(verdict.engine) == (verdict.finding is Finding.CLEAN)


def test_the_file_is_left_as_it_was(scanner: Scanner, file: Callable[[bytes], Path]) -> None:
    path = file(TEST_VIRUS)
    scanner.check(path)
    assert path.read_bytes() == TEST_VIRUS


# -- nobody ------------------------------------------------------------------------------------------------------


def test_nobody_knows_nothing_and_says_so(file: Callable[[bytes], Path]) -> None:
    assert NoScanner().check(file(TEST_VIRUS)).finding is Finding.NOT_CHECKED
    assert NoScanner().knowledge() == Knowledge()


# -- the real daemon ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [0, 1, CHUNK - 10, CHUNK, 5 * CHUNK + 7])
def test_a_virus_is_found_wherever_the_pieces_are_cut(
    daemon: ClamdScanner, file: Callable[[bytes], Path], before: int
) -> None:
    verdict = daemon.check(file(b"\1" * before + TEST_VIRUS))
    assert (verdict.finding, verdict.virus) == (Finding.INFECTED, f"{VIRUS_NAME}.UNOFFICIAL")
    assert verdict.engine.startswith("ClamAV ")


def test_its_version_is_known_and_the_lack_of_official_signatures(daemon: ClamdScanner) -> None:
    known = daemon.knowledge()
    assert known.engine.startswith("ClamAV 1.")
    assert (known.signatures, known.made_at) == ("", None)


def test_what_it_did_not_look_through_is_not_called_clean(daemon: ClamdScanner, file: Callable[[bytes], Path]) -> None:
    verdict = daemon.check(file(bytes(SCAN_LIMIT + 1)))
    assert verdict.finding is Finding.NOT_CHECKED
    assert "上限" in verdict.reason


@pytest.mark.parametrize("size", [STREAM_LIMIT + 1, 40 << 20])
def test_what_it_does_not_take_is_not_called_clean_and_it_still_answers(
    daemon: ClamdScanner, file: Callable[[bytes], Path], size: int
) -> None:
    verdict = daemon.check(file(bytes(size)))
    assert (verdict.finding, verdict.reason) == (Finding.NOT_CHECKED, "文件超过查毒程序接收的上限")
    assert daemon.check(file(b"harmless")).finding is Finding.CLEAN


def test_many_ask_at_once(daemon: ClamdScanner, tmp_path: Path) -> None:
    found: list[Finding] = []

    def ask(number: int) -> None:
        path = tmp_path / str(number)
        path.write_bytes(TEST_VIRUS if number % 2 else bytes(CHUNK))
        found.append(daemon.check(path).finding)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [Finding.CLEAN] * 4 + [Finding.INFECTED] * 4


# -- peers that are no good --------------------------------------------------------------------------------------


@contextmanager
def listening(*answers: bytes) -> Iterator[str]:
    """A TCP server that gives each connection in turn its answer and hangs up; after the last it answers nobody."""
    with ExitStack() as closing:
        server = closing.enter_context(socket.create_server(("127.0.0.1", 0)))
        end = threading.Event()

        def serve() -> None:
            kept = []
            for answer in (*answers, None):
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                kept.append(connection)
                if answer is None:
                    end.wait(20)
                elif answer:
                    connection.recv(64)
                    connection.sendall(answer)
                    connection.settimeout(0.5)  # all that was sent may have come with the command: then nothing more comes
                    with suppress(TimeoutError, ConnectionError):
                        connection.recv(CHUNK)
                connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        end.set()
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


VERSION = b"ClamAV 1.4.6/27483/Mon Nov 23 08:23:41 2026\0"


def test_a_daemon_that_hangs_is_given_up(file: Callable[[bytes], Path]) -> None:
    with listening() as address, pytest.raises(EngineDown, match="没有在规定时间内回答"):
        ClamdScanner(address, HASTY).check(file(b"x"))


def test_a_daemon_that_takes_the_file_and_hangs_is_given_up(file: Callable[[bytes], Path]) -> None:
    with listening(VERSION) as address, pytest.raises(EngineDown, match="没有在规定时间内回答"):
        ClamdScanner(address, HASTY).check(file(bytes(64 << 20)))


@pytest.mark.parametrize(("answer", "said"), [
    (b"", "中断"), (b"stream: Can't allocate memory ERROR\0", "allocate"), (b"stream: OKAY\0", "OKAY"),
    (b"FOUND\0", "FOUND"), (b"220 mail.example.cn ESMTP\r\n", "ESMTP")])
def test_whatever_is_no_verdict_is_no_clean_bill(file: Callable[[bytes], Path], answer: bytes, said: str) -> None:
    with listening(VERSION, answer) as address, pytest.raises(EngineDown, match=said):
        ClamdScanner(address, PATIENT).check(file(b"x"))


def test_another_service_on_the_port_is_recognised() -> None:
    with listening(b"SSH-2.0-OpenSSH_9.2\r\n\0") as address, pytest.raises(EngineDown, match="不是 clamd"):
        ClamdScanner(address, PATIENT).knowledge()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "unix:/nowhere/clamd.sock", "tcp://host.invalid:3310"])
def test_a_daemon_that_is_not_there_is_named(address: str, file: Callable[[bytes], Path]) -> None:
    with pytest.raises(EngineDown, match="clamd"):
        ClamdScanner(address, PATIENT).check(file(b"x"))


def test_official_signatures_are_dated(file: Callable[[bytes], Path]) -> None:
    with listening(VERSION) as address:
        assert ClamdScanner(address, PATIENT).knowledge() == Knowledge(
            "ClamAV 1.4.6", "27483", datetime(2026, 11, 23, 8, 23, 41, tzinfo=UTC))


def test_the_verdict_names_the_signatures(file: Callable[[bytes], Path]) -> None:
    with listening(VERSION, b"stream: OK\0") as address:
        assert ClamdScanner(address, PATIENT).check(file(b"x")).engine == "ClamAV 1.4.6/27483"
