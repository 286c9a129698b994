"""What protects an object from deletion, in every store that can; and what a store says that cannot."""

import urllib.request
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path
from urllib.parse import unquote

import pytest

from archive.blobs import s3_protection
from archive.blobs.folder import FolderBlobs
from archive.blobs.port import BlobStore, Lock, LockMode
from archive.blobs.s3 import S3Blobs
from archive.blobs.s3_address import S3Address
from archive.blobs.s3_bucket import Bucket
from archive.errors import EngineDown, Locked, NotFound, StoreUnfit
from tests.contracts.blob_stores import digest_of, put
from tests.peers.s3_servers import SERVERS, bucket, need_locks

HOUR = timedelta(hours=1)


def soon() -> datetime:
    """An end of a retention, in whole seconds as some servers keep it."""
    return datetime.now(UTC).replace(microsecond=0) + HOUR


@pytest.fixture(params=sorted(SERVERS))
def server(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def protected(server: str, tmp_path_factory: pytest.TempPathFactory) -> S3Blobs:
    """A bucket with a default retention, as `dangan init` makes it."""
    need_locks(server)
    store = S3Blobs(bucket(tmp_path_factory, server, lock="governance", days=2))
    store.prepare()
    return store


@pytest.mark.parametrize("mode", list(LockMode))
def test_a_retained_object_cannot_be_deleted(locking: BlobStore, tmp_path: Path, mode: LockMode) -> None:
    digest, until = put(locking, tmp_path, b"deed"), soon()
    locking.retain(digest, mode, until)
    assert locking.lock_of(digest) == Lock(mode, until)
    for refused in (locking.delete, lambda d: locking.delete_if_old(d, before=4_000_000_000)):
        with pytest.raises(Locked):
            refused(digest)
    assert locking.verify(digest)


@pytest.mark.parametrize("mode", list(LockMode))
def test_the_server_itself_refuses_to_delete_a_retained_version(
        server: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, mode: LockMode) -> None:
    need_locks(server)
    plain = Bucket(bucket(tmp_path_factory, server))
    plain.make(lock=True)
    store = S3Blobs(plain.address)
    digest = put(store, tmp_path, b"deed")
    store.retain(digest, mode, soon())
    [(key, _)] = plain.keys("sha256/")
    [(version, _)] = plain.versions(key) or []
    with pytest.raises(EngineDown, match="AccessDenied"):
        plain.remove(key, version)
    assert store.verify(digest)


def test_a_retention_is_prolonged_but_never_shortened(locking: BlobStore, tmp_path: Path) -> None:
    digest, until = put(locking, tmp_path, b"deed"), soon()
    locking.retain(digest, LockMode.GOVERNANCE, until)
    locking.retain(digest, LockMode.GOVERNANCE, until + HOUR)
    with pytest.raises(Locked):
        locking.retain(digest, LockMode.GOVERNANCE, until)
    assert locking.lock_of(digest) == Lock(LockMode.GOVERNANCE, until + HOUR)


def test_a_retention_is_made_firmer_but_never_softer(locking: BlobStore, tmp_path: Path) -> None:
    digest, until = put(locking, tmp_path, b"deed"), soon()
    locking.retain(digest, LockMode.GOVERNANCE, until)
    locking.retain(digest, LockMode.COMPLIANCE, until)
    with pytest.raises(Locked):
        locking.retain(digest, LockMode.GOVERNANCE, until + HOUR)
    assert locking.lock_of(digest) == Lock(LockMode.COMPLIANCE, until)


def test_a_retention_that_is_over_already_changes_nothing(locking: BlobStore, tmp_path: Path) -> None:
    digest = put(locking, tmp_path, b"deed")
    locking.retain(digest, LockMode.COMPLIANCE, datetime(2020, 1, 1, tzinfo=UTC))
    assert locking.lock_of(digest) == Lock()
    locking.delete(digest)


def test_a_legal_hold_prevents_deletion_until_it_is_lifted(locking: BlobStore, tmp_path: Path) -> None:
    digest = put(locking, tmp_path, b"deed")
    locking.hold(digest, True)
    locking.hold(digest, True)
    assert locking.lock_of(digest) == Lock(hold=True)
    with pytest.raises(Locked):
        locking.delete(digest)
    locking.hold(digest, False)
    assert locking.lock_of(digest) == Lock()
    locking.delete(digest)
    assert not locking.exists(digest)


def test_hold_and_retention_stand_side_by_side(locking: BlobStore, tmp_path: Path) -> None:
    digest, until = put(locking, tmp_path, b"deed"), soon()
    locking.hold(digest, True)
    locking.retain(digest, LockMode.GOVERNANCE, until)
    assert locking.lock_of(digest) == Lock(LockMode.GOVERNANCE, until, hold=True)
    locking.hold(digest, False)
    assert locking.lock_of(digest) == Lock(LockMode.GOVERNANCE, until)


def test_only_what_is_there_is_locked(locking: BlobStore) -> None:
    absent = digest_of(b"absent")
    for refused in (lambda: locking.retain(absent, LockMode.GOVERNANCE, soon()), lambda: locking.hold(absent, True)):
        with pytest.raises(NotFound):
            refused()


def test_storing_again_keeps_the_lock(locking: BlobStore, tmp_path: Path) -> None:
    digest, until = put(locking, tmp_path, b"deed"), soon()
    locking.retain(digest, LockMode.GOVERNANCE, until)
    put(locking, tmp_path, b"deed")
    assert locking.lock_of(digest) == Lock(LockMode.GOVERNANCE, until)


def test_the_lock_in_a_folder_ends_with_its_day(tmp_path: Path) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    blobs = FolderBlobs(tmp_path / "objects", now=lambda: now.timestamp())
    digest = put(blobs, tmp_path, b"deed")
    blobs.retain(digest, LockMode.COMPLIANCE, now + HOUR)
    later = FolderBlobs(tmp_path / "objects", now=lambda: (now + 2 * HOUR).timestamp())
    later.delete(digest)
    assert not later.exists(digest)
    put(later, tmp_path, b"deed")
    assert later.lock_of(digest) == Lock()


def test_deleting_leaves_no_version_behind(server: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    need_locks(server)
    plain = Bucket(bucket(tmp_path_factory, server))
    plain.make(lock=True)
    store = S3Blobs(plain.address)
    digest = put(store, tmp_path, b"deed")
    [(key, _)] = plain.keys("sha256/")
    plain.put(key, b"deed", digest)
    plain.remove(key)  # somebody hid it under a delete marker
    assert not store.exists(digest)
    plain.put(key, b"deed", digest)
    assert len(plain.versions(key) or []) == 4
    store.delete(digest)
    assert plain.versions(key) == []
    assert store.delete_if_old(put(store, tmp_path, b"will"), before=4_000_000_000)
    assert plain.versions("") == []


def test_a_locked_version_under_others_keeps_them_all(
        server: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    need_locks(server)
    plain = Bucket(bucket(tmp_path_factory, server))
    plain.make(lock=True)
    store = S3Blobs(plain.address)
    digest = put(store, tmp_path, b"deed")
    store.hold(digest, True)
    [(key, _)] = plain.keys("sha256/")
    plain.put(key, b"deed", digest)
    assert store.lock_of(digest) == Lock()
    with pytest.raises(Locked):
        store.delete(digest)
    assert len(plain.versions(key) or []) == 2


def test_a_bucket_is_made_with_the_protection_asked_for(protected: S3Blobs, tmp_path: Path) -> None:
    assert s3_protection.read(protected.bucket) == s3_protection.Protection("Enabled", True, LockMode.GOVERNANCE, 2)
    assert protected.info().locks
    assert protected.info().alarms == ()
    for content in (b"deed", b"x" * (9 << 20)):  # in one request, and in parts
        lock = protected.lock_of(put(protected, tmp_path, content))
        assert lock.mode is LockMode.GOVERNANCE
        assert lock.until is not None
        assert abs(lock.until - datetime.now(UTC) - timedelta(days=2)) < timedelta(minutes=5)


def test_an_object_from_before_is_protected_when_it_is_stored_again(
        server: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    need_locks(server)
    address = bucket(tmp_path_factory, server)
    Bucket(address).make(lock=True)
    digest = put(S3Blobs(address), tmp_path, b"deed")
    stricter = S3Blobs(S3Address.parse(_url(address) + "?lock=compliance&days=3"))
    put(stricter, tmp_path, b"deed")
    assert stricter.lock_of(digest).mode is LockMode.COMPLIANCE
    with pytest.raises(Locked):
        stricter.delete_if_old(digest, before=4_000_000_000)


def test_a_bucket_without_lock_is_refused_where_retention_is_asked(
        server: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    need_locks(server)
    address = bucket(tmp_path_factory, server)
    Bucket(address).make(lock=False)
    with pytest.raises(StoreUnfit, match="没有启用对象锁定"):
        S3Blobs(S3Address.parse(_url(address) + "?lock=governance&days=2")).prepare()


def test_a_bucket_with_lock_serves_without_retention_too(server: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    need_locks(server)
    address = bucket(tmp_path_factory, server)
    Bucket(address).make(lock=True)
    S3Blobs(address).prepare()
    assert S3Blobs(address).info().alarms == ()


def test_a_changed_default_retention_raises_an_alarm(protected: S3Blobs) -> None:
    protected.bucket.tell("object-lock", s3_protection.retention("GOVERNANCE", 1))
    [alarm] = protected.info().alarms
    assert "governance 1 天" in alarm
    assert "governance 2 天" in alarm
    protected.prepare()
    assert protected.info().alarms == ()


def test_a_bucket_that_lost_its_lock_raises_an_alarm(server: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    address = bucket(tmp_path_factory, server)
    Bucket(address).make(lock=False)
    [alarm] = S3Blobs(S3Address.parse(_url(address) + "?lock=compliance&days=2")).info().alarms
    assert "没有启用对象锁定" in alarm


def test_a_store_without_locks_says_so_and_leaves_the_object_alone(
        server: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    store = S3Blobs(bucket(tmp_path_factory, server))
    store.prepare()
    digest = put(store, tmp_path, b"deed")
    for refused in (lambda: store.retain(digest, LockMode.GOVERNANCE, soon()), lambda: store.hold(digest, True)):
        with pytest.raises(StoreUnfit):
            refused()
    assert store.verify(digest)  # one server takes a request it does not know for new content


def test_a_server_that_cannot_lock_is_refused_and_left_as_it_was(tmp_path_factory: pytest.TempPathFactory) -> None:
    address = bucket(tmp_path_factory, "rclone", lock="governance", days=2)
    with pytest.raises(StoreUnfit, match="不支持对象锁定"):
        S3Blobs(address).prepare()
    assert not Bucket(address).there()


def test_a_missing_bucket_is_told(server: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    store = S3Blobs(bucket(tmp_path_factory, server))
    with pytest.raises(EngineDown, match="dangan init"):
        store.info()
    with pytest.raises(EngineDown, match="dangan init"):
        put(store, tmp_path, b"deed")


def test_a_link_downloads_under_the_chinese_name(server: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    address = bucket(tmp_path_factory, server)
    store = S3Blobs(S3Address.parse(f"{_url(address)}?public=http://{address.endpoint}"))
    store.prepare()
    digest = put(store, tmp_path, b"deed")
    name = "验收报告（终稿）v1.0 & \"附件\".pdf"
    url = store.link(digest, name, "application/pdf", 60)
    assert url is not None
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert answer.read() == b"deed"
        said: Message = answer.headers
    if server == "rclone":
        pytest.skip("not checked: rclone ignores the name and type asked for in a link")
    assert said.get_content_type() == "application/pdf"
    assert said.get_content_disposition() == "attachment"
    assert unquote(said["content-disposition"].partition("filename*=UTF-8''")[2]) == name


def test_downloads_go_through_us_where_no_public_address_is_given(blobs: BlobStore, tmp_path: Path) -> None:
    assert blobs.link(put(blobs, tmp_path, b"deed"), "a.pdf", "application/pdf", 60) is None


def _url(address: S3Address) -> str:
    secret = address.secret.replace("/", "%2F").replace("+", "%2B")
    return f"{'https' if address.secure else 'http'}://{address.key}:{secret}@{address.endpoint}/{address.bucket}"
