"""What every BlobStore must do."""

import hashlib
import os
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.blobs.folder import FolderBlobs
from archive.blobs.port import BlobStore
from archive.errors import Damaged, NotFound

STORES = {"folder": lambda root: FolderBlobs(root / "objects")}


@pytest.fixture(params=sorted(STORES))
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    return STORES[request.param](tmp_path)


def digest_of(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def put(blobs: BlobStore, folder: Path, content: bytes) -> str:
    source = folder / "source"
    source.unlink(missing_ok=True)
    source.write_bytes(content)
    blobs.put(source, digest_of(content))
    return digest_of(content)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(content=st.binary(min_size=1, max_size=5000))
def test_an_object_comes_back_unchanged(blobs: BlobStore, tmp_path: Path, content: bytes) -> None:
    digest = put(blobs, tmp_path, content)
    with blobs.open(digest) as stream:
        assert stream.read() == content
    assert blobs.size(digest) == len(content)
    assert blobs.verify(digest)
    with blobs.local(digest) as path:
        assert path.read_bytes() == content


def test_a_range_is_read(blobs: BlobStore, tmp_path: Path) -> None:
    digest = put(blobs, tmp_path, b"0123456789")
    assert blobs.read(digest, 3, 4) == b"3456"
    assert blobs.read(digest, 8, 100) == b"89"
    assert blobs.read(digest, 10, 5) == b""


def test_bytes_that_do_not_match_their_digest_are_refused(blobs: BlobStore, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"something else")
    with pytest.raises(Damaged):
        blobs.put(source, digest_of(b"deed"))
    assert not blobs.exists(digest_of(b"deed"))
    assert list(blobs.digests()) == []


def test_storing_again_changes_nothing(blobs: BlobStore, tmp_path: Path) -> None:
    digest = put(blobs, tmp_path, b"deed")
    assert put(blobs, tmp_path, b"deed") == digest
    assert list(blobs.digests()) == [digest]


def test_many_may_store_the_same_object_at_once(blobs: BlobStore, tmp_path: Path) -> None:
    content, errors = os.urandom(200_000), []

    def store(number: int) -> None:
        source = tmp_path / f"s{number}"
        source.write_bytes(content)
        try:
            blobs.put(source, digest_of(content))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=store, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert blobs.verify(digest_of(content))


@pytest.mark.parametrize("digest", [digest_of(b"absent"), "sha256:../../etc/passwd", "md5:abc", "sha256:" + "G" * 64, ""])
def test_what_is_not_there_is_not_found(blobs: BlobStore, digest: str) -> None:
    for read in (blobs.open, blobs.size, lambda d: blobs.read(d, 0, 1)):
        with pytest.raises(NotFound):
            read(digest)


def test_deleting_is_final_and_repeatable(blobs: BlobStore, tmp_path: Path) -> None:
    digest = put(blobs, tmp_path, b"deed")
    blobs.delete(digest)
    blobs.delete(digest)
    assert not blobs.exists(digest)
    assert not blobs.verify(digest)


def test_only_old_objects_are_swept(blobs: BlobStore, tmp_path: Path) -> None:
    digest = put(blobs, tmp_path, b"deed")
    assert not blobs.delete_if_old(digest, before=0)
    assert blobs.exists(digest)
    assert blobs.delete_if_old(digest, before=4_000_000_000)
    assert not blobs.exists(digest)


def test_a_changed_object_no_longer_verifies(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "objects")
    digest = put(blobs, tmp_path, b"deed")
    with blobs.local(digest) as path:
        assert path.stat().st_mode & 0o222 == 0
        path.chmod(0o640)
        path.write_bytes(b"deeD")
    assert not blobs.verify(digest)
