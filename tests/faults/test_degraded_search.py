"""Elasticsearch away: everything but search works, search says so, and the index catches up by itself afterwards."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from admin import worker as working
from admin.settings import Settings
from archive import events
from archive.clock import FixedClock
from archive.effects import INDEX
from archive.events import lag
from archive.models import OutboxEvent
from ingest.sandbox import Sandbox
from retention.models import FindingRecord, Standing
from search.backends.elastic_index import ElasticIndex
from tests.faults.degraded import CODE, Office, office, refused
from tests.functional.processes import until
from tests.peers import elastic_noida
from tests.peers.elastic_noida import Noida, address

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def server() -> Iterator[Noida]:
    server = Noida()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def archive(server: Noida, settings: Settings, clock: FixedClock, sandbox: Sandbox, tmp_path: Path) -> Iterator[Office]:
    index = ElasticIndex(address(server.url, str(tmp_path)), noticing=elastic_noida.NOTICING)
    with office(settings, clock=clock, sandbox=sandbox, index=index) as made:
        yield made


def test_without_search_the_rest_goes_on_and_the_index_catches_up(
        archive: Office, server: Noida, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "AWAY", timedelta(milliseconds=300))
    monkeypatch.setattr(working, "LONGEST_TROUBLE", 0.3)
    before = archive.filed("a.txt", "接口网关联调纪要")
    assert [item["document"] for item in archive.search("接口网关").json["items"]] == [before]
    assert archive.engines() == {}
    server.stop()

    refused(archive.search("接口网关"), 503, "archive.engine-down", "Elasticsearch")
    page = archive.browser.get("/search?q=网关")
    assert (page.status_code, "Elasticsearch" in page.text) == (503, True)
    assert archive.engines().keys() == {"index"}
    assert archive.metric('dangan_engine_up{engine="index"}') == 0

    answer = archive.upload("b.txt", "数据归集上线报告")
    assert answer.status_code == 201
    after = answer.json["id"]
    assert archive.get(f"/api/v1/projects/{CODE}/documents").json["total"] == 2
    assert archive.browser.get(f"/documents/{after}").status_code == 200
    FindingRecord.objects.delete()
    Standing.objects.delete()
    archive.worker.start()
    try:
        assert until(lambda: FindingRecord.objects.count() > 0, 20), "judging does not wait for the index"
        assert until(lambda: OutboxEvent.objects(error__startswith="index: ").first() is not None, 20)
        assert archive.metric('dangan_lane_waiting{lane="index"}') >= 1
        assert OutboxEvent.objects(attempts__gt=0).count() == 0, "no fault of the document's"
        server.start()
        assert until(lambda: lag(archive.system.clock.now(), INDEX).waiting == 0, 30)
    finally:
        archive.worker.stop()
    assert [item["document"] for item in archive.search("数据归集").json["items"]] == [after]
    assert archive.engines() == {}


def test_recovery_is_noticed_within_seconds() -> None:
    assert timedelta(seconds=10) >= events.AWAY
    assert working.LONGEST_TROUBLE <= 10


def test_an_engine_that_hangs_does_not_hang_the_health_page(archive: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = threading.Event()
    monkeypatch.setattr(ElasticIndex, "info", lambda _: hanging.wait(60))
    try:
        assert archive.engines().keys() == {"index"}
        assert "3 秒" in archive.engines()["index"]["detail"]
        assert archive.metric('dangan_engine_up{engine="index"}') == 0
    finally:
        hanging.set()
