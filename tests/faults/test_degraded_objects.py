"""The object store away, slow or busy: uploads are refused in words and nothing of them is kept; what needs no bytes goes on."""

from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit

import pytest

from admin.settings import Settings
from archive.blobs.s3 import S3Blobs
from archive.blobs.s3_address import S3Address
from archive.blobs.s3_pool import Patience
from archive.clock import FixedClock
from archive.models import TextState
from ingest.sandbox import Sandbox
from retention.alerts import refresh
from retention.models import FindingRecord, Standing
from tests.faults.degraded import CODE, Office, nothing_half_kept, office, refused
from tests.peers.faulty_proxy import FaultyProxy
from tests.peers.s3_servers import bucket_url

pytestmark = pytest.mark.timeout(180)
SOON = Patience(connect=1.0, read=1.0, retries=1, pause=0.05)


@pytest.fixture
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FaultyProxy, str]]:
    """A proxy before a real S3 server, and the address of a bucket through it."""
    url = bucket_url(tmp_path_factory, "rclone")
    to = urlsplit(url)
    with FaultyProxy(str(to.hostname), to.port or 80) as between:
        yield between, between.before(url)


@pytest.fixture
def archive(proxy: tuple[FaultyProxy, str], settings: Settings, clock: FixedClock, sandbox: Sandbox) -> Iterator[Office]:
    blobs = S3Blobs(S3Address.parse(proxy[1]), scratch=settings.data_dir / "incoming", patience=SOON)
    (settings.data_dir / "incoming").mkdir(parents=True)
    with office(settings, clock=clock, sandbox=sandbox, blobs=blobs) as made:
        yield made
        proxy[0].behave()


@pytest.mark.parametrize("fault", ["refuse", "503", "stall"])
def test_without_objects_uploads_are_refused_and_the_rest_goes_on(
        archive: Office, proxy: tuple[FaultyProxy, str], fault: Literal["refuse", "503", "stall"]) -> None:
    before = archive.filed("a.txt", "接口网关联调纪要")
    proxy[0].misbehave(fault)

    nothing_half_kept(archive, lambda: refused(archive.upload("b.txt", "数据归集上线报告"), 503, "archive.engine-down", "S3"))
    refused(archive.get(f"/api/v1/documents/{before}/content"), 503, "archive.engine-down", "S3")
    assert archive.engines().keys() == {"objects"}

    assert archive.get(f"/api/v1/projects/{CODE}/documents").json["total"] == 1
    assert archive.get(f"/api/v1/documents/{before}").status_code == 200
    assert archive.browser.get(f"/documents/{before}").status_code == 200
    assert archive.search("接口网关").json["total"] == 1, "the words are kept beside the bytes"
    FindingRecord.objects.delete()
    Standing.objects.delete()
    assert refresh(archive.system.judge).projects == 1
    assert FindingRecord.objects.count() > 0

    proxy[0].behave()
    assert archive.upload("b.txt", "数据归集上线报告").status_code == 201, "as soon as it is back"
    assert archive.get(f"/api/v1/documents/{before}/content").data.decode() == "接口网关联调纪要"
    assert archive.engines() == {}


def test_what_is_still_to_be_read_waits_for_the_objects_without_fault(archive: Office, proxy: tuple[FaultyProxy, str]) -> None:
    from archive.models import Document, OutboxEvent
    from archive.transaction import collection

    key = archive.filed("a.txt", "接口网关联调纪要")
    document = archive.system.index.version_of(key)
    assert document
    collection(Document).update_one({"_id": key}, {"$set": {"text_state": TextState.PENDING.value}})
    unread(archive, key)
    proxy[0].misbehave("refuse")
    archive.worker.drain()
    waiting = OutboxEvent.objects(finished=False).get()
    assert (waiting.kind, waiting.attempts, "S3" in waiting.error) == ("document.unread", 0, True)
    proxy[0].behave()
    archive.worker.reader.read_document(key)
    assert Document.objects(id=key).get().text_state == TextState.READ


def unread(archive: Office, key: str) -> None:
    from archive.transaction import Transaction, write
    from tests.builders import SYSTEM

    def work(tx: Transaction) -> None:
        tx.audit("test.unread", key)
        tx.emit("document.unread", key, CODE)

    write(SYSTEM, archive.system.clock, work)
