"""Refusals that no route gives: engines away, bugs, bodies the server stops, pages beside the API."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from flask import Flask
from pymongo.errors import ServerSelectionTimeoutError
from waitress.server import create_server

from admin.web.early_refusals import RefusingChannel
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


@pytest.fixture
def address(app: Flask) -> Iterator[tuple[str, int]]:
    """The application behind the real web server, which takes at most 1 KiB."""
    server = create_server(app, host="127.0.0.1", port=0, threads=1, max_request_body_size=1024)
    server.channel_class = RefusingChannel

    def serve() -> None:
        with suppress(OSError):  # closing the server under its loop ends the loop this way
            server.run()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield "127.0.0.1", server.effective_port
    server.close()
    thread.join(10)


def sent(address: tuple[str, int], path: str, size: int) -> tuple[int, str, str]:
    """Status, content type and body of the answer to a POST that only claims so many bytes."""
    with socket.create_connection(address, 10) as connection:
        connection.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode())
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return answer.status, answer.headers["Content-Type"], answer.read().decode()


def test_the_server_stops_a_body_too_large_before_it_is_sent(address: tuple[str, int]) -> None:
    status, media_type, body = sent(address, "/api/v1/projects/X/documents", 10**12)
    assert (status, media_type) == (413, "application/problem+json")
    assert '"code":"api.too-large"' in body
    assert "DANGAN_MAX_UPLOAD" in body


def test_outside_the_api_the_server_answers_in_its_own_way(address: tuple[str, int]) -> None:
    status, media_type, _ = sent(address, "/projects/X/upload", 10**12)
    assert (status, media_type.partition(";")[0]) == (413, "text/plain")
