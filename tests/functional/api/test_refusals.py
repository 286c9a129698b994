"""Refusals that no route gives: engines away, bugs, pages beside the API."""

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from tests.functional.api.conftest import Api, Everybody, problem


def fail_with(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("archive.queries.list_projects", fail)


def test_a_database_that_is_away_is_503_and_worth_another_try(archivist: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, ServerSelectionTimeoutError("10.0.0.1:27017 refused"))
    answer = archivist.get("/projects")
    body = problem(answer, 503, "archive.engine-down")
    assert int(answer.headers["Retry-After"]) > 0
    assert "10.0.0.1" not in str(body)


def test_a_bug_is_told_without_its_inside(archivist: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, ValueError("password=hunter2"))
    body = problem(archivist.get("/projects"), 500, "api.unexpected")
    assert "hunter2" not in str(body)


def test_outside_the_api_an_unknown_address_is_a_page(everybody: Everybody) -> None:
    answer = everybody.client.get("/nowhere")
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"


def test_a_write_to_the_api_needs_no_form_token(archivist: Api) -> None:
    assert archivist.post("/projects", json={}).status_code == 422
