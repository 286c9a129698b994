"""我的提醒: the page, the number in the navigation, the API; and the mark at an address that does not work."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from admin.jobs import run_job
from admin.system import System
from archive.access import Actor
from retention.alerts import refresh
from retention.inbox import unread
from retention.models import InboxLine, Mail
from tests.builders import SYSTEM, UNIT, UNIT_B, a_project
from tests.functional.api.conftest import Everybody, problem
from tests.functional.pages.conftest import Browser


@pytest.fixture
def told(system: System, people: dict[str, Actor]) -> None:
    """Each unit has a project whose acceptance is due in ten days, and everybody was told of it today."""
    for code, unit in (("XM-A", UNIT), ("XM-B", UNIT_B)):
        a_project(system, code, unit=unit, actual_completion=date(2025, 9, 8), trial_start=date(2025, 9, 12))
    refresh(system.judge, None, date(2026, 3, 2))
    assert run_job(system, SYSTEM, "notices.daily", date(2026, 3, 2)).outcome == "done"


def test_the_inbox_is_read_on_its_page(system: System, told: None, people: dict[str, Actor],
                                       signed_in: Callable[[str], Browser]) -> None:
    count, browser = unread(people["unit_a"]), signed_in("unit_a")
    assert count > 1
    assert f"{count} 条未读" in browser.page("/projects")
    page = browser.page("/inbox")
    assert "已发" in page
    assert "XM-A" in page
    assert "XM-B" not in page
    line = InboxLine.objects(person=people["unit_a"].id).first()
    assert f"{count - 1} 条未读" in browser.follow("/inbox/read", {"id": line.id})
    browser.follow("/inbox/read", {"all": "1"})
    assert unread(people["unit_a"]) == 0
    assert "没有提醒" in browser.page("/inbox?unread=1")
    assert "条未读" not in browser.page("/projects")
    assert "我的提醒" not in signed_in("sysadmin").page("/rules")


def test_over_the_api_the_same(app: Flask, system: System, told: None, people: dict[str, Actor]) -> None:
    everybody = Everybody(app, system, people)
    api = everybody.as_("unit_a")
    found = api.get("/inbox?size=200").json
    assert found["unread"] == found["total"] == len(found["items"]) > 0
    assert {(item["project"], item["mail"]) for item in found["items"]} == {("XM-A", "sent")}
    first = found["items"][0]["id"]
    assert everybody.as_("unit_b").post("/inbox/read", json={"ids": [first]}).json["read"] == 0
    assert api.post("/inbox/read", json={"ids": [first]}).json == {"read": 1, "unread": found["total"] - 1}
    assert api.get("/inbox?unread=true").json["total"] == found["total"] - 1
    assert api.post("/inbox/read", json={"all": True}).json["unread"] == 0
    problem(everybody.as_("sysadmin").get("/inbox"), 403)
    problem(everybody.as_(None).get("/inbox"), 401)


def test_an_address_whose_mails_come_back_is_marked_for_who_manages_people(
        system: System, told: None, people: dict[str, Actor], signed_in: Callable[[str], Browser]) -> None:
    assert "邮件未送达" not in signed_in("secadmin").page("/people")
    Mail.objects(address="unit_a@example.com").update(state="bounced", error="退信：550 5.1.1 User unknown")
    page = signed_in("secadmin").page("/people")
    assert page.count("邮件未送达") == 1
    assert "550 5.1.1 User unknown" in page
    assert "退回，未送达" in signed_in("unit_a").page("/inbox")
