"""Whatever is sent, the answer is a refusal that names its reason, never a bug."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from archive.models import Project
from tests.conftest import snapshot
from tests.functional.api.conftest import CODE, Api, Everybody
from tests.functional.api.test_description import operations

NASTY = ("", " ", "\0", "💥", "../../etc/passwd", "-1", "9" * 40, "1e309", "NaN", "[]", '{"$ne": null}', "$where", "%", "'",
         "2024-02-30", "0001-01-01", "9999-12-31", "\u202e", "a" * 2000, "true", "．", ".*", "(", "\\")
JUNK: tuple[Any, ...] = (None, [], "x", 7, {}, {"$ne": 1}, {"code": {"$gt": ""}}, {"name": ["x"]}, {"until": 0}, {"": ""})


@pytest.fixture
def description(app: Flask) -> Any:
    client: Any = app.test_client()
    return client.get("/api/v1/openapi.json").json


def fair(answer: Any, what: object) -> None:
    assert answer.status_code < 500, (what, answer.get_data(as_text=True)[:300])
    if answer.status_code >= 400:
        assert answer.content_type == "application/problem+json", what


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", ["archivist", "auditadmin"])
def test_no_parameter_breaks_a_route(everybody: Everybody, project: Project, description: Any, name: str) -> None:
    api = everybody.as_(name)
    for method, path, operation in operations(description):
        if method != "get":
            continue
        address = re.sub(r"{\w+}", CODE, path).removeprefix("/api/v1")
        for parameter in (p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"):
            for value in NASTY:
                fair(api.get(f"{address}?{parameter}={quote(value)}"), (path, parameter, value))
        for value in NASTY[1:]:
            nasty = re.sub(r"{\w+}", lambda _, v=value: quote(v, safe=""), path)  # type: ignore[misc]
            fair(api.get(nasty.removeprefix("/api/v1")), (path, value))


def test_no_body_breaks_a_route_or_changes_anything(archivist: Api, project: Project, description: Any) -> None:
    before = snapshot()
    for method, path, _ in operations(description):
        if method == "get":
            continue
        address = re.sub(r"{\w+}", CODE, path).removeprefix("/api/v1")
        for junk in JUNK:
            answer = archivist(method.upper(), address, json=junk, headers={"If-Match": '"no"'})
            fair(answer, (path, junk))
            assert answer.status_code >= 400, (path, junk)
        for raw in (b"", b"{", b"\xff\xfe", b'"' + b"\\ud800" + b'"', b'{"name": "\\ud800", "password": "x"}'):
            fair(archivist(method.upper(), address, data=raw, content_type="application/json"), (path, raw))
    assert snapshot() == before
