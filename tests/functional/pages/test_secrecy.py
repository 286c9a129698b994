"""A file refused for a marking by mistake: asked for by one person, cleared by another, filed then; declined it stays out."""

from collections.abc import Callable

import pytest
from flask import Flask

from admin.system import System
from archive.access import Actor
from archive.clearances import refused_in
from archive.errors import Invalid, NotFound, Secret
from archive.models import AuditEntry, Document
from archive.models.withdrawals import Clearance, ClearanceRequest, SecrecyRefusal
from archive.operations.clearances import NotTwoPersons, ask_clearance, decide_clearance
from archive.operations.people import issue_token
from archive.permissions import Permission
from tests.builders import SYSTEM, UNIT_B, a_project, file_text
from tests.conftest import snapshot
from tests.functional.pages.conftest import Browser
from tests.unit.archive.refusals import refused, refused_without

TEXT = "秘密★5年\n凤凰计划示例\n本页为公文格式标准中的示例。"
WHY, FOUND = "公文格式标准中的示例", "保密办张三审查原件，系标准示例"


@pytest.fixture
def digest(system: System, people: dict[str, Actor]) -> str:
    a_project(system, "XM-A")
    a_project(system, "XM-B", unit=UNIT_B, name="水文遥测平台建设项目")
    for _ in range(2):
        with pytest.raises(Secret):
            file_text(system, "XM-A", "凤凰计划.txt", TEXT, people["unit_a"])
    return str(SecrecyRefusal.objects.get().sha256)


def test_what_is_kept_of_a_refusal_names_nothing(digest: str, people: dict[str, Actor]) -> None:
    row = SecrecyRefusal.objects.get()
    assert (row.times, row.by_name, row.project) == (2, "unit_a", "XM-A")
    assert "凤凰" not in str(row.to_mongo())
    assert [one.sha256 for one in refused_in(people["unit_a"], "XM-A")] == [digest]
    refused(NotFound, lambda: refused_in(people["unit_b"], "XM-A"))


def test_one_asks_another_clears_and_the_file_is_filed(digest: str, system: System, people: dict[str, Actor],
                                                       signed_in: Callable[[str], Browser]) -> None:
    unit, guard = signed_in("unit_a"), signed_in("secadmin")
    assert "因密级标志未收入（1）" in unit.page("/projects/XM-A")
    page = unit.page("/projects/XM-A/refused")
    assert "申请复核" in page
    assert "首页带有密级标志（秘密）" in page
    assert "等待认定" in unit.follow("/projects/XM-A/refused", {"sha256": digest, "reason": WHY})
    assert digest[7:] in guard.page("/secrecy")
    assert WHY in guard.page("/secrecy")
    assert "现在可以归档" in guard.follow("/secrecy", {"sha256": digest, "reason": FOUND, "decision": "cleared"})
    assert "请重新上传" in unit.page("/projects/XM-A/refused")
    assert file_text(system, "XM-A", "凤凰计划.txt", TEXT, people["unit_a"]).document
    asked, cleared = (AuditEntry.objects.get(action=action) for action in ("secrecy.clearance-asked", "secrecy.cleared"))
    assert (asked.actor_name, asked.detail["reason"]) == ("unit_a", WHY)
    assert (cleared.actor_name, cleared.detail["asked_by"], cleared.detail["reason"]) == ("secadmin", "unit_a", FOUND)


def test_what_is_declined_stays_out_and_may_be_asked_again(digest: str, system: System, people: dict[str, Actor],
                                                           signed_in: Callable[[str], Browser]) -> None:
    signed_in("unit_a").follow("/projects/XM-A/refused", {"sha256": digest, "reason": WHY})
    said = signed_in("secadmin").follow("/secrecy", {"sha256": digest, "reason": "原件确有标志", "decision": "declined"})
    assert "仍不能归档" in said
    with pytest.raises(Secret):
        file_text(system, "XM-A", "凤凰计划.txt", TEXT, people["unit_a"])
    assert "原件确有标志" in signed_in("unit_a").page("/projects/XM-A/refused")
    ask_clearance(people["archivist"], system.clock, "XM-A", digest, "已解密，附解密通知")
    assert ClearanceRequest.objects.get().asked_by_name == "archivist"
    assert Clearance.objects.count() == 0


def test_nobody_clears_alone_or_without_a_reason(digest: str, system: System, people: dict[str, Actor]) -> None:
    def ask(actor: Actor) -> object:
        return ask_clearance(actor, system.clock, "XM-A", digest, WHY)

    def clear(actor: Actor, sha256: str = digest, reason: str = FOUND) -> None:
        decide_clearance(actor, system.clock, sha256, reason, cleared=True)

    who, guard = people["unit_a"], people["secadmin"]
    refused(NotFound, lambda: clear(guard))                                   # nobody asked
    refused(NotFound, lambda: ask(people["unit_b"]))                          # not their dossier
    refused(NotFound, lambda: ask_clearance(people["unit_b"], system.clock, "XM-B", digest, WHY))    # not refused there
    refused(NotFound, lambda: ask_clearance(who, system.clock, "XM-A", "sha256:" + "0" * 64, WHY))
    refused(Invalid, lambda: ask_clearance(who, system.clock, "XM-A", digest, " 误 "))
    refused_without(Permission.DOCUMENT_FILE, {name: actor for name, actor in people.items() if name != "unit_b"}, lambda a: ask(a))
    ask(who)
    refused(Invalid, lambda: ask(people["archivist"]))                        # asked already
    refused_without(Permission.SECRECY_CLEAR, people, clear)
    refused(Invalid, lambda: clear(guard, reason="  "))
    refused(Invalid, lambda: clear(guard, sha256="abc"))
    # The one post that holds both rights is the machine's own: not even it decides what it asked for.
    decide_clearance(guard, system.clock, digest, "原件确有标志", cleared=False)
    ask(SYSTEM)
    refused(NotTwoPersons, lambda: clear(SYSTEM))
    clear(guard)
    refused(Invalid, lambda: ask(who))                                        # cleared already
    assert Document.objects.count() == 0


def test_the_same_over_the_api(digest: str, app: Flask, system: System, people: dict[str, Actor]) -> None:
    tokens = {name: issue_token(SYSTEM, system.clock, name) for name in ("unit_a", "unit_b", "secadmin", "auditor")}
    client = app.test_client()

    def ask(method: str, path: str, name: str, **rest: object) -> tuple[int, dict[str, object]]:
        answer = client.open(f"/api/v1{path}", method=method, headers={"Authorization": f"Bearer {tokens[name]}"}, **rest)  # type: ignore[arg-type]
        return answer.status_code, answer.json or {}

    wish = {"sha256": digest[7:], "reason": WHY}
    assert ask("GET", "/projects/XM-A/refusals", "unit_b")[0] == 404
    assert ask("GET", "/projects/XM-A/refusals", "unit_a")[1]["items"][0]["sha256"] == digest[7:]  # type: ignore[index]
    before = snapshot()
    assert ask("POST", "/projects/XM-A/clearance-requests", "auditor", json=wish)[0] == 403
    assert ask("POST", "/secrecy/clearances", "secadmin", json=wish)[0] == 404
    assert ask("GET", "/secrecy/clearance-requests", "unit_a")[0] == 403
    assert snapshot() == before
    assert ask("POST", "/projects/XM-A/clearance-requests", "unit_a", json=wish)[1]["state"] == "asked"
    assert ask("GET", "/secrecy/clearance-requests", "secadmin", query_string={"state": "asked"})[1]["total"] == 1
    assert ask("POST", "/secrecy/clearances", "unit_a", json=wish)[0] == 403
    assert ask("POST", "/secrecy/clearances", "secadmin", json={**wish, "reason": FOUND})[0] == 200
    item = ask("GET", "/projects/XM-A/refusals", "unit_a")[1]["items"][0]  # type: ignore[index]
    assert (item["cleared"], item["request"]["decision"]) == (True, FOUND)
