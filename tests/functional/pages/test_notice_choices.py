"""The page of one's own notices, and the same over the API."""

from collections.abc import Callable

from flask import Flask

from admin.system import System
from archive.access import Actor
from archive.operations.people import NewPerson, add_person
from archive.permissions import Role
from retention.choices import choices_of
from tests.builders import SYSTEM, UNIT
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


def test_a_substitute_is_named_shown_and_ended(system: System, people: dict[str, Actor],
                                                signed_in: Callable[[str], Browser]) -> None:
    add_person(SYSTEM, system.clock, NewPerson("li", Role.UNIT, UNIT, "li@example.com", "李四"))
    browser, days = signed_in("unit_a"), {"first": "2026-03-02", "last": "2026-03-09"}
    assert "不能代为接收" in browser.follow("/account/notices/substitutes", {"name": "sysadmin", **days})
    assert "必须填写" in browser.follow("/account/notices/substitutes", {"name": "li", "first": "2026-03-02"})
    assert "李四" in browser.follow("/account/notices/substitutes", {"name": "li", **days})
    assert "由 李四 代收提醒" in signed_in("secadmin").page("/people")
    assert "李四" not in browser.follow("/account/notices/substitutes/li/drop").partition("substitutes")[2]
    assert "已为“unit_a”指定代收人" in signed_in("secadmin").follow("/people/unit_a/substitute", {"substitute": "li", **days})
    assert "李四" in browser.page("/account/notices")


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
    add_person(SYSTEM, system.clock, NewPerson("li", Role.UNIT, UNIT, "li@example.com", "李四"))
    named = {"name": "li", "first": "2026-03-02", "last": "2026-03-09"}
    (place,) = api.post("/account/notices/substitutes", json=named).json["substitutes"]
    assert (place["substitute_name"], place["last"]) == ("李四", "2026-03-09")
    assert everybody.as_("li").get("/account/notices").json["places"] == [place]
    problem(api.post("/account/notices/substitutes", json={**named, "name": "unit_b"}), 422)
    assert api("DELETE", "/account/notices/substitutes/li").json["substitutes"] == []
    problem(api("DELETE", "/account/notices/substitutes/li"), 404)
    problem(everybody.as_("sysadmin")("PUT", "/account/notices", json={"declines": []}), 403)
