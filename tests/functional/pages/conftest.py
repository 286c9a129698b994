"""Pages are tested through Flask's client over the real system: real database, files, index, sandbox."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from admin.system import System
from admin.web.app import create_app
from admin.worker import Worker
from archive.access import Actor
from archive.models import Document
from retention.alerts import refresh
from tests.builders import UNIT_B, a_project, file_text
from tests.scenes import once

TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
TEXT = "网络安全等级保护第三级测评结论为基本符合。\n采用密码应用方案，性能测试通过。"


class Browser:
    """One person's browser: keeps the session, sends each form with the token of the page it came from."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.client.get(path, **kwargs)

    def page(self, path: str) -> str:
        """The page's text; it must be there."""
        response = self.get(path)
        assert response.status_code == 200, (path, response.status_code, response.text[:500])
        return response.text

    @property
    def token(self) -> str:
        found = TOKEN.search(self.client.get("/account").text) or TOKEN.search(self.client.get("/login").text)
        assert found
        return found[1]

    def post(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token, **(data or {})}, **kwargs)

    def follow(self, path: str, data: dict[str, Any] | None = None) -> str:
        """What is shown after a form was sent."""
        return self.post(path, data, follow_redirects=True).text

    def send(self, path: str, filename: str, content: bytes) -> TestResponse:
        """As the upload script sends a file: its bytes are the body."""
        headers = {"X-CSRFToken": self.token, "X-Requested-With": "fetch", "X-File-Name": quote(filename)}
        return self.client.post(path, data=content, headers=headers, content_type="application/octet-stream")


def upload(filename: str, content: bytes) -> dict[str, Any]:
    """A file as a form without scripts sends it."""
    return {"file": (io.BytesIO(content), filename)}


@pytest.fixture
def app(system: System) -> Flask:
    made = create_app(system)
    made.testing = False  # errors must be answered as in production
    return made


@pytest.fixture
def stranger(app: Flask) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def signed_in(app: Flask, system: System, people: dict[str, Actor]) -> Callable[[str], Browser]:
    """The browser of a person of `people`, as after signing in a moment ago."""
    def make(name: str) -> Browser:
        client = app.test_client()
        with client.session_transaction() as session:
            now = int(system.clock.now().timestamp())
            session.update({"_user_id": f"{people[name].id}:1", "since": now, "seen": now})
        return Browser(client)
    return make


@pytest.fixture
def filled(system: System, worker: Worker, keeping: Path) -> Document:
    """Two units with a project each; a document in each dossier; findings stored. The document of the first unit."""
    key = once(system, keeping, "filled", lambda: _fill(system, worker))
    found: Document = Document.objects(id=key).get()
    return found


def _fill(system: System, worker: Worker) -> str:
    a_project(system, "XM-A")
    a_project(system, "XM-B", unit=UNIT_B, name="水文遥测平台建设项目")
    filed = file_text(system, "XM-A", "协同平台等级保护测评报告.txt", TEXT).document
    file_text(system, "XM-B", "水文会议纪要.txt", "水文遥测站网会议纪要")
    worker.drain()
    refresh(system.judge)
    return str(filed.id)
