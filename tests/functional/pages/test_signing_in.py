"""Sessions: getting in, being shut out, and when a session ends by itself."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from admin.system import System
from archive.access import Actor
from archive.clock import FixedClock
from archive.operations.people import disable_person, set_password
from tests.conftest import SYSTEM
from tests.functional.pages.conftest import Browser

PASSWORD = "Dossier-2026"


def sign_in(browser: Browser, name: str, password: str = PASSWORD, **more: str) -> object:
    return browser.post("/login", {"name": name, "password": password, **more})


def test_signing_in_leads_to_where_one_wanted_to_go(stranger: Browser, people: dict[str, Actor]) -> None:
    asked = stranger.get("/findings?severity=H")
    assert asked.headers["Location"] == "/login?next=/findings?severity%3DH"
    answer = stranger.post("/login", {"name": "auditor", "password": PASSWORD, "next": "/findings?severity=H"})
    assert answer.headers["Location"] == "/findings?severity=H"
    assert stranger.get("/findings").status_code == 200


@pytest.mark.parametrize("target", ["https://example.com/", "//example.com/", "/\\example.com", "javascript:alert(1)", ""])
def test_signing_in_never_leads_to_another_site(target: str, stranger: Browser, people: dict[str, Actor]) -> None:
    answer = stranger.post("/login", {"name": "auditor", "password": PASSWORD, "next": target})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("name", ["auditor", "nobody"])
def test_a_wrong_name_and_a_wrong_password_look_the_same(name: str, stranger: Browser, people: dict[str, Actor]) -> None:
    answer = stranger.post("/login", {"name": name, "password": "wrong"})
    assert answer.status_code == 401
    assert "用户名或口令不对" in answer.text
    assert stranger.get("/").status_code == 302


def test_five_wrong_passwords_lock_the_account_for_a_while(stranger: Browser, people: dict[str, Actor],
                                                           clock: FixedClock) -> None:
    for _ in range(5):
        sign_in(stranger, "auditor", "wrong")
    locked = stranger.post("/login", {"name": "auditor", "password": PASSWORD})
    assert locked.status_code == 429
    assert "已因多次口令错误" in locked.text or "暂时锁定" in locked.text
    clock.advance(timedelta(minutes=16))
    assert stranger.post("/login", {"name": "auditor", "password": PASSWORD}).status_code == 302


def test_a_session_ends_after_thirty_idle_minutes(signed_in: Callable[[str], Browser], clock: FixedClock) -> None:
    browser = signed_in("auditor")
    for _ in range(3):
        clock.advance(timedelta(minutes=29))
        assert browser.get("/projects").status_code == 200
    clock.advance(timedelta(minutes=31))
    answer = browser.get("/projects", follow_redirects=True)
    assert "超过 30 分钟没有操作" in answer.text


def test_a_session_ends_after_eight_hours_however_busy(signed_in: Callable[[str], Browser], clock: FixedClock) -> None:
    browser = signed_in("auditor")
    for _ in range(24):
        clock.advance(timedelta(minutes=20))
        browser.get("/rules")
    clock.advance(timedelta(minutes=1))
    assert "已满 8 小时" in browser.get("/projects", follow_redirects=True).text


def test_disabling_an_account_ends_its_sessions_at_once(system: System, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("auditor")
    assert browser.get("/projects").status_code == 200
    disable_person(SYSTEM, system.clock, "auditor")
    assert browser.get("/projects").status_code == 302


def test_a_password_set_by_somebody_else_ends_the_sessions(system: System, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("auditor")
    set_password(SYSTEM, system.clock, "auditor", "Another-2026")
    assert browser.get("/projects").status_code == 302


def test_signing_out_needs_the_form_and_ends_the_session(signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("auditor")
    assert browser.get("/logout").status_code == 405
    assert browser.post("/logout").status_code == 302
    assert browser.get("/projects").status_code == 302


def test_signing_in_starts_a_new_session(stranger: Browser, app: Flask, people: dict[str, Actor]) -> None:
    with stranger.client.session_transaction() as session:
        session["planted"] = "by somebody else"
    sign_in(stranger, "auditor")
    with stranger.client.session_transaction() as session:
        assert "planted" not in session


def test_the_session_is_of_no_use_to_the_api(signed_in: Callable[[str], Browser]) -> None:
    assert signed_in("archivist").get("/api/v1/projects").status_code == 401
