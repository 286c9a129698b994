"""How an object that is named again escapes the sweep that is about to remove it, on a store that has no locks of files.

Two marks decide, after Dekker: who names an object again writes `named/<hex>` and then looks for `sweep/<hex>`; who
sweeps writes `sweep/<hex>` and then looks for the age of the object and of `named/<hex>`. S3 reads what was written
before (AWS since 2020, Ceph, MinIO), so at least one of the two sees the other: either the sweep leaves the object, or
the naming waits until the sweep is over, looks whether the object is still there, and sends it again where it is not.
All times are the server's own. A mark of a sweep that died is ignored after ten minutes: no request of ours lives so long.
"""

import threading
from datetime import datetime, timedelta

from archive.blobs.s3_bucket import Bucket
from archive.blobs.s3_errors import ENGINE
from archive.errors import EngineDown

NAMED, SWEEP = "named/", "sweep/"
FORGOTTEN = timedelta(minutes=10)
LOOKS, PAUSE_SECONDS = 40, 0.25


class Marks:
    """The two marks of each object of one bucket, empty objects. One process at a time may sweep: a job's lease."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket

    def name(self, name: str) -> None:
        """Somebody names the object again: its grace period starts anew."""
        self.bucket.put(NAMED + name, b"")

    def named_at(self, name: str) -> datetime | None:
        found = self.bucket.stat(NAMED + name)
        return found.stored if found else None

    def wait_for_sweep(self, name: str) -> None:
        """Return as soon as nobody is removing the object. Raises EngineDown where that takes longer than ten seconds."""
        pause = threading.Event()
        for _ in range(LOOKS):
            found = self.bucket.stat(SWEEP + name)
            if found is None or found.asked - found.stored > FORGOTTEN:
                return
            pause.wait(PAUSE_SECONDS)
        raise EngineDown(engine=ENGINE, reason="同一内容的旧对象正在清理")

    def begin_sweep(self, name: str) -> None:
        self.bucket.put(SWEEP + name, b"")

    def end_sweep(self, name: str) -> None:
        """Only after a known outcome: a removal whose answer was lost may still happen, so its mark must stay."""
        remove_wholly(self.bucket, SWEEP + name)

    def forget(self, name: str) -> None:
        remove_wholly(self.bucket, NAMED + name)

    def tidy(self, before: float) -> int:
        """Remove marks from before this moment; how many. For the end of a sweep: one that is written anew just now may go
        too, which matters to a sweep under way and no more to the next.
        """
        old = [key for prefix in (NAMED, SWEEP) for key, stored in self.bucket.keys(prefix) if stored.timestamp() < before]
        for key in old:
            remove_wholly(self.bucket, key)
        return len(old)


def remove_wholly(bucket: Bucket, key: str) -> None:
    """Every version, or, where a default retention keeps one, at least hide it."""
    versions = bucket.versions(key)
    try:
        for version in [None] if versions is None else [version for version, _ in versions]:
            bucket.remove(key, version)
    except EngineDown as refusal:
        if not refusal.facts["answer"]:
            raise
        bucket.remove(key)
