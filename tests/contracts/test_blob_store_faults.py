"""S3 behind a broken network or a dying server: said in bounded time, and nothing half stored."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.blobs.port import LockMode
from archive.blobs.s3 import S3Blobs
from archive.blobs.s3_address import S3Address
from archive.blobs.s3_pool import Patience
from archive.errors import EngineDown, NotFound
from tests.contracts.blob_stores import digest_of, hasty, put
from tests.peers.faulty_proxy import Fault, FaultyProxy
from tests.peers.s3_servers import SERVERS, bucket_url

BIG = 24 << 20
AT_MOST = 10.0
ROOT = Path(__file__).resolve().parents[2]
PUTTER = """
import sys
from pathlib import Path
from archive.blobs.s3 import S3Blobs
from archive.blobs.s3_address import S3Address
S3Blobs(S3Address.parse(sys.argv[1])).put(Path(sys.argv[2]), sys.argv[3])
"""


@pytest.fixture(params=sorted(SERVERS))
def server(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def url(server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Of a bucket that is ready, straight to the server."""
    made = bucket_url(tmp_path_factory, server)
    S3Blobs(S3Address.parse(made)).prepare()
    return made


@pytest.fixture
def proxy(url: str) -> Iterator[FaultyProxy]:
    address = S3Address.parse(url)
    if address.secure:
        pytest.skip("not checked: s3-external speaks TLS, which the proxy cannot stand before")
    with FaultyProxy(address.host, address.port) as made:
        yield made


@pytest.fixture
def straight(url: str) -> S3Blobs:
    return S3Blobs(S3Address.parse(url))


@pytest.fixture
def through(url: str, proxy: FaultyProxy) -> S3Blobs:
    """The same bucket through the proxy, with little patience."""
    return hasty(S3Address.parse(proxy.before(url)))


FAULTS: list[Fault] = ["refuse", "503", "stall", "cut"]


@pytest.mark.parametrize("fault", FAULTS)
def test_every_question_is_answered_in_time_when_the_server_is_gone(
        url: str, straight: S3Blobs, proxy: FaultyProxy, tmp_path: Path, fault: Fault) -> None:
    digest = put(straight, tmp_path, b"deed")
    through = S3Blobs(S3Address.parse(proxy.before(url)), patience=Patience(connect=0.3, read=0.3, retries=0))
    questions: list[Callable[[], object]] = [
        lambda: through.exists(digest), lambda: through.size(digest), lambda: through.read(digest, 0, 4),
        lambda: list(through.pieces(digest, 0, 4)), lambda: through.open(digest), lambda: through.verify(digest),
        lambda: list(through.digests()), through.info, through.prepare, lambda: through.delete(digest),
        lambda: through.delete_if_old(digest, 4_000_000_000), lambda: through.lock_of(digest), lambda: through.tidy(0),
        lambda: put(through, tmp_path, b"deed"), lambda: put(through, tmp_path, b"will"),
        lambda: through.retain(digest, LockMode.GOVERNANCE, datetime.now(UTC) + timedelta(hours=1))]
    proxy.misbehave(fault)
    for question in questions:
        begun = time.monotonic()
        with pytest.raises(EngineDown) as refusal:
            question()
        assert time.monotonic() - begun < AT_MOST
        assert refusal.value.facts["engine"] == "S3 存储"
        assert through.address.secret not in str(refusal.value)
        assert "Signature" not in str(refusal.value)
    assert straight.verify(digest)
    assert not straight.exists(digest_of(b"will"))


@pytest.mark.parametrize("fault", ["stall", "cut"])
@pytest.mark.parametrize("after", [100, 10 << 20, 23 << 20])
def test_an_upload_that_breaks_off_leaves_no_object(
        through: S3Blobs, straight: S3Blobs, proxy: FaultyProxy, tmp_path: Path, fault: Fault, after: int) -> None:
    content = os.urandom(BIG)
    proxy.misbehave(fault, after=after, direction="up")
    with pytest.raises(EngineDown):
        put(through, tmp_path, content)
    assert proxy.reached.is_set()
    assert not straight.exists(digest_of(content))
    assert list(straight.digests()) == []
    assert straight.verify(put(straight, tmp_path, content))


@pytest.mark.parametrize("fault", ["stall", "cut"])
@pytest.mark.parametrize("after", [10, 5000, 2 << 20])
def test_an_answer_that_breaks_off_is_an_error_not_short_data(
        through: S3Blobs, straight: S3Blobs, proxy: FaultyProxy, tmp_path: Path, fault: Fault, after: int) -> None:
    content = os.urandom(4 << 20)
    digest = put(straight, tmp_path, content)
    proxy.misbehave(fault, after=after)
    came: list[bytes] = []
    with pytest.raises(EngineDown):
        came.extend(through.pieces(digest, 0, len(content)))
    assert b"".join(came) == content[:sum(map(len, came))]
    assert sum(map(len, came)) < len(content)
    proxy.misbehave(fault, after=after)
    with pytest.raises(EngineDown), through.local(digest):
        pass


def test_a_short_trouble_is_not_even_noticed(url: str, proxy: FaultyProxy, straight: S3Blobs, tmp_path: Path) -> None:
    """Repeated on a new connection, a request whose connection was cut is answered."""
    through = S3Blobs(S3Address.parse(proxy.before(url)))
    digest = put(through, tmp_path, b"deed")
    proxy.misbehave("none")  # takes down the connections in the pool
    assert through.verify(digest)


def test_an_upload_whose_process_is_killed_leaves_no_object_and_is_swept(
        server: str, url: str, proxy: FaultyProxy, straight: S3Blobs, tmp_path: Path) -> None:
    content = os.urandom(BIG)
    source = tmp_path / "source"
    source.write_bytes(content)
    proxy.misbehave("stall", after=18 << 20, direction="up")
    process = subprocess.Popen([sys.executable, "-c", PUTTER, proxy.before(url), str(source), digest_of(content)], cwd=ROOT)
    try:
        assert proxy.reached.wait(60)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not straight.exists(digest_of(content))
    assert list(straight.digests()) == []
    if server == "rclone":
        pytest.skip("not checked: rclone does not list unfinished uploads")
    assert len(list(straight.bucket.unfinished(""))) == 1
    assert straight.tidy(before=0) == 0
    [(_, _, begun)] = straight.bucket.unfinished("")
    assert straight.tidy(before=4_000_000_000) == 1
    assert list(straight.bucket.unfinished("")) == []
    if server == "moto":
        pytest.skip("not checked: moto says of every upload that it began in 2010")
    assert abs(begun - datetime.now(UTC)) < timedelta(minutes=5)


def test_an_object_named_again_while_it_is_swept_is_there_afterwards(straight: S3Blobs, tmp_path: Path) -> None:
    """The sweep has looked and is about to remove; whoever stores the bytes now must not rely on the old object."""
    digest = put(straight, tmp_path, b"deed")
    name = digest.partition(":")[2]
    straight.marks.begin_sweep(name)
    stored = threading.Event()

    def store() -> None:
        put(straight, tmp_path, b"deed")
        stored.set()

    thread = threading.Thread(target=store)
    thread.start()
    assert not stored.wait(0.6)  # it waits for the sweep
    straight.delete(digest)
    straight.marks.end_sweep(name)
    thread.join(20)
    assert stored.is_set()
    assert straight.verify(digest)


def test_an_object_named_again_is_not_swept(straight: S3Blobs, tmp_path: Path) -> None:
    """The object is old, its new mark is not."""
    digest = put(straight, tmp_path, b"deed")
    [(key, _)] = straight.bucket.keys("sha256/")
    between = _next_second(straight, key)
    put(straight, tmp_path, b"deed")
    assert not straight.delete_if_old(digest, before=between)
    assert straight.verify(digest)


def test_a_sweep_that_died_does_not_block_for_ever(straight: S3Blobs) -> None:
    with pytest.raises(NotFound):
        straight.size(digest_of(b"absent"))
    straight.marks.begin_sweep("0" * 64)
    assert straight.tidy(before=4_000_000_000) == 1
    straight.marks.wait_for_sweep("0" * 64)


def _next_second(blobs: S3Blobs, key: str) -> float:
    """A moment of the server's clock, at least a second after the object was stored, that is over."""
    while True:
        found = blobs.bucket.stat(key)
        assert found is not None
        if found.asked > found.stored + timedelta(seconds=1):
            return found.stored.timestamp() + 1
