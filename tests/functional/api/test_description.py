"""The description of the API: valid, complete, and readable without any asset from outside."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.functional.api.conftest import Api, Everybody

PUBLIC = {("post", "/api/v1/tokens"), ("get", "/api/v1/calendar.ics")}
UNDESCRIBED = {"/api/v1/openapi.json", "/api/v1/docs", "/api/v1/docs/start.js", "/api/v1/docs/assets/{name}"}
CONTRACT = {
    ("post", "/tokens"), ("get", "/projects"), ("post", "/projects"), ("get", "/projects/{code}"),
    ("patch", "/projects/{code}"), ("get", "/projects/{code}/dossier"), ("post", "/projects/{code}/documents"),
    ("get", "/documents/{id}"), ("get", "/documents/{id}/content"), ("get", "/documents/{id}/text"),
    ("get", "/documents/{id}/pages/{n}"), ("get", "/documents/{id}/versions"), ("post", "/documents/{id}/versions"),
    ("get", "/search"), ("get", "/projects/{code}/findings"), ("get", "/findings"),
    ("post", "/findings/{id}/acknowledge"), ("post", "/findings/{id}/waive"), ("get", "/rules"), ("get", "/clauses"),
    ("get", "/audit"), ("get", "/calendar.ics")}


@pytest.fixture
def description(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    found: dict[str, Any] = answer.get_json()
    return found


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in description["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "$ref":
                yield inner
            else:
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_it_is_openapi_3_1_with_a_title_and_a_version(description: dict[str, Any]) -> None:
    assert re.fullmatch(r"3\.1\.\d+", description["openapi"])
    assert description["info"]["title"]
    assert description["info"]["version"]


def test_it_describes_every_route_there_is(app: Flask, description: dict[str, Any]) -> None:
    there = {(method.lower(), re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule))
             for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")
             for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    described = {(method, path) for method, path, _ in operations(description)}
    assert there - described == {("get", path) for path in UNDESCRIBED}
    assert described - there == set()


def test_it_holds_every_route_of_the_contract(description: dict[str, Any]) -> None:
    described = {(method, path.removeprefix("/api/v1")) for method, path, _ in operations(description)}
    assert described >= CONTRACT


def test_every_reference_leads_to_a_component(description: dict[str, Any]) -> None:
    names = {reference.removeprefix("#/components/schemas/") for reference in references(description)}
    assert names
    assert names <= description["components"]["schemas"].keys()


def test_every_route_says_what_it_answers_and_how_it_refuses(description: dict[str, Any]) -> None:
    for method, path, operation in operations(description):
        assert any(status.startswith("2") for status in operation["responses"]), (method, path)
        assert operation["summary"], (method, path)
        for status, response in operation["responses"].items():
            if status.startswith(("4", "5")):
                assert list(response["content"]) == ["application/problem+json"], (method, path, status)
            elif status not in ("204", "302", "304"):
                assert response["content"], (method, path, status)


def test_operation_ids_are_unique(description: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(description)]
    assert len(ids) == len(set(ids))


def test_path_parameters_are_described(description: dict[str, Any]) -> None:
    for _, path, operation in operations(description):
        named = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path)), path


def test_every_write_takes_an_idempotency_key(description: dict[str, Any]) -> None:
    for method, path, operation in operations(description):
        headers = {p["name"] for p in operation.get("parameters", []) if p["in"] == "header"}
        # Of tus the offset says what was done already, and the same file announced twice is the same upload. A look at
        # masked numbers is a reading that is kept each time: its answer may lie nowhere to be given again.
        # What would be if writes nothing: asked again it is answered again.
        apart = path == "/api/v1/tokens" or path.startswith("/api/v1/uploads") or path.endswith(("/text/unmasked", "/what-if"))
        if method != "get" and not apart:
            assert "Idempotency-Key" in headers, (method, path)


def test_every_route_but_the_public_ones_asks_for_a_bearer_token(description: dict[str, Any]) -> None:
    assert description["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    for method, path, operation in operations(description):
        assert (operation.get("security") == [{"bearer": []}]) == ((method, path) not in PUBLIC), (method, path)


def test_a_request_without_a_token_is_refused_on_every_route(app: Flask, description: dict[str, Any]) -> None:
    client = app.test_client()
    for method, path, _ in operations(description):
        if (method, path) in PUBLIC:
            continue
        answer = client.open(re.sub(r"{\w+}", "1", path), method=method.upper())
        assert answer.status_code == 401, (method, path)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.content_type == "application/problem+json"


def test_the_page_loads_only_what_this_installation_has(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    html = page.get_data(as_text=True)
    addresses = re.findall(r'(?:src|href|data-url)="([^"]+)"', html)
    assert addresses
    assert "<script>" not in html
    for address in addresses:
        assert address.startswith("/api/v1/"), address
        assert client.get(address).status_code == 200, address
    style = client.get("/api/v1/docs/assets/css/swagger-ui.css").get_data(as_text=True)
    assert not re.findall(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//", style)
    assert "validatorUrl: null" in client.get("/api/v1/docs/start.js").get_data(as_text=True)


def test_assets_outside_the_folder_cannot_be_had(app: Flask) -> None:
    assert app.test_client().get("/api/v1/docs/assets/../__init__.py").status_code == 404
    assert app.test_client().get("/api/v1/docs/assets/%2e%2e/__init__.py").status_code == 404


def test_an_unknown_address_and_a_wrong_method_are_problems(everybody: Everybody) -> None:
    api: Api = everybody.as_("archivist")
    nowhere, wrong = api.get("/nowhere"), api("DELETE", "/projects")
    assert (nowhere.status_code, nowhere.content_type) == (404, "application/problem+json")
    assert (wrong.status_code, wrong.content_type) == (405, "application/problem+json")
    assert {"GET", "POST"} <= set(wrong.headers["Allow"].replace(" ", "").split(","))
