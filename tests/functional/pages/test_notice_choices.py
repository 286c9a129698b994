"""The page of one's own notices, and the same over the API."""

from collections.abc import Callable

from flask import Flask

from admin.system import System
from archive.access import Actor
from retention.choices import choices_of
from tests.conftest import snapshot
from tests.functional.api.conftest import Everybody, problem
from tests.functional.pages.conftest import Browser


def test_what_is_ticked_is_mailed(people: dict[str, Actor], signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("supervisor")
    assert browser.page("/account/notices").count("checked") == 2
    assert "/account/notices" in browser.page("/account")
    assert "提醒设置已保存" in browser.follow("/account/notices", {"wanted": "weekly"})
    assert choices_of(people["supervisor"]).declines == ["reminders"]
    assert browser.page("/account/notices").count("checked") == 1
    assert "每周汇总</label>" not in signed_in("unit_a").page("/account/notices"), "it is for supervisors"


def test_over_the_api_the_same(app: Flask, system: System, people: dict[str, Actor]) -> None:
    everybody = Everybody(app, system, people)
    api = everybody.as_("unit_a")
    assert api.get("/account/notices").json["declines"] == []
    assert api("PUT", "/account/notices", json={"declines": ["reminders"]}).json["declines"] == ["reminders"]
    assert choices_of(people["unit_a"]).declines == ["reminders"]
    before = snapshot()
    assert "一律提醒" in problem(api("PUT", "/account/notices", json={"declines": ["overdue"]}), 422)["detail"]
    problem(everybody.as_(None)("PUT", "/account/notices", json={"declines": []}), 401)
    after = snapshot()
    assert after == before
    problem(everybody.as_("sysadmin")("PUT", "/account/notices", json={"declines": []}), 403)
