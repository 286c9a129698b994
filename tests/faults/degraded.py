"""An archive of which one engine can be taken away: built over real parts, asked through the web application."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from flask.testing import FlaskClient

from admin.bootstrap import build
from admin.settings import Settings
from admin.system import System
from admin.web.app import create_app
from admin.worker import Worker
from archive.models import AuditEntry, Document, OutboxEvent, Version
from archive.operations.people import NewPerson, add_person, issue_token
from archive.permissions import Role
from tests.builders import SYSTEM, a_project
from tests.conftest import empty_archive

CODE = "XM-2024-001"
PROBLEM = "application/problem+json"
PASSWORD = "Dossier-2026"


class Office:
    """An archivist at work: by the API, and with a browser."""

    def __init__(self, system: System) -> None:
        self.system, self.worker = system, Worker(system)
        app = create_app(system)
        person = add_person(SYSTEM, system.clock, NewPerson("wang", Role.ARCHIVIST, password=PASSWORD))
        self._token = issue_token(SYSTEM, system.clock, person.name)
        self._client, self.browser = app.test_client(), app.test_client()
        _sign_in(self.browser)

    def get(self, path: str) -> Any:
        return self._client.get(path, headers={"Authorization": f"Bearer {self._token}"})

    def search(self, words: str) -> Any:
        return self.get(f"/api/v1/search?q={quote(words)}")

    def upload(self, name: str, text: str | bytes) -> Any:
        content = text.encode() if isinstance(text, str) else text
        return self._client.post(f"/api/v1/projects/{CODE}/documents", data={"file": (io.BytesIO(content), name)},
                                 headers={"Authorization": f"Bearer {self._token}"})

    def filed(self, name: str, text: str) -> str:
        """Files it and makes every effect; the document's id."""
        answer = self.upload(name, text)
        assert answer.status_code == 201, answer.text
        self.worker.drain()
        return str(answer.json["id"])

    def engines(self) -> dict[str, Any]:
        """What /readyz says is missing, but for the scheduler, which nobody runs here."""
        checks = self._client.get("/readyz").json["checks"]
        return {name: check for name, check in checks.items() if not check["ready"] and name != "scheduler"}

    def metric(self, line: str) -> float:
        """The sample whose name and labels are these."""
        found = [each for each in self._client.get("/metrics").text.splitlines() if each.startswith(f"{line} ")]
        return float(found[0].rpartition(" ")[2])


@contextmanager
def office(settings: Settings, **replace: Any) -> Iterator[Office]:
    system = build(settings, work=True, **replace)
    try:
        empty_archive()
        system.blobs.prepare()
        system.index.prepare()
        a_project(system, CODE)
        made = Office(system)
        made.worker.drain()
        yield made
        made.worker.stop()
        empty_archive()
    finally:
        system.close()


def refused(answer: Any, status: int, code: str, *words: str) -> None:
    """A problem with this code, told in a Chinese sentence that holds these words."""
    assert (answer.status_code, answer.content_type, answer.json["code"]) == (status, PROBLEM, code), answer.text[:300]
    assert all(word in answer.json["detail"] for word in words), answer.json["detail"]
    assert any("一" <= letter <= "鿿" for letter in answer.json["detail"])


def nothing_half_kept(office: Office, attempt: Callable[[], None]) -> None:
    """The attempt leaves no document, no event, no entry of the audit, no staged file."""
    def kept() -> list[int]:
        return [model.objects.count() for model in (Document, Version, OutboxEvent, AuditEntry)]

    before = kept()
    attempt()
    assert kept() == before
    assert list(office.system.intake.staging.glob("in-*")) == []


def _sign_in(browser: FlaskClient) -> None:
    page = browser.get("/login").text
    token = page.partition('name="csrf-token" content="')[2].partition('"')[0]
    answer = browser.post("/login", data={"csrf_token": token, "name": "wang", "password": PASSWORD})
    assert answer.status_code == 302
