"""A person of one unit cannot learn by page, API, search, facet, count or mail that another unit's dossier exists.

Proved by twin worlds: unit B alone, and unit B beside everything of unit A. Whoever is bound to unit B asks the same
everything in both and must get the same answers.
"""

import io
import os
import re
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from admin.bootstrap import build
from admin.jobs import run_job
from admin.settings import Settings
from admin.web.app import create_app
from admin.worker import Worker
from archive.clock import FixedClock
from ingest.sandbox import Sandbox
from tests.builders import SYSTEM, UNIT_B
from tests.conftest import SECRET, empty_archive, snapshot
from tests.functional.isolation_routes import GET, NOT_ASKED, NOT_WRITTEN, WRITES
from tests.functional.isolation_visitor import Answer, Visitor
from tests.functional.isolation_world import MARKERS, PERSONS, SECOND_DOSSIER, TEXT_OF_A, World, furnish

pytestmark = pytest.mark.timeout(1800)  # both worlds are walked before the first test
ROOT = Path(__file__).resolve().parents[2]
MOMENT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai, a working day
NOTICE_DAYS = ("2026-03-02", "2026-03-09", "2026-03-19")
Asked = tuple[str, str, tuple[tuple[str, str], ...]]


@dataclass
class Recording:
    """What everybody of unit B was answered in one world."""

    reads: dict[Asked, Answer] = field(default_factory=dict)
    marks: dict[Asked, list[str]] = field(default_factory=dict)
    writes: dict[tuple[str, int], tuple[Answer, Answer]] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    own: dict[str, Answer] = field(default_factory=dict)
    mails: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    shell: dict[str, str] = field(default_factory=dict)
    routes: set[tuple[str, str]] = field(default_factory=set)


@pytest.fixture(scope="module")
def worlds(mongodb: str, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Recording]:
    return {name: _record(mongodb, sandbox, tmp_path_factory.mktemp(name), with_a=name == "beside")
            for name in ("alone", "beside")}


def _record(mongodb: str, sandbox: Sandbox, folder: Path, *, with_a: bool) -> Recording:
    settings = Settings(
        data_dir=folder / "var", mongodb_url=mongodb, s3_url="", elasticsearch_url="", smtp_url="", clamd_url="",
        base_url="http://127.0.0.1:8000", secret_key=SECRET, timezone="Asia/Shanghai", max_upload=50 << 20)
    system = build(settings, work=True, clock=FixedClock(MOMENT), sandbox=sandbox)
    empty_archive()
    system.index.prepare()
    worker, app = Worker(system), create_app(system)
    try:
        world = furnish(system, worker.drain, folder, with_a=with_a)
        recording = Recording(routes=_routes(app))
        visitors = {person: Visitor(app, world, person) for person in PERSONS}
        _read_everything(visitors, recording)
        if with_a:
            _write_everywhere(visitors, recording)
        recording.shell = {query: _in_the_shell(settings, query) for query in ("会议", "榫卯", "")}
        _do_own_work(visitors, worker, recording)
        return recording
    finally:
        worker.stop()
        empty_archive()
        system.close()


def _routes(app: Flask) -> set[tuple[str, str]]:
    return {(method, rule.endpoint) for rule in app.url_map.iter_rules() for method in rule.methods or ()
            if method not in ("HEAD", "OPTIONS")}


def _read_everything(visitors: dict[str, Visitor], recording: Recording) -> None:
    for person, visitor in visitors.items():
        for endpoint, requests in GET.items():
            for values in requests:
                asked = (person, endpoint, tuple(values.items()))
                recording.reads[asked] = visitor.read(endpoint, values)
                recording.marks[asked] = visitor.asked(values)


def _write_everywhere(visitors: dict[str, Visitor], recording: Recording) -> None:
    """Every change tried on what is unit A's and on what is nobody's. Nothing may have changed, not even in the audit."""
    before = snapshot()
    for person, visitor in visitors.items():
        for number, write in enumerate(WRITES):
            recording.writes[person, number] = visitor.write(write, foreign=True), visitor.write(write, foreign=False)
            if (after := snapshot()) != before:
                recording.changed.append(f"{person}: {write}")
            before = after


def _in_the_shell(settings: Settings, query: str) -> str:
    env = {"PATH": os.defpath, "DANGAN_MONGODB_URL": settings.mongodb_url, "DANGAN_DATA_DIR": str(settings.data_dir),
           "DANGAN_SECRET_KEY": SECRET}
    done = subprocess.run([sys.executable, "-m", "admin", "search", query, "--as", "unit_b", "--json"], cwd=ROOT, env=env,
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return re.sub(r"\b[0-9a-f]{24}\b", "‹id›", done.stdout)


def _do_own_work(visitors: dict[str, Visitor], worker: Worker, recording: Recording) -> None:
    """What people of unit B may do goes the same way in both worlds, also where unit A holds the same or is named."""
    def file(text: str) -> dict[str, Any]:
        return {"data": {"file": (io.BytesIO(text.encode()), "材料.txt")}}

    archivist, unit = visitors["archivist_b"], visitors["unit_b"]
    steps: dict[str, tuple[Visitor, str, str, dict[str, Any]]] = {
        "file what A has": (unit, "POST", "/api/v1/projects/XM-B-002/documents", file(TEXT_OF_A)),
        "file what A has again": (unit, "POST", "/api/v1/projects/XM-B-002/documents", file(TEXT_OF_A)),
        "name A's project": (archivist, "POST", "/api/v1/projects", {"json": {
            "code": "XM-B-009", "name": "接续项目", "unit": UNIT_B, "mode": "self_build", "kind": "om", "predecessor": "XM-A-001"}}),
    }
    for name, (visitor, method, path, sent) in steps.items():
        recording.own[name] = visitor.open(method, path, **sent)
        worker.drain()
    for path in ("/api/v1/projects/XM-B-009/findings", "/api/v1/search?q=榫卯", "/projects/XM-B-009", "/api/v1/search?q=会议",
                 "/api/v1/findings?size=200", "/findings"):
        recording.own[path] = archivist.open("GET", path)
    recording.mails = _mails(archivist.world)
    recording.own["take A's code"] = archivist.open("POST", "/api/v1/projects", json={
        "code": "XM-A-001", "name": "另一项目", "unit": UNIT_B, "mode": "self_build"})


def _mails(world: World) -> dict[str, list[tuple[str, str, str]]]:
    """Subject, text and HTML of every mail to unit B's people over some days, by address."""
    for day in map(date.fromisoformat, NOTICE_DAYS):
        for job in ("compliance.nightly", "notices.daily"):
            assert run_job(world.system, SYSTEM, job, day).outcome == "done"
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for path in sorted((world.system.settings.data_dir / "mail").glob("*.eml")):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
        assert plain
        assert rich
        found[mail["To"].addresses[0].addr_spec].append((mail["Subject"], plain.get_content(), rich.get_content()))
    return dict(found)


def test_every_route_is_asked(worlds: dict[str, Recording]) -> None:
    """A new route must say here how it is asked, or why it is not."""
    written = {(write.method, write.endpoint) for write in WRITES}
    known = {("GET", endpoint) for endpoint in (*GET, *NOT_ASKED)} | written | {("POST", name) for name in NOT_WRITTEN}
    assert worlds["beside"].routes == known


@pytest.mark.parametrize("person", PERSONS)
def test_pages_and_api_answer_as_if_the_other_unit_were_not_there(worlds: dict[str, Recording], person: str) -> None:
    alone, beside = worlds["alone"].reads, worlds["beside"].reads
    assert alone.keys() == beside.keys()
    differing = [_difference(asked, alone[asked], beside[asked]) for asked in alone
                 if asked[0] == person and alone[asked] != beside[asked]]
    assert not differing, f"{len(differing)} of {len(alone)}:\n" + "\n".join(differing[:20])


@pytest.mark.parametrize("person", PERSONS)
def test_no_answer_holds_a_word_of_the_other_unit(worlds: dict[str, Recording], person: str) -> None:
    hidden = MARKERS + (SECOND_DOSSIER if person == "auditor_of_one" else ())
    reads, marks = worlds["beside"].reads, worlds["beside"].marks
    found = [(asked, word) for asked, answer in reads.items() if asked[0] == person
             for word in hidden if word in _all(answer.without(*marks[asked]))]
    assert not found, found[:20]


@pytest.mark.parametrize("person", PERSONS)
def test_the_walk_reaches_what_the_person_may_see(worlds: dict[str, Recording], person: str) -> None:
    """Otherwise equal answers would prove nothing: each of them sees the own dossier in every kind of answer."""
    reads = worlds["beside"].reads
    seen = {asked[1] for asked, answer in reads.items() if asked[0] == person and "水文" in answer.body}
    assert {"api_documents.show", "api_documents.text", "api_documents.listed", "api_findings.listed", "api_findings.show",
            "api_findings.of_project", "api_projects.listed", "api_projects.show", "api_search.find", "documents.show",
            "dossier.show", "findings.board", "findings.show", "projects.listing", "search.search", "start.start"} <= seen
    assert any(answer.headers[0][1] == "image/png" for asked, answer in reads.items() if asked[0] == person)


@pytest.mark.parametrize("person", PERSONS)
def test_naming_a_foreign_thing_is_answered_as_naming_nothing(worlds: dict[str, Recording], person: str) -> None:
    pairs = worlds["beside"].writes
    differing = [_difference((person, str(WRITES[number]), ()), nowhere, foreign)
                 for (who, number), (foreign, nowhere) in pairs.items() if who == person and foreign != nowhere]
    assert not differing, "\n".join(differing)
    # The back office leads whoever wants to write back to its list.
    assert all(foreign.status >= 400 or WRITES[number].endpoint.startswith("backoffice_")
               for (_, number), (foreign, _) in pairs.items())


def test_naming_a_foreign_thing_changes_nothing(worlds: dict[str, Recording]) -> None:
    assert worlds["beside"].changed == []


def test_nothing_that_is_asked_breaks_the_site(worlds: dict[str, Recording]) -> None:
    """Two worlds that both break are alike, and say nothing."""
    asked = [(key, answer.status) for world in worlds.values() for key, answer in world.reads.items()]
    tried = [(key, answer.status) for world in worlds.values() for key, pair in world.writes.items() for answer in pair]
    assert [(key, status) for key, status in (*asked, *tried) if status in (500, 502, 504)] == []


def test_own_work_goes_the_same_way(worlds: dict[str, Recording]) -> None:
    """Except that a project's code is unique in the whole archive: one that is taken cannot be taken again."""
    alone, beside = dict(worlds["alone"].own), dict(worlds["beside"].own)
    free, taken = alone.pop("take A's code"), beside.pop("take A's code")
    assert (free.status, taken.status) == (201, 409)
    assert not [word for word in MARKERS if word in _all(taken.without("XM-A-001"))]
    assert [_difference(("", name, ()), alone[name], beside[name]) for name in alone if alone[name] != beside[name]] == []
    assert (alone["file what A has"].status, alone["file what A has again"].status) == (201, 200)


def test_mails_are_the_same(worlds: dict[str, Recording]) -> None:
    alone, beside = worlds["alone"].mails, worlds["beside"].mails
    own = {address: mails for address, mails in beside.items() if address.endswith("@b.example.com")}
    assert own == alone
    assert {"unit_b@b.example.com", "contact@b.example.com", "head@b.example.com"} <= own.keys()
    assert not [word for mails in own.values() for mail in mails for word in MARKERS if word in "\n".join(mail)]
    assert any(address.endswith("@a.example.com") for address in beside), "unit A was told nothing: nothing could leak"


def test_the_command_line_searches_as_the_person(worlds: dict[str, Recording]) -> None:
    assert worlds["alone"].shell == worlds["beside"].shell
    assert '"total": 0' in worlds["beside"].shell["榫卯"]
    assert "水文" in worlds["beside"].shell["会议"]


def _all(answer: Answer) -> str:
    return answer.body + " ".join(value for _, value in answer.headers)


def _difference(asked: Asked, one: Answer, other: Answer) -> str:
    """Where two answers part, in one line."""
    if (one.status, one.headers) != (other.status, other.headers):
        return f"{asked}: {one.status} {one.headers} / {other.status} {other.headers}"
    at = next((n for n, (a, b) in enumerate(zip(one.body, other.body, strict=False)) if a != b),
              min(len(one.body), len(other.body)))
    return f"{asked}: …{one.body[max(at - 60, 0):at + 60]!r} / …{other.body[max(at - 60, 0):at + 60]!r}"
