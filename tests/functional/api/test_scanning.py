"""Virus scanning from the door to the page, with the real clamd: found, passed, away, too large; and what remains of each."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from admin.scanning import OLD_DAYS, standing
from admin.system import System
from admin.verify import verify
from archive.clock import FixedClock
from archive.models import AuditEntry, Document, Project, Version
from ingest.scanners.clamd import ClamdScanner, Patience
from ingest.scanners.port import Knowledge, Verdict
from tests.conftest import snapshot
from tests.functional.api.conftest import CODE, Api, Everybody, problem, upload
from tests.peers.clamd import SCAN_LIMIT, TEST_VIRUS, VIRUS_NAME, Clamd

FILES = f"/projects/{CODE}/documents"


@pytest.fixture
def scanned(system: System, clamd: Clamd) -> System:
    system.intake.scanner = ClamdScanner(clamd.unix)
    return system


@pytest.fixture
def unscanned(system: System) -> System:
    """A scanner is set, and nobody is there."""
    system.intake.scanner = ClamdScanner("tcp://127.0.0.1:1", Patience(connect=1))
    return system


def objects(system: System) -> list[Path]:
    return [path for path in (system.settings.data_dir / "objects").rglob("*") if path.is_file()]


def test_an_infected_file_leaves_its_digest_and_nothing_else(scanned: System, archivist: Api, project: Project) -> None:
    before = objects(scanned)
    body = problem(upload(archivist, FILES, b"minutes " + TEST_VIRUS, "机密的名字.txt"), 422, "archive.refused")
    assert VIRUS_NAME in body["detail"]
    assert objects(scanned) == before
    assert (Document.objects.count(), Version.objects.count()) == (0, 0)
    entry = AuditEntry.objects(action="document.refused").get()
    assert VIRUS_NAME in str(entry.to_mongo())
    assert "机密的名字" not in str(entry.to_mongo())


def test_an_infected_version_changes_nothing(scanned: System, archivist: Api, project: Project) -> None:
    kept = upload(archivist, FILES, "会议纪要").json
    answer = upload(archivist, f"/documents/{kept['id']}/versions", TEST_VIRUS)
    problem(answer, 422, "archive.refused")
    assert archivist.get(f"/documents/{kept['id']}").json["version"] == 1


def test_a_clean_file_says_who_looked_and_when(scanned: System, archivist: Api, project: Project, clock: FixedClock) -> None:
    filed = upload(archivist, FILES, "会议纪要").json
    assert filed["scan"] == "clean"
    version = archivist.get(f"/documents/{filed['id']}/versions").json["items"][0]
    assert version["scan_engine"].startswith("ClamAV 1.")
    assert version["scanned_at"] == clock.now().isoformat().replace("+00:00", "Z")
    assert version["scan_reason"] == ""


def test_without_a_scanner_a_file_is_not_checked(archivist: Api, project: Project) -> None:
    filed = upload(archivist, FILES, "会议纪要").json
    version = archivist.get(f"/documents/{filed['id']}/versions").json["items"][0]
    assert (version["scan"], version["scan_engine"], version["scanned_at"]) == ("not_checked", "", None)
    assert version["scan_reason"] == "没有设置查毒程序"


def test_a_file_too_large_to_be_checked_is_kept_and_says_so(scanned: System, archivist: Api, project: Project) -> None:
    filed = upload(archivist, FILES, b"text " * (SCAN_LIMIT // 4)).json
    version = archivist.get(f"/documents/{filed['id']}/versions").json["items"][0]
    assert (version["scan"], version["scanned_at"]) == ("not_checked", None)
    assert "上限" in version["scan_reason"]


def test_while_the_scanner_is_away_nothing_is_let_in(unscanned: System, archivist: Api, project: Project) -> None:
    before, files = snapshot(), objects(unscanned)
    answer = upload(archivist, FILES, "会议纪要")
    assert "clamd" in problem(answer, 503, "archive.engine-down")["detail"]
    assert int(answer.headers["Retry-After"]) > 0
    assert (snapshot(), objects(unscanned)) == (before, files)


def test_while_the_scanner_is_away_the_rest_goes_on(system: System, archivist: Api, project: Project) -> None:
    kept = upload(archivist, FILES, "会议纪要").json
    system.intake.scanner = ClamdScanner("tcp://127.0.0.1:1", Patience(connect=1))
    assert archivist.get(f"/documents/{kept['id']}/content").status_code == 200
    assert upload(archivist, FILES, "会议纪要").json["duplicate_of"] == kept["id"], "bytes that are known need no scanner"
    assert not verify(system).problems


def test_readiness_names_a_scanner_that_is_away(unscanned: System, everybody: Everybody) -> None:
    check = everybody.client.get("/readyz").json["checks"]["scanner"]
    assert (check["ready"], "EngineDown" in check["detail"]) == (False, True)


def test_readiness_knows_the_scanner(scanned: System, everybody: Everybody) -> None:
    check = everybody.client.get("/readyz").json["checks"]["scanner"]
    assert (check["ready"], check["set"], check["signature_age_days"]) == (True, True, None)
    assert "官方病毒库" in check["detail"]


def test_the_page_says_it_too(scanned: System, archivist: Api, everybody: Everybody, project: Project) -> None:
    filed = upload(archivist, FILES, "会议纪要").json
    client = everybody.client
    token = client.get("/login").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    client.post("/login", data={"csrf_token": token, "name": "archivist", "password": "Dossier-2026"})
    assert "通过（ClamAV 1." in client.get(f"/documents/{filed['id']}").text


class Told:
    """A scanner that knows what it is told."""

    def __init__(self, known: Knowledge) -> None:
        self.known = known

    def check(self, path: Path) -> Verdict:
        raise NotImplementedError

    def knowledge(self) -> Knowledge:
        return self.known


@pytest.mark.parametrize(("days", "warned"), [(-1, False), (0, False), (OLD_DAYS, False), (OLD_DAYS + 1, True)])
def test_old_signatures_are_warned_of(clock: FixedClock, days: int, warned: bool, plus: Callable[[int], Any]) -> None:
    stands = standing(Told(Knowledge("ClamAV 1.4.6", "27483", plus(-days))), clock.now())
    assert stands.age_days == max(days, 0)
    assert bool(stands.advice) == warned


@pytest.fixture
def plus(clock: FixedClock) -> Callable[[int], Any]:
    from datetime import timedelta

    return lambda days: clock.now() + timedelta(days=days)
