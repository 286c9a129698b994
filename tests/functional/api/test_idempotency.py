"""Sending a write again: the same answer, done once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from admin.api import idempotency
from archive.clock import FixedClock
from archive.models import AuditEntry, Document, Idempotency, Project
from tests.builders import UNIT
from tests.conftest import snapshot
from tests.functional.api.conftest import CODE, Api, Everybody, problem, upload
from tests.functional.processes import until

NEW = {"code": "XM-2025-010", "name": "数据共享平台", "unit": UNIT, "mode": "self_build"}
KEY = {"Idempotency-Key": "0f2d"}


def test_a_repeated_write_is_answered_alike_and_done_once(archivist: Api) -> None:
    first = archivist.post("/projects", json=NEW, headers=KEY)
    before = snapshot()
    again = archivist.post("/projects", json=dict(reversed(NEW.items())), headers=KEY)
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert snapshot() == before


def test_the_same_key_for_something_else_is_refused(archivist: Api) -> None:
    archivist.post("/projects", json=NEW, headers=KEY)
    before = snapshot()
    problem(archivist.post("/projects", json=NEW | {"code": "another"}, headers=KEY), 422, "api.idempotency-key-reused")
    assert snapshot() == before


def test_keys_of_different_people_and_routes_do_not_meet(everybody: Everybody, project: Project) -> None:
    api = everybody.as_("archivist")
    assert api.post("/projects", json=NEW, headers=KEY).status_code == 201
    assert upload(api, f"/projects/{CODE}/documents", "first", headers=KEY).status_code == 201
    assert upload(everybody.as_("unit_a"), f"/projects/{CODE}/documents", "second", headers=KEY).status_code == 201


def test_a_file_sent_again_under_its_key_is_the_first_answer_and_no_duplicate(archivist: Api, project: Project) -> None:
    first = upload(archivist, f"/projects/{CODE}/documents", "内容", headers=KEY)
    again = upload(archivist, f"/projects/{CODE}/documents", "内容", headers=KEY)
    assert (again.status_code, again.json) == (first.status_code, first.json) == (201, first.json)
    assert "duplicate_of" not in again.json
    other = upload(archivist, f"/projects/{CODE}/documents", "别的内容", headers=KEY)
    problem(other, 422, "api.idempotency-key-reused")
    assert Document.objects.count() == 1


def test_a_refused_write_leaves_its_key_free(archivist: Api, project: Project) -> None:
    problem(archivist.post("/projects", json=NEW | {"code": CODE}, headers=KEY), 409)
    assert Idempotency.objects.count() == 0
    assert archivist.post("/projects", json=NEW, headers=KEY).status_code == 201


def test_a_key_whose_process_died_at_work_is_kept_for_a_while_and_then_freed(
        archivist: Api, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = idempotency._claim

    def claim_and_die(row_id: str, fingerprint: str) -> None:
        assert claim(row_id, fingerprint) is None
        raise SystemError("the process dies here")

    with monkeypatch.context() as fault:
        fault.setattr(idempotency, "_claim", claim_and_die)
        problem(archivist.post("/projects", json=NEW, headers=KEY), 500)
    waiting = archivist.post("/projects", json=NEW, headers=KEY)
    problem(waiting, 409, "api.idempotency-key-in-use")
    assert int(waiting.headers["Retry-After"]) > 0
    assert Project.objects.count() == 0
    clock.advance(idempotency.ABANDONED + timedelta(seconds=1))
    assert archivist.post("/projects", json=NEW, headers=KEY).status_code == 201


def test_a_claim_is_renewed_for_as_long_as_the_work_goes_on(
        archivist: Api, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "RENEW_SECONDS", 0.01)
    claimed = idempotency._claim

    def claim_and_take_long(row_id: str, fingerprint: str) -> None:
        assert claimed(row_id, fingerprint) is None
        clock.advance(idempotency.ABANDONED * 3)
        with idempotency._kept(row_id, clock):
            assert until(lambda: Idempotency.objects.get().at == clock.now(), 10)
        assert claimed(row_id, fingerprint) is not None, "nobody else takes it over"

    with monkeypatch.context() as slow:
        slow.setattr(idempotency, "_claim", claim_and_take_long)
        assert archivist.post("/projects", json=NEW, headers=KEY).status_code == 201


def test_of_many_requests_at_the_same_moment_one_does_the_work(app: Flask, everybody: Everybody) -> None:
    token, start = everybody.token("archivist"), threading.Barrier(6)

    def send(_: int) -> Any:
        api = Api(app.test_client(), token)
        start.wait()
        return api.post("/projects", json=NEW, headers=KEY)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    worked = [a for a in answers if a.status_code == 201 and "Idempotency-Replayed" not in a.headers]
    assert len(worked) == 1
    assert all(a.json["code"] in (NEW["code"], "api.idempotency-key-in-use") for a in answers)
    assert AuditEntry.objects(action="project.created").count() == 1


def test_a_change_repeated_under_its_key_does_not_stumble_over_its_own_etag(archivist: Api, project: Project) -> None:
    send = {"json": {"name": "新名称"}, "headers": {**KEY, "If-Match": '"1"'}}
    first, again = archivist("PATCH", f"/projects/{CODE}", **send), archivist("PATCH", f"/projects/{CODE}", **send)
    assert (again.status_code, again.json) == (200, first.json)
    assert AuditEntry.objects(action="project.updated").count() == 1


def test_a_key_too_long_is_refused(archivist: Api) -> None:
    body = problem(archivist.post("/projects", json=NEW, headers={"Idempotency-Key": "k" * 256}), 422)
    assert body["errors"][0]["field"] == "Idempotency-Key"
