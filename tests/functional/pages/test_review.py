"""The review queue at the browser and over the API: three proposals with reasons, one click, many at once."""

from collections.abc import Callable

import pytest
from flask import Flask

from admin.system import System
from archive.access import Actor
from archive.models import Document, TextState, TypeEvidence, Version
from archive.operations.people import issue_token
from archive.transaction import collection
from tests.builders import SYSTEM, UNIT_B, a_project, file_text
from tests.conftest import snapshot
from tests.functional.pages.conftest import Browser

QUEUE = "/documents/unconfirmed"


@pytest.fixture
def two(system: System) -> tuple[Document, Document]:
    """Two documents of one dossier that wait: a name says one thing and the text another; a name says nothing."""
    a_project(system, "XM-A")
    one = file_text(system, "XM-A", "运维合同.txt", "工程监理合同\n委托人：某单位\n系统运维由他人负责。").document
    other = file_text(system, "XM-A", "新建文档.txt", "今天天气很好").document
    assert {one.type_source, other.type_source} == {"unrecognised"}
    return one, other


def test_one_click_confirms_the_proposal(two: tuple[Document, Document], signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("archivist")
    page = browser.page(QUEUE)
    assert f'value="{two[0].id}/om_contract"' in page
    assert "分：文件名含“运维”“合同”(+3)" in page
    assert "没有建议" in page
    said = browser.follow(QUEUE, {"said": f"{two[0].id}/om_contract", f"revision-{two[0].id}": "1"})
    assert "已按所选类型确认" in said
    assert two[0].id not in said.split("panel")[1]
    assert Document.objects.get(id=two[0].id).type_source == "confirmed"
    assert "运维合同.txt" in browser.page("/documents/evidence")


@pytest.mark.parametrize(("state", "shown"), [(TextState.READ, True), (TextState.UNREADABLE, False)])
def test_a_first_page_is_shown_of_what_can_be_opened(two: tuple[Document, Document], signed_in: Callable[[str], Browser], state: TextState,
                                                     shown: bool) -> None:
    collection(Version).update_many({}, {"$set": {"media_type": "application/pdf"}})
    collection(Document).update_many({}, {"$set": {"text_state": state.value}})
    assert ("size=thumb" in signed_in("archivist").page(QUEUE)) == shown


def test_many_are_confirmed_at_once_by_first_proposal_or_by_name(two: tuple[Document, Document],
                                                                 signed_in: Callable[[str], Browser]) -> None:
    one, other = two
    form = {"picked": [one.id, other.id], f"revision-{one.id}": "1", f"revision-{other.id}": "1",
            f"first-{one.id}": "om_contract", f"other-{other.id}": "会议纪要"}
    signed_in("archivist").follow(QUEUE, form)
    assert [Document.objects.get(id=d.id).type for d in two] == ["om_contract", "meeting_minutes"]
    assert TypeEvidence.objects.count() == 2


@pytest.mark.parametrize("changes", [{"other": "没有这种类型"}, {"revision": "9"}, {"other": ""}])
def test_what_cannot_be_kept_is_said_and_changes_nothing(two: tuple[Document, Document], changes: dict[str, str],
                                                         signed_in: Callable[[str], Browser]) -> None:
    browser, key = signed_in("archivist"), two[1].id
    before = snapshot()
    form = {"one": key, f"revision-{key}": changes.get("revision", "1"), f"other-{key}": changes.get("other", "会议纪要")}
    assert "已按所选类型确认" not in browser.follow(QUEUE, form)
    assert snapshot() == before


def test_evidence_is_put_aside_at_the_browser(two: tuple[Document, Document], signed_in: Callable[[str], Browser]) -> None:
    browser, key = signed_in("archivist"), two[0].id
    browser.follow(QUEUE, {"said": f"{key}/om_contract", f"revision-{key}": "1"})
    word = TypeEvidence.objects.get().words[0]
    said = browser.follow("/documents/evidence", {"unit": two[0].unit, "word": word, "type": "om_contract"})
    assert "已停用" in said
    assert TypeEvidence.objects.get().aside_by


def test_the_same_over_the_api(app: Flask, system: System, people: dict[str, Actor], two: tuple[Document, Document]) -> None:
    client = app.test_client()

    def ask(method: str, path: str, name: str, **rest: object) -> tuple[int, dict[str, object]]:
        token = issue_token(SYSTEM, system.clock, name)
        response = client.open(f"/api/v1{path}", method=method, headers={"Authorization": f"Bearer {token}"}, **rest)  # type: ignore[arg-type]
        return response.status_code, response.json or {}

    status, body = ask("GET", "/review", "archivist")
    assert (status, body["total"]) == (200, 2)
    first = next(item for item in body["items"] if item["id"] == two[0].id)  # type: ignore[attr-defined]
    assert [c["type"] for c in first["candidates"][:2]] == ["om_contract", "supervision_contract"]
    items = [{"id": two[0].id, "revision": 1, "type": "om_contract"}, {"id": two[1].id, "revision": 5, "type": "om_contract"}]
    before = snapshot()
    assert ask("GET", "/review", "auditor")[0] == 403
    assert ask("POST", "/review/confirm", "unit_a", json={"items": items})[0] == 403
    tokens_apart = {name: rows for name, rows in snapshot().items() if name in ("documents", "type_evidence")}
    assert tokens_apart == {name: before[name] for name in tokens_apart}
    status, body = ask("POST", "/review/confirm", "archivist", json={"items": items})
    assert status == 200
    assert [item["confirmed"] for item in body["items"]] == [True, False]  # type: ignore[attr-defined]
    assert ask("POST", "/review/confirm", "archivist", json={"items": items[1:]})[0] == 409
    assert ask("GET", "/review/evidence", "archivist")[1]["items"][0]["type"] == "om_contract"  # type: ignore[index]
    word = TypeEvidence.objects.get().words[0]
    assert ask("POST", "/review/evidence/aside", "archivist", json={"unit": two[0].unit, "word": word})[1] == {"count": 1}
    assert ask("POST", "/review/evidence/aside", "archivist", json={"unit": UNIT_B, "word": word})[0] == 404
