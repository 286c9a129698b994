"""The API as a client meets it: the composed application over the real system; every answer is held to its description."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_openapi3.openapi import OpenAPI
from werkzeug.test import TestResponse

from admin.system import System
from admin.web.app import create_app
from admin.worker import Worker
from archive.access import Actor
from archive.models import Project
from archive.operations.people import issue_token
from tests.builders import SYSTEM, UNIT, UNIT_B, a_project

OVERDUE: dict[str, Any] = {"contract_signed_on": date(2024, 4, 1), "construction_start": date(2024, 4, 15),
           "planned_completion": date(2024, 10, 31), "actual_completion": date(2024, 10, 20),
           "trial_start": date(2024, 11, 1)}
CODE, CODE_B = "XM-2024-001", "XM-2024-002"


class Api:
    """Asks as one person; `None` asks without a token."""

    def __init__(self, client: FlaskClient, token: str | None) -> None:
        self.client, self.token = client, token

    def __call__(self, method: str, path: str, *, headers: Mapping[str, str] | None = None,
                 **rest: Any) -> Any:
        """A `TestResponse`; typed so that tests may look into its JSON."""
        sent = {"Authorization": f"Bearer {self.token}"} if self.token is not None else {}
        return self.client.open(f"/api/v1{path}", method=method, headers={**sent, **(headers or {})}, **rest)

    def get(self, path: str, **rest: Any) -> Any:
        return self("GET", path, **rest)

    def post(self, path: str, **rest: Any) -> Any:
        return self("POST", path, **rest)


class Everybody:
    """`as_("archivist")` asks as that person; tokens are issued when first needed."""

    def __init__(self, app: Flask, system: System, people: dict[str, Actor]) -> None:
        self.client, self.system, self.people = app.test_client(), system, people
        self.tokens: dict[str, str] = {}

    def token(self, name: str) -> str:
        if name not in self.tokens:
            self.tokens[name] = issue_token(SYSTEM, self.system.clock, name)
        return self.tokens[name]

    def as_(self, name: str | None) -> Api:
        return Api(self.client, self.token(name) if name else None)


@pytest.fixture
def app(system: System) -> Flask:
    """With every JSON answer checked against the model its route promises."""
    made = create_app(system)
    assert isinstance(made, OpenAPI)
    made.validate_response = True
    return made


@pytest.fixture
def everybody(app: Flask, system: System, people: dict[str, Actor]) -> Everybody:
    return Everybody(app, system, people)


@pytest.fixture
def archivist(everybody: Everybody) -> Api:
    return everybody.as_("archivist")


@pytest.fixture
def project(system: System) -> Project:
    """A project of the first unit, whose trial run began long ago and which was never accepted."""
    return a_project(system, CODE, unit=UNIT, **OVERDUE)


@pytest.fixture
def two_projects(system: System, project: Project) -> tuple[Project, Project]:
    """One of each unit."""
    return project, a_project(system, CODE_B, unit=UNIT_B, name="水文监测平台建设项目", **OVERDUE)


@pytest.fixture
def settled(system: System, worker: Worker) -> Any:
    """Call it to have every effect made: index, text, findings."""
    return worker.drain


def upload(api: Api, path: str, data: bytes | str, filename: str = "会议纪要.txt", headers: Mapping[str, str] | None = None,
           **fields: str) -> Any:
    from io import BytesIO

    content = data.encode() if isinstance(data, str) else data
    return api.post(path, data={"file": (BytesIO(content), filename), **fields}, headers=headers)


def problem(response: TestResponse, status: int, code: str | None = None) -> dict[str, Any]:
    """The problem an answer carries, checked for what every problem must have."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.content_type == "application/problem+json"
    body: dict[str, Any] = response.get_json(force=True)
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    assert body["code"] == (code or body["code"])
    assert any("\u4e00" <= c <= "\u9fff" for c in body["detail"]), "a problem is told in Chinese"
    return body


