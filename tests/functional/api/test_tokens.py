"""Tokens: what they open, and what happens to wrong ones."""

from datetime import timedelta

import pytest

from archive.clock import FixedClock
from archive.models import Idempotency, Person
from archive.operations.people import MOST_FAILURES, disable_person
from tests.builders import SYSTEM
from tests.functional.api.conftest import Api, Everybody, problem

RIGHT = {"name": "archivist", "password": "Dossier-2026"}
WRONG = {"name": "archivist", "password": "not the one"}


def test_name_and_password_give_a_token_that_works(everybody: Everybody) -> None:
    answer = everybody.as_(None).post("/tokens", json=RIGHT)
    assert answer.status_code == 201
    assert (answer.json["name"], answer.json["role"], answer.json["token_type"]) == ("archivist", "archivist", "Bearer")
    assert Api(everybody.client, answer.json["token"]).get("/projects").status_code == 200


def test_the_answer_is_not_to_be_stored_anywhere(everybody: Everybody) -> None:
    answer = everybody.as_(None).post("/tokens", json=RIGHT, headers={"Idempotency-Key": "k"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert Idempotency.objects.count() == 0
    assert answer.json["token"] not in str(Person.objects(name="archivist").get().to_mongo())


def test_a_wrong_password_and_an_unknown_name_are_told_alike(everybody: Everybody) -> None:
    wrong = problem(everybody.as_(None).post("/tokens", json=WRONG), 401, "people.sign-in-failed")
    unknown = problem(everybody.as_(None).post("/tokens", json={**WRONG, "name": "nobody"}), 401)
    assert wrong == unknown


def test_repeated_failures_lock_the_account_for_a_while(everybody: Everybody, clock: FixedClock) -> None:
    api = everybody.as_(None)
    for _ in range(MOST_FAILURES):
        problem(api.post("/tokens", json=WRONG), 401)
    locked = api.post("/tokens", json=RIGHT)
    problem(locked, 429, "people.locked")
    clock.advance(timedelta(seconds=int(locked.headers["Retry-After"])))
    assert api.post("/tokens", json=RIGHT).status_code == 201


@pytest.mark.parametrize(("body", "field"), [
    ({"name": "archivist"}, "password"), ({**RIGHT, "role": "secadmin"}, "role"), ({**RIGHT, "name": 7}, "name"),
    ([], "body"), (None, "body")])
def test_a_body_that_is_no_credentials_names_the_field(everybody: Everybody, body: object, field: str) -> None:
    answer = everybody.as_(None).post("/tokens", json=body)
    assert [error["field"] for error in problem(answer, 422, "api.validation")["errors"]] == [field]


@pytest.mark.parametrize("header", [
    "", "Bearer", "Bearer ", "Bearer wrong", "Basic YXJjaGl2aXN0", "Bearer " + "x" * 5000, "dgn_"])
def test_a_missing_or_bad_token_is_401(everybody: Everybody, header: str) -> None:
    answer = everybody.client.get("/api/v1/projects", headers={"Authorization": header})
    problem(answer, 401, "api.unauthenticated")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="dangan"'


def test_the_token_of_a_disabled_person_opens_nothing(everybody: Everybody) -> None:
    api = everybody.as_("unit_a")
    assert api.get("/projects").status_code == 200
    disable_person(SYSTEM, everybody.system.clock, "unit_a")
    problem(api.get("/projects"), 401)


def test_a_session_cookie_opens_nothing_here(everybody: Everybody) -> None:
    everybody.client.set_cookie("dangan", "anything")
    problem(everybody.as_(None).get("/projects"), 401)


def test_json_that_never_ends_or_is_very_large_is_refused(everybody: Everybody) -> None:
    api = everybody.as_("archivist")
    deep = api.post("/projects", data="[" * 200_000, content_type="application/json")
    assert deep.status_code in (400, 422)
    problem(api.post("/projects", data=b'{"code": "' + b"x" * (2 << 20) + b'"}', content_type="application/json"), 413)
