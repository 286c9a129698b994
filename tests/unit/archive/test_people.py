"""Accounts: who may open and close them, how signing in fails and locks, what ends with a disabled account."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from admin.system import System
from archive import passwords
from archive.access import Actor
from archive.clock import FixedClock
from archive.errors import AlreadyExists, Invalid, NotFound, NotPermitted
from archive.models import AuditEntry, Person, Unit
from archive.operations.people import (
    LOCKED_FOR,
    MOST_FAILURES,
    AccountLocked,
    NewPerson,
    SignInFailed,
    add_person,
    disable_person,
    find_person,
    issue_token,
    person_of_token,
    set_password,
    sign_in,
)
from archive.permissions import Permission, Role
from tests.builders import SYSTEM, UNIT
from tests.unit.archive.refusals import refused, refused_without

GOOD = "Dossier-2026"


@pytest.fixture
def zhang(system: System) -> Person:
    return add_person(SYSTEM, system.clock, NewPerson("zhang", Role.UNIT, UNIT, "zhang@example.com", "张伟", GOOD))


# -- who may ------------------------------------------------------------------------------------------------------

MANAGING: Mapping[str, Callable[[Actor, System], Any]] = {
    "add": lambda actor, system: add_person(actor, system.clock, NewPerson(f"by-{actor.role}", Role.AUDITOR)),
    "disable": lambda actor, system: disable_person(actor, system.clock, "zhang"),
    "password": lambda actor, system: set_password(actor, system.clock, "zhang", "Another-2026"),
    "token": lambda actor, system: issue_token(actor, system.clock, "zhang"),
}


@pytest.mark.parametrize("deed", MANAGING)
def test_only_who_manages_people_may(system: System, zhang: Person, people: dict[str, Actor], deed: str) -> None:
    attempt = MANAGING[deed]
    allowed = refused_without(Permission.PERSON_MANAGE, people, lambda actor: attempt(actor, system))
    assert [actor.role for actor in allowed] == [Role.SECADMIN]
    attempt(allowed[0], system)
    assert AuditEntry.objects(actor=allowed[0].id).count() == 1


@pytest.mark.parametrize("deed", ["password", "token"])
def test_ones_own_account_needs_no_permission(system: System, zhang: Person, deed: str) -> None:
    assert MANAGING[deed](zhang.actor(), system)


def test_a_display_name_gives_no_power_over_the_account_of_that_name(system: System, zhang: Person) -> None:
    impostor = add_person(SYSTEM, system.clock, NewPerson("wang", Role.UNIT, UNIT, display_name="zhang")).actor()
    assert impostor.name == "zhang"
    refused(NotPermitted, lambda: set_password(impostor, system.clock, "zhang", "Another-2026"))
    refused(NotPermitted, lambda: issue_token(impostor, system.clock, "zhang"))


def test_who_may_not_does_not_learn_whether_a_name_exists(system: System, zhang: Person) -> None:
    other = add_person(SYSTEM, system.clock, NewPerson("wang", Role.UNIT, UNIT)).actor()
    for name in ("zhang", "nobody"):
        refused(NotPermitted, lambda name=name: issue_token(other, system.clock, name))  # type: ignore[misc]
        refused(NotPermitted, lambda name=name: set_password(other, system.clock, name, GOOD))  # type: ignore[misc]


# -- opening -------------------------------------------------------------------------------------------------------

def test_a_new_person_is_kept_with_a_hash_and_the_unit_comes_with_her(system: System, zhang: Person) -> None:
    stored = find_person("zhang")
    assert stored.actor() == Actor(zhang.id, "张伟", Role.UNIT, UNIT)
    assert stored.password_hash.startswith("$argon2id$")
    assert Unit.objects(id=UNIT).count() == 1
    assert GOOD not in repr(list(AuditEntry.objects.as_pymongo()))
    add_person(SYSTEM, system.clock, NewPerson("wang", Role.UNIT, UNIT))
    assert AuditEntry.objects(action="unit.added").count() == 1


def test_a_name_is_taken_once(system: System, zhang: Person) -> None:
    refused(AlreadyExists, lambda: add_person(SYSTEM, system.clock, NewPerson("zhang", Role.AUDITOR)), "zhang")


@pytest.mark.parametrize(("new", "field"), [
    (NewPerson("", Role.AUDITOR), "用户名"), (NewPerson("a b", Role.AUDITOR), "用户名"),
    (NewPerson("a/b", Role.AUDITOR), "用户名"), (NewPerson("system:x", Role.AUDITOR), "用户名"),
    (NewPerson("x" * 65, Role.AUDITOR), "用户名"), (NewPerson("x", Role.UNIT), "单位"),
    (NewPerson("x", Role.SYSTEM), "角色"), (NewPerson("x", Role.AUDITOR, email="no-address"), "邮箱"),
    (NewPerson("x", Role.AUDITOR, email="a @b"), "邮箱"), (NewPerson("x", Role.AUDITOR, password="short"), "口令"),
    (NewPerson("x", Role.AUDITOR, display_name="名" * 65), "display_name")])
def test_a_bad_account_is_refused_by_field(system: System, new: NewPerson, field: str) -> None:
    assert refused(Invalid, lambda: add_person(SYSTEM, system.clock, new)).facts["field"] == field


@pytest.mark.parametrize(("password", "good"), [
    ("Abcdefg1", True), ("abcdefg1", False), ("Abc-1", False), ("abcdefghijklmnop", True), ("Zhang-2026", False),
    ("档案档案档案档案Aa", False), ("档案档案档案档案Aa1", True)])
def test_what_a_password_must_be(system: System, zhang: Person, password: str, good: bool) -> None:
    if good:
        set_password(SYSTEM, system.clock, "zhang", password)
        assert sign_in(system.clock, "zhang", password).name == "zhang"
    else:
        assert refused(Invalid, lambda: set_password(SYSTEM, system.clock, "zhang", password)).facts["field"] == "口令"


# -- signing in ----------------------------------------------------------------------------------------------------

def fail(clock: FixedClock, times: int, name: str = "zhang") -> None:
    for _ in range(times):
        with pytest.raises(SignInFailed):
            sign_in(clock, name, "wrong")


def test_signing_in_gives_the_person_and_a_trace(zhang: Person, clock: FixedClock) -> None:
    assert sign_in(clock, "zhang", GOOD).id == zhang.id
    assert AuditEntry.objects(action="person.signed-in", actor=zhang.id).count() == 1


def test_wrong_unknown_and_disabled_look_the_same(system: System, zhang: Person, clock: FixedClock) -> None:
    messages = set()
    add_person(SYSTEM, clock, NewPerson("gone", Role.AUDITOR, password=GOOD))
    add_person(SYSTEM, clock, NewPerson("no-password", Role.AUDITOR))
    disable_person(SYSTEM, clock, "gone")
    for name, password in (("zhang", "wrong"), ("nobody", GOOD), ("gone", GOOD), ("no-password", "")):
        with pytest.raises(SignInFailed) as caught:
            sign_in(clock, name, password)
        messages.add(str(caught.value))
    assert len(messages) == 1
    assert {e.subject for e in AuditEntry.objects(action="person.sign-in-failed")} == {
        "person:zhang", "person:gone", "person:no-password"}


def test_five_failures_lock_the_account_for_a_while_even_for_the_right_password(zhang: Person, clock: FixedClock) -> None:
    fail(clock, MOST_FAILURES - 1)
    assert sign_in(clock, "zhang", GOOD), "four failures do not lock, and are forgotten"
    fail(clock, MOST_FAILURES)
    error = refused(AccountLocked, lambda: sign_in(clock, "zhang", GOOD))
    assert error.facts["minutes"] in (15, 16)
    clock.advance(LOCKED_FOR - timedelta(seconds=1))
    refused(AccountLocked, lambda: sign_in(clock, "zhang", GOOD))
    clock.advance(timedelta(seconds=1))
    assert sign_in(clock, "zhang", GOOD)


def test_after_the_lock_the_count_begins_anew(zhang: Person, clock: FixedClock) -> None:
    fail(clock, MOST_FAILURES)
    clock.advance(LOCKED_FOR)
    fail(clock, MOST_FAILURES - 1)
    last = AuditEntry.objects(action="person.sign-in-failed").order_by("-id")
    assert [entry.detail["locked"] for entry in last] == [False] * 4 + [True] + [False] * 4
    assert sign_in(clock, "zhang", GOOD)


def test_a_new_password_ends_the_lock_and_every_session(zhang: Person, clock: FixedClock) -> None:
    fail(clock, MOST_FAILURES)
    epoch = find_person("zhang").session_epoch
    set_password(SYSTEM, clock, "zhang", "Another-2026")
    assert sign_in(clock, "zhang", "Another-2026").session_epoch == epoch + 1
    fail(clock, 1)
    with pytest.raises(SignInFailed):
        sign_in(clock, "zhang", GOOD)


def test_an_unknown_name_costs_no_more_hashing_than_a_known_one(
    zhang: Person, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names could be probed by the time an answer takes."""
    verified, hashed = [], []
    hasher = passwords._HASHER
    passwords._decoy()

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            verified.append(stored)
            return bool(hasher.verify(stored, password))

        def hash(self, password: str) -> str:
            hashed.append(password)
            return str(hasher.hash(password))

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    fail(clock, 1)
    fail(clock, 1, name="nobody")
    assert (len(verified), len(hashed)) == (2, 0)


# -- tokens and closing --------------------------------------------------------------------------------------------

def test_a_token_is_kept_as_a_digest_and_names_its_person(system: System, zhang: Person) -> None:
    token = issue_token(SYSTEM, system.clock, "zhang")
    other = issue_token(SYSTEM, system.clock, "zhang")
    for each in (token, other):
        found = person_of_token(each)
        assert found is not None
        assert found.id == zhang.id
        assert each not in repr(Person.objects.as_pymongo().get(name="zhang"))
        assert each not in repr(list(AuditEntry.objects.as_pymongo()))
    assert person_of_token(token + "x") is None
    assert person_of_token("") is None


def test_a_disabled_person_loses_tokens_sessions_and_sign_in_at_once(system: System, zhang: Person) -> None:
    token = issue_token(SYSTEM, system.clock, "zhang")
    epoch = find_person("zhang").session_epoch
    disable_person(SYSTEM, system.clock, "zhang")
    assert person_of_token(token) is None
    assert find_person("zhang").session_epoch > epoch
    with pytest.raises(SignInFailed):
        sign_in(system.clock, "zhang", GOOD)
    refused(Invalid, lambda: issue_token(SYSTEM, system.clock, "zhang"), "停用")


def test_an_unknown_person_is_not_found(system: System) -> None:
    with pytest.raises(NotFound, match="nobody"):
        find_person("nobody")
    refused(NotFound, lambda: disable_person(SYSTEM, system.clock, "nobody"))
    refused(NotFound, lambda: issue_token(SYSTEM, system.clock, "nobody"))
    refused(NotFound, lambda: set_password(SYSTEM, system.clock, "nobody", GOOD))
