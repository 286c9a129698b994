"""From folder to S3 and back: the same bytes, the same protection where the store can protect."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from admin.backup.place import Place
from admin.system import System
from admin.verify import verify
from archive.blobs.port import Lock, LockMode
from archive.blobs.s3 import S3Blobs
from archive.blobs.s3_bucket import Bucket
from tests.peers.s3_servers import SERVERS, bucket
from tests.unit.admin.backup.scenes import backed_up, elsewhere, restored

UNTIL = datetime(2040, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("server", ["moto", "rclone"])
def test_an_archive_moves_from_folder_to_s3_and_back(
    system: System, place: Place, digests: list[str], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, server: str
) -> None:
    locks, content = SERVERS[server].locks, {digest: system.blobs.open(digest).read() for digest in digests}
    system.blobs.retain(digests[0], LockMode.GOVERNANCE, UNTIL)
    system.blobs.hold(digests[1], True)
    backed_up(system, place)
    address = bucket(tmp_path_factory, server)
    if locks:
        Bucket(address).make(lock=True)
    cluster = elsewhere(system, tmp_path / "cluster", S3Blobs(address))
    result = restored(cluster, place)
    assert len(result.problems) == (0 if locks else 2), "protection that cannot be given is said"
    assert {digest: cluster.blobs.open(digest).read() for digest in cluster.blobs.digests()} == content
    assert verify(cluster).problems == []

    there = Place(tmp_path / "second")
    made = backed_up(cluster, there)
    assert (made.copied, made.problems) == (3, [])
    back = elsewhere(system, tmp_path / "back")
    assert restored(back, there).problems == []
    assert verify(back).problems == []
    assert back.blobs.lock_of(digests[0]) == (Lock(LockMode.GOVERNANCE, UNTIL) if locks else Lock())
    assert back.blobs.lock_of(digests[1]) == Lock(hold=locks)
    for each in (cluster, back):
        each.close()
