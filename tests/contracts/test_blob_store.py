"""What every BlobStore must do."""

import os
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.blobs.folder import FolderBlobs
from archive.blobs.port import BlobStore
from archive.blobs.s3 import S3Blobs
from archive.blobs.staging import stage
from archive.errors import Damaged, NotFound
from tests.contracts.blob_stores import digest_of, put

# More than one part of an S3 upload, and the last part a small one.
BIG = 9 << 20


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(content=st.binary(min_size=1, max_size=5000))
def test_an_object_comes_back_unchanged(blobs: BlobStore, tmp_path: Path, content: bytes) -> None:
    digest = put(blobs, tmp_path, content)
    with blobs.open(digest) as stream:
        assert stream.read() == content
    assert blobs.size(digest) == len(content)
    assert blobs.verify(digest)
    with blobs.local(digest) as path:
        assert path.read_bytes() == content


@pytest.mark.parametrize("size", [0, 1, (8 << 20) - 1, 8 << 20, BIG])
def test_any_size_comes_back_unchanged(blobs: BlobStore, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    digest = put(blobs, tmp_path, content)
    assert blobs.size(digest) == size
    assert b"".join(blobs.pieces(digest, 0, size)) == content
    assert blobs.verify(digest)


def test_a_range_is_read(blobs: BlobStore, tmp_path: Path) -> None:
    digest = put(blobs, tmp_path, b"0123456789")
    assert blobs.read(digest, 3, 4) == b"3456"
    assert blobs.read(digest, 8, 100) == b"89"
    assert blobs.read(digest, 10, 5) == b""
    assert blobs.read(digest, 0, 10) == b"0123456789"
    assert blobs.read(digest, 2, 0) == b""


def test_a_range_comes_in_pieces_of_at_most_a_mebibyte(blobs: BlobStore, tmp_path: Path) -> None:
    content = os.urandom(BIG)
    digest = put(blobs, tmp_path, content)
    pieces = list(blobs.pieces(digest, 1000, BIG - 1000))
    assert b"".join(pieces) == content[1000:BIG - 1000]
    assert all(0 < len(piece) <= 1 << 20 for piece in pieces)
    assert list(blobs.pieces(digest, 5, 5)) == []


def test_pieces_may_be_left_before_the_end(blobs: BlobStore, tmp_path: Path) -> None:
    content = os.urandom(BIG)
    digest = put(blobs, tmp_path, content)
    for _ in range(50):  # more than there are connections in a pool
        given_up = blobs.pieces(digest, 0, BIG)
        assert next(given_up) == content[:1 << 20]
        given_up.close()  # type: ignore[attr-defined]
    assert blobs.verify(digest)


def test_an_object_shorter_than_promised_is_damaged_not_short(blobs: BlobStore, tmp_path: Path) -> None:
    digest = put(blobs, tmp_path, b"0123456789")
    with pytest.raises(Damaged):
        list(blobs.pieces(digest, 0, 11))


def test_a_stream_can_seek(blobs: BlobStore, tmp_path: Path) -> None:
    content = os.urandom(3 << 20)
    digest = put(blobs, tmp_path, content)
    with blobs.open(digest) as stream:
        assert stream.read(10) == content[:10]
        stream.seek(-7, os.SEEK_END)
        assert stream.read() == content[-7:]
        stream.seek(1 << 20)
        assert stream.read(3) == content[1 << 20:(1 << 20) + 3]
        assert stream.tell() == (1 << 20) + 3


def test_a_file_that_was_hashed_while_it_was_written_is_stored_as_it_is(blobs: BlobStore, tmp_path: Path) -> None:
    for content in (b"deed", os.urandom(BIG)):
        with stage(getattr(blobs, "staging", tmp_path), "deed.txt", [content], limit=len(content)) as staged:
            blobs.put(staged.path, staged.digests.sha256, hashed=True)
        assert blobs.verify(digest_of(content))


def test_bytes_that_do_not_match_their_digest_are_refused(blobs: BlobStore, tmp_path: Path) -> None:
    for content in (b"something else", os.urandom(BIG)):
        source = tmp_path / "source"
        source.write_bytes(content)
        with pytest.raises(Damaged):
            blobs.put(source, digest_of(b"deed"))
    assert not blobs.exists(digest_of(b"deed"))
    assert list(blobs.digests()) == []
    if isinstance(blobs, S3Blobs):
        assert list(blobs.bucket.unfinished("")) == []
    else:
        assert list((tmp_path / "objects" / "incoming").iterdir()) == []


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
    for read in (blobs.open, blobs.size, blobs.lock_of, lambda d: blobs.read(d, 0, 1), lambda d: list(blobs.pieces(d, 0, 1))):
        with pytest.raises(NotFound):
            read(digest)
    with pytest.raises(NotFound), blobs.local(digest):
        pass


def test_deleting_is_final_and_repeatable(blobs: BlobStore, tmp_path: Path) -> None:
    digest = put(blobs, tmp_path, b"deed")
    blobs.delete(digest)
    blobs.delete(digest)
    assert not blobs.exists(digest)
    assert not blobs.verify(digest)
    assert list(blobs.digests()) == []


def test_only_old_objects_are_swept(blobs: BlobStore, tmp_path: Path) -> None:
    digest = put(blobs, tmp_path, b"deed")
    assert not blobs.delete_if_old(digest, before=0)
    assert blobs.exists(digest)
    assert blobs.delete_if_old(digest, before=4_000_000_000)
    assert not blobs.exists(digest)
    assert not blobs.delete_if_old(digest, before=4_000_000_000)


def test_an_object_that_is_swept_can_be_stored_again(blobs: BlobStore, tmp_path: Path) -> None:
    digest = put(blobs, tmp_path, b"deed")
    assert blobs.delete_if_old(digest, before=4_000_000_000)
    assert put(blobs, tmp_path, b"deed") == digest
    assert blobs.verify(digest)


def test_a_store_is_prepared_as_often_as_one_likes(blobs: BlobStore, tmp_path: Path) -> None:
    digest = put(blobs, tmp_path, b"deed")
    blobs.prepare()
    assert blobs.exists(digest)


def test_tidying_leaves_objects_alone(blobs: BlobStore, tmp_path: Path) -> None:
    digest = put(blobs, tmp_path, b"deed")
    put(blobs, tmp_path, b"deed")
    blobs.tidy(before=4_000_000_000)
    assert blobs.verify(digest)


def test_info_names_the_place(blobs: BlobStore) -> None:
    info = blobs.info()
    assert info.alarms == ()
    assert info.place
    assert "tests" not in info.place.partition("://")[0]


def test_a_changed_object_no_longer_verifies(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "objects")
    digest = put(blobs, tmp_path, b"deed")
    with blobs.local(digest) as path:
        assert path.stat().st_mode & 0o222 == 0
        path.chmod(0o640)
        path.write_bytes(b"deeD")
    assert not blobs.verify(digest)
